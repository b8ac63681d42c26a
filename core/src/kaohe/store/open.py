"""Reading a run, whichever form it has."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from attrs import frozen

from kaohe.messages import language, text
from kaohe.problems import Problem, Refused

ABOUT = {"name", "scheme", "stages", "parameters", "closed"}
"""Columns by which the table `run` of a run is known."""


class Stored(Protocol):
    """A run on disk, opened for reading."""

    @property
    def about(self) -> Mapping[str, Any]:
        """The row of the table `run`."""

    def rows(self, table: str, **where: str) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table."""


@frozen(eq=False)
class SQLiteRun:
    """A run in one SQLite file."""

    path: Path
    about: Mapping[str, Any]

    def rows(self, table: str, **where: str) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table."""
        with _readable(self.path), closing(_connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            known = connection.execute("select 1 from sqlite_master where name = ?", [table]).fetchone()
            if known is None:
                return []
            clause = " and ".join(f'"{column}" = ?' for column in where)
            # An index would give another order than the table has.
            query = f'select * from "{table}"' + (f" where {clause}" if clause else "") + " order by _rowid_"
            return [dict(row) for row in connection.execute(query, list(where.values()))]


@frozen(eq=False)
class ParquetRun:
    """A run in a folder of Parquet files."""

    path: Path
    about: Mapping[str, Any]

    def rows(self, table: str, **where: str) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table."""
        file = self.path / f"{table}.parquet"
        if not file.exists():
            return []
        chosen = [pl.col(column) == value for column, value in where.items()]
        with _readable(file):
            return pl.scan_parquet(file).filter(*chosen).collect().to_dicts()


def parameters(run: Stored) -> list[dict[str, Any]]:
    """The parameters of a run, those of the grade's scheme last; `name` and `option` in the language of the moment."""
    entries: list[dict[str, Any]] = json.loads(run.about["parameters"])
    if language() == "en":
        return [{**entry, "name": entry["name_en"], "option": entry["option_en"]} for entry in entries]
    return entries


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Damage inside a run is told as such; raises Refused."""
    try:
        yield
    except (OSError, sqlite3.Error, pl.exceptions.PolarsError) as fault:
        message = text("the file cannot be read: {fault}", fault=fault)
        raise Refused([Problem("run", message, file=str(file))]) from fault


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _about(row: dict[str, Any]) -> dict[str, Any]:
    """The row, if it is a run's."""
    if not row.keys() >= ABOUT:
        raise TypeError
    return row


def open_run(path: Path) -> Stored:
    """The run at a path; raises Refused where there is none."""
    try:
        if path.is_dir():
            return ParquetRun(path, _about(pl.read_parquet(path / "run.parquet").to_dicts()[0]))
        with closing(_connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return SQLiteRun(path, _about(dict(connection.execute("select * from run").fetchone())))
    except (OSError, sqlite3.Error, pl.exceptions.PolarsError, TypeError, IndexError):
        message = text("there is no run here")
        raise Refused([Problem("run", message, text("kaohe run … --out FILE makes one"), file=str(path))]) from None
