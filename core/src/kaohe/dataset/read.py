"""The four forms of a dataset — folder of CSV or Parquet, one workbook, SQLite — as raw tables of text."""

from __future__ import annotations

import csv
import hashlib
import io
import sqlite3
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl
from attrs import field, frozen

from kaohe.dataset.contract import CONTRACT
from kaohe.messages import Text, text
from kaohe.problems import Problem, Refused

ROW, FILE = "_row", "_file"
"""Columns of a raw table: the row as a spreadsheet numbers it, and which of `files` it stands in."""
GUIDE_SHEET = {"zh_CN": "填写说明", "en": "Guide"}
CODES_SHEET = {"zh_CN": "代码", "en": "Codes"}
"""Sheets of the template that are no tables."""


@frozen(eq=False)
class Raw:
    """One table as it was found: the columns' own headings; text, or a Parquet file's types.

    `numeric`: for each heading, the rows (file, row) whose cell was a number in a workbook.
    """

    table: str
    frame: pl.DataFrame
    files: list[str]
    numeric: dict[str, list[tuple[int, int]]] = field(factory=dict)


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def read(path: Path) -> tuple[dict[str, Raw], dict[str, str], list[Problem]]:
    """The raw tables by name, the files with their SHA-256, and what is wrong with the files."""
    if path.is_dir():
        parts, problems = _folder(path)
    elif path.suffix.lower() == ".xlsx":
        parts, problems = _guarded(path, _workbook)
    elif path.suffix.lower() in (".db", ".sqlite", ".sqlite3"):
        parts, problems = _guarded(path, _sqlite)
    else:
        remedy = text("give a folder of .csv or .parquet files, one .xlsx workbook, or an SQLite file (.db)")
        message = text("this is not a dataset") if path.exists() else text("there is no such file or folder")
        raise Refused([Problem("dataset", message, remedy, file=str(path))])
    tables: dict[str, Raw] = {}
    for part in parts:
        tables[part.table] = _joined(tables[part.table], part) if part.table in tables else part
    if not tables and not problems:
        problems.append(Problem("dataset", text("no table was found here"), _names_remedy(), file=str(path)))
    sources = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return tables, {file.name if file == path else file.relative_to(path).as_posix(): fingerprint(file)
                    for file in sources if _holds_table(file)}, problems


def _names_remedy() -> Text:
    return text("tables are named {names}", names=", ".join(f"{name} ({CONTRACT[name]})" for name in CONTRACT))


def _holds_table(file: Path) -> bool:
    return file.suffix.lower() in (".csv", ".parquet", ".xlsx", ".db", ".sqlite", ".sqlite3", ".toml")


def _guarded(path: Path, reader: Any) -> tuple[list[Raw], list[Problem]]:
    """What the reader finds in one file, a damaged file as a problem."""
    if not path.exists():
        return [], [Problem("dataset", text("there is no such file or folder"), text("check the path"), file=str(path))]
    try:
        result: tuple[list[Raw], list[Problem]] = reader(path)
    except Refused as refused:
        return [], refused.problems
    except (OSError, ValueError, zipfile.BadZipFile, sqlite3.Error, pl.exceptions.PolarsError) as fault:
        message = text("the file cannot be read: {fault}", fault=str(fault).splitlines()[0] if str(fault) else fault)
        return [], [Problem("file", message, text("open it in the program that made it and save it again"),
                            file=path.name)]
    return result


def _unknown(name: str, file: str) -> Problem:
    names = [heading for table, content in CONTRACT.items() for heading in (table, content.zh, content.en)]
    close = get_close_matches(name, names, n=1)
    remedy = text("did you mean {close}?", close=close[0]) if close else _names_remedy()
    return Problem("table", text("“{name}” is not a table; it is not used", name=name), remedy, "warning", file=file)


def _folder(path: Path) -> tuple[list[Raw], list[Problem]]:
    """Every table's file, or folder of files: a table may be stored in several."""
    parts: list[Raw] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    readers = {".csv": _csv, ".parquet": _parquet}
    for entry in sorted(path.iterdir()):
        if entry.name == "dataset.toml":
            found, faults = _guarded(entry, _dataset_toml)
            parts, problems = parts + found, problems + faults
            continue
        if entry.name.startswith((".", "~")) or (entry.is_file() and entry.suffix.lower() not in readers):
            continue
        table = CONTRACT.named(entry.stem)
        if table is None:
            problems.append(_unknown(entry.stem, entry.name))
            continue
        if table in seen:
            message = text("the table “{table}” stands here twice, also as {other}", table=table, other=seen[table])
            remedy = text("remove one; parts of one table go into a folder “{table}”", table=table)
            problems.append(Problem("table", message, remedy, file=entry.name))
            continue
        seen[table] = entry.name
        files = sorted(entry.iterdir()) if entry.is_dir() else [entry]
        for file in files:
            if reader := readers.get(file.suffix.lower()):
                found, faults = _guarded(file, lambda file, reader=reader, table=table: ([reader(file, table)], []))
                parts, problems = parts + found, problems + faults
    return parts, problems


def _dataset_toml(path: Path) -> tuple[list[Raw], list[Problem]]:
    content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    row = {str(key): [str(value)] for key, value in content.items()}
    return [Raw("dataset", _placed(pl.DataFrame(row, schema=dict.fromkeys(row, pl.String))), [path.name])], []


def _placed(frame: pl.DataFrame, first: int = 2) -> pl.DataFrame:
    """The frame with the place of each row; rows that are blank in every column are dropped."""
    named = frame.columns
    placed = frame.with_row_index(ROW, first).with_columns(pl.lit(0, pl.UInt32).alias(FILE))
    return placed.filter(pl.any_horizontal(pl.col(named).is_not_null())) if named else placed


def _joined(one: Raw, other: Raw) -> Raw:
    shift = len(one.files)
    moved = other.frame.with_columns(pl.col(FILE) + pl.lit(shift, pl.UInt32))
    frame = pl.concat([one.frame, moved], how="diagonal_relaxed")
    numeric = {heading: list(cells) for heading, cells in one.numeric.items()}
    for heading, cells in other.numeric.items():
        numeric.setdefault(heading, []).extend((file + shift, row) for file, row in cells)
    return Raw(one.table, frame, one.files + other.files, numeric)


def _csv(path: Path, table: str) -> Raw:
    content = path.read_bytes()
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            decoded = content.decode("gb18030")
        except UnicodeDecodeError:
            message = text("the text is neither UTF-8 nor GB18030")
            raise Refused([Problem("encoding", message, text("save it as CSV UTF-8"), file=path.name)]) from None
    headings = _headings(next(csv.reader(io.StringIO(decoded, newline="")), []), path.name)
    try:
        frame = pl.read_csv(
            io.BytesIO(decoded.encode()), infer_schema=False, new_columns=headings, has_header=True
        )
    except pl.exceptions.PolarsError:
        raise Refused(list(_ragged(decoded, len(headings), path.name))) from None
    return Raw(table, _placed(frame), [path.name])


def _headings(cells: Iterable[object], file: str) -> list[str]:
    """The stripped headings; raises Refused where one stands twice or nothing stands there."""
    headings = [str(cell).strip() if cell is not None else "" for cell in cells]
    twice = sorted({heading for heading in headings if heading and headings.count(heading) > 1})
    problems = [Problem("heading", text("this heading stands twice"), text("rename or remove one"),
                        file=file, row=1, column=heading) for heading in twice]
    if not any(headings):
        problems.append(Problem("heading", text("there are no headings"), text("put them in row 1"), file=file, row=1))
    if problems:
        raise Refused(problems)
    return [heading or f"_blank{position}" for position, heading in enumerate(headings)]


def _ragged(decoded: str, width: int, file: str) -> Iterator[Problem]:
    """The rows that a CSV reader cannot fit under the headings."""
    found = False
    for row, cells in enumerate(csv.reader(io.StringIO(decoded, newline="")), 1):
        if len(cells) > width:
            found = True
            message = text("{found} cells under {width} headings", found=len(cells), width=width)
            yield Problem("cells", message, text("put a cell that holds a comma in double quotes"), file=file, row=row)
    if not found:
        message = text("the file is not regular CSV: a double quote is not closed")
        yield Problem("cells", message, text("save it again from a spreadsheet program"), file=file)


def _parquet(path: Path, table: str) -> Raw:
    return Raw(table, _placed(pl.read_parquet(path)), [path.name])


def _workbook(path: Path) -> tuple[list[Raw], list[Problem]]:
    from python_calamine import CalamineError, load_workbook

    parts: list[Raw] = []
    problems: list[Problem] = []
    try:
        workbook = load_workbook(path)
    except CalamineError as fault:
        raise ValueError(str(fault)) from fault
    for sheet in workbook.sheet_names:
        table = CONTRACT.named(sheet)
        if table is None:
            if sheet not in (*GUIDE_SHEET.values(), *CODES_SHEET.values()):
                problems.append(_unknown(sheet, f"{path.name} › {sheet}"))
            continue
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        try:
            parts.append(_sheet(rows, table, f"{path.name} › {sheet}"))
        except Refused as refused:
            problems += refused.problems
    return parts, problems


def _sheet(rows: list[list[Any]], table: str, file: str) -> Raw:
    width = max((position + 1 for position, cell in enumerate(rows[0]) if cell not in ("", None)), default=0) if rows else 0
    headings = _headings(rows[0][:width] if rows else [], file)
    columns: dict[str, list[str | None]] = {}
    numeric: dict[str, list[tuple[int, int]]] = {}
    for position, heading in enumerate(headings):
        cells = [row[position] if position < len(row) else None for row in rows[1:]]
        columns[heading] = [_cell(cell) for cell in cells]
        if numbers := [(0, row) for row, cell in enumerate(cells, 2) if type(cell) in (int, float)]:
            numeric[heading] = numbers
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return Raw(table, _placed(frame), [file], numeric)


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
            return f"{cell:.15g}"
        case _:
            return str(cell)


def _sqlite(path: Path) -> tuple[list[Raw], list[Problem]]:
    parts: list[Raw] = []
    problems: list[Problem] = []
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type in ('table', 'view')")]
        for name in names:
            table = CONTRACT.named(name)
            if table is None:
                if not name.startswith("sqlite_"):
                    problems.append(_unknown(name, f"{path.name} › {name}"))
                continue
            quoted = '"' + name.replace('"', '""') + '"'
            headings = [row[1] for row in database.execute(f"pragma table_info({quoted})")]
            # SQLite writes a REAL as text with 15 significant digits.
            cells = ", ".join('cast("' + heading.replace('"', '""') + '" as text)' for heading in headings)
            rows = database.execute(f"select {cells} from {quoted} order by rowid").fetchall()
            frame = pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String), orient="row")
            parts.append(Raw(table, _placed(frame, first=1), [f"{path.name} › {name}"]))
    return parts, problems
