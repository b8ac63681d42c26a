"""Two runs side by side: what was changed, who moves, by which clause, and whose money."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from attrs import frozen
from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery

from kaohe import Problem
from kaohe_serve import overview, records
from kaohe_serve.api import TheShelf
from kaohe_serve.pages.rendering import Asked, page
from kaohe_serve.problems import NotThere
from kaohe_serve.words import text

MOST_CLAUSES = 12
"""Clauses that are listed of those by which institutions move."""


@get("/compare", sync_to_thread=True)
def compare(
    request: Asked, shelf: TheShelf, one: FromQuery[UUID | None] = None, other: FromQuery[UUID | None] = None
) -> Response[str]:
    """Choose two runs; or, with both, what differs."""
    runs, kept = shelf.runs(), shelf.comparisons()
    if one is None or other is None:
        return page(request, "compare.html", runs=runs, one=one, other=other, pair=None, kept=kept)
    left, right = shelf.run(one), shelf.run(other)
    files = shelf.file(one), shelf.file(other)
    found = overview.moved(*files)
    abouts = [records.about(file) for file in files]
    return page(
        request, "compare.html", runs=runs, one=one, other=other, pair=(left, right), abouts=abouts, kept=kept,
        moved=found[: overview.MOST_MOVED], total=len(found),
        changed=overview.moved_accounts(*files), regions=overview.moved_regions(*files),
        graded=sum(entry.one["grade"] != entry.other["grade"] for entry in found),
        causes=_causes(*files),
    )  # fmt: skip


@frozen(eq=False)
class Causes:
    """What was changed between two runs, by which clauses institutions move, and what moves each sheet."""

    changes: list[Any]
    clauses: list[dict[str, Any]]
    all: int
    parts: pl.DataFrame


@lru_cache(maxsize=8)
def _causes(before: Path, after: Path) -> Causes | None:
    """Why two runs differ; None without kaohe-compare. Remembered: a run does not change."""
    if find_spec("kaohe_compare") is None:
        return None
    from kaohe_compare import diff

    found = diff(before, after)
    clauses = found.clauses.sort(pl.col("change").abs(), descending=True)
    changes = [change for change in found.changes if change.what != "corrects"]  # its page says it
    return Causes(changes, clauses.head(MOST_CLAUSES).to_dicts(), clauses.height, found.parts)


@get("/compare/institutions/{institution:str}", sync_to_thread=True)
def compare_institution(
    request: Asked, institution: FromPath[str], shelf: TheShelf, one: FromQuery[UUID], other: FromQuery[UUID]
) -> Response[str]:
    """One institution in two runs: sheet by sheet what moves it, and its money."""
    pair = (shelf.run(one), shelf.run(other))
    files = [shelf.file(number) for number in (one, other)]
    found = next((each for each in overview.moved(*files) if each.institution == institution), None)
    if found is None:
        message = text("“{institution}” is the same in both runs, or in neither", institution=institution[:100])
        raise NotThere([Problem("institution", message, text("choose one of the list"))])
    parts: list[dict[str, Any]] = []
    words: dict[tuple[str, str], str] = {}
    scorers: dict[str, str] = {}
    if (causes := _causes(*files)) is not None:
        parts = causes.parts.filter(pl.col("institution") == institution).to_dicts()
        with records.reading(files[1]) as connection:
            clauses = records.every(connection, "select rubric, clause, text from clauses")
            words = {(row["rubric"], row["clause"]): row["text"] for row in clauses}
            scorers = records.names(connection, "scorer")
    return page(
        request, "compare_institution.html", pair=pair, one=one, other=other, found=found, parts_=parts, words=words,
        scorers=scorers,
    )  # fmt: skip


router = Router("/", route_handlers=[compare, compare_institution], include_in_schema=False)
