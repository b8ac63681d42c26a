"""Reading a run, whichever form it has."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from attrs import evolve, frozen

from kaohe.messages import language, text
from kaohe.problems import Problem, Refused
from kaohe.store.digests import recorded

ABOUT = {"name", "scheme", "stages", "parameters", "language", "closed", "digests"}
"""Columns by which the table `run` of a run is known."""
AT_A_TIME = 100_000
"""Rows of a table that are read at a time."""
UNREADABLE = (OSError, sqlite3.Error, pl.exceptions.PolarsError)
"""What reading a damaged file raises."""
Wanted = str | Collection[str]
"""The value that a column is to equal, or several of which it is to equal one."""


class Stored(Protocol):
    """A run on disk, opened for reading."""

    @property
    def about(self) -> Mapping[str, Any]:
        """The row of the table `run`."""

    def rows(self, table: str, **where: Wanted) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table.

        Raises Refused for an input table of which the run keeps only the digest.
        """

    def together(self, tables: Iterable[str], **where: Wanted) -> dict[str, list[dict[str, Any]]]:
        """The `rows` of several tables by their names, read at once: in half the time of one after the other."""

    def known(self, table: str, column: str, **where: str) -> int:
        """In how many of the rows whose columns equal the given values a column is not null."""

    def tables(self) -> list[str]:
        """The names of the tables."""

    def portions(self, table: str) -> Iterator[pl.DataFrame]:
        """A table's rows in their order, some at a time; text, or whole numbers."""


@frozen(eq=False)
class SQLiteRun:
    """A run in one SQLite file."""

    path: Path
    about: Mapping[str, Any]
    connection: sqlite3.Connection | None = None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The connection that is kept open, or one for this question."""
        with _readable(self.path), ExitStack() as stack:
            yield self.connection or stack.enter_context(closing(_connect(self.path)))

    def rows(self, table: str, **where: Wanted) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table."""
        return self.together([table], **where)[table]

    def together(self, tables: Iterable[str], **where: Wanted) -> dict[str, list[dict[str, Any]]]:
        """The rows of several tables, by one connection."""
        chosen = " and ".join(f'"{column}" in ({", ".join("?" * len(_several(one)))})' for column, one in where.items())
        values = [value for one in where.values() for value in _several(one)]
        with self._reading() as connection:
            connection.row_factory = sqlite3.Row
            there = {name for (name,) in connection.execute("select name from sqlite_master")}
            found = {}
            for table in tables:
                # An index would give another order than the table has.
                query = f'select * from "{table}"' + (f" where {chosen}" if chosen else "") + " order by _rowid_"
                rows = connection.execute(query, values) if table in there else _none_of(table, self)
                found[table] = [dict(row) for row in rows]
            return found

    def known(self, table: str, column: str, **where: str) -> int:
        """In how many of the rows whose columns equal the given values a column is not null."""
        clause = " and ".join(f'"{name}" = ?' for name in where)
        with self._reading() as connection:
            query = f'select count("{column}") from "{table}" where {clause}'
            return int(connection.execute(query, list(where.values())).fetchone()[0])

    def tables(self) -> list[str]:
        """The names of the tables."""
        with _readable(self.path), closing(_connect(self.path)) as connection:
            found = connection.execute("select name from sqlite_master where type = 'table' order by name")
            return [name for (name,) in found]

    def portions(self, table: str) -> Iterator[pl.DataFrame]:
        """A table's rows in their order, some at a time; text, or whole numbers."""
        quoted = table.replace('"', '""')
        with _readable(self.path), closing(_connect(self.path)) as connection:
            names = [name for _, name, *_ in connection.execute(f'pragma table_info("{quoted}")')]
            schema = dict.fromkeys(names, pl.String)
            # As text whatever was put there: SQLite holds no column to its type.
            cells = ", ".join('cast("{}" as text)'.format(name.replace('"', '""')) for name in names)
            rows = connection.execute(f'select {cells} from "{quoted}" order by _rowid_')
            yield pl.DataFrame(rows.fetchmany(AT_A_TIME), schema, orient="row")
            while portion := rows.fetchmany(AT_A_TIME):
                yield pl.DataFrame(portion, schema, orient="row")


@frozen(eq=False)
class ParquetRun:
    """A run in a folder of Parquet files."""

    path: Path
    about: Mapping[str, Any]

    def rows(self, table: str, **where: Wanted) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table."""
        return self.together([table], **where)[table]

    def together(self, tables: Iterable[str], **where: Wanted) -> dict[str, list[dict[str, Any]]]:
        """The rows of several tables, their files read side by side."""
        # What is equal to one value skips the parts of a file that cannot hold it.
        chosen = [
            pl.col(column) == one if isinstance(one, str) else pl.col(column).is_in(_several(one))
            for column, one in where.items()
        ]
        files = {table: self.path / f"{table}.parquet" for table in tables}
        there = {table: pl.scan_parquet(file).filter(*chosen) for table, file in files.items() if file.exists()}
        with _readable(self.path):
            try:
                found = dict(zip(there, pl.collect_all(there.values()), strict=True))
            except UNREADABLE:
                for table, rows in there.items():  # which one it is
                    with _readable(files[table]):
                        rows.collect()
                raise
        return {table: found[table].to_dicts() if table in found else _none_of(table, self) for table in files}

    def known(self, table: str, column: str, **where: str) -> int:
        """In how many of the rows whose columns equal the given values a column is not null."""
        chosen = [pl.col(name) == value for name, value in where.items()]
        with _readable(self.path / f"{table}.parquet"):
            rows = pl.scan_parquet(self.path / f"{table}.parquet").filter(*chosen)
            return int(rows.select(pl.col(column).count()).collect().item())

    def tables(self) -> list[str]:
        """The names of the tables."""
        return sorted(file.stem for file in self.path.glob("*.parquet"))

    def portions(self, table: str) -> Iterator[pl.DataFrame]:
        """A table's rows in their order, some at a time; text, or whole numbers."""
        with _readable(self.path / f"{table}.parquet"):
            frame = pl.scan_parquet(self.path / f"{table}.parquet")
            rows = frame.select(pl.len()).collect().item()
            for first in range(0, max(rows, 1), AT_A_TIME):
                yield frame.slice(first, AT_A_TIME).collect()


def _several(wanted: Wanted) -> list[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _none_of(table: str, run: Stored) -> list[dict[str, Any]]:
    """No rows of a table that a run never had; raises Refused for an input of which it keeps only the digest."""
    if table not in recorded(run.about):
        return []
    message = text("the run keeps only the digest of the table “{table}”", table=table)
    raise Refused([Problem("run", message, text("run the dataset again and keep the input tables (--inputs kept)"))])


def parameters(run: Stored) -> list[dict[str, Any]]:
    """The parameters of a run, those of the grade's scheme last; `name` and `option` in the language of the moment."""
    entries: list[dict[str, Any]] = json.loads(run.about["parameters"])
    if language() == "en":
        return [{**entry, "name": entry["name_en"], "option": entry["option_en"]} for entry in entries]
    return entries


def left_open(run: Stored) -> list[dict[str, Any]]:
    """The rows of the table `problems`; `message` and `remedy` in the language of the moment."""
    rows = run.rows("problems")
    if language() == "en":
        return [{**row, "message": row["message_en"], "remedy": row["remedy_en"]} for row in rows]
    return rows


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Damage inside a run is told as such; raises Refused."""
    try:
        yield
    except UNREADABLE as fault:
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
    except (*UNREADABLE, TypeError, IndexError):
        message = text("there is no run here")
        raise Refused([Problem("run", message, text("kaohe run … --out FILE makes one"), file=str(path))]) from None


@contextmanager
def kept_open(run: Stored) -> Iterator[Stored]:
    """The same run for many questions in a row, in one thread: its file stays open until the block is left."""
    if not isinstance(run, SQLiteRun):
        yield run
        return
    with closing(_connect(run.path)) as connection:
        yield evolve(run, connection=connection)
