"""Runs: results, explanations, tables, the file itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from litestar import Router
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import File

from kaohe import Refused
from kaohe.explain import explain
from kaohe.statement import statement
from kaohe.store import open_run
from kaohe_serve import records
from kaohe_serve.api import Number, TheShelf, read, remove
from kaohe_serve.api.documents import InstitutionYear, Page, ResultEntry, RunEntry
from kaohe_serve.problems import NotThere, ProblemEntry, documented
from kaohe_serve.shelf import StoredRun
from kaohe_serve.uploads import safe_name

MOST = 1_000
Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="Rows of a page.")]
Offset = Annotated[int, QueryParameter(ge=0, le=2**53, description="Rows before the page.")]
Words = Annotated[str, QueryParameter(max_length=100)]
SQLITE = "application/octet-stream"


def brief(run: StoredRun, shelf: TheShelf) -> RunEntry:
    """A run in brief."""
    file = shelf.file(run.run)
    about = records.about(file)
    with records.reading(file) as connection:
        status, grades = records.counts(connection, "status"), records.counts(connection, "grade")
        (problems,) = connection.execute("select count(*) from problems").fetchone()
    return RunEntry(
        run.run, run.name, about["scheme"], about["from"], about["to"], run.added, run.order.dataset,
        run.order.corrects, about["closed"], sum(status.values()), status, grades, problems,
    )  # fmt: skip


@read("/runs", operation_id="listRuns", summary="The runs here")
def runs(shelf: TheShelf) -> list[RunEntry]:
    """The last first."""
    return [brief(run, shelf) for run in shelf.runs()]


@read("/runs/{run:uuid}", operation_id="getRun", summary="A run in brief")
def run(run: Number, shelf: TheShelf) -> RunEntry:
    """How many results of each status and grade, and how much is open."""
    return brief(shelf.run(run), shelf)


@remove("/runs/{run:uuid}", operation_id="removeRun", summary="Take a run away")
def remove_run(run: Number, shelf: TheShelf) -> None:
    """For good."""
    shelf.remove_run(run)


@read("/runs/{run:uuid}/results", operation_id="listResults", summary="Results of a run")
def results(
    run: Number,
    shelf: TheShelf,
    kind: Words = "",
    grade: Words = "",
    status: Words = "",
    words: Words = "",
    sort: FromQuery[Literal["rank", "institution", "score", "lowest"]] = "rank",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[ResultEntry]:
    """A page of results: of a kind, grade (`-`: none) or status; `words` are a part of a name or code."""
    chosen = {name: value for name, value in (("kind", kind), ("grade", grade), ("status", status)) if value}
    total, rows = records.results(shelf.file(run), chosen, words, sort, limit, offset)
    return Page(total, offset, limit, [ResultEntry(**row) for row in rows])


@read(
    "/runs/{run:uuid}/institutions/{institution:str}",
    operation_id="explainInstitution",
    summary="An institution's year",
)
def institution(run: Number, institution: FromPath[str], shelf: TheShelf) -> InstitutionYear:
    """Each clause that cost or earned points, with its words, cases and evidence; consequences, appeals and money."""
    stored = open_run(shelf.file(run))
    try:
        return InstitutionYear.of(explain(stored, institution), statement(stored, institution))
    except Refused as refused:
        raise NotThere(refused.problems) from None


@read("/runs/{run:uuid}/problems", operation_id="listProblems", summary="What a run leaves open")
def problems(run: Number, shelf: TheShelf, limit: Limit = 100, offset: Offset = 0) -> Page[ProblemEntry]:
    """Warnings and notes, warnings first."""
    with records.reading(shelf.file(run)) as connection:
        (total,) = connection.execute("select count(*) from problems").fetchone()
        rows = records.problems(connection, limit, offset)
    return Page(total, offset, limit, [_problem(row) for row in rows])


def _problem(row: dict[str, Any]) -> ProblemEntry:
    said = {name: row[name] or "" for name in row if name != "row"}
    return cast("ProblemEntry", {**said, "row": row["row"], "key": "", "place": said["file"]})


@read("/runs/{run:uuid}/tables/{table:str}", operation_id="listTable", summary="A table of a run")
def table(
    run: Number, table: FromPath[str], shelf: TheShelf, limit: Limit = 100, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """A page of any of a run's tables, as it is stored: points and money are decimal text."""
    total, rows = records.page(shelf.file(run), table, limit, offset)
    return Page(total, offset, limit, rows)


@read(
    "/runs/{run:uuid}/file",
    operation_id="downloadRun",
    summary="A run's file",
    media_type=SQLITE,
    responses=documented() | {200: ResponseSpec(bytes, media_type=SQLITE, description="An SQLite file.")},
)
def file(run: Number, shelf: TheShelf) -> File:
    """The whole run as one SQLite file, readable by any tool."""
    return File(shelf.file(run), filename=f"{safe_name(shelf.run(run).name)}.db", media_type=SQLITE)


router = Router("/", route_handlers=[runs, run, remove_run, results, institution, problems, table, file], tags=["runs"])
