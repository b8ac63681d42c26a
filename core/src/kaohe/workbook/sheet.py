"""Worksheets: texts that stay texts, and many rows written a whole column at a time.

XlsxWriter writes a cell at a time, in Python. `Sheet.fill` hands it the rows of a frame as finished XML instead: its
texts are shared like all others, its numbers stand as exactly as they were given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
from xlsxwriter.sharedstrings import SharedStringTable
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from kaohe.messages import text
from kaohe.workbook import MOST_CHARACTERS, NUMBER, TEXT, Column

AT_A_TIME = 10_000
LINE, MOST_LINES = 15, 27
"""Points that a line of text is high, and lines that a row can have."""
MOST_IN_HEADER = 255
LONE = re.compile("[\ud800-\udfff]")
"""Half a character, as a file's name that is no UTF-8 leaves it: no file can hold it."""


class Texts(SharedStringTable):  # type: ignore[misc]
    """The workbook's table of texts: each stands in it as it is."""

    def _get_shared_string_index(self, string: str) -> int:
        """The number of the text. One within <r> and </r>, which XlsxWriter takes for markup, becomes such, escaped."""
        string = LONE.sub("\ufffd", string)
        if string.startswith("<r>") and string.endswith("</r>"):
            string = f'<r><t xml:space="preserve">{escape(string)}</t></r>'
        return int(super()._get_shared_string_index(string))


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet of one heading row and a frame, or of cells; `cut`: too small cells, how long their texts are."""

    dim_rowmax: int

    def __init__(self) -> None:
        super().__init__()
        self.body: list[str] = []
        self.cut: list[tuple[str, int]] = []

    def across(self, headings: int = 0) -> None:
        """Print one page across, the row of headings on each."""
        self.set_landscape()
        self.fit_to_pages(1, 0)
        self.repeat_rows(headings)

    def over(self, said: str, widths: Sequence[int], style: Any) -> None:
        """A line across the first row, as high as it needs to be in columns of these widths."""
        if len(widths) > 1:
            self.merge_range(0, 0, 0, len(widths) - 1, said, style)
        else:
            self.write_string(0, 0, said, style)
        self.set_row(0, LINE * lines(said, sum(widths)))

    def headed(self, title: str) -> None:
        """Print the title above each page."""
        safe = LONE.sub("\ufffd", title)[:MOST_IN_HEADER]
        while _units(f"&C{safe.replace('&', '&&')}") > MOST_IN_HEADER:
            safe = safe[: len(safe) - 2] + "…"
        self.set_header("&C" + safe.replace("&", "&&"))

    def fill(self, frame: pl.DataFrame, styles: Sequence[Any], columns: Sequence[Column], first: int = 1) -> None:
        """Set the rows from the first on: a frame of texts, a style a column, at most MOST_ROWS rows."""
        row = pl.int_range(first + 1, pl.len() + first + 1).cast(pl.String)
        cells = [
            self._cell(frame[name], row, xl_col_to_name(place), style, column.shape)
            for place, (name, style, column) in enumerate(zip(frame.columns, styles, columns, strict=True))
        ]
        height = _height(frame, columns)
        lines = frame.select(line=pl.concat_str(pl.lit('<row r="'), row, height, *cells, pl.lit("</row>")))
        self.body = lines["line"].to_list()
        self._check_dimensions(len(frame) + first - 1, len(columns) - 1)

    def _cell(self, values: pl.Series, row: pl.Expr, letters: str, style: Any, shape: str) -> pl.Expr:
        """A column's cells as XML, empty where there is nothing."""
        value = values.replace("", None)
        begins = pl.concat_str(pl.lit(f'<c r="{letters}'), row, pl.lit(f'" s="{style._get_xf_index()}'))
        number = pl.lit(value).str.contains(NUMBER) if shape != TEXT else pl.lit(value=False)
        shared = self._shared(value if shape == TEXT else value.set(value.str.contains(NUMBER), None), letters)
        return (
            pl.when(number)
            .then(pl.concat_str(begins, pl.lit('"><v>'), pl.lit(value), pl.lit("</v></c>")))
            .otherwise(pl.concat_str(begins, pl.lit('" t="s"><v>'), pl.lit(shared), pl.lit("</v></c>")))
            .fill_null("")
        )

    def _shared(self, values: pl.Series, letters: str) -> pl.Series:
        """The texts as their numbers in the workbook's table of texts."""
        said = values.unique(maintain_order=True).drop_nulls()
        number = [str(self.str_table._get_shared_string_index(self._held(one, letters))) for one in said]
        self.str_table.count += len(values) - values.null_count() - len(said)
        return values.replace_strict(said, pl.Series(number, dtype=pl.String), return_dtype=pl.String)

    def _write_string(self, row: int, column: int, string: str, style: Any = None) -> int:
        return int(super()._write_string(row, column, self._held(string, xl_col_to_name(column), row + 1), style))

    def _held(self, said: str, letters: str, row: int | str = "") -> str:
        """What a cell holds of the text: all of it, or its beginning and how long it is."""
        if len(said) <= MOST_CHARACTERS // 2 or _units(said) <= MOST_CHARACTERS:
            return said
        self.cut.append((f"{letters}{row}", len(said)))
        mark = str(text("… (cut: {n} characters, more than a cell holds)", n=len(said)))
        kept = said.encode("utf-16-le", "surrogatepass")[: 2 * (MOST_CHARACTERS - _units(mark))]
        return kept.decode("utf-16-le", "ignore") + mark

    def _write_rows(self) -> None:
        last, self.dim_rowmax = self.dim_rowmax, self.dim_rowmax - len(self.body)
        super()._write_rows()
        self.dim_rowmax = last
        for first in range(0, len(self.body), AT_A_TIME):
            self.fh.write("".join(self.body[first : first + AT_A_TIME]))


def lines(said: str, width: int) -> int:
    """How many lines a text takes in a cell so wide; a Chinese character is two wide."""
    return max(1, -(-(len(said.encode()) + len(said)) // 2 // max(1, width - 1)))


def _units(said: str) -> int:
    """A text's length as spreadsheets count it: a character outside the basic plane is two."""
    return len(said) + sum(character > "\uffff" for character in said)


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
