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
from kaohe_serve.words import TAGS, code_of

COOKIE = "kaohe_token"
SAFE = ("GET", "HEAD", "OPTIONS")
OWN_SITE = ("same-origin", "none")
"""What a browser says of a request (Sec-Fetch-Site) that a page of ours, or its user alone, caused."""
OPEN = "open"
"""Operations with this in their `opt` ask for no token."""
HEADERS = {
    "Vary": "Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
"""What every answer carries: nothing is fetched from elsewhere, and nothing stays behind in a browser."""


def guard(settings: Settings) -> Guard:
    """Refuses whoever may not come in; codes in the address are as they were before they were written there."""

    def enter(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        host = connection.headers.get("host", "")
        if settings.hosts and (urlsplit(f"//{host}").hostname or "") not in settings.hosts:
            raise PermissionDeniedException("host")
        if connection.scope.get("method") not in SAFE and _is_foreign(connection, host):
            raise PermissionDeniedException("origin")
        if settings.token and not handler.opt.get(OPEN) and not _carries(connection, settings.token):
            raise NotAuthorizedException(headers={"WWW-Authenticate": "Bearer"})
        named = connection.scope["path_params"].items()
        connection.scope["path_params"] = {
            name: code_of(value) if isinstance(value, str) else value for name, value in named
        }

    return enter


def _is_foreign(connection: ASGIConnection[Any, Any, Any, Any], host: str) -> bool:
    """Whether a browser says that another site's page sent this."""
    origin, site = connection.headers.get("origin"), connection.headers.get("sec-fetch-site", "none")
    return (origin is not None and urlsplit(origin).netloc != host) or site not in OWN_SITE


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
