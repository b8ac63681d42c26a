"""Closing a run: from then on it is frozen, and says so to whoever tries to change it.

Nothing on a disk is proof against its owner. What closing gives is three things: kaohe does not write over the run,
the database itself refuses changes, and the files are read-only. Whoever gets round them is found by the digest that
was noted on closing (`verify`).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from stat import S_IWGRP, S_IWOTH, S_IWUSR

import polars as pl

from kaohe.messages import text
from kaohe.place import beside, put
from kaohe.problems import Problem, Refused
from kaohe.store.open import open_run

CHANGES = ("insert", "update", "delete")
WRITABLE = S_IWUSR | S_IWGRP | S_IWOTH


def close(path: Path, day: date) -> list[Problem]:
    """Mark the run as closed on that day and make it read-only; raises Refused where it is none, or closed already.

    An SQLite run refuses every later change of any of its tables, whoever makes it. Returned is what could not be
    made read-only, as a file system without permissions cannot.
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
    _make_read_only(path)
    return [Problem("writable", text("the file can still be changed: here it cannot be made read-only"),
                    text("keep the digest elsewhere; kaohe verify --digest holds the run against it"), "warning",
                    file=str(path))] if writable(path) else []  # fmt: skip


def writable(path: Path) -> bool:
    """Whether any file of the run, or its folder, may be changed by somebody without being made writable first."""
    return any(one.stat().st_mode & WRITABLE for one in _files(path))


def thawed(path: Path, tables: list[str]) -> list[str]:
    """Those of the tables of a closed SQLite run that no longer refuse every change; none of a folder of Parquet."""
    if path.is_dir():
        return []
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        kept = {name for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'")}
    return [table for table in tables if not {_trigger(table, change) for change in CHANGES} <= kept]


def _freeze(path: Path, day: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update run set closed = ?", [day])
        tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        said = str(text("this run was closed on {day} and is frozen", day=day)).replace("'", "''")
        for (table,) in tables:
            for change in CHANGES:
                connection.execute(
                    f'create trigger "{_trigger(table, change)}" before {change} on "{table}" '
                    f"begin select raise(abort, '{said}'); end"
                )


def _trigger(table: str, change: str) -> str:
    return f"closed_{table}_{change}"


def _make_read_only(path: Path) -> None:
    for one in _files(path):
        try:
            one.chmod(one.stat().st_mode & ~WRITABLE)
        except OSError:  # another's file, or a file system without permissions: told by `writable`
            continue


def _files(path: Path) -> list[Path]:
    """The file, or the folder's files and then the folder."""
    return [*sorted(path.iterdir()), path] if path.is_dir() else [path]
