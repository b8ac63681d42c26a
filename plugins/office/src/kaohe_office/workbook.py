"""Guarded workbooks: written so that no text becomes a formula, read so that no file does harm, marked at the cell.

All workbooks of this plugin are written and read here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from attrs import field, frozen

from kaohe.dataset.archive import refuse_unsafe
from kaohe.dataset.forms import workbook_sheets
from kaohe.messages import Text, language
from kaohe.place import beside, put
from kaohe.problems import Problem, Refused
from kaohe_office.messages import text

if TYPE_CHECKING:
    import polars as pl

    from kaohe_office.sheets import Column

MOST_UNPACKED = 64 * 2**20
"""Bytes that a returned form may unpack to."""
GUARDED = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
UNREADABLE = (OSError, ValueError, KeyError, zipfile.BadZipFile, ElementTree.ParseError)
FONT = "宋体"
A4 = 9

Cell = tuple[int, int]
"""Row and column from 0."""


@frozen
class Fault:
    """What is wrong at a cell of a sheet, and what to do about it; a warning does not hold the form back."""

    sheet: str
    cell: Cell
    message: Text
    remedy: Text
    severity: str = "error"


class Book:
    """A workbook being written, with formats made once each; every text is written as text."""

    def __init__(self, draft: Path) -> None:
        import xlsxwriter

        self.workbook = xlsxwriter.Workbook(draft, GUARDED)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        """The format with these properties of xlsxwriter, in the house font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({"font_name": FONT, "font_size": 10.5, **properties})
        return self._formats[key]

    def sheet(self, name: str) -> Any:
        """A new worksheet, printed on A4 with page numbers."""
        from kaohe_office.sheets import Sheet

        worksheet = self.workbook.add_worksheet(name, worksheet_class=Sheet)
        worksheet.set_paper(A4)
        worksheet.set_footer("&C" + str(text("page {page} of {pages}", page="&P", pages="&N")))
        return worksheet

    def listed(self, name: str, columns: Sequence[Column], frame: pl.DataFrame) -> None:
        """A sheet of the frame's texts, in the order of its columns: frozen headings, a filter, one page across."""
        worksheet = self.sheet(name)
        bold = self.style(bold=True, bg_color="#DDEBF7", border=1, text_wrap=True, valign="vcenter")
        styles = [self.style(num_format=column.shape) for column in columns]
        for place, (column, style) in enumerate(zip(columns, styles, strict=True)):
            worksheet.write_string(0, place, column.heading, bold)
            worksheet.set_column(place, place, column.width, style)
        worksheet.fill(frame, styles, columns)
        worksheet.freeze_panes(1, 1)
        worksheet.autofilter(0, 0, max(1, len(frame)), len(columns) - 1)
        worksheet.set_landscape()
        worksheet.fit_to_pages(1, 0)
        worksheet.repeat_rows(0)

    def close(self) -> None:
        """Write the file."""
        self.workbook.close()


@contextmanager
def placed(target: Path) -> Iterator[Path]:
    """A name to write a file or folder under, which takes the target's place once it is whole; raises Refused."""
    from xlsxwriter.exceptions import XlsxWriterException

    if not target.parent.is_dir():
        message = text("the folder “{folder}” does not exist", folder=target.parent)
        raise Refused([Problem("out", message, text("make it first"), file=str(target))])
    try:
        with beside(target) as draft:
            yield draft
            put(draft, target)
    except (OSError, XlsxWriterException) as fault:
        message = text("this cannot be written: {fault}", fault=fault)
        raise Refused([Problem("out", message, text("choose another place"), file=str(target))]) from fault


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of a new or empty one once it is whole; raises Refused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = text("something else stands here")
        raise Refused([Problem("out", message, text("choose a new or empty folder (--out)"), file=str(folder))])
    with placed(folder) as draft:
        draft.mkdir()
        yield draft


@frozen
class Grid:
    """The cells of a sheet as they were read."""

    name: str
    rows: list[list[Any]] = field(factory=list)

    def at(self, cell: Cell) -> Any:
        """What stands in the cell; None for a blank."""
        row, column = cell
        found = self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else None
        return None if isinstance(found, str) and not found.strip() else found

    def said(self, cell: Cell) -> str:
        """The cell's text without space around it; a whole number without its point."""
        found = self.at(cell)
        if isinstance(found, float):
            return f"{found:.15g}"
        return "" if found is None else str(found).strip()


def grids(path: Path, label: str) -> dict[str, Grid]:
    """The sheets of a workbook by name; raises Refused where it is none, is damaged, or may do harm."""
    try:
        refuse_unsafe(path, label, MOST_UNPACKED)
        return {name: Grid(name, sheet.rows) for name, _, sheet in workbook_sheets(path, label)}
    except UNREADABLE as fault:
        message = text("the workbook cannot be read: {fault}", fault=fault or type(fault).__name__)
        raise Refused([Problem("workbook", message, text("save it again as .xlsx"), file=label)]) from fault


def address(cell: Cell) -> str:
    """A cell as a spreadsheet names it: B7."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(*cell))


def problem(fault: Fault, label: str) -> Problem:
    """A fault of a cell as a problem, with its place."""
    row, column = fault.cell
    severity: Any = fault.severity
    letters = address((0, column))[:-1]
    where = f"{label} › {fault.sheet}"
    return Problem("cell", fault.message, fault.remedy, severity, file=where, row=row + 1, column=letters)


def mark(path: Path, target: Path, faults: Iterable[Fault]) -> None:
    """Write a copy of the workbook with a comment and a thick frame at each fault; all else stays as it is."""
    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Border, PatternFill, Side

    workbook = load_workbook(path)
    thick = Side(style="thick", color="C00000")
    said: dict[tuple[str, Cell], list[str]] = {}
    for fault in faults:
        said.setdefault((fault.sheet, fault.cell), []).append(f"{fault.message} → {fault.remedy}")
    for (sheet, (row, column)), lines in said.items():
        cell = workbook[sheet].cell(row + 1, column + 1)
        cell.comment = Comment("\n".join(lines), str(text("assessment office")), height=90, width=320)
        cell.fill = PatternFill("solid", fgColor="FFE699")
        cell.border = Border(left=thick, right=thick, top=thick, bottom=thick)
    workbook.save(target)


def of_language(said: tuple[str, str]) -> str:
    """One of an answer's two forms: Chinese first, then English."""
    return said[language() == "en"]


def width(said: str) -> int:
    """How many columns of a terminal or a printed line the text takes: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in said)


def lines(said: str, columns: float) -> int:
    """How many lines the text takes in a cell of this width."""
    return sum(max(1, -(-width(part) // max(1, int(columns)))) for part in said.split("\n"))
