"""Writing a run: one SQLite file, or a folder of Parquet; whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from kaohe.messages import text
from kaohe.place import beside, placed, put, refuse_taken
from kaohe.problems import Problem, Refused
from kaohe.run import Run
from kaohe.store.digests import Portions
from kaohe.store.open import open_run
from kaohe.store.sqlite import save_sqlite
from kaohe.store.tables import Inputs, stored_tables

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
            save_sqlite(tables, target)
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


def save_csv(table: pl.DataFrame, target: Path) -> None:
    """Write a table as CSV that Excel opens rightly (UTF-8 with BOM); raises Refused."""
    refuse_taken(target)
    with placed(target) as draft:
        table.write_csv(draft, include_bom=True)


def sink(portions: Portions, file: Path) -> None:
    """Write the portions one after the other into one file; none is held once it is written."""
    parts = portions()
    first = next(parts)
    schema, waiting = first.schema, chain([first], parts)
    del first

    def source(columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        return waiting if columns is None else (part.select(columns) for part in waiting)

    frame = register_io_source(source, schema=schema, is_pure=False)
    frame.sink_parquet(file, row_group_size=ROW_GROUP, maintain_order=True)


def _save_parquet(tables: Mapping[str, Portions], target: Path) -> None:
    with beside(target) as draft:
        draft.mkdir()
        for name, portions in tables.items():
            sink(portions, draft / f"{name}.parquet")
        put(draft, target)
