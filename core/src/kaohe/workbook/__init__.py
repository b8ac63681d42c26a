"""Guarded workbooks: every text is written as that text, whoever wrote it, and never as a formula, link or markup.

    with placed(target) as draft, Book(draft) as book:
        book.listed("机构", columns, frame)

A text that no cell holds is cut, and says so where it ends; a book that is to be read again (`whole`) is refused
instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from kaohe.messages import DEFAULT, language, text
from kaohe.problems import Problem, Refused, refuse_errors

if TYPE_CHECKING:
    import polars as pl

    from kaohe.workbook.sheet import Sheet

GUARDED = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
FONTS: dict[str, dict[str, Any]] = {
    "zh_CN": {"font_name": "SimSun", "font_family": 1, "font_charset": 134},
    "en": {"font_name": "Arial", "font_family": 2},
}
"""The house font of each language; 宋体 by the name that other systems too know it by, and as what it is (serif)."""
HEADING: dict[str, Any] = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
"""How the headings of a list look."""
A4 = 9
TEXT, WHOLE, POINTS, MONEY = "@", "0", "0.00##", "#,##0.00"
"""Number formats of columns."""
NUMBER = r"^-?[0-9]{1,15}(\.[0-9]+)?$"
"""What stands as a number in a column of numbers; all else is text."""
MOST_ROWS, MOST_CHARACTERS = 1_048_575, 32_767
"""What a sheet holds below its headings, and a cell (a character outside the basic plane counts twice)."""


@frozen
class Column:
    """A column of a list: its heading, its width in characters, its number format; `wraps`: over several lines."""

    heading: str
    width: int
    shape: str = TEXT
    wraps: bool = False


class Book:
    """A workbook being written, with formats made once each; a context that closes it where nothing went wrong.

    `whole`: closing raises Refused where a cell could not hold its text, with every such cell.
    """

    def __init__(self, draft: Path, *, whole: bool = False) -> None:
        import xlsxwriter

        from kaohe.workbook.sheet import Texts

        self.workbook = xlsxwriter.Workbook(draft, GUARDED)
        self.workbook.str_table = Texts()
        self.whole = whole
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __enter__(self) -> Book:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()

    def style(self, **properties: Any) -> Any:
        """The format with these properties of xlsxwriter, in the house font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            font = FONTS.get(language(), FONTS[DEFAULT])
            self._formats[key] = self.workbook.add_format({**font, "font_size": 10.5, **properties})
        return self._formats[key]

    def sheet(self, name: str) -> Any:
        """A new worksheet, printed on A4 with page numbers."""
        from kaohe.workbook.sheet import Sheet

        worksheet: Sheet = self.workbook.add_worksheet(name, worksheet_class=Sheet)
        worksheet.set_paper(A4)
        worksheet.set_footer("&C" + str(text("page {page} of {pages}", page="&P", pages="&N")))
        return worksheet

    def listed(self, name: str, columns: Sequence[Column], frame: pl.DataFrame, *, record: bool = False) -> Any:
        """A sheet of the frame's texts, in the order of its columns: frozen headings, a filter, one page across
        with lines between the cells.

        `record`: it is looked up rather than printed; a line above says how long it is, and a long one prints that line
        alone. Raises Refused where there are more rows than a sheet holds.
        """
        from kaohe.workbook.printing import LONG, looked_up, pages
        from kaohe.workbook.sheet import LINE, lines

        head = 1 if record else 0
        if len(frame) + head > MOST_ROWS:
            raise Refused([too_long(name, len(frame))])
        worksheet = self.sheet(name)
        if record:
            above = looked_up(columns, len(frame))
            worksheet.over(above, [column.width for column in columns], self.style(bold=True, text_wrap=True))
            if pages(columns, len(frame)) > LONG:
                worksheet.print_area(0, 0, 1, len(columns) - 1)
        styles = [self.style(num_format=column.shape, valign="top", text_wrap=column.wraps) for column in columns]
        for place, (column, style) in enumerate(zip(columns, styles, strict=True)):
            side = "left" if column.shape == TEXT else "right"
            worksheet.write_string(head, place, column.heading, self.style(**HEADING, align=side))
            worksheet.set_column(place, place, column.width, style)
        worksheet.set_row(head, LINE * max(lines(column.heading, column.width) for column in columns))
        worksheet.fill(frame, styles, columns, head + 1)
        worksheet.freeze_panes(head + 1, 1)
        worksheet.autofilter(head, 0, head + max(1, len(frame)), len(columns) - 1)
        worksheet.across(head)
        worksheet.hide_gridlines(0)  # they are printed too
        return worksheet

    def close(self) -> None:
        """Write the file; raises Refused where it is to be whole and is not, OSError where it cannot be written."""
        from xlsxwriter.exceptions import XlsxFileError

        if self.whole:
            refuse_errors(_cut(sheet.get_name(), *cell) for sheet in self.workbook.worksheets() for cell in sheet.cut)
        try:
            self.workbook.close()
        except XlsxFileError as fault:
            raise OSError(str(fault)) from fault


def too_long(sheet: str, rows: int) -> Problem:
    """That a sheet cannot hold so many rows."""
    message = text("“{sheet}” has {rows} rows, more than a sheet holds", sheet=sheet, rows=rows)
    return Problem("out", message, text("use the tables themselves (SQLite, Parquet)"))


def _cut(sheet: str, cell: str, length: int) -> Problem:
    message = text("{sheet} {cell}: a text of {n} characters, more than a cell holds", sheet=sheet, cell=cell, n=length)
    return Problem("out", message, text("shorten it"))
