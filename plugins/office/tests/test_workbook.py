"""Whatever stands in a cell is text or an exact number, and the workbook stays one that every program reads."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from kaohe.problems import Refused
from kaohe_office.returned import grids
from kaohe_office.sheets import MONEY, MOST_ROWS, Column
from kaohe_office.workbook import Book

TEXTS = [
    "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "{=1}", "<r>&</r>", "<r><t>a</t></r>", "<b>甲</b>",
    " 前后 ", "一\n二", "\x01", "https://example.invalid", "007", "", "x" * 32_767,
]  # fmt: skip
NUMBERS = ["12.50", "-0.01", "0", "123456789012345.67", "1234567890123456", "1e5", "–", "=1", "٣", "", "NaN", "-", None,
           "88–92", "inf", "0x1"]  # fmt: skip
READ = [12.5, -0.01, 0, 123456789012345.67, "1234567890123456", "1e5", "–", "=1", "٣", None, "NaN", "-", None,
        "88–92", "inf", "0x1"]  # fmt: skip
"""A number of more than 15 digits would lose some in a spreadsheet, and stays text."""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A workbook of these texts and numbers: listed, and written cell by cell."""
    book = Book(tmp_path / "book.xlsx")
    frame = pl.DataFrame({"text": TEXTS, "number": NUMBERS})
    book.listed("listed", [Column("=text", 20), Column("number", 12, MONEY)], frame)
    sheet = book.sheet("cells")
    for row, said in enumerate(TEXTS):
        sheet.write_string(row, 0, said)
    book.close()
    return tmp_path / "book.xlsx"


def test_texts_stay_texts_and_numbers_exact(written: Path) -> None:
    """XlsxWriter takes text within <r> and </r> for markup of its own: a blank behind it."""
    said = [text.replace("\x01", "_x0001_") or None for text in TEXTS]
    marked = [f"{text} " if text and text.startswith("<r>") else text for text in said]
    workbook = openpyxl.load_workbook(written)
    assert [cell.value for cell in workbook["listed"]["A"]] == ["=text", *marked]
    assert [cell.value for cell in workbook["listed"]["B"]] == ["number", *READ]
    assert [cell.value or None for cell in workbook["cells"]["A"]] == marked
    assert not [cell for sheet in workbook for row in sheet for cell in row if cell.data_type == "f"]
    assert workbook["listed"].dimensions == "A1:B17"
    assert workbook["listed"].auto_filter.ref == "A1:B17"


def test_another_reader_sees_the_same(written: Path) -> None:
    grid = grids(written, "book.xlsx")["listed"]
    assert [grid.rows[row][0] for row in (1, 2, 7, 8, 9)] == [
        "=1+1",
        "+1",
        "<r>&</r> ",
        "<r><t>a</t></r> ",
        "<b>甲</b>",
    ]


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.xlsx")
    with pytest.raises(Refused, match=str(MOST_ROWS + 1)):
        book.listed("long", [Column("n", 5)], pl.DataFrame({"n": pl.repeat("a", MOST_ROWS + 1, eager=True)}))
