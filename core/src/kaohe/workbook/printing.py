"""What a list prints: about how many pages of A4, and a line above one that is looked up and seldom printed."""

from __future__ import annotations

from collections.abc import Sequence

from kaohe.messages import text
from kaohe.workbook import Column
from kaohe.workbook.sheet import LINE

PRINTABLE = (741, 487)
"""Points across and down between the margins of an A4 page on its side."""
LONG = 20
"""Pages from which on a list that is looked up prints no more than its first lines."""


def pages(columns: Sequence[Column], rows: int) -> int:
    """About how many pages so many rows print as, where each is one line: A4 across, fitted to the width."""
    wide = sum(3 * (7 * column.width + 5) // 4 for column in columns)
    room = PRINTABLE[1] * max(PRINTABLE[0], wide) // PRINTABLE[0]
    return -(-rows // (room // LINE - 1))


def looked_up(columns: Sequence[Column], rows: int) -> str:
    """What stands over the headings of a list that is looked up."""
    values = {"rows": rows, "pages": pages(columns, rows)}
    if values["pages"] <= LONG:
        return str(text("To filter and look up. Rows: {rows}; pages if printed: about {pages}.", **values))
    said = text(
        "To filter and look up. Rows: {rows}; pages if printed: about {pages}. So that nobody prints them by "
        "mistake, the print area is this line; clear it (Page Layout, Print Area) to print what you have filtered.",
        **values,
    )
    return str(said)
