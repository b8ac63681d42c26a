"""A run on disk as its reader sees it, and what else may stand where a run is to go."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

Rows = list[dict[str, Any]]


def tables(file: Path) -> dict[str, Rows]:
    """All tables of an SQLite run; not its views."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
    return {name: query(file, f'select * from "{name}"') for name in names}


def query(file: Path, question: str) -> Rows:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(question)]


def inputs(stored: Mapping[str, Rows]) -> list[str]:
    """The names of the tables that were read."""
    return [table for table in stored if table.startswith("in_")]


def columns(file: Path, table: str) -> list[str]:
    return [row["name"] for row in query(file, f'pragma table_info("{table}")')]


def contents(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, hidden files too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def places(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def notes(path: Path, *_: Path) -> None:
    path.write_text("my notes\n" * 500)


def nothing(*_: Path) -> None:
    """Leave it as it is."""


def database(statement: str) -> Callable[..., None]:
    """Makes an SQLite file with one table."""

    def make(path: Path, *_: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)

    return make


def folder_of_notes(path: Path, *_: Path) -> None:
    path.mkdir()
    notes(path / "notes.txt")


def folder_of_frames(path: Path, *_: Path) -> None:
    path.mkdir()
    pl.DataFrame({"name": ["mine"]}).write_parquet(path / "run.parquet")


OTHERS = {
    "text.db": notes,
    "empty.db": lambda path, *_: path.write_bytes(b""),
    "other.db": database("create table notes (text)"),
    "another_run.db": database("create table run as select 26.2 as miles"),
    "text": notes,
    "folder": folder_of_notes,
    "folder.db": folder_of_notes,
    "frames": folder_of_frames,
}
"""What is no run, and how it comes to be there."""
