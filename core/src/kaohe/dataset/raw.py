"""A raw table: what was found under its headings, and where each row stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import polars as pl
from attrs import field, frozen

from kaohe.messages import text
from kaohe.problems import Problem, Refused

ROW, FILE = "_row", "_file"
"""Columns of a raw table: the row as a spreadsheet numbers it, and which of `files` it stands in."""


@frozen(eq=False)
class Raw:
    """One table as it was found: the columns' own headings; text, or a Parquet file's types.

    `frame` is either in memory (`held`) or scanned from its files whenever it is asked. `headings`: those of each
    file. `numeric`: for each heading, the rows whose cell was a number in a workbook. `remarks`: what its reader
    says of it.
    """

    table: str
    frame: pl.LazyFrame
    files: list[str]
    headings: list[list[str]]
    held: bool = True
    numeric: dict[str, list[int]] = field(factory=dict)
    remarks: list[Problem] = field(factory=list)

    def joined(self, other: Raw) -> Raw:
        """This table with the rows of another part of it, from CSV or Parquet."""
        moved = other.frame.with_columns(pl.col(FILE) + pl.lit(len(self.files), pl.UInt32))
        frame = pl.concat([self.frame, moved], how="diagonal_relaxed")
        frame.collect_schema()
        headings = self.headings + other.headings
        return Raw(self.table, frame, self.files + other.files, headings, self.held and other.held)


def held(table: str, frame: pl.DataFrame, label: str, first: int = 2) -> Raw:
    """A table in memory, its first row numbered as given; rows that are blank in every column are dropped."""
    numbered = frame.with_row_index(ROW, first).with_columns(pl.lit(0, pl.UInt32).alias(FILE))
    blank = pl.repeat(True, len(frame) if frame.width else 0, dtype=pl.Boolean, eager=True)
    for cells in frame.iter_columns():
        if not blank.any():
            break
        blank &= cells.str.strip_chars().fill_null("") == ""
    kept = numbered.filter(~blank) if blank.any() else numbered
    return Raw(table, kept.lazy(), [label], [frame.columns])


def headings(cells: Iterable[object], file: str) -> list[str]:
    """The stripped headings; raises Refused where one stands twice or nothing stands there."""
    stripped = [str(cell).strip() if cell is not None else "" for cell in cells]
    times = Counter(heading.casefold() for heading in stripped if heading)
    twice = sorted({heading for heading in stripped if times[heading.casefold()] > 1})
    message, remedy = text("this heading stands twice"), text("rename or remove one")
    problems = [Problem("heading", message, remedy, file=file, row=1, column=heading) for heading in twice]
    if not any(stripped):
        problems = [Problem("heading", text("there are no headings"), text("put them in row 1"), file=file, row=1)]
    if problems:
        raise Refused(problems)
    return [heading or f"_blank{position}" for position, heading in enumerate(stripped)]
