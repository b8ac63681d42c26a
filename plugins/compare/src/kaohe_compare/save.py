"""A comparison on disk: a workbook for people, or an SQLite file; whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kaohe import Problem, Refused
from kaohe.place import beside, put
from kaohe_compare.comparing import Comparison
from kaohe_compare.tables import plain, tables
from kaohe_compare.words import text
from kaohe_compare.workbook import write as write_workbook

WORKBOOK, DATABASES = ".xlsx", (".db", ".sqlite")


def refuse_name(target: Path) -> None:
    """Refuse a target that cannot become a comparison, before anything is computed; raises Refused."""
    if target.suffix.lower() not in (WORKBOOK, *DATABASES):
        message = text("a comparison is a workbook (.xlsx) or an SQLite file (.db)")
        raise Refused([Problem("out", message, text("choose another name (--out)"), file=str(target))])
    if not target.parent.is_dir():
        message = text("the folder “{folder}” does not exist", folder=target.parent)
        raise Refused([Problem("out", message, text("make it first"), file=str(target))])
    if target.exists() and not _is_comparison(target):
        message = text("something else stands here, not a comparison")
        raise Refused([Problem("out", message, text("choose another name (--out)"), file=str(target))])


def _is_comparison(target: Path) -> bool:
    """Whether a comparison in a database is here; a workbook may have been worked on, and is left alone."""
    if target.suffix.lower() not in DATABASES or not target.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{target.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            there = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
    except sqlite3.Error:
        return False
    return {"sides", "coverage", "score_parts"} <= there


def save(comparison: Comparison, target: Path) -> None:
    """Write the comparison; raises Refused."""
    refuse_name(target)
    write = write_workbook if target.suffix.lower() == WORKBOOK else _database
    try:
        with beside(target) as draft:
            write(comparison, draft)
            put(draft, target)
    except (OSError, sqlite3.Error) as fault:
        message = text("the comparison cannot be written: {fault}", fault=fault)
        raise Refused([Problem("out", message, text("choose another place"), file=str(target))]) from fault


def _database(comparison: Comparison, target: Path) -> None:
    from sqlite_utils import Database

    with closing(sqlite3.connect(target)) as connection:
        database = Database(connection)
        for name, rows in tables(comparison).items():
            types = {column: int if kind.is_integer() else str for column, kind in plain(rows).schema.items()}
            database.table(name).create(types)
            holes = ", ".join("?" * len(types))
            connection.executemany(f'insert into "{name}" values ({holes})', plain(rows).iter_rows())
        connection.commit()
