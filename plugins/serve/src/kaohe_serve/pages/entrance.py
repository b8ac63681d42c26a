"""The first page, the language, and the token."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from secrets import compare_digest
from typing import Any

from attrs import frozen
from litestar import Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.params import URLEncodedBody

from kaohe.messages import LANGUAGES
from kaohe_serve.api import Number, TheDesk, TheJobs, TheSettings, TheShelf
from kaohe_serve.api.datasets import keep
from kaohe_serve.doors import COOKIE, OPEN
from kaohe_serve.pages.rendering import Asked, page, to
from kaohe_serve.pages.sent import sent
from kaohe_serve.uploads import Upload
from kaohe_serve.words import LANGUAGE

SMALL = 2**14
"""Bytes that whoever has not come in yet may send."""


@frozen
class Chosen:
    """A language, and the page on which it was chosen."""

    language: str
    back: str = "/"


@frozen
class Key:
    """The token, as it was typed."""

    token: str


@get("/", sync_to_thread=True)
def home(request: Asked, shelf: TheShelf, jobs: TheJobs) -> Response[str]:
    """The datasets and runs here, and a place to drop another dataset."""
    under_way = [job for job in jobs.all() if not job.future.done()]
    kept = {"datasets": shelf.datasets(), "runs": shelf.runs()}
    return page(request, "home.html", **kept, under_way=under_way)


@post("/datasets")
async def hand_in(request: Asked, shelf: TheShelf, desk: TheDesk) -> Response[Any]:
    """Keep what was dropped, and show what is wrong with it."""
    _, attached = await sent(request, "files")
    uploads = [Upload(*file) for file in attached["files"]]
    kept = await asyncio.to_thread(keep, uploads, shelf, desk)
    return to(request, f"/datasets/{kept.dataset}")


@post("/datasets/{dataset:uuid}/remove", sync_to_thread=True)
def remove_dataset(request: Asked, dataset: Number, shelf: TheShelf) -> Response[Any]:
    """Take a dataset away."""
    shelf.remove_dataset(dataset)
    return to(request, "/")


@post("/runs/{run:uuid}/remove", sync_to_thread=True)
def remove_run(request: Asked, run: Number, shelf: TheShelf) -> Response[Any]:
    """Take a run away."""
    shelf.remove_run(run)
    return to(request, "/")


@post("/language", opt={OPEN: True}, request_max_body_size=SMALL, sync_to_thread=False)
def choose_language(request: Asked, data: URLEncodedBody[Chosen]) -> Response[Any]:
    """Remember the language, and go back."""
    answer = to(request, data.back if data.back.startswith("/") and not data.back.startswith("//") else "/")
    if data.language in LANGUAGES:
        answer.set_cookie(Cookie(LANGUAGE, value=data.language, httponly=True, samesite="strict", max_age=31_536_000))
    return answer


@post("/token", opt={OPEN: True}, request_max_body_size=SMALL, sync_to_thread=False)
def enter(request: Asked, data: URLEncodedBody[Key], settings: TheSettings) -> Response[Any]:
    """Let in whoever has the token; the browser carries it from then on, until it is closed."""
    if not compare_digest(data.token.strip().encode(), settings.token.encode()):
        return page(request, "token.html", HTTPStatus.UNAUTHORIZED, wrong=True)
    answer = to(request, "/")
    secure = request.url.scheme == "https"
    answer.set_cookie(Cookie(COOKIE, value=settings.token, httponly=True, samesite="strict", secure=secure))
    return answer


router = Router(
    "/", route_handlers=[home, hand_in, remove_dataset, remove_run, choose_language, enter], include_in_schema=False
)
