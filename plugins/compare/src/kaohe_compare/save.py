"""A comparison on disk: a workbook for people, or an SQLite file; whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import polars as pl

from kaohe import Problem, Refused
from kaohe.place import beside, put
from kaohe_compare.comparing import Comparison
from kaohe_compare.tables import plain, tables
from kaohe_compare.words import headings, text, titles

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
    write = _workbook if target.suffix.lower() == WORKBOOK else _database
    try:
        with beside(target) as draft:
            write(tables(comparison), draft)
            put(draft, target)
    except (OSError, sqlite3.Error) as fault:
        message = text("the comparison cannot be written: {fault}", fault=fault)
        raise Refused([Problem("out", message, text("choose another place"), file=str(target))]) from fault


def _database(found: Mapping[str, pl.DataFrame], target: Path) -> None:
    from sqlite_utils import Database

    with closing(sqlite3.connect(target)) as connection:
        database = Database(connection)
        for name, rows in found.items():
            types = {column: int if kind.is_integer() else str for column, kind in plain(rows).schema.items()}
            database.table(name).create(types)
            holes = ", ".join("?" * len(types))
            connection.executemany(f'insert into "{name}" values ({holes})', plain(rows).iter_rows())
        connection.commit()


def _workbook(found: Mapping[str, pl.DataFrame], target: Path) -> None:
    import xlsxwriter

    words = headings()
    with xlsxwriter.Workbook(target) as workbook:
        heading = workbook.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"}
        )
        formats = {
            "points": workbook.add_format({"num_format": "0.00##"}),
            "money": workbook.add_format({"num_format": "#,##0.00"}),
        }
        for name, rows in found.items():
            sheet = workbook.add_worksheet(str(titles()[name]))
            sheet.freeze_panes(1, 0)
            for place, (column, kind) in enumerate(rows.schema.items()):
                sheet.write_string(0, place, str(words.get(column, column)), heading)
                decimal = isinstance(kind, pl.Decimal)
                cells = formats["money" if column in ("amount", "forfeited") else "points"] if decimal else None
                sheet.set_column(
                    place, place, 40 if column in ("text", "message", "basis", "consequences") else 16, cells
                )
                for row, value in enumerate(rows[column], 1):
                    if value is None:
                        continue
                    if decimal or kind.is_integer():
                        sheet.write_number(row, place, value)  # a cell's number holds 15 digits
                    else:
                        sheet.write_string(row, place, value)
            sheet.autofilter(0, 0, max(rows.height, 1), rows.width - 1)
