"""A run, one click deeper each time: the city, a kind, an institution, an item, a clause, the evidence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery

from kaohe import Problem, Refused
from kaohe.command.basis import basis_said
from kaohe.command.explain import points_said, score_said
from kaohe.command.findings import found_under, quantity_said
from kaohe.explain import ClauseStory, Explanation, ItemStory, Record, explain
from kaohe.store import open_run
from kaohe_serve import overview, papers, records
from kaohe_serve.api import Number, TheShelf
from kaohe_serve.pages.rendering import Asked, page
from kaohe_serve.problems import NotThere
from kaohe_serve.words import text

ROWS = 50
"""Rows of a page."""
PROBLEMS = 200
"""Remarks of a page."""
MOST_OPEN = 12
"""What is left open, as far as it stands on the first page."""


@get("/runs/{run:uuid}", sync_to_thread=True)
def show_run(request: Asked, run: Number, shelf: TheShelf) -> Response[str]:
    """The city."""
    file = shelf.file(run)
    with records.reading(file) as connection:
        found = {
            "kinds": overview.kinds(connection),
            "common": overview.common(connection),
            "money": overview.money(connection),
            "status": records.counts(connection, "status"),
            "regions": overview.regions(connection),
            "problems": records.problems(connection, MOST_OPEN),
            "assumed": records.assumed(connection),
            "open_problems": connection.execute("select count(*) from problems").fetchone()[0],
        }
    others = [other for other in shelf.runs() if other.run != run]
    return page(request, "run.html", run=shelf.run(run), about=records.about(file), others=others, **found)


@get("/runs/{run:uuid}/results", sync_to_thread=True)
def show_results(
    request: Asked,
    run: Number,
    shelf: TheShelf,
    kind: FromQuery[str] = "",
    grade: FromQuery[str] = "",
    status: FromQuery[str] = "",
    clause: FromQuery[str] = "",
    words: FromQuery[str] = "",
    sort: FromQuery[str] = "rank",
    start: FromQuery[int] = 0,
) -> Response[str]:
    """A kind, or all, or those that a clause (RUBRIC:CLAUSE) cost points: a page of results."""
    file = shelf.file(run)
    start, sort = max(0, start), sort if sort in records.SORTS else "rank"
    wanted = {"kind": kind, "grade": grade, "status": status, "clause": clause}
    chosen = {name: value for name, value in wanted.items() if value}
    total, rows = records.results(file, chosen, words, sort, ROWS, start)
    with records.reading(file) as connection:
        told = records.clause(connection, clause)
        offered = {name: records.counts(connection, name) for name in ("kind", "grade", "status")}
    given = {**chosen, "words": words, "sort": sort if sort != "rank" else ""}
    return page(
        request, "results.html", run=shelf.run(run), rows=rows, total=total, start=start, size=ROWS, given=given,
        offered=offered, kind=kind, grade=grade, status=status, words=words, sort=sort,
        clause=told,
    )  # fmt: skip


@get("/runs/{run:uuid}/institutions/{institution:str}", sync_to_thread=True)
def show_institution(request: Asked, run: Number, institution: FromPath[str], shelf: TheShelf) -> Response[str]:
    """An institution: its result and what it rests on, item by item."""
    told = _told(shelf.file(run), institution)
    with records.reading(shelf.file(run)) as connection:
        money = overview.money(connection, institution)
    return page(
        request,
        "institution.html",
        run=shelf.run(run),
        told=told,
        score=score_said(told),
        basis=[basis_said(code, told.parameters) for code in told.basis],
        marking=list(dict.fromkeys((entry.scorer, entry.scorer_name) for item in told.items for entry in item.points)),
        points=lambda item: {entry.scorer: (entry, points_said(item, entry)) for entry in item.points},
        width=_width,
        money=money,
        office=papers.office(),
    )


@get("/runs/{run:uuid}/institutions/{institution:str}/items/{item:str}", sync_to_thread=True)
def show_item(
    request: Asked, run: Number, institution: FromPath[str], item: FromPath[str], shelf: TheShelf
) -> Response[str]:
    """An item: its points on each sheet, and the clauses that made them; then all its clauses."""
    file = shelf.file(run)
    told = _told(file, institution)
    story = _one([each for each in told.items if each.item == item])
    with records.reading(file) as connection:
        query = "select * from clauses where rubric = ? and item = ? order by rowid"
        clauses = records.every(connection, query, [records.about(file)["kinds"].get(told.kind, ""), item])
    return page(
        request, "item.html", run=shelf.run(run), told=told, item=story, clauses=clauses, found=found_under,
        points=[(entry, points_said(story, entry)) for entry in story.points],
    )  # fmt: skip


@get("/runs/{run:uuid}/institutions/{institution:str}/clauses/{clause:str}", sync_to_thread=True)
def show_clause(
    request: Asked, run: Number, institution: FromPath[str], clause: FromPath[str], shelf: TheShelf
) -> Response[str]:
    """A clause: its words, and every record that it counted."""
    told = _told(shelf.file(run), institution)
    story, item = _clause(told, clause)
    direction = item.direction if item else "veto"
    findings = [
        (finding, quantity_said(story, finding, direction), [(entry, _named(entry)) for entry in finding.records])
        for finding in story.findings
    ]
    return page(request, "clause.html", run=shelf.run(run), told=told, clause=story, item=item, findings=findings)


@get("/runs/{run:uuid}/institutions/{institution:str}/evidence", sync_to_thread=True)
def show_evidence(
    request: Asked, run: Number, institution: FromPath[str], shelf: TheShelf, table: FromQuery[str], row: FromQuery[str]
) -> Response[str]:
    """A record as it was handed in, where it counts, and whether it is disputed."""
    told = _told(shelf.file(run), institution)
    with records.reading(shelf.file(run)) as connection:
        record = _record(records.every(connection, _RECORDS.get(table, "select 1 where ? = ?"), [institution, row]))
    counted = [
        (clause, item)
        for item in told.items
        for clause in item.clauses
        if any(entry.table == table and _named(entry) == row for found in clause.findings for entry in found.records)
    ]
    appeals = [appeal for appeal in told.appeals if appeal.table == table and appeal.row == row]
    return page(
        request, "evidence.html", run=shelf.run(run), told=told, table=table, row=row, record=record,
        counted=counted, appeals=appeals, known=_known(told),
    )  # fmt: skip


_RECORDS = {
    "events": "select * from in_events where institution = ? and event = ?",
    "metrics": """select * from in_metrics
        where institution = ? and trim(coalesce(scorer, '') || ' ' || fact || ' ' || period) = ?""",
    "marks": "select * from in_marks where institution = ? and scorer || ' ' || item = ?",
}


@get("/runs/{run:uuid}/problems", sync_to_thread=True)
def show_problems(request: Asked, run: Number, shelf: TheShelf, start: FromQuery[int] = 0) -> Response[str]:
    """What the run leaves open, the gravest first."""
    start = max(0, start)
    with records.reading(shelf.file(run)) as connection:
        rows = records.problems(connection, PROBLEMS, start)
        (total,) = connection.execute("select count(*) from problems").fetchone()
    return page(request, "problems.html", run=shelf.run(run), problems=rows, start=start, size=PROBLEMS, total=total)


def _named(record: Record) -> str:
    """How an appeal names a record; a metric after the scorer whose it is."""
    if record.table != "metrics" or not record.scorer:
        return record.row
    return f"{record.scorer} {record.row}"


def _known(told: Explanation) -> dict[tuple[str, str], str]:
    """What scorers and facts are called, by column and code."""
    scorers = {("scorer", sheet.scorer): sheet.scorer_name for sheet in told.sheets if sheet.scorer_name}
    clauses = [clause for item in told.items for clause in item.clauses]
    return scorers | {("fact", clause.fact): clause.fact_name for clause in clauses}


def _told(file: Path, institution: str) -> Explanation:
    try:
        return explain(open_run(file), institution)
    except Refused as refused:
        raise NotThere(refused.problems) from None


def _one(found: list[Any]) -> Any:
    if not found:
        raise NotThere(
            [Problem("institution", text("there is no such item or clause"), text("choose one of the list"))]
        )
    return found[0]


def _record(found: list[dict[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = _one(found)
    return record


def _clause(told: Explanation, clause: str) -> tuple[ClauseStory, ItemStory | None]:
    of_items: list[tuple[ClauseStory, ItemStory | None]] = [
        (story, item) for item in told.items for story in item.clauses if story.clause == clause
    ]
    vetoes = [(story, None) for story in told.vetoes if story.clause == clause]
    found: tuple[ClauseStory, ItemStory | None] = _one([*of_items, *vetoes])
    return found


def _width(points: str, full: str, beyond: str = "0") -> str:
    """Points (beyond others) as a share of the full score, for the width of a bar."""
    worth = Decimal(points or 0) - Decimal(beyond or 0)
    share = worth * 100 / Decimal(full) if Decimal(full) else Decimal(0)
    return format(max(Decimal(0), min(Decimal(100), share)).quantize(Decimal("0.1")), "f")


router = Router(
    "/",
    route_handlers=[show_run, show_results, show_institution, show_item, show_clause, show_evidence, show_problems],
    include_in_schema=False,
)
