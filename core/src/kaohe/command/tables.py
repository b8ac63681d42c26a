"""Tables for people: in columns where they fit, otherwise each row as lines of its own. Nothing is ever cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich import table as rich_table
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.text import Text

from kaohe.messages import text

COMFORT, LONGEST = 14, 40
"""A text so wide is not folded, nor a code or number so long, unless the window has no room for it at all."""
UNBROKEN = re.compile(r"[!-~–]+")
"""A code, a number, a word."""
BETWEEN = "   "


class Table(rich_table.Table):
    """Rows of texts under headings. From the column `right` on they stand to the right; `lines` separate the rows."""

    def __init__(self, title: object, *headings: object, right: int = 99, lines: bool = False) -> None:
        said = [str(heading) for heading in headings]
        if lines:
            super().__init__(show_lines=True, show_header=any(said))
        else:
            super().__init__(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(said))
        self.above, self.headings, self.texts = str(title), said, list[list[str]]()
        for number, heading in enumerate(said):
            self.add_column(heading, overflow="fold", justify="right" if number >= right else "left")

    def row(self, *cells: object, style: str = "") -> None:
        """Add a row, a cell a column."""
        self.texts.append([str(cell) for cell in cells])
        self.add_row(*self.texts[-1], style=style)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        if self.above:
            yield Text(self.above, style="bold")
        columns = [[heading, *(row[place] for row in self.texts)] for place, heading in enumerate(self.headings)]
        room = options.max_width - len(columns) * (3 if self.show_lines else 2) - self.show_lines
        least = [max(map(_least, cells)) for cells in columns]
        if sum(least) <= room:
            widest = [max(map(_widest, cells)) for cells in columns]
            for column, width in zip(self.columns, _widened(least, widest, room), strict=True):
                column.width = width
            yield from super().__rich_console__(console, options)  # type: ignore[misc]
        else:
            for cells in self.texts:
                yield from self._lines(cells, options.max_width - 2)

    def _lines(self, cells: Sequence[str], width: int) -> Iterator[RenderableType]:
        """A row as lines: its first cell, then the others with their headings, as many as fit into each line."""
        first, *others = zip(self.headings, cells, strict=True)
        lines = [first[1]]
        for heading, cell in others:
            if cell:
                said = str(text("{heading}: {cell}", heading=heading, cell=cell)) if heading else cell
                if _widest(lines[-1] + BETWEEN + said) <= width and "\n" not in lines[-1] + said:
                    lines[-1] += BETWEEN + said
                else:
                    lines.append(said)
        start = Text(lines[0], overflow="fold")
        start.stylize("bold", 0, len(first[1]))
        yield start
        yield from (Padding(Text(line, overflow="fold"), (0, 0, 0, 2)) for line in lines[1:])


def _least(cell: str) -> int:
    """How wide a column must be for the cell to be read easily."""
    codes = [min(len(found), LONGEST) for found in UNBROKEN.findall(cell)]
    return max(min(_widest(cell), COMFORT), *codes, 1)


def _widest(cell: str) -> int:
    return max(map(cell_len, cell.split("\n")))


def _widened(least: Sequence[int], wanted: Sequence[int], room: int) -> list[int]:
    """The least widths, and what is left of the room for those that want more, the narrowest first."""
    widths, left = list(least), room - sum(least)
    for place in sorted(range(len(widths)), key=lambda place: wanted[place]):
        more = min(wanted[place] - widths[place], left)
        widths[place], left = widths[place] + more, left - more
    return widths
