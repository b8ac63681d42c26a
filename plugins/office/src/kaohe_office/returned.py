"""Returned workbooks, read so that no file does harm: .xlsx, and .ods as LibreOffice has it."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from attrs import field, frozen

from kaohe.archive import UNREADABLE, refuse_unsafe, unpacked
from kaohe.dataset.findings import in_a_line, masked
from kaohe.dataset.forms import workbook_sheets
from kaohe.messages import Text
from kaohe.problems import Problem, Refused
from kaohe_office.messages import text

FORMS = (".xlsx", ".ods")
MOST_UNPACKED = 64 * 2**20
"""Bytes that a returned form may unpack to."""
MOST_CELLS = 1_000_000
"""Cells of the rectangle that a sheet may span."""
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
"""How a file begins that is a workbook with a password, or an .xls."""
IDENTITY = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}[ -]?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9Xx]"
    r"(?![0-9])"
)
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
LINKS = (f"{TABLE}table-source", f"{TABLE}cell-range-source", f"{TABLE}database-source-table", f"{OFFICE}dde-source")

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


def quoted(value: str) -> str:
    """What stands in a cell, as a message may say it: one line, not too long, no identity number."""
    return in_a_line(unicodedata.normalize("NFKC", value), private=True)


def without_identity(value: str) -> str:
    """A free text with the identity numbers in it masked."""
    plain = unicodedata.normalize("NFKC", value)
    hidden = IDENTITY.sub(lambda found: masked(re.sub("[ -]", "", found[0])), plain)
    return value if hidden == plain else hidden


def grids(path: Path, label: str) -> dict[str, Grid]:
    """The sheets of a workbook by name; raises Refused where it is none, is damaged, or may do harm."""
    try:
        with path.open("rb") as content:
            if content.read(len(COMPOUND)) == COMPOUND:
                raise Refused([_locked(label)])
        refuse_unsafe(path, label, MOST_UNPACKED)
        sheets = _opendocument(path, label) if path.suffix.lower() == ".ods" else _xlsx(path, label)
        return {name: Grid(name, rows) for name, rows in sheets}
    except UNREADABLE as fault:
        message = text("the workbook cannot be read: {fault}", fault=quoted(str(fault) or type(fault).__name__))
        raise Refused([Problem("workbook", message, text("save it again as .xlsx"), file=label)]) from fault


def _xlsx(path: Path, label: str) -> Iterator[tuple[str, list[list[Any]]]]:
    for name, _, sheet in workbook_sheets(path, label):
        yield name, sheet.rows


def _opendocument(path: Path, label: str) -> Iterator[tuple[str, list[list[Any]]]]:
    """The sheets of an .ods; raises Refused where it has a password, links elsewhere, or spans too many cells."""
    from python_calamine import CalamineError, load_workbook

    with zipfile.ZipFile(path) as archive:
        if any(name.startswith(("Basic/", "Scripts/")) for name in archive.namelist()):
            raise Refused([_harmful(text("the workbook holds macros"), label)])
        manifest = _part(archive, "META-INF/manifest.xml")
        if b"encryption-data" in manifest:
            raise Refused([_locked(label)])
        document = ElementTree.fromstring(_part(archive, "content.xml"))
    if any(map(_leads_elsewhere, document.iter())):
        raise Refused([_harmful(text("the workbook refers to other workbooks"), label)])
    if any(_span(table) > MOST_CELLS for table in document.iter(f"{TABLE}table")):
        message = text("cells stand far apart")
        raise Refused([Problem("size", message, text("delete the rows and columns that are not needed"), file=label)])
    try:
        workbook = load_workbook(path)
        for name in workbook.sheet_names:
            yield name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as fault:
        raise ValueError(str(fault)) from fault


def _locked(label: str) -> Problem:
    message = text("the workbook has a password, or was saved as .xls")
    return Problem("workbook", message, text("save it as .xlsx without a password"), file=label)


def _harmful(message: Text, label: str) -> Problem:
    return Problem("workbook", message, text("save the values alone as a new workbook (.xlsx)"), file=label)


def _leads_elsewhere(element: ElementTree.Element) -> bool:
    """Whether it fetches something from another file or program, as a link, or as a formula on 'FILE'#SHEET."""
    return element.tag in LINKS or "'#" in element.get(f"{TABLE}formula", "")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    return b"".join(unpacked(archive, archive.getinfo(name)))


def _span(table: ElementTree.Element) -> int:
    """How many cells the rectangle has that a table's cells span; what is empty is written once for many."""
    below = right = row = 0
    for line in table.iter(f"{TABLE}table-row"):
        row += int(line.get(f"{TABLE}number-rows-repeated", "1"))
        column = 0
        for cell in line:
            column += int(cell.get(f"{TABLE}number-columns-repeated", "1"))
            if len(cell) or cell.get(f"{OFFICE}value-type"):
                below, right = row, max(right, column)
    return below * right


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
