"""A dataset's faults at their places; the scheme and its values chosen; the run watched."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromQuery

from kaohe_serve.api import Number, TheDesk, TheJobs, TheShelf
from kaohe_serve.api.documents import JobEntry, ParameterEntry
from kaohe_serve.api.schemes import cities_here
from kaohe_serve.faults import located
from kaohe_serve.ordering import hints, ordered
from kaohe_serve.pages.rendering import Asked, page, to
from kaohe_serve.pages.sent import sent
from kaohe_serve.shelf import ComparisonOrder, Order
from kaohe_serve.work import rules_of


@get("/datasets/{dataset:uuid}", sync_to_thread=True)
def show_dataset(
    request: Asked, dataset: Number, shelf: TheShelf, desk: TheDesk, scheme: FromQuery[str] = ""
) -> Response[str]:
    """What is wrong with a dataset, where it is; and what it can be run under."""
    stored = shelf.dataset(dataset)
    rules = rules_of(scheme) if scheme else None
    seen = desk.look(dataset, scheme or None)
    parameters = [ParameterEntry.of(each) for each in rules.parameters.values()] if rules else []
    return page(
        request,
        "dataset.html",
        dataset=stored,
        cities=cities_here(),
        scheme=scheme,
        planned=rules.scheme.planned if rules else "",
        rows=seen.rows,
        sound=seen.sound,
        found=located(shelf.data(stored), seen.problems),
        unset=sorted((each for each in parameters if each.unset), key=lambda each: not each.source),
        choices=[each for each in parameters if each.options],
        hints=hints(),
        corrigible=[run for run in shelf.runs() if scheme and run.order.scheme == scheme],
    )


@post("/datasets/{dataset:uuid}/runs")
async def order_run(request: Asked, dataset: Number, desk: TheDesk, jobs: TheJobs) -> Response[Any]:
    """Order a run with the values of the form, and watch it."""
    typed, attached = await sent(request, "parameters", "plan")

    def ordering() -> str:
        order = ordered(dataset, typed, attached)
        desk.accept(order)
        return str(jobs.order(order).job)

    return to(request, f"/jobs/{await asyncio.to_thread(ordering)}")


@get("/jobs/{job:uuid}", sync_to_thread=False)
def show_job(request: Asked, job: Number, jobs: TheJobs) -> Response[Any]:
    """Where a run stands; when it is there, the run itself."""
    found = jobs.job(job)
    if found.state == "done" and (run := found.outcome.run) is not None:
        before = found.order.corrects
        return to(request, f"/compare?one={before}&other={run}" if before else f"/runs/{run}")
    if found.state == "done":
        return to(request, f"/comparisons/{found.outcome.comparison}")
    compared = isinstance(found.order, ComparisonOrder)
    stopping = found.stopping.is_set()
    back = f"/datasets/{found.order.dataset}"
    if isinstance(found.order, Order):
        back = f"/runs/{found.order.corrects}" if found.order.corrects else f"{back}?scheme={found.order.scheme}"
    else:
        back = f"{back}/compare"
    entry = JobEntry.of(found)
    return page(request, "job.html", job=entry, elapsed=found.elapsed, compared=compared, stopping=stopping, back=back)


@post("/jobs/{job:uuid}/cancel", sync_to_thread=False)
def cancel_job(request: Asked, job: Number, jobs: TheJobs) -> Response[Any]:
    """Stop a run, whatever it is at."""
    jobs.cancel(job)
    return to(request, f"/jobs/{job}")


router = Router("/", route_handlers=[show_dataset, order_run, show_job, cancel_job], include_in_schema=False)
