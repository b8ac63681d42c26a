"""Whatever stands in a cell is text or an exact number, and the workbook stays one that every program reads."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from kaohe.messages import speaking
from kaohe.problems import Refused
from kaohe.workbook import MONEY, MOST_CHARACTERS, MOST_ROWS, Book, Column

TEXTS = [
    "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "{=1}", "<r>&</r>", "<r><t>a</t></r>", "<b>甲</b>",
    " 前后 ", "一\n二", "https://example.invalid", "internal:Sheet1!A1", "007", "", "x" * 32_767,
    f"<r>{'y' * 32_760}</r>",
]  # fmt: skip
NUMBERS = ["12.50", "-0.01", "0", "123456789012345.67", "1234567890123456", "1e5", "–", "=1", "٣", "", "NaN", "-", None,
           "88–92", "inf", "0x1", "1\n"]  # fmt: skip
READ = [12.5, -0.01, 0, 123456789012345.67, "1234567890123456", "1e5", "–", "=1", "٣", None, "NaN", "-", None,
        "88–92", "inf", "0x1", "1\n"]  # fmt: skip
"""A number of more than 15 digits would lose some in a spreadsheet, and stays text."""
CONTROL = "".join(map(chr, [*range(9), 11, 12, *range(13, 32)]))


def write(target: Path, texts: list[str], numbers: list[str | None], **more: bool) -> Path:
    """A workbook of these: as a list, and one by one with each way of writing a text."""
    with Book(target, **more) as book:
        frame = pl.DataFrame({"text": texts, "number": numbers}, schema=dict.fromkeys(("text", "number"), pl.String))
        book.listed("listed", [Column("=text", 20), Column("number", 12, MONEY)], frame)
        sheet = book.sheet("cells")
        sheet.write_column(0, 1, texts)
        for row, said in enumerate(texts):
            sheet.write_string(row, 0, said)
            sheet.merge_range(row, 2, row, 3, said)
    return target


def by_openpyxl(path: Path, rows: int) -> list[list[Any]]:
    """What stands in the list and in the cells; no cell of any sheet is a formula or a link."""
    book = openpyxl.load_workbook(path)
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}
    assert not [cell for sheet in book for row in sheet for cell in row if cell.hyperlink]
    columns = [(book["listed"], 2, 1), *((book["cells"], 1, column) for column in (1, 2, 3))]
    return [[sheet.cell(first + row, at).value or "" for row in range(rows)] for sheet, first, at in columns]


def by_calamine(path: Path) -> list[list[str]]:
    book = CalamineWorkbook.from_path(path)
    listed, cells = (book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in ("listed", "cells"))
    return [[str(row[0]) for row in listed[1:]], *([str(row[place]) for row in cells] for place in range(3))]


def test_texts_stay_texts_and_numbers_exact(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", TEXTS, NUMBERS)
    assert by_openpyxl(path, len(TEXTS)) == by_calamine(path) == [TEXTS] * 4
    listed = openpyxl.load_workbook(path)["listed"]
    assert [cell.value for cell in listed["B"]] == ["number", *READ]
    assert listed["A1"].value == "=text"
    assert (listed.dimensions, listed.auto_filter.ref) == ("A1:B18", "A1:B18")


PLAIN = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\n\t")
)
BEGUN = st.builds(str.__add__, st.sampled_from("=+-@'{"), PLAIN) | PLAIN.map(lambda said: f"<r>{said}</r>") | PLAIN


@given(st.lists(BEGUN.filter(lambda said: "x005F_" not in said), min_size=1))
@example(["<r></r>", "=", "_x0041_", "_xFFFE_"])
def test_any_text_is_read_back_as_it_is(texts: list[str]) -> None:
    """But openpyxl takes x005F_ away, which is how a workbook writes an underscore before x."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "book.xlsx", texts, [None] * len(texts))
        assert by_openpyxl(path, len(texts)) == [texts] * 4


def test_what_xml_cannot_hold_is_held(tmp_path: Path) -> None:
    """Control characters are written as spreadsheets write them; half a character has no form at all."""
    texts = [f"a{CONTROL}b", "<r>\x00</r>", "half\ud800"]
    with Book(tmp_path / "book.xlsx") as book:
        sheet = book.sheet("cells")
        sheet.write_column(0, 0, texts)
        sheet.headed("a\x01\udfff")
    cells = CalamineWorkbook.from_path(tmp_path / "book.xlsx").get_sheet_by_index(0).to_python()
    assert [row[0] for row in cells] == [*texts[:2], "half\ufffd"]
    assert openpyxl.load_workbook(tmp_path / "book.xlsx")["cells"].oddHeader.center.text == "a\x01\ufffd"


LONG = ["x" * 32_768, "𠮷" * 16_384, f"<r>{'y' * 40_000}</r>"]
"""Each is one unit or more too long; a character outside the basic plane is two."""


def test_a_text_that_no_cell_holds_is_cut_and_says_so(tmp_path: Path) -> None:
    with speaking("en"):
        path = write(tmp_path / "book.xlsx", LONG, [None] * 3)
    marks = [f"… (cut: {n} characters, more than a cell holds)" for n in ("32768", "16384", "40007")]
    for column in by_openpyxl(path, len(LONG)):
        for said, whole, mark in zip(column, LONG, marks, strict=True):
            assert said.endswith(mark)
            assert whole.startswith(said.removesuffix(mark))
            assert MOST_CHARACTERS - 1 <= len(said.encode("utf-16-le")) // 2 <= MOST_CHARACTERS


def test_a_book_that_is_to_be_whole_is_refused_with_every_such_cell(tmp_path: Path) -> None:
    with speaking("en"), pytest.raises(Refused) as refused:
        write(tmp_path / "book.xlsx", ["a", LONG[0]], [None] * 2, whole=True)
    assert [problem.message.values["cell"] for problem in refused.value.problems] == ["A", "B2", "A2", "C2"]
    assert {problem.message.values["n"] for problem in refused.value.problems} == {32_768}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("title", "printed"), [("甲 & 乙", "甲 & 乙"), ("长" * 300, "长" * 252 + "…")])
def test_a_title_above_each_page(tmp_path: Path, title: str, printed: str) -> None:
    with Book(tmp_path / "book.xlsx") as book:
        book.sheet("cells").headed(title)
    header = openpyxl.load_workbook(tmp_path / "book.xlsx")["cells"].oddHeader.center.text
    assert header.replace("&&", "&") == printed


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.xlsx")
    with pytest.raises(Refused, match=str(MOST_ROWS + 1)):
        book.listed("long", [Column("n", 5)], pl.DataFrame({"n": pl.repeat("a", MOST_ROWS + 1, eager=True)}))


@pytest.mark.parametrize(("heading", "width", "lines"), [("等级", 6, 1), ("金额（元，借方为正）", 14, 2), ("n", 2, 1)])
def test_the_headings_are_as_high_as_their_longest_needs(tmp_path: Path, heading: str, width: int, lines: int) -> None:
    """15 points a line, as a row is without saying so; a Chinese character is two wide, and a cell's margins one."""
    with Book(tmp_path / "book.xlsx") as book:
        book.listed("list", [Column("n", 5), Column(heading, width)], pl.DataFrame({"a": ["1"], "b": ["2"]}))
    row = openpyxl.load_workbook(tmp_path / "book.xlsx")["list"].row_dimensions[1]
    assert (row.height or 15) == 15 * lines
