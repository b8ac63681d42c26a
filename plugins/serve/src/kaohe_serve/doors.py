"""Who may come in: from this machine, or with the token; never from another site's page."""

from __future__ import annotations

from secrets import compare_digest
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard, Message, Scope

from kaohe.messages import language
from kaohe_serve.settings import Settings
from kaohe_serve.words import TAGS

COOKIE = "kaohe_token"
SAFE = ("GET", "HEAD", "OPTIONS")
OPEN = "open"
"""Operations with this in their `opt` ask for no token."""
HEADERS = {
    "Vary": "Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
"""What every answer carries: nothing is fetched from elsewhere, and nothing stays behind in a browser."""


def guard(settings: Settings) -> Guard:
    """Refuses whoever may not come in."""

    def enter(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        host = connection.headers.get("host", "")
        if settings.hosts and (urlsplit(f"//{host}").hostname or "") not in settings.hosts:
            raise PermissionDeniedException("host")
        origin = connection.headers.get("origin")
        if connection.scope.get("method") not in SAFE and origin is not None and urlsplit(origin).netloc != host:
            raise PermissionDeniedException("origin")
        if settings.token and not handler.opt.get(OPEN) and not _carries(connection, settings.token):
            raise NotAuthorizedException(headers={"WWW-Authenticate": "Bearer"})

    return enter


def _carries(connection: ASGIConnection[Any, Any, Any, Any], token: str) -> bool:
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        given = connection.cookies.get(COOKIE, "")
    return compare_digest(given.strip().encode(), token.encode())


async def secured(message: Message, scope: Scope) -> None:  # noqa: ARG001
    """Puts the headers of every answer on it."""
    if message["type"] == "http.response.start":
        had = {name.lower() for name, _ in message["headers"]}
        more = {**HEADERS, "Content-Language": TAGS[language()]}
        added = [(name.lower().encode(), value.encode()) for name, value in more.items()]
        message["headers"] = [*message["headers"], *(header for header in added if header[0] not in had)]
