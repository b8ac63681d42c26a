"""The first sheet of the report as a workbook: what was assessed, how it came out, and what each sheet is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kaohe.workbook import HEADING, WHOLE, Book
from kaohe_office.forms.cells import lines
from kaohe_office.messages import text
from kaohe_office.report import sections
from kaohe_office.report.figures import Figures

WIDTHS = (34, 12, 38)
"""The columns; together one A4 page upright."""
LINE = 15
"""Points that a line of text is high."""


def write(book: Book, figures: Figures, sheets: Sequence[tuple[str, int, bool]]) -> None:
    """Write it. `sheets`: the name of each that follows, its rows, and whether it is to look up and not to print."""
    worksheet = book.sheet(str(text("Summary")))
    for column, wide in enumerate(WIDTHS):
        worksheet.set_column(column, column, wide)
    row = _words(book, worksheet, figures)
    uses = [[name, str(rows), str(_use(record))] for name, rows, record in sheets]
    contents = sections.Table([str(text("Sheet")), str(text("Rows")), str(text("Use"))], uses, {1})
    for table in (sections.outcomes(figures), contents):
        row = _ruled(book, worksheet, row + 1, table)
    worksheet.fit_to_pages(1, 0)
    worksheet.print_area(0, 0, row - 1, len(WIDTHS) - 1)


def _use(record: bool) -> str:  # noqa: FBT001
    return str(text("to filter and look up") if record else text("to print"))


def _words(book: Book, worksheet: Any, figures: Figures) -> int:
    """The title and what is said below it, each over all columns; the row after them."""
    title = book.style(bold=True, font_size=16, text_wrap=True, align="center", valign="vcenter")
    words = book.style(text_wrap=True, valign="vcenter")
    said = [(str(figures.run.about["name"]), title, 2), *((line, words, 1) for line in sections.lead(figures))]
    for row, (line, style, size) in enumerate(said):
        worksheet.merge_range(row, 0, row, len(WIDTHS) - 1, line, style)
        worksheet.set_row(row, size * LINE * lines(line, sum(WIDTHS) * 2 // (size + 1)) + 3)
    return len(said)


def _ruled(book: Book, worksheet: Any, row: int, table: sections.Table) -> int:
    """A small table with lines around its cells, from this row on; the row below it."""
    left, right = {"border": 1, "indent": 1, "align": "left"}, {"border": 1, "indent": 1, "align": "right"}
    for column, heading in enumerate(table.headings):
        own = right if column in table.numbers else left
        worksheet.write_string(row, column, heading, book.style(**{**HEADING, **own}))
    for cells in table.rows:
        row += 1
        for column, said in enumerate(cells):
            if column in table.numbers:
                worksheet.write_number(row, column, int(said), book.style(**right, num_format=WHOLE))
            else:
                worksheet.write_string(row, column, said, book.style(**left))
    return row + 1
