"""A stored run, read a page at a time from its SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from kaohe import Problem
from kaohe.messages import language
from kaohe_serve.problems import NotThere
from kaohe_serve.words import text

SORTS = {
    "rank": "r.kind, r.rank is null, r.rank, r.institution",
    "institution": "r.institution",
    "score": "r.score is null, r.score collate decimal desc, r.institution",
    "lowest": "r.score is null, r.score collate decimal, r.institution",
}
"""The orders in which results can be listed."""

DEDUCTED = """select institution from trace
    where rubric = ? and clause = ? and status <> 'veto' and substr(points, 1, 1) = '-'"""
"""The institutions that a clause cost points."""


class _Sum:
    """An exact sum of numbers written as text."""

    def __init__(self) -> None:
        self.total = Decimal(0)

    def step(self, value: Any, /) -> None:
        """Add one."""
        self.total += Decimal(value or 0)

    def finalize(self) -> str:
        """The sum, as text."""
        return format(self.total, "f")


def _compared(left: str, right: str) -> int:
    one, other = Decimal(left), Decimal(right)
    return (one > other) - (one < other)


def _larger(left: str, right: str) -> int:
    one, other = abs(Decimal(left)), abs(Decimal(right))
    return (one > other) - (one < other)


def _opened(file: Path) -> sqlite3.Connection:
    """A connection that one thread after the other may use, as a streamed answer does."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """The run's file, to be read only; numbers written as text are ordered by `collate decimal` (or `magnitude`).

    `exactly(column)` sums them.
    """
    with closing(_opened(file)) as connection:
        connection.row_factory = sqlite3.Row
        connection.create_collation("decimal", _compared)
        connection.create_collation("magnitude", _larger)
        connection.create_aggregate("exactly", 1, _Sum)  # type: ignore[arg-type]
        yield connection


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables and views of a run."""
    found = connection.execute("select name from sqlite_master where type in ('table', 'view') order by name")
    return [name for (name,) in found if not name.startswith("sqlite_")]


def whole_numbers(file: Path, table: str) -> list[str]:
    """The columns of a table of a run that hold whole numbers; all others hold text."""
    with reading(file) as connection:
        found = connection.execute("select name from pragma_table_info(?) where type = 'INTEGER'", [table])
        return [name for (name,) in found]


def page(file: Path, table: str, limit: int, offset: int) -> tuple[int, list[dict[str, Any]]]:
    """How many rows a table has, and some of them; raises NotThere."""
    with reading(file) as connection:
        if table not in tables(connection):
            raise NotThere([Problem("table", text("this run has no table “{table}”", table=table))])
        (total,) = connection.execute(f'select count(*) from "{table}"').fetchone()
        rows = connection.execute(f'select * from "{table}" limit ? offset ?', [limit, offset]).fetchall()
        return total, [dict(row) for row in rows]


def results(
    file: Path, chosen: Mapping[str, str], words: str, sort: str, limit: int, offset: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many results there are, and some of them, with the institutions' names.

    `chosen`: values of kind, grade or status; a grade `-` is none; `clause`: who lost points by it, as RUBRIC:CLAUSE.
    `words`: a part of the code or the name.
    """
    conditions = ["1"]
    values: list[str] = []
    for column, value in chosen.items():
        if column == "grade" and value == "-":
            conditions.append("r.grade is null")
        elif column == "clause":
            conditions.append(f"r.institution in ({DEDUCTED})")
            values += value.partition(":")[::2]
        else:
            conditions.append(f"r.{column} = ?")
            values.append(value)
    if words:
        conditions.append("(instr(lower(r.institution), lower(?)) or instr(lower(i.name), lower(?)))")
        values += [words, words]
    source = f"results r join in_institutions i using (institution) where {' and '.join(conditions)}"
    with reading(file) as connection:
        (total,) = connection.execute(f"select count(*) from {source}", values).fetchone()
        query = f"select r.*, i.name from {source} order by {SORTS[sort]} limit ? offset ?"
        rows = connection.execute(query, [*values, limit, offset]).fetchall()
        return total, [dict(row) for row in rows]


def about(file: Path) -> dict[str, Any]:
    """The row of the table `run`, what is JSON in it decoded."""
    with reading(file) as connection:
        row = dict(connection.execute("select * from run").fetchone())
    return {
        name: json.loads(value) if name in ("stages", "kinds", "files", "parameters", "versions") else value
        for name, value in row.items()
    }


def problems(connection: sqlite3.Connection, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """What a run leaves open, warnings first, in the language of the moment."""
    query = f"select {_said()} from problems order by severity <> 'warning', rowid limit ? offset ?"
    return every(connection, query, [limit, offset])


def assumed(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """What the run rests on that nobody published, or that departs from the document."""
    return every(connection, f"select {_said()} from problems where code in ('assumption', 'departs') order by rowid")


def _said() -> str:
    """The columns of the table `problems`, its texts in the language of the moment."""
    suffix = "_en" if language() == "en" else ""
    return f'severity, code, "table", "row", "column", file, message{suffix} as message, remedy{suffix} as remedy'


def clause(connection: sqlite3.Connection, named: str) -> dict[str, Any] | None:
    """A clause (RUBRIC:CLAUSE) in the document's words, and where it stands; None where there is none."""
    found = every(connection, "select * from clauses where rubric = ? and clause = ?", named.partition(":")[::2])
    return found[0] if found else None


def counts(connection: sqlite3.Connection, column: str) -> dict[str, int]:
    """How many results there are of each status, grade or kind."""
    query = f"select {column}, count(*) from results where {column} is not null group by 1 order by 1"
    return dict(connection.execute(query).fetchall())


def names(connection: sqlite3.Connection, what: str) -> dict[str, str]:
    """What scorers or institutions are called, by code; empty where the run has no such table."""
    if f"in_{what}s" not in tables(connection):
        return {}
    return dict(connection.execute(f"select {what}, name from in_{what}s where name is not null").fetchall())


def every(connection: sqlite3.Connection, query: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
    """The rows of a query."""
    return [dict(row) for row in connection.execute(query, values).fetchall()]
