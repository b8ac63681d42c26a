"""A dataset's raw tables, from any of its four forms: a folder of CSV or Parquet, one workbook, SQLite."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from attrs import define, evolve, field

from kaohe.archive import UNREADABLE
from kaohe.dataset import forms
from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.findings import unreadable
from kaohe.dataset.raw import Raw
from kaohe.messages import Text, listing, text, titled
from kaohe.problems import Problem, Refused

GUIDE_SHEET = {"zh_CN": "填写说明", "en": "Guide"}
CODES_SHEET = {"zh_CN": "代码", "en": "Codes"}
"""Sheets of the template that are no tables."""

WORKBOOKS, DATABASES = (".xlsx",), (".db", ".sqlite", ".sqlite3")
PARTS: dict[str, Callable[[Path, str, str], Raw]] = {".csv": forms.comma_separated, ".parquet": forms.parquet}
"""Files that hold one table, or a part of it."""

DAMAGED = (*UNREADABLE, sqlite3.Error, pl.exceptions.PolarsError)
"""What the readers of damaged files raise."""

T = TypeVar("T")


def read(path: Path, only: str = "") -> tuple[dict[str, Raw], dict[str, str], list[Problem]]:
    """The raw tables by name, the files with their SHA-256, and what is wrong with the files; of one table `only`.

    Raises Refused where the path is none of the four forms.
    """
    reading = _Reading(only)
    suffix = path.suffix.lower()
    if path.is_dir():
        reading.folder(path)
    elif not path.exists():
        raise Refused([Problem("dataset", text("there is no such file or folder"), _forms_remedy(), file=str(path))])
    elif suffix in WORKBOOKS:
        reading.parts_of(path, forms.workbook_sheets, forms.sheet)
    elif suffix in DATABASES:
        reading.parts_of(path, forms.sqlite_tables, forms.sqlite_table)
    else:
        raise Refused([Problem("dataset", text("this is not a dataset"), _forms_remedy(), file=str(path))])
    if not reading.tables and not reading.problems:
        reading.problems.append(Problem("dataset", text("no table was found here"), _names_remedy(), file=str(path)))
    return reading.tables, reading.files, reading.problems


def _forms_remedy() -> Text:
    return text("give a folder of .csv or .parquet files, one .xlsx workbook, or an SQLite file (.db)")


def _names_remedy() -> Text:
    return text("tables are named {names}", names=listing(titled(CONTRACT[name], name) for name in CONTRACT))


@define
class _Reading:
    """What has been read so far."""

    only: str
    tables: dict[str, Raw] = field(factory=dict)
    files: dict[str, str] = field(factory=dict)
    problems: list[Problem] = field(factory=list)

    def folder(self, path: Path) -> None:
        """Every table's file, or folder of files: a table may be stored in several."""
        seen: dict[str, str] = {}
        for entry in sorted(path.iterdir()):
            if entry.name == "dataset.toml":
                self._add("dataset", entry, entry.name, partial(forms.dataset_toml, entry, entry.name))
            elif entry.is_dir() or entry.suffix.lower() in PARTS:
                self._entry(path, entry, seen)
            elif CONTRACT.named(entry.stem) or entry.suffix.lower() in WORKBOOKS:
                message = text("“{name}” is not a table; it is not used", name=entry.name)
                self.problems.append(Problem("table", message, _forms_remedy(), "warning", file=entry.name))

    def _entry(self, path: Path, entry: Path, seen: dict[str, str]) -> None:
        table = CONTRACT.named(entry.stem)
        if entry.name.startswith((".", "~")):
            return
        if table is None:
            self.problems.append(_unknown(entry.stem, entry.name))
        elif table in seen:
            message = text("the table “{table}” stands here twice, also as {other}", table=table, other=seen[table])
            remedy = text("remove one; parts of one table go into a folder “{table}”", table=table)
            self.problems.append(Problem("table", message, remedy, file=entry.name))
        else:
            seen[table] = entry.name
            parts = [file for file in sorted(entry.iterdir()) if _is_part(file)] if entry.is_dir() else [entry]
            for file in parts:
                label = file.relative_to(path).as_posix()
                self._add(table, file, label, partial(PARTS[file.suffix.lower()], file, label, table))
            if not parts:
                message = text("this folder holds no .csv or .parquet file")
                self.problems.append(
                    Problem("table", message, text("add them, or remove it"), file=entry.name, table=table)
                )

    def parts_of(
        self, path: Path, parts: Callable[[Path, str], forms.Named], reader: Callable[[Any, str, str], Raw]
    ) -> None:
        """Every table of a file that holds several."""
        seen: dict[str, str] = {}
        for name, label, content in self._guarded("", path.name, lambda: list(parts(path, path.name))) or ():
            table = CONTRACT.named(name)
            if table in seen:
                message = text("the table “{table}” stands here twice, also as {other}", table=table, other=seen[table])
                self.problems.append(Problem("table", message, text("remove one"), file=label, table=table))
            elif table is not None:
                seen[table] = name
                self._add(table, path, label, partial(reader, content, label, table))
            elif name not in (*GUIDE_SHEET.values(), *CODES_SHEET.values()):
                self.problems.append(_unknown(name, label))

    def _add(self, table: str, file: Path, label: str, reader: Callable[[], Raw]) -> None:
        """Read one part of a table, and remember its file."""
        if self.only not in ("", table):
            return

        def joined() -> Raw:
            raw = reader()
            return self.tables[table].joined(raw) if table in self.tables else raw

        raw = self._guarded(table, label, joined)
        if raw is not None:
            self.tables[table] = raw
            self.problems += [evolve(remark, table=table) for remark in raw.remarks]
            with file.open("rb") as content:
                self.files[label.partition(" › ")[0]] = hashlib.file_digest(content, "sha256").hexdigest()

    def _guarded(self, table: str, label: str, reader: Callable[[], T]) -> T | None:
        """What the reader returns; a damaged file is a problem."""
        try:
            return reader()
        except Refused as refused:
            self.problems += [evolve(problem, table=table) for problem in refused.problems]
        except DAMAGED as fault:
            self.problems.append(unreadable(table, label, fault))
        return None


def _is_part(file: Path) -> bool:
    return file.suffix.lower() in PARTS and not file.name.startswith((".", "~"))


def _unknown(name: str, file: str) -> Problem:
    names = [heading for table, content in CONTRACT.items() for heading in (table, content.zh, content.en)]
    close = get_close_matches(name, names, n=1)
    remedy = text("did you mean {close}?", close=close[0]) if close else _names_remedy()
    return Problem("table", text("“{name}” is not a table; it is not used", name=name), remedy, "warning", file=file)
