"""Closing a run: from then on it is frozen, and says so to whoever tries to change it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl

from kaohe.messages import text
from kaohe.place import beside, put
from kaohe.problems import Problem, Refused
from kaohe.store.open import open_run


def close(path: Path, day: date) -> None:
    """Mark the run as closed on that day; raises Refused where it is none, or closed already.

    An SQLite run refuses every later change of any of its tables, whoever makes it.
    """
    closed = open_run(path).about["closed"]
    if closed:
        message = text("this run was closed on {day} and is frozen", day=closed)
        raise Refused([Problem("closed", message, text("correct it with a new run (--corrects)"), file=str(path))])
    try:
        if path.is_dir():
            file = path / "run.parquet"
            with beside(file) as draft:
                pl.read_parquet(file).with_columns(closed=pl.lit(day.isoformat())).write_parquet(draft)
                put(draft, file)
        else:
            _freeze(path, day.isoformat())
    except (OSError, sqlite3.Error, pl.exceptions.PolarsError) as fault:
        message = text("the run cannot be written: {fault}", fault=fault)
        raise Refused([Problem("out", message, text("check that the file may be changed"), file=str(path))]) from fault


def _freeze(path: Path, day: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update run set closed = ?", [day])
        tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        said = str(text("this run was closed on {day} and is frozen", day=day)).replace("'", "''")
        for (table,) in tables:
            for change in ("insert", "update", "delete"):
                connection.execute(
                    f'create trigger "closed_{table}_{change}" before {change} on "{table}" '
                    f"begin select raise(abort, '{said}'); end"
                )
