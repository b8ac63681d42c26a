"""The ASGI application: everything put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from importlib.metadata import distributions
from pathlib import Path
from threading import Thread
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.static_files import create_static_files_router
from litestar.types import LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from kaohe import Refused
from kaohe.archive import MOST_PARTS
from kaohe.messages import LANGUAGES, speaking
from kaohe_serve import doors
from kaohe_serve.api import TheSettings, comparisons, datasets, jobs, read, runs, schemes
from kaohe_serve.api.documents import JobEntry, Service
from kaohe_serve.computing import compute
from kaohe_serve.jobs import Computed, Jobs
from kaohe_serve.making import make
from kaohe_serve.pages import (
    appeals,
    basis,
    comparing,
    entrance,
    exporting,
    forms,
    money,
    ordering,
    papers,
    rendering,
    results,
)
from kaohe_serve.pages import comparisons as comparisons_pages
from kaohe_serve.papers import Papers, Press
from kaohe_serve.past import Past
from kaohe_serve.problems import refused, unexpected, unfit
from kaohe_serve.settings import MEGABYTE, Settings
from kaohe_serve.shelf import Shelf
from kaohe_serve.versions import refusal
from kaohe_serve.words import LANGUAGE, TAGS, asked_language, segment
from kaohe_serve.work import Desk

FIELDS = 1_000
"""Fields of a form beside its files."""
PAGES = (entrance, ordering, results, basis, money, appeals, comparing, comparisons_pages, exporting, papers, forms)


class Application(Litestar):
    """kaohe as an ASGI application; each request is answered in the language it asks for."""

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        """Answer a request, or begin or end the service."""
        headers = dict(cast("Scope", scope)["headers"]) if scope["type"] == ScopeType.HTTP else {}
        with speaking(_language(headers)):
            await super().__call__(_with_slashes(scope), receive, send)


def _with_slashes(scope: Any) -> Any:
    """The scope, where a slash that was written as one in a code (%2F) does not part the path."""
    raw = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower() or unquote_to_bytes(raw).decode(errors="replace") != scope["path"]:
        return scope
    standing = segment("/").encode()
    return {**scope, "path": unquote_to_bytes(raw.replace(b"%2F", standing).replace(b"%2f", standing)).decode()}


def _language(headers: dict[bytes, bytes]) -> str:
    """The language chosen in the workbench, or what the request accepts."""
    cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    chosen = cookies[LANGUAGE].value if LANGUAGE in cookies else ""
    return chosen if chosen in LANGUAGES else asked_language(headers.get(b"accept-language", b"").decode("latin-1"))


@read("/", operation_id="getService", summary="What answers here", tags=["service"])
def service(settings: TheSettings) -> Service:
    """Versions, languages and limits."""
    found = {str(known.name): known.version for known in distributions() if str(known.name).startswith("kaohe")}
    return Service("kaohe", dict(sorted(found.items())), [TAGS[name] for name in LANGUAGES], settings.most_uploaded)


def application(settings: Settings) -> Application:
    """The service, to be run by any ASGI server or mounted in another application.

    Its folder is made where it is not there. One process serves one folder.
    """
    shelf = Shelf(settings.folder.absolute())
    shelf.prepare()
    desk = Desk(shelf, settings)
    past = Past.of(shelf)
    work: Jobs[Computed] = Jobs(
        shelf, compute, settings.workers, settings.most_waiting, lambda job: shelf.note_job(job.job, JobEntry.of(job))
    )
    press = Press(shelf)
    making: Jobs[Papers] = Jobs(shelf, make, 1, settings.most_waiting)

    @asynccontextmanager
    async def working(_: Litestar) -> AsyncIterator[None]:
        try:
            if settings.ready:
                Thread(target=work.begin, daemon=True).start()
            yield
        finally:
            making.close()
            work.close()

    given: dict[str, Any] = {"settings": settings, "shelf": shelf, "desk": desk, "jobs": work, "past": past}
    given |= {"press": press, "making": making}
    api = Router(
        "/api",
        route_handlers=[service, schemes.router, datasets.router, jobs.router, runs.router, comparisons.router],
        security=[{"token": []}],
    )
    pages = Router(
        "/",
        route_handlers=[each.router for each in PAGES],
        exception_handlers={Refused: rendering.refused, HTTPException: rendering.unfit, Exception: rendering.broken},
        include_in_schema=False,
    )
    looks = create_static_files_router(
        "/static", [Path(__file__).parent / "static"], opt={doors.OPEN: True}, include_in_schema=False
    )
    return Application(
        [api, pages, looks],
        dependencies={name: _provided(value) for name, value in given.items()},
        guards=[doors.guard(settings)],
        before_send=[doors.secured],
        exception_handlers={Refused: refused, HTTPException: _nowhere, Exception: _broken},
        lifespan=[working],
        openapi_config=_description(),
        request_max_body_size=settings.most_uploaded + MEGABYTE,
        multipart_form_part_limit=MOST_PARTS + FIELDS,
        state=State({"settings": settings, "shelf": shelf}),
    )


def _nowhere(request: Request[Any, Any, Any], fault: HTTPException) -> Response[Any]:
    """Where no operation and no page is: a page for a browser, a problem document for everybody else."""
    browser = "text/html" in request.headers.get("accept", "") and not request.scope["path"].startswith("/api/")
    return rendering.unfit(request, fault) if browser else unfit(request, fault)


def _broken(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    foreign = refusal(request)
    return unexpected(request, fault) if foreign is None else refused(request, foreign)


def _provided(value: Any) -> Provide:
    return Provide(lambda: value, use_cache=True, sync_to_thread=False)


def _description() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="kaohe",
        use_handler_docstrings=True,
        version="1",
        description="Annual assessment and settlement of long-term care insurance, city by city.",
        path="/api/schema",
        render_plugins=[JsonRenderPlugin()],
        tags=[Tag(name) for name in ("service", "schemes", "datasets", "jobs", "runs", "comparisons")],
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
    )
