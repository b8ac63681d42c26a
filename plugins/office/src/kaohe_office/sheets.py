"""Worksheets as this plugin writes them: no text becomes markup, and many rows are written a whole column at a time.

XlsxWriter writes a cell at a time, in Python. `Sheet.fill` hands it the rows of a frame as finished XML instead: its
texts are shared like all others, its numbers stand as exactly as they were given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from attrs import frozen
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from kaohe.problems import Problem, Refused
from kaohe_office.messages import text

TEXT, WHOLE, POINTS, MONEY = "@", "0", "0.00##", "#,##0.00"
"""Number formats of columns."""
NUMBER = r"^-?[0-9]{1,15}(\.[0-9]+)?$"
"""What stands as a number in a column of numbers; all else is text."""
MOST_ROWS, MOST_CHARACTERS = 1_048_575, 32_767
"""What a sheet holds below its headings, and a cell."""
AT_A_TIME = 10_000
LINE, MOST_LINES = 15, 27
"""Points that a line of text is high, and lines that a row can have."""


@frozen
class Column:
    """A column of a list: its heading, its width in characters, its number format; `wraps`: over several lines."""

    heading: str
    width: int
    shape: str = TEXT
    wraps: bool = False


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet of one heading row and a frame, or of cells."""

    dim_rowmax: int

    def __init__(self) -> None:
        super().__init__()
        self.body: list[str] = []

    def fill(self, frame: pl.DataFrame, styles: Sequence[Any], columns: Sequence[Column]) -> None:
        """Set the rows below the heading: a frame of texts, a style a column; raises Refused where it is too long."""
        if len(frame) > MOST_ROWS:
            message = text("“{sheet}” has {rows} rows, more than a sheet holds", sheet=self.name, rows=len(frame))
            raise Refused([Problem("out", message, text("use the tables themselves (SQLite, Parquet)"))])
        row = pl.int_range(2, pl.len() + 2).cast(pl.String)
        cells = [
            self._cell(frame[name], row, xl_col_to_name(place), style, column.shape)
            for place, (name, style, column) in enumerate(zip(frame.columns, styles, columns, strict=True))
        ]
        height = _height(frame, columns)
        lines = frame.select(line=pl.concat_str(pl.lit('<row r="'), row, height, *cells, pl.lit("</row>")))
        self.body = lines["line"].to_list()
        self._check_dimensions(len(frame), len(columns) - 1)

    def _cell(self, values: pl.Series, row: pl.Expr, letters: str, style: Any, shape: str) -> pl.Expr:
        """A column's cells as XML, empty where there is nothing."""
        value = values.str.slice(0, MOST_CHARACTERS).replace("", None)
        begins = pl.concat_str(pl.lit(f'<c r="{letters}'), row, pl.lit(f'" s="{style._get_xf_index()}'))
        number = pl.lit(value).str.contains(NUMBER) if shape != TEXT else pl.lit(value=False)
        shared = self._shared(value if shape == TEXT else value.set(value.str.contains(NUMBER), None))
        return (
            pl.when(number)
            .then(pl.concat_str(begins, pl.lit('"><v>'), pl.lit(value), pl.lit("</v></c>")))
            .otherwise(pl.concat_str(begins, pl.lit('" t="s"><v>'), pl.lit(shared), pl.lit("</v></c>")))
            .fill_null("")
        )

    def _shared(self, values: pl.Series) -> pl.Series:
        """The texts as their numbers in the workbook's table of texts."""
        said = values.unique(maintain_order=True).drop_nulls()
        number = [str(self.str_table._get_shared_string_index(escaped(one))) for one in said]
        self.str_table.count += len(values) - values.null_count() - len(said)
        return values.replace_strict(said, pl.Series(number, dtype=pl.String), return_dtype=pl.String)

    def _write_string(self, row: int, column: int, string: str, style: Any = None) -> int:
        return int(super()._write_string(row, column, escaped(string), style))

    def _write_rows(self) -> None:
        last, self.dim_rowmax = self.dim_rowmax, self.dim_rowmax - len(self.body)
        super()._write_rows()
        self.dim_rowmax = last
        for first in range(0, len(self.body), AT_A_TIME):
            self.fh.write("".join(self.body[first : first + AT_A_TIME]))


def _height(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.Expr:
    """The rest of a row's opening: as high as its longest text where it wraps; a Chinese character is two wide."""
    wraps = [
        (pl.col(name).str.len_bytes() + pl.col(name).str.len_chars()).cast(pl.Int64) // (2 * column.width - 2) + 1
        for name, column in zip(frame.columns, columns, strict=True)
        if column.wraps
    ]
    lines = pl.max_horizontal(pl.lit(1), *wraps).clip(1, MOST_LINES)
    custom = pl.concat_str(pl.lit('" ht="'), (LINE * lines).cast(pl.String), pl.lit('" customHeight="1">'))
    return pl.when(lines > 1).then(custom).otherwise(pl.lit('">'))


def escaped(said: str) -> str:
    """The text as XlsxWriter is to have it, which takes one within <r> and </r> for markup of its own."""
    return f"{said} " if said.startswith("<r>") and said.endswith("</r>") else said
