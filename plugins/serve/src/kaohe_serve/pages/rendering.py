"""Templates into pages, in the language of the moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from babel.dates import format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from kaohe.accounts import ACCOUNTS, FUNDS, STEPS, named
from kaohe.causes import cause_said
from kaohe.command.summary import status_names
from kaohe.dataset import CONTRACT
from kaohe.messages import language
from kaohe.money import shown
from kaohe.problems import Refused
from kaohe_serve.problems import STATUS, entries, titles, unexpected, unfitting
from kaohe_serve.versions import refusal
from kaohe_serve.words import TAGS, plural, segment, stored_tables, text

INPUT = "in_"
"""What the names of a run's input tables begin with."""
Asked = Request[Any, Any, Any]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kaohe_serve"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"text": text, "plural": plural, "status_names": status_names, "query": _query}
    environment.filters |= {
        "kind": lambda code: CONTRACT["institutions"].columns["kind"].shown(code),
        "choice": lambda code, table, column: CONTRACT[table].columns[column].shown(code),
        "table": lambda name: str(CONTRACT[name]) if name in CONTRACT else name,
        "column": lambda name, table: str(CONTRACT[table].columns.get(name, name)),
        "cell": _cell,
        "stored": _stored,
        "account": lambda code: named(ACCOUNTS, code),
        "fund": lambda code: named(FUNDS, code),
        "step": lambda code: named(STEPS, code),
        "figure": lambda value: f"{Decimal(value):,}",
        "cause": cause_said,
        "letter_of": lambda side, letters: letters[side],
        "yuan": yuan,
        "points": lambda value: f"{value.normalize():f}" if value else "0",
        "when": _when,
        "segment": lambda code: segment(str(code)),
        "megabytes": lambda size: (
            f"{max(1, round(size / 2**20)):,} MB" if size >= 2**20 else f"{-(-size // 1024):,} KB"
        ),
    }
    return environment


def _cell(value: object, table: str, column: str) -> str:
    """A cell of an input table, for people."""
    known = CONTRACT[table].columns.get(column)
    return known.shown(str(value)) if known is not None and known.type == "choice" else str(value)


def _stored(table: str) -> str:
    """What a table of a run is called."""
    if table.startswith(INPUT):
        name = table.removeprefix(INPUT)
        return str(text("handed in: {table}", table=CONTRACT[name])) if name in CONTRACT else table
    return str(stored_tables().get(table, table))


def yuan(amount: object) -> str:
    """An amount with two decimals and its thousands apart."""
    return shown(Decimal(str(amount)))


def _when(moment: datetime) -> str:
    """A moment as this machine's clock shows it."""
    return format_datetime(moment.astimezone(), "yyyy-MM-dd HH:mm", locale=language())


def _query(given: Mapping[str, object], **changed: object) -> str:
    """The query of a link: what is given, changed, without what is empty."""
    whole = {name: value for name, value in {**given, **changed}.items() if value not in ("", None)}
    return f"?{urlencode(whole)}" if whole else "?"


def root_of(request: Asked) -> str:
    """Where the application is mounted: what every link begins with."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def page(request: Asked, template: str, code: int = HTTPStatus.OK, /, **values: object) -> Response[str]:
    """A page made of a template."""
    common = {
        "root": root_of(request),
        "tag": TAGS[language()],
        "here": _here(request),
        "languages": {"zh_CN": "中文", "en": "English"},
        "language": language(),
        "most": request.app.state.settings.most_uploaded,
    }
    html = _environment().get_template(template).render(common | values)
    return Response(html, status_code=code, media_type=MediaType.HTML)


def _here(request: Asked) -> str:
    """The page that is shown, for coming back to it; after a form was sent, the first one."""
    path = request.scope["path"] if request.method == "GET" else "/"
    return f"{path}?{request.url.query}" if request.method == "GET" and request.url.query else path


def to(request: Asked, path: str) -> Redirect:
    """Go on at a path of this application."""
    return Redirect(f"{root_of(request)}{path}", status_code=303)


def attachment(name: str) -> dict[str, str]:
    """The header by which an answer is kept as a file of this name."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def refused(request: Asked, fault: Refused) -> Response[str]:
    """The page that tells every fault."""
    return _told(request, STATUS.get(type(fault), HTTPStatus.UNPROCESSABLE_ENTITY), entries(fault.problems))


def unfit(request: Asked, fault: HTTPException) -> Response[Any]:
    """The page for a request that does not fit; without the token, the one that asks for it."""
    if fault.status_code == HTTPStatus.UNAUTHORIZED:
        return page(request, "token.html", fault.status_code, wrong=False)
    status, found = unfitting(request, fault)
    return _told(request, status, entries(found))


def broken(request: Asked, fault: Exception) -> Response[str]:
    """The page for a fault of ours, or for a run of another version."""
    if (foreign := refusal(request)) is not None:
        run = request.path_params.get("run")
        return _told(request, HTTPStatus.UNPROCESSABLE_ENTITY, entries(foreign.problems), whole=run)
    unexpected(request, fault)
    return _told(request, HTTPStatus.INTERNAL_SERVER_ERROR, [])


def _told(request: Asked, status: int, problems: list[Any], whole: object = None) -> Response[str]:
    """The page of what is wrong; `whole`: the run that can be taken home all the same."""
    title = str(titles().get(status, text("unexpected fault")))
    return page(request, "problem.html", status, title=title, problems=problems, whole=whole)
