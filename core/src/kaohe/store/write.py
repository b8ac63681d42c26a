"""Writing a run: one SQLite file, or a folder of Parquet; whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from polars.io.plugins import register_io_source

from kaohe.messages import text
from kaohe.place import beside, placed, put, refuse_taken
from kaohe.problems import Problem, Refused
from kaohe.run import Run
from kaohe.store.digests import Portions
from kaohe.store.open import open_run
from kaohe.store.tables import Inputs, stored_tables

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor
    from sqlite_utils import Database

KEYS = {
    "trace": ["institution"],
    "items": ["institution"],
    "scores": ["institution"],
    "totals": ["institution"],
    "results": ["institution"],
    "exempt": ["institution"],
    "procedure": ["institution"],
    "consequences": ["institution"],
    "in_events": ["institution", "fact"],
    "in_metrics": ["institution", "fact"],
    "in_institutions": ["institution"],
    "in_served": ["institution"],
    "in_history": ["institution"],
    "in_marks": ["institution"],
    "journal": ["institution"],
    "appealed": ["institution"],
    "in_payments": ["institution"],
}
EVIDENCE = {
    "in_events": """
select t.institution, t.scorer, t.rubric, t.item, t.clause, t.period, t.points, 'events' as "table",
       e.event as "row", e.scorer as recorded_by, e.date, e.count as quantity, null as denominator,
       e.evidence, e.status
  from trace t join clauses c on c.rubric = t.rubric and c.clause = t.clause
  join in_events e on e.institution = t.institution and e.fact = c.fact
 where e.status <> 'withdrawn' and (e.scorer = t.scorer or coalesce(e.scorer, '') = '')
   and (length(t.period) = 4 or substr(coalesce(e.handled, e.date), 1, 7) = t.period)
""",
    "in_metrics": """
select t.institution, t.scorer, t.rubric, t.item, t.clause, t.period, t.points, 'metrics' as "table",
       m.fact || ' ' || m.period as "row", m.scorer as recorded_by, null as date, m.numerator as quantity,
       m.denominator, m.evidence, m.status
  from trace t join clauses c on c.rubric = t.rubric and c.clause = t.clause
  join in_metrics m on m.institution = t.institution and m.fact = c.fact and m.period = t.period
 where m.status <> 'withdrawn' and (m.scorer = t.scorer or coalesce(m.scorer, '') = '')
""",
}
"""The view that leads from each row of the trace to the records it counts: its parts by input table."""


ROW_GROUP = 50_000
"""Rows of a Parquet file that are stored together; left open, it would depend on the number of processors."""

FOREIGN = (".xlsx", ".xls", ".csv", ".parquet", ".json", ".toml", ".txt")
"""Suffixes by which a person would expect something else than a run."""


def save(run: Run, target: Path, inputs: Inputs = "kept") -> None:
    """Write the run to a file (SQLite) or, where the target has no suffix, a folder (Parquet); raises Refused.

    `inputs`: whether the run keeps the tables that it was computed from, or, as Parquet, only their digests.
    """
    refuse_name(target, inputs)
    _may_be_replaced(target)
    write_tables(stored_tables(run, inputs), target)


def write_tables(tables: Mapping[str, Portions], target: Path) -> None:
    """Write a run's tables in place of what is there; raises Refused, and then nothing has changed."""
    try:
        if target.suffix:
            _save_sqlite(tables, target)
        else:
            _save_parquet(tables, target)
    except (OSError, sqlite3.Error, pl.exceptions.PolarsError) as fault:
        message = text("the run cannot be written: {fault}", fault=fault)
        remedy = text("choose another place; nothing was changed there")
        raise Refused([Problem("out", message, remedy, file=str(target))]) from fault


def refuse_name(target: Path, inputs: Inputs = "kept") -> None:
    """Refuse a target that cannot become such a run; said before anything is computed."""
    if target.suffix and inputs == "digests":
        message = text("only a folder of Parquet can leave the input tables out")
        raise Refused([Problem("out", message, text("choose a name without suffix (--out)"), file=str(target))])
    if not target.name or target.suffix.lower() in FOREIGN:
        message = text("a run is an SQLite file (.db) or, without a suffix, a folder of Parquet")
        raise Refused([Problem("out", message, text("choose another name (--out)"), file=str(target))])
    if not target.parent.is_dir():
        message = text("the folder “{folder}” does not exist", folder=target.parent)
        raise Refused([Problem("out", message, text("make it first"), file=str(target))])


def _may_be_replaced(target: Path) -> None:
    """A run may be written over a run, not over anything else, and not over a closed one."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    message = text("something else stands here, not a run")
    something_else = Refused([Problem("out", message, text("choose another name (--out)"), file=str(target))])
    if target.is_dir() and any(entry.suffix != ".parquet" for entry in target.iterdir()):
        raise something_else
    try:
        about = open_run(target).about
    except Refused:
        raise something_else from None
    if about["closed"]:
        message = text("this run was closed on {day} and is frozen", day=about["closed"])
        raise Refused([Problem("closed", message, text("choose another name (--out)"), file=str(target))])


def _save_sqlite(tables: Mapping[str, Portions], target: Path) -> None:
    from adbc_driver_sqlite import dbapi
    from sqlite_utils import Database

    with beside(target) as draft:
        with closing(sqlite3.connect(draft)) as connection:
            connection.executescript("pragma journal_mode = off; pragma synchronous = off;")
            database = Database(connection)
            try:
                with dbapi.connect(str(draft), autocommit=True) as writing, writing.cursor() as cursor:
                    for pragma in ("journal_mode = off", "synchronous = off"):
                        cursor.execute(f"pragma {pragma}")
                    for name, portions in tables.items():
                        _insert(database, cursor, name, portions)
            except dbapi.Error as fault:
                raise sqlite3.OperationalError(" ".join(str(fault).split())) from fault
            for name in (name for name in KEYS if name in tables):
                database.table(name).create_index(KEYS[name])
            if records := [part for table, part in EVIDENCE.items() if table in tables]:
                database.create_view("evidence", " union all ".join(records))
            connection.commit()
        put(draft, target)


def _insert(database: Database, cursor: Cursor, name: str, portions: Portions) -> None:
    """Make the table, then hand over its portions in columns."""
    for number, frame in enumerate(portions()):
        if number == 0:
            kinds = {column: int if kind.is_integer() else str for column, kind in frame.schema.items()}
            database.table(name).create(kinds)
            database.conn.commit()
        if len(frame):
            cursor.adbc_ingest(name, frame, mode="append")


def save_csv(table: pl.DataFrame, target: Path) -> None:
    """Write a table as CSV that Excel opens rightly (UTF-8 with BOM); raises Refused."""
    refuse_taken(target)
    with placed(target) as draft:
        table.write_csv(draft, include_bom=True)


def _sink(portions: Portions, file: Path) -> None:
    """Write the portions one after the other into one file."""
    parts = portions()
    first = next(parts)

    def source(columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        for part in chain([first], parts):
            yield part if columns is None else part.select(columns)

    frame = register_io_source(source, schema=first.schema, is_pure=False)
    frame.sink_parquet(file, row_group_size=ROW_GROUP, maintain_order=True)


def _save_parquet(tables: Mapping[str, Portions], target: Path) -> None:
    with beside(target) as draft:
        draft.mkdir()
        for name, portions in tables.items():
            _sink(portions, draft / f"{name}.parquet")
        put(draft, target)
