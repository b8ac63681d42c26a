"""The checklist of what is handed in, as the document prints it."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from kaohe.workbook import Book
from kaohe_office.forms.cells import lines, of_language
from kaohe_office.forms.issue import Issue
from kaohe_office.messages import text
from kaohe_office.papers import Material, Materials
from kaohe_office.returned import Fault, Grid, quoted

FIRST = 4
"""The row of the first item, from 0."""
WIDTHS = (74, 14, 22)
GIVEN, LATER, NONE = ("已提交", "handed in"), ("未提交", "not handed in"), ("不适用", "does not apply")


@frozen
class Checklist:
    """The numbers of what was not handed in although it had to be."""

    open: list[str] = field(factory=list)


def title() -> str:
    """The sheet's name."""
    return str(text("Materials"))


def _states() -> list[str]:
    return [of_language(GIVEN), of_language(LATER), of_language(NONE)]


def write(book: Book, issue: Issue, materials: Materials) -> None:
    """Lay the checklist out: a drop-down beside each line."""
    worksheet = book.sheet(title())
    for position, wide in enumerate(WIDTHS):
        worksheet.set_column(position, position, wide)
    heading = book.style(font_size=16, bold=True, align="center", valign="vcenter", text_wrap=True)
    cell = book.style(border=1, text_wrap=True, valign="vcenter")
    bold = book.style(border=1, bold=True, align="center", bg_color="#EDEDED")
    entry = book.style(border=1, align="center", valign="vcenter", text_wrap=True, locked=False, bg_color="#FFFDF2")
    worksheet.write_string(0, 0, materials.annex, book.style(bold=True, font_size=11))
    worksheet.merge_range(1, 0, 1, 2, materials.title, heading)
    worksheet.set_row(1, 30)
    worksheet.merge_range(2, 0, 2, 2, str(text("Institution: {name}", name=issue.name)), book.style())
    for column, heading_of in enumerate((text("Materials"), text("Handed in"), text("Remarks"))):
        worksheet.write_string(FIRST - 1, column, str(heading_of), bold)
    for row, item in enumerate(materials.items, FIRST):
        said = f"{item.number}. {item.text}"
        worksheet.write_string(row, 0, said, cell)
        if _concerns(item, issue):
            worksheet.write_blank(row, 1, None, entry)
            worksheet.data_validation(row, 1, row, 1, {"validate": "list", "source": _states()})
        else:
            worksheet.write_string(row, 1, _states()[2], book.style(border=1, align="center", valign="vcenter"))
        worksheet.write_blank(row, 2, None, entry)
        worksheet.set_row(row, 15 * lines(said, WIDTHS[0] - 2) + 10)
    last = _windows(book, worksheet, issue, FIRST + len(materials.items) + 1)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.print_area(0, 0, last, 2)
    worksheet.protect("", {"format_columns": True, "format_rows": True})


def _windows(book: Book, worksheet: Any, issue: Issue, row: int) -> int:
    """Where to hand in: the window of the institution's region, or all of them; returns the last row."""
    windows = issue.papers.windows
    if windows is None:
        return row
    own = [window for window in windows.places if window.region == issue.region] or windows.places
    cells, bold = book.style(border=1, text_wrap=True), book.style(border=1, bold=True, bg_color="#EDEDED")
    worksheet.write_string(row, 0, f"{windows.annex} {windows.title}", book.style(bold=True))
    worksheet.write_string(row + 1, 0, windows.headings["place"], bold)
    worksheet.merge_range(row + 1, 1, row + 1, 2, windows.headings["phone"], bold)
    for place, window in enumerate(own, row + 2):
        worksheet.write_string(place, 0, f"{window.region} {window.address}", cells)
        worksheet.merge_range(place, 1, place, 2, window.phone, cells)
    return row + 1 + len(own)


def _concerns(item: Material, issue: Issue) -> bool:
    return not item.kinds or issue.kind in item.kinds


def read(grid: Grid, issue: Issue, materials: Materials) -> tuple[Checklist, list[Fault]]:
    """What was ticked, and every fault at its cell; `gains` items may not apply."""
    missing: list[str] = []
    faults: list[Fault] = []
    for row, item in enumerate(materials.items, FIRST):
        if "".join(grid.said((row, 0)).split()) != "".join(f"{item.number}. {item.text}".split()):
            message = text("the printed text was changed here; what was filled in cannot be assigned")
            remedy = text("fill in the form as it was sent, without adding or removing rows")
            return Checklist(), [Fault(grid.name, (row, 0), message, remedy)]
        said = grid.said((row, 1))
        if not _concerns(item, issue) or said in GIVEN:
            continue
        if said in NONE and item.gains:
            continue
        missing.append(item.number)
        if said and said not in LATER + NONE:
            message = text("“{said}” is not one of the list", said=quoted(said))
            faults.append(Fault(grid.name, (row, 1), message, text("choose from the list")))
        elif said in NONE:
            message, remedy = text("this applies to the institution"), text("hand it in")
            faults.append(Fault(grid.name, (row, 1), message, remedy, "warning"))
        elif not said:
            message, remedy = text("it is not said whether this was handed in"), text("choose from the list")
            faults.append(Fault(grid.name, (row, 1), message, remedy, "warning"))
        else:
            message, remedy = text("this was not handed in"), text("hand it in")
            faults.append(Fault(grid.name, (row, 1), message, remedy, "warning"))
    return Checklist(missing), faults
