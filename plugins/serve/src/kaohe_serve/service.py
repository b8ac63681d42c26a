"""The ASGI application: everything put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import distributions
from typing import Any, cast

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.types import LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from kaohe import Refused
from kaohe.messages import LANGUAGES, speaking
from kaohe_serve import doors
from kaohe_serve.api import TheSettings, datasets, jobs, read, runs, schemes
from kaohe_serve.api.documents import Service
from kaohe_serve.jobs import Jobs
from kaohe_serve.problems import refused, unexpected, unfit
from kaohe_serve.settings import MEGABYTE, Settings
from kaohe_serve.shelf import Shelf
from kaohe_serve.words import TAGS, asked_language
from kaohe_serve.work import Desk


class Application(Litestar):
    """kaohe as an ASGI application; each request is answered in the language it asks for."""

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        """Answer a request, or begin or end the service."""
        headers = dict(cast("Scope", scope)["headers"]) if scope["type"] == ScopeType.HTTP else {}
        with speaking(asked_language(headers.get(b"accept-language", b"").decode("latin-1"))):
            await super().__call__(scope, receive, send)


@read("/", operation_id="getService", summary="What answers here", tags=["service"])
def service(settings: TheSettings) -> Service:
    """Versions, languages and limits."""
    found = {str(known.name): known.version for known in distributions() if str(known.name).startswith("kaohe")}
    return Service("kaohe", dict(sorted(found.items())), [TAGS[name] for name in LANGUAGES], settings.most_uploaded)


def application(settings: Settings) -> Application:
    """The service, to be run by any ASGI server or mounted in another application.

    Its folder is made where it is not there. One process serves one folder.
    """
    shelf = Shelf(settings.folder)
    shelf.prepare()
    desk = Desk(shelf, settings)
    work = Jobs(desk.run, settings.workers, settings.most_waiting)

    @asynccontextmanager
    async def working(_: Litestar) -> AsyncIterator[None]:
        try:
            yield
        finally:
            work.close()

    given: dict[str, Any] = {"settings": settings, "shelf": shelf, "desk": desk, "jobs": work}
    api = Router(
        "/api",
        route_handlers=[service, schemes.router, datasets.router, jobs.router, runs.router],
        security=[{"token": []}],
    )
    return Application(
        [api],
        dependencies={name: _provided(value) for name, value in given.items()},
        guards=[doors.guard(settings)],
        before_send=[doors.secured],
        exception_handlers={Refused: refused, HTTPException: unfit, Exception: unexpected},
        lifespan=[working],
        openapi_config=_description(),
        request_max_body_size=settings.most_uploaded + MEGABYTE,
    )


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
        tags=[Tag(name) for name in ("service", "schemes", "datasets", "jobs", "runs")],
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
    )
