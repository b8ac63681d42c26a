"""A run taken home: the file itself, and its tables as CSV that a spreadsheet program opens rightly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import File, Stream

from kaohe_serve import papers, records
from kaohe_serve.api import Number, TheShelf
from kaohe_serve.api.runs import SQLITE
from kaohe_serve.pages.rendering import Asked, attachment, page
from kaohe_serve.uploads import safe_name

ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet program might take for a formula."""


@get("/runs/{run:uuid}/export", sync_to_thread=True)
def show_export(request: Asked, run: Number, shelf: TheShelf, made: FromQuery[str] = "") -> Response[str]:
    """What can be taken home; `made`: the paper that was made just now."""
    with records.reading(shelf.file(run)) as connection:
        tables = records.tables(connection)
    offered = {paper: papers.made(shelf.papers(run), paper) for paper in papers.offered()}
    fresh = next((paper for paper, found in offered.items() if paper == made and found), None)
    return page(
        request, "export.html", run=shelf.run(run), tables=tables, papers=offered, titles=papers.titles(), fresh=fresh
    )


@get("/runs/{run:uuid}/export/run.db", sync_to_thread=True)
def whole(run: Number, shelf: TheShelf) -> File:
    """The run as one file."""
    return File(shelf.file(run), filename=f"{safe_name(shelf.run(run).name)}.db", media_type=SQLITE)


@get("/runs/{run:uuid}/export/{table:str}", sync_to_thread=True)
def one_table(run: Number, table: FromPath[str], shelf: TheShelf) -> Stream:
    """One table as CSV."""
    name = table.removesuffix(".csv")
    records.page(shelf.file(run), name, 1, 0)
    lines = _lines(shelf.file(run), name)
    return Stream(lines, media_type="text/csv; charset=utf-8", headers=attachment(f"{name}.csv"))


def _lines(file: Path, table: str) -> Iterator[bytes]:
    """The table as CSV with a byte order mark, some rows at a time."""
    with records.reading(file) as connection:
        found = connection.execute(f'select * from "{table}"')
        yield "\ufeff".encode()
        yield _csv([[column[0] for column in found.description]])
        while rows := found.fetchmany(1_000):
            yield _csv([[_quiet(cell) for cell in row] for row in rows])


def _csv(rows: list[list[object]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _quiet(cell: object) -> object:
    """A text that could be taken for a formula begins with an apostrophe; a number is a number."""
    if not isinstance(cell, str) or not cell.startswith(ACTIVE):
        return cell
    return cell if cell.lstrip("-").replace(".", "", 1).isdigit() else f"'{cell}"


router = Router("/", route_handlers=[show_export, whole, one_table], include_in_schema=False)
