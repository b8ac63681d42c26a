"""Faults as RFC 9457 documents, in the language of the request."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import PurePath
from typing import Any, TypedDict

from attrs import field, frozen
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi import ResponseSpec

from kaohe.archive import MOST_PARTS
from kaohe.messages import Text
from kaohe.problems import Problem, Refused
from kaohe_serve.settings import MEGABYTE
from kaohe_serve.words import text

MEDIA_TYPE = "application/problem+json"
REFUSED = "urn:kaohe:refused"
TOO_MANY = "Request Entity Too Large"
"""What litestar says of a form with more parts than it may have, as of one that does not fit."""
log = logging.getLogger("kaohe_serve")


class ProblemEntry(TypedDict):
    """One fault or remark: what, where, and what to do about it."""

    severity: str
    code: str
    file: str
    table: str
    row: int | None
    column: str
    key: str
    place: str
    message: str
    remedy: str


@frozen
class ProblemDocument:
    """A problem document of RFC 9457; `problems` are all faults at once, each with place and remedy."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[ProblemEntry] = field(factory=list)


class NotThere(Refused):
    """What was asked for is not there."""


class InTheWay(Refused):
    """What was asked for cannot be done as things are."""


class Busy(Refused):
    """Too much is waiting already."""


STATUS = {NotThere: HTTPStatus.NOT_FOUND, InTheWay: HTTPStatus.CONFLICT, Busy: HTTPStatus.SERVICE_UNAVAILABLE}


def entries(problems: Iterable[Problem]) -> list[ProblemEntry]:
    """Problems as plain data, in the language of the moment; no path of this machine is told."""
    return [
        {
            "severity": problem.severity,
            "code": problem.code,
            "file": _without_folder(problem.file),
            "table": problem.table,
            "row": problem.row,
            "column": problem.column,
            "key": problem.key,
            "place": problem.place.replace(problem.file, _without_folder(problem.file)),
            "message": str(problem.message),
            "remedy": str(problem.remedy or ""),
        }
        for problem in problems
    ]


def _without_folder(file: str) -> str:
    first, separator, part = file.partition(" › ")
    return f"{PurePath(first).name if PurePath(first).is_absolute() else first}{separator}{part}"


def documented(*statuses: HTTPStatus) -> dict[int, ResponseSpec]:
    """These statuses for the description of an operation, beside those that every operation has."""
    common = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
    return {
        int(status): ResponseSpec(
            ProblemDocument, description=status.phrase, media_type=MEDIA_TYPE, generate_examples=False
        )
        for status in sorted({*common, *statuses})
    }


def titles() -> dict[int, Text]:
    """What a status means, for people."""
    return {
        400: text("the request does not fit"),
        401: text("a token is needed"),
        403: text("this is not allowed"),
        404: text("there is no such thing here"),
        405: text("this cannot be done here"),
        409: text("something is in the way"),
        413: text("this is too large"),
        415: text("the request has another form than expected"),
        422: text("the data or the rules have problems"),
        503: text("too much is waiting already"),
    }


def document(
    status: int, detail: str = "", problems: Iterable[Problem] = (), kind: str = "about:blank"
) -> Response[ProblemDocument]:
    """The response that tells a problem."""
    title = str(titles().get(status, text("unexpected fault")))
    told = ProblemDocument(kind, title, status, detail or title, entries(problems))
    return Response(told, status_code=status, media_type=MEDIA_TYPE)


def refused(_: Request[Any, Any, Any], fault: Refused) -> Response[ProblemDocument]:
    """All faults of the data or the rules."""
    status = STATUS.get(type(fault), HTTPStatus.UNPROCESSABLE_ENTITY)
    return document(status, str(fault.problems[0]) if fault.problems else "", fault.problems, REFUSED)


def unfitting(request: Request[Any, Any, Any], fault: HTTPException) -> tuple[int, list[Problem]]:
    """The status of a request that does not fit, and each part of it that does not, with what to do."""
    size = request.app.state.settings.most_uploaded // MEGABYTE
    if fault.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        message = text("more than {size} megabytes were handed in at a time", size=size)
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [Problem("size", message, text("pack it, or hand it in in parts"))]
    if fault.detail == TOO_MANY:
        message = text("more than {n} files were handed in at a time", n=MOST_PARTS)
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [Problem("size", message, text("hand them in in parts"))]
    extra = fault.extra if isinstance(fault.extra, list) else []
    return fault.status_code, [
        Problem("request", text("“{key}” does not fit: {fault}", key=part.get("key", "–"), fault=part.get("message")))
        for part in extra
        if isinstance(part, dict)
    ]


def unfit(request: Request[Any, Any, Any], fault: HTTPException) -> Response[ProblemDocument]:
    """A request that does not fit; each part of it that does not is named."""
    status, found = unfitting(request, fault)
    answer = document(status, "", found)
    answer.headers.update(fault.headers or {})
    return answer


def unexpected(request: Request[Any, Any, Any], fault: Exception) -> Response[ProblemDocument]:
    """A fault of ours: told to the log, not to who asked."""
    log.error("%s %s", request.method, request.url.path, exc_info=fault)
    return document(HTTPStatus.INTERNAL_SERVER_ERROR, str(text("please report it, with what the log says")))
