"""The forms a table comes in — CSV, Parquet, a workbook's sheet, an SQLite table — each read as a raw table."""

from __future__ import annotations

import codecs
import csv
import html
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import polars as pl
from attrs import evolve, frozen

from kaohe.archive import column_number, refuse_spread, refuse_unsafe
from kaohe.dataset.raw import FILE, ROW, Raw, headings, held
from kaohe.loading import read_toml
from kaohe.messages import text
from kaohe.problems import Problem, Refused

ERROR_CELL = re.compile(
    rb'<c (?=[^>]*\bt="e")[^>]*\br="([A-Z]+)([0-9]+)"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', re.DOTALL
)
FORMULA_CELL = re.compile(
    rb'<c [^>]*\br="([A-Z]+)([0-9]+)"[^>]*>\s*<f(?:\s[^>]*)?>([^<]*)</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
"""A formula whose value nobody has computed: the reader would give it as blank."""


@frozen
class Sheet:
    """A sheet's rows, and its merged cells: the first and the last of each, as row and column from 0."""

    rows: list[list[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


Named = Iterator[tuple[str, str, Any]]
"""The parts of a file that holds several tables: the part's name, its place for messages, its content."""


def dataset_toml(path: Path, label: str) -> Raw:
    """The file dataset.toml as a table of one row; raises Refused where it is no TOML."""
    try:
        content = read_toml(path)
    except Refused as refused:
        raise Refused(evolve(problem, file=label) for problem in refused.problems) from None
    row = {str(key): [str(value)] for key, value in content.items()}
    raw = held("dataset", pl.DataFrame(row, schema=dict.fromkeys(row, pl.String)), label)
    return evolve(raw, frame=raw.frame.with_columns(pl.lit(None, pl.UInt32).alias(ROW)))


def parquet(path: Path, label: str, table: str) -> Raw:
    """A Parquet file, with its own types, left where it is; a ValueError where a column's is none of a cell's.

    A row counts from 2, as under a heading.
    """
    schema = pl.read_parquet_schema(path)
    for name, kind in schema.items():
        if kind.is_nested() or kind in (pl.Binary, pl.Duration, pl.Time, pl.Object):
            raise ValueError(f"{name}: {kind}")
    scan = pl.scan_parquet(path, glob=False, row_index_name=ROW, row_index_offset=2)
    return Raw(table, scan.with_columns(pl.lit(0, pl.UInt32).alias(FILE)), [label], [list(schema)], held=False)


def comma_separated(path: Path, label: str, table: str) -> Raw:
    """A CSV file in UTF-8 or GB18030, every cell as text; raises Refused where the text is neither or not regular."""
    content = _in_utf8(path.read_bytes(), label)
    try:
        first = next(csv.reader(_lines(content)), [])
    except csv.Error:
        raise Refused([_unclosed(label, 1)]) from None
    named = headings(first, label)
    try:
        frame = pl.read_csv(content, infer_schema=False, new_columns=named)
    except pl.exceptions.PolarsError:
        raise Refused(list(_irregular(content, len(named), label))) from None
    return held(table, frame, label)


def _in_utf8(content: bytes, label: str) -> bytes:
    """The text as UTF-8 without a BOM, every line ended by a line feed."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            content = content.decode("gb18030").encode()
        except UnicodeDecodeError:
            message = text("the text is neither UTF-8 nor GB18030")
            raise Refused([Problem("encoding", message, text("save it as CSV UTF-8"), file=label)]) from None
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in content else content


def _lines(content: bytes) -> Iterable[str]:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")


def _irregular(content: bytes, width: int, label: str) -> Iterator[Problem]:
    """The rows that a CSV reader cannot fit under the headings."""
    found, row = False, 0
    try:
        for row, cells in enumerate(csv.reader(_lines(content), strict=True), 1):
            if len(cells) > width:
                found = True
                message = text("{found} cells under {width} headings", found=len(cells), width=width)
                remedy = text("put a cell that holds a comma in double quotes")
                yield Problem("cells", message, remedy, file=label, row=row)
    except csv.Error:
        yield _unclosed(label, row + 1)
    else:
        if not found:
            yield _unclosed(label, None)


def _unclosed(label: str, row: int | None) -> Problem:
    message = text("the file is not regular CSV: a double quote is not closed")
    return Problem("cells", message, text("save it again from a spreadsheet program"), file=label, row=row)


def workbook_sheets(path: Path, label: str) -> Named:
    """The sheets of a workbook, row by row as Python values; a ValueError where it is none, Refused if it is unsafe."""
    from python_calamine import CalamineError, load_workbook

    refuse_unsafe(path, label)
    try:
        workbook = load_workbook(path)
        errors = _error_cells(path, label)
        for sheet in workbook.sheet_names:
            content = workbook.get_sheet_by_name(sheet)
            rows = content.to_python(skip_empty_area=False)
            for row, column, error in errors.get(sheet, ()):
                _reach(rows, row, column)
                rows[row][column] = error
            yield sheet, f"{label} › {sheet}", Sheet(rows, content.merged_cell_ranges or [])
    except CalamineError as fault:
        raise ValueError(str(fault)) from fault


def _reach(rows: list[list[Any]], row: int, column: int) -> None:
    """Let the rows go on to a cell that the reader took for blank and left out."""
    width = max(column + 1, len(rows[0]) if rows else 0)
    rows.extend([] for _ in range(len(rows), row + 1))
    for cells in rows:
        cells.extend([""] * (width - len(cells)))


def _error_cells(path: Path, label: str) -> dict[str, list[tuple[int, int, str]]]:
    """The cells of each sheet that hold an error such as #N/A, or a formula without a value: not blank, but faults.

    Refused where cells stand too far apart to be read.
    """
    found: dict[str, list[tuple[int, int, str]]] = {}
    with zipfile.ZipFile(path) as archive:
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet"):
            relation = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            content = archive.read(str(PurePosixPath("/xl", targets[relation])).lstrip("/"))
            refuse_spread(content, label)
            found[sheet.get("name", "")] = [
                (int(row) - 1, column_number(letters.decode()), html.unescape(error.decode()))
                for letters, row, error in ERROR_CELL.findall(content)
            ] + [
                (int(row) - 1, column_number(letters.decode()), f"={html.unescape(formula.decode())}")
                for letters, row, formula in FORMULA_CELL.findall(content)
            ]
    return found


def sheet(content: Sheet, label: str, table: str) -> Raw:
    """A sheet as a raw table, which remembers the cells that were numbers; raises Refused for its headings."""
    rows = content.rows
    top = rows[0] if rows else []
    while top and top[-1] in ("", None):
        top = top[:-1]
    columns: dict[str, list[str | None]] = {}
    numeric: dict[str, list[int]] = {}
    for position, heading in enumerate(headings(top, label)):
        cells = [row[position] for row in rows[1:]]
        columns[heading] = [_cell(cell) for cell in cells]
        if numbers := [row for row, cell in enumerate(cells, 2) if type(cell) in (int, float, datetime, date)]:
            numeric[heading] = numbers
    raw = held(table, pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), label)
    remarks = [*_merged(content, list(columns), label), *_beside(content, top, label)]
    return evolve(raw, numeric=numeric, remarks=remarks)


def _merged(content: Sheet, columns: list[str], label: str) -> Iterator[Problem]:
    """Merged cells that hold something: all but the first are blank to any reader."""
    message, remedy = text("these cells are merged; only the first holds something"), text("unmerge them, fill in each")
    for (row, position), _ in content.merged:
        if row < len(content.rows) and position < len(columns) and _filled(content.rows[row][position]):
            yield Problem("merged", message, remedy, file=label, row=row + 1, column=columns[position])


def _beside(content: Sheet, top: list[Any], label: str) -> Iterator[Problem]:
    """The first row of each column that holds something under no heading."""
    from xlsxwriter.utility import xl_col_to_name

    message, remedy = text("there is no heading here; it is not used"), text("give the column a heading, or clear it")
    for position in range(max(map(len, content.rows))):
        if position < len(top) and _filled(top[position]):
            continue
        if row := next((row for row, cells in enumerate(content.rows, 1) if _filled(cells[position])), None):
            place = xl_col_to_name(position)
            yield Problem("heading", message, remedy, "warning", file=label, row=row, column=place)


def _filled(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _cell(cell: object) -> str | None:
    """A cell as text: a number to 15 significant digits, which is what Excel holds of it."""
    match cell:
        case None | "":
            return None
        case datetime() if cell.time() == time(0):
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat()
        case float():
            return _decimal_digits(cell)
        case _:
            return str(cell)


def _decimal_digits(number: float) -> str:
    digits = f"{number:.15g}"
    return f"{number:.0f}" if "e+" in digits else digits


def sqlite_tables(path: Path, label: str) -> Named:
    """The tables and views of an SQLite file as frames of text."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        names = database.execute("select name from sqlite_master where type in ('table', 'view')").fetchall()
        for (name,) in names:
            if not name.startswith("sqlite_"):
                yield name, f"{label} › {name}", _text_frame(database, name)


def _text_frame(database: sqlite3.Connection, name: str) -> pl.DataFrame:
    def quoted(identifier: str) -> str:
        return '"' + identifier.replace('"', '""') + '"'

    # Generated columns too, but not a virtual table's hidden ones.
    columns = [row[1] for row in database.execute(f"pragma table_xinfo({quoted(name)})") if row[6] != 1]
    # SQLite writes a REAL as text with 15 significant digits, a whole one with “.0”.
    cells = ", ".join(f"cast({quoted(column)} as text)" for column in columns)
    rows = database.execute(f"select {cells} from {quoted(name)}").fetchall()
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def sqlite_table(frame: pl.DataFrame, label: str, table: str) -> Raw:
    """A table of an SQLite file; its rows are numbered from 1."""
    return held(table, frame, label, first=1)
