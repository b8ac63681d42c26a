"""Guarded workbooks: written so that no text becomes a formula, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kaohe.messages import language
from kaohe.place import beside, put
from kaohe.problems import Problem, Refused
from kaohe_office.messages import text

if TYPE_CHECKING:
    import polars as pl

    from kaohe_office.sheets import Column

GUARDED = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
FONT = "宋体"
A4 = 9
MOST_BYTES = 240
"""Of a file's name: every file system takes that."""


class Book:
    """A workbook being written, with formats made once each; every text is written as text."""

    def __init__(self, draft: Path) -> None:
        import xlsxwriter

        self.workbook = xlsxwriter.Workbook(draft, GUARDED)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        """The format with these properties of xlsxwriter, in the house font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({"font_name": FONT, "font_size": 10.5, **properties})
        return self._formats[key]

    def sheet(self, name: str) -> Any:
        """A new worksheet, printed on A4 with page numbers."""
        from kaohe_office.sheets import Sheet

        worksheet = self.workbook.add_worksheet(name, worksheet_class=Sheet)
        worksheet.set_paper(A4)
        worksheet.set_footer("&C" + str(text("page {page} of {pages}", page="&P", pages="&N")))
        return worksheet

    def listed(self, name: str, columns: Sequence[Column], frame: pl.DataFrame) -> None:
        """A sheet of the frame's texts, in the order of its columns: frozen headings, a filter, one page across."""
        worksheet = self.sheet(name)
        bold = self.style(bold=True, bg_color="#DDEBF7", border=1, text_wrap=True, valign="vcenter")
        styles = [self.style(num_format=column.shape, valign="top", text_wrap=column.wraps) for column in columns]
        for place, (column, style) in enumerate(zip(columns, styles, strict=True)):
            worksheet.write_string(0, place, column.heading, bold)
            worksheet.set_column(place, place, column.width, style)
        worksheet.fill(frame, styles, columns)
        worksheet.freeze_panes(1, 1)
        worksheet.autofilter(0, 0, max(1, len(frame)), len(columns) - 1)
        worksheet.set_landscape()
        worksheet.fit_to_pages(1, 0)
        worksheet.repeat_rows(0)

    def close(self) -> None:
        """Write the file."""
        self.workbook.close()


def file_name(said: str, suffix: str) -> str:
    """A file's name without what a file system does not take, and not longer than it takes."""
    plain = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]', "_", said).strip(" .")
    return plain.encode()[: MOST_BYTES - len(suffix)].decode(errors="ignore").rstrip(" .") + suffix


@contextmanager
def placed(target: Path) -> Iterator[Path]:
    """A name to write a file or folder under, which takes the target's place once it is whole; raises Refused."""
    from xlsxwriter.exceptions import XlsxWriterException

    if not target.parent.is_dir():
        message = text("the folder “{folder}” does not exist", folder=target.parent)
        raise Refused([Problem("out", message, text("make it first"), file=str(target))])
    try:
        with beside(target) as draft:
            yield draft
            put(draft, target)
    except (OSError, XlsxWriterException) as fault:
        message = text("this cannot be written: {fault}", fault=fault)
        raise Refused([Problem("out", message, text("choose another place"), file=str(target))]) from fault


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of a new or empty one once it is whole; raises Refused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = text("something else stands here")
        raise Refused([Problem("out", message, text("choose a new or empty folder (--out)"), file=str(folder))])
    with placed(folder) as draft:
        draft.mkdir()
        yield draft


def of_language(said: tuple[str, str]) -> str:
    """One of an answer's two forms: Chinese first, then English."""
    return said[language() == "en"]


def width(said: str) -> int:
    """How many columns of a terminal or a printed line the text takes: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in said)


def lines(said: str, columns: float) -> int:
    """How many lines the text takes in a cell of this width."""
    return sum(max(1, -(-width(part) // max(1, int(columns)))) for part in said.split("\n"))
