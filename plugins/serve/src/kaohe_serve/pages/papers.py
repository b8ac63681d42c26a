"""Papers of a run made and taken home: the report, notices, the run in other forms; and the making watched."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any, Literal, TypedDict

from attrs import frozen
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import File

from kaohe import Problem, Refused
from kaohe_serve import papers
from kaohe_serve.api import Number, ThePapers, ThePress, TheShelf
from kaohe_serve.jobs import Job, State
from kaohe_serve.pages.rendering import Asked, attachment, page, to
from kaohe_serve.papers import CollectionOrder, Paper, PaperOrder, Papers
from kaohe_serve.problems import NotThere, entries
from kaohe_serve.uploads import safe_name
from kaohe_serve.words import text

MEDIA = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


@frozen
class Wanted:
    """A paper, as it is asked for."""

    paper: Paper
    issuer: str = ""
    day: str = ""


@post("/runs/{run:uuid}/papers", sync_to_thread=True)
def make_paper(
    request: Asked, run: Number, data: URLEncodedBody[Wanted], press: ThePress, making: ThePapers
) -> Response[Any]:
    """Make a paper of a run, and watch it."""
    order = PaperOrder(of=run, paper=data.paper, issuer=data.issuer.strip(), day=day_of(data.day))
    press.accept(order)
    return to(request, f"/papers/{making.order(order).job}")


def day_of(typed: str) -> date | None:
    """The day that was typed, if one was; raises Refused."""
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        message = text("“{typed}” is not a day", typed=typed[:40])
        raise Refused([Problem("day", message, text("write it as 2023-02-09"))]) from None


@get("/runs/{run:uuid}/papers/{paper:str}", sync_to_thread=True)
def take_paper(run: Number, paper: FromPath[Paper], shelf: TheShelf) -> File:
    """A paper that was made."""
    found = papers.made(shelf.papers(run), paper)
    if paper not in papers.OF_RUN or found is None:
        raise NotThere([Problem("paper", text("this has not been made"), text("make it first"))])
    name = f"{safe_name(shelf.run(run).name)} {papers.titles()[paper]}{found.file.suffix}"
    return File(found.file, filename=name, media_type=MEDIA[found.file.suffix])


@get("/runs/{run:uuid}/institutions/{institution:str}/notice", sync_to_thread=True)
def take_notice(
    run: Number, institution: FromPath[str], shelf: TheShelf, form: FromQuery[Literal["docx", "html"]] = "docx"
) -> Response[bytes]:
    """The letter to one institution."""
    content = papers.notice(shelf.file(run), institution, form)
    name = text("Notice {institution}", institution=institution)
    return Response(content, media_type=MEDIA[f".{form}"], headers=attachment(f"{name}.{form}"))


class Standing(TypedDict):
    """Where the making of a paper stands; `steps_begun` of `steps`, where it can be counted."""

    state: State
    step: str
    steps_begun: int
    steps: int


def standing(job: Job[Papers]) -> Standing:
    """Where a job stands, in the language of the moment."""
    step = job.begun[-1] if job.begun else None
    counted = step.values if step is not None else {}
    done, whole = counted.get("done"), counted.get("all")
    known = isinstance(done, int) and isinstance(whole, int)
    return {
        "state": job.state,
        "step": str(step or ""),
        "steps_begun": int(str(done)) if known else 0,
        "steps": int(str(whole)) if known else 0,
    }


@get("/papers/{job:uuid}/state", sync_to_thread=False)
def watch(job: Number, making: ThePapers) -> Standing:
    """Where it stands, for the page that watches it."""
    return standing(making.job(job))


@get("/papers/{job:uuid}", sync_to_thread=False)
def show_making(request: Asked, job: Number, making: ThePapers) -> Response[Any]:
    """Where it stands; when it is done, what was made."""
    found = making.job(job)
    order = found.order
    if isinstance(order, CollectionOrder):
        title, back = text("Returned forms"), f"/datasets/{order.dataset}/forms?scheme={order.scheme}"
        done = f"/collections/{found.outcome.collection}"
    elif order.paper == "forms":
        title, back = text("Forms"), f"/datasets/{order.of}/forms?scheme={order.scheme}"
        done = f"{back}&made=yes"
    else:
        title, back = papers.titles()[order.paper], f"/runs/{order.of}/export"
        done = f"{back}?made={order.paper}"
    if found.state == "done":
        return to(request, done)
    return page(
        request, "making.html", job=found.job, title=title, back=back, problems=entries(found.problems),
        standing=standing(found), elapsed=found.elapsed, stopping=found.stopping.is_set(),
    )  # fmt: skip


@post("/papers/{job:uuid}/cancel", sync_to_thread=False, status_code=HTTPStatus.SEE_OTHER)
def cancel_making(request: Asked, job: Number, making: ThePapers) -> Response[Any]:
    """Stop it, whatever it is at."""
    making.cancel(job)
    return to(request, f"/papers/{job}")


router = Router(
    "/",
    route_handlers=[make_paper, take_paper, take_notice, watch, show_making, cancel_making],
    include_in_schema=False,
)
