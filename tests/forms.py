"""The same tables in every form a dataset may have: folders of CSV and Parquet, a workbook, a database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
from project import clean_year, csv_text

from kaohe.dataset import CONTRACT
from kaohe.model import Fact
from kaohe.rules import SHARED_FACTS, load_facts

Rows = list[dict[str, object]]
Tables = Mapping[str, Rows]
Cell = Callable[[str, object], object]
"""What to write of a value, by its column's type."""

SCHEME = {"services": "服务内容", "basic_insurance": "是否基本医保定点", "star": "养老机构星级"}
"""Headings of what Changzhou asks of institutions beyond the contract."""
TYPES = {"star": "count"}
YEAR: Rows = [{"name": "测试年度", "from": "2022-01-01", "to": "2022-12-31", "currency": "CNY"}]
FACTS: Mapping[str, Fact] = load_facts(SHARED_FACTS)


def year() -> dict[str, Rows]:
    """The clean year with something in every column that counts.

    D1 deducts 2 × 2 for two complaints and 1 for a satisfaction of 0.93 (0.925 + 0.005), D2 three times 3 for a
    nominal stay; the withdrawn one does not count: (75 × 30 + 71 × 10) ÷ 40 = 74.00.
    """
    tables = clean_year()
    tables["events"] = [
        event("E1", "D1", "2022-03-05", "", "complaint.substantiated", 2, "投诉登记表1", ""),
        event("E2", "D2", "2021-12-30", "2022-01-04", "service.nominal_stay", 3, "现场检查记录,第2页", "disputed"),
        event("0003", "D2", "2022-12-31", "", "service.nominal_stay", "", "“误录”\n见说明", "withdrawn"),
    ]
    tables["events"][1]["amount"] = "1234.5"
    tables["metrics"][3].update(numerator="0.93", denominator="")
    tables["marks"] = [
        {"institution": "N1", "scorer": "D1", "item": "1", "points": "4.5", "by": "甲", "status": "confirmed"}
    ]
    return tables


def event(
    code: str, scorer: str, day: str, handled: str, fact: str, count: object, evidence: str, status: str
) -> dict[str, object]:
    return {"event": code, "institution": "N1", "scorer": scorer, "date": day, "handled": handled, "fact": fact,
            "count": count, "amount": "", "evidence": evidence, "status": status}  # fmt: skip


def kind_of(table: str, column: str) -> str:
    return TYPES.get(column, "text") if column in SCHEME else CONTRACT[table].columns[column].type


def in_chinese(table: str, rows: Rows) -> Rows:
    """The rows with Chinese headings, choices and names of facts."""
    return [{heading(table, column): choice(table, column, value) for column, value in row.items()} for row in rows]


def heading(table: str, column: str) -> str:
    return SCHEME[column] if column in SCHEME else CONTRACT[table].columns[column].zh


def choice(table: str, column: str, value: object) -> object:
    if column == "fact":
        return FACTS[str(value)].name.zh_CN
    return value if column in SCHEME else CONTRACT[table].columns[column].values.get(str(value), value)


def typed(kind: str, value: object) -> object:
    """A value in the type that a data frame would give it."""
    if value == "":
        return None
    match kind:
        case "date":
            return date.fromisoformat(str(value))
        case "count":
            return int(str(value))
        case "number" | "points" | "money":
            return Decimal(str(value))
        case _:
            return str(value)


def text(_: str, value: object) -> object:
    return None if value == "" else str(value)


def cells(kind: str, value: object) -> object:
    """A value as Excel holds it: numbers are binary floats there."""
    found = typed(kind, value)
    return float(found) if isinstance(found, Decimal) else found


FRAMES = {
    "date": pl.Date,
    "count": pl.Int32,
    "number": pl.Decimal(20, 4),
    "points": pl.Decimal(20, 2),
    "money": pl.Decimal(20, 2),
}


def csv_folder(folder: Path, tables: Tables, *, encoding: str = "utf-8", chinese: bool = False) -> Path:
    folder.mkdir()
    toml = 'name = "测试年度"\nfrom = 2022-01-01\nto = 2022-12-31\ncurrency = "CNY"\n'
    (folder / "dataset.toml").write_text(toml, encoding="utf-8")
    for name, rows in tables.items():
        content = csv_text(in_chinese(name, rows) if chinese else rows)
        (folder / f"{CONTRACT[name].zh if chinese else name}.csv").write_bytes(content.encode(encoding))
    return folder


def frame(name: str, rows: Rows, cell: Cell) -> pl.DataFrame:
    kinds = {column: kind_of(name, column) for column in rows[0]}
    schema = {column: FRAMES.get(kind, pl.String) if cell is typed else pl.String for column, kind in kinds.items()}
    return pl.DataFrame([{column: cell(kinds[column], value) for column, value in row.items()} for row in rows], schema)


def parquet_folder(folder: Path, tables: Tables, cell: Cell) -> Path:
    folder.mkdir()
    for name, rows in {"dataset": YEAR, **tables}.items():
        frame(name, rows, cell).write_parquet(folder / f"{name}.parquet")
    return folder


def workbook(path: Path, tables: Tables, *, chinese: bool = False, cell: Cell = cells) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in {"dataset": YEAR, **tables}.items():
        sheet = book.create_sheet(CONTRACT[name].zh if chinese else CONTRACT[name].en)
        shown = in_chinese(name, rows) if chinese else rows
        sheet.append([*shown[0]])
        for row in shown:
            kinds = [kind_of(name, column) for column in rows[0]]
            sheet.append([cell(kind, value) for kind, value in zip(kinds, row.values(), strict=True)])
    book.save(path)
    return path


def database(path: Path, tables: Tables, *, chinese: bool = False) -> Path:
    """An SQLite file: whole numbers are integers there, everything else is text."""
    with closing(sqlite3.connect(path)) as connection:
        for name, rows in {"dataset": YEAR, **tables}.items():
            shown = in_chinese(name, rows) if chinese else rows
            kinds = [kind_of(name, column) for column in rows[0]]
            columns = ", ".join(f'"{column}"' for column in shown[0])
            connection.execute(f'create table "{CONTRACT[name].zh if chinese else name}" ({columns})')
            places = ", ".join("?" * len(kinds))
            table = f'"{CONTRACT[name].zh if chinese else name}"'
            connection.executemany(
                f"insert into {table} values ({places})", [stored(kinds, [*row.values()]) for row in shown]
            )
        connection.commit()
    return path


def stored(kinds: Sequence[str], values: Sequence[object]) -> list[object]:
    return [
        typed(kind, value) if kind == "count" else text(kind, value) for kind, value in zip(kinds, values, strict=True)
    ]
