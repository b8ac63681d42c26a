"""Packed files (a workbook is one) before anything of them is read: their real size, and what may not be inside."""

from __future__ import annotations

import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from xml.etree import ElementTree

from kaohe.messages import text
from kaohe.problems import Problem, Refused

UNREADABLE = (
    *(OSError, ValueError, KeyError, IndexError, RuntimeError, EOFError),
    *(zlib.error, zipfile.BadZipFile, ElementTree.ParseError),
)
"""What reading a damaged workbook raises."""
MOST_UNPACKED = 2**30
"""Bytes that a packed file may unpack to, unless another limit is given."""
MOST_PARTS = 10_000
BLOCK = 2**18
MOST_SPREAD, MOST_SPARSE = 2_000_000, 20
"""Cells of the rectangle that a sheet's cells span, and how many of it for each cell, unless it is small."""
FAR = rb"""r(?:="(?:[A-Z]*[0-9]{%d}|(?:[A-Z]{3}|[B-Z][A-Z])[0-9])|\s*=\s*'|\s+=|=\s)"""
"""A cell beyond column AZ or in a row of so many digits, or an address that is not written as usual."""
ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Z]+)([0-9]+)["']""")
ACTIVE = {
    "xl/vbaProject.bin": text("the workbook holds macros"),
    "xl/macrosheets/": text("the workbook holds macros"),
    "xl/externalLinks/": text("the workbook refers to other workbooks"),
    "xl/connections.xml": text("the workbook fetches data from outside"),
}
"""Parts of a workbook that do something, or lead elsewhere."""


def refuse_unsafe(path: Path, label: str, most: int = MOST_UNPACKED) -> None:
    """Refuse a workbook with macros or links to elsewhere, or one that unpacks to more than `most` bytes.

    Raises BadZipFile where it is no packed file.
    """
    with zipfile.ZipFile(path) as archive:
        remedy = text("save the values alone as a new workbook (.xlsx)")
        names = archive.namelist()
        problems = [
            Problem("workbook", message, remedy, file=label)
            for part, message in ACTIVE.items()
            if any(name.casefold().startswith(part.casefold()) for name in names)
        ]
        if problems:
            raise Refused(problems)
        refuse_large(archive, label, most)


def refuse_large(archive: zipfile.ZipFile, label: str, most: int = MOST_UNPACKED) -> None:
    """Refuse a packed file of too many parts, or of more than `most` bytes, whatever its directory says of them."""
    parts, left = archive.infolist(), most
    if len(parts) > MOST_PARTS:
        message = text("the file packs more than {most} files", most=MOST_PARTS)
        raise Refused(
            [Problem("size", message, text("hand in CSV or Parquet files, or remove what is not needed"), file=label)]
        )
    for part in parts:
        for block in unpacked(archive, part):
            left -= len(block)
            if left < 0:
                raise Refused([_too_large(label, most)])


def refuse_spread(sheet: bytes, label: str) -> None:
    """Refuse a sheet's XML if its cells are few and far apart: readers hold the whole rectangle that they span.

    Sheets whose rows have their usual numbers and few columns are not looked at cell by cell.
    """
    digits = len(str(4 * sheet.count(b"<row") + 20_000)) + 1
    if re.search(FAR % digits, sheet) is None:
        return
    cells, right, below = 0, b"A", 0
    for found in ADDRESS.finditer(sheet):
        right, below = max(right, found[1], key=lambda letters: (len(letters), letters)), max(below, int(found[2]))
        cells += 1
    column = right.decode()
    if (column_number(column) + 1) * below > max(MOST_SPREAD, MOST_SPARSE * cells):
        message = text("cells stand far apart, down to row {row} in column {column}", row=below, column=column)
        raise Refused([Problem("size", message, text("delete the rows and columns that are not needed"), file=label)])


def column_number(letters: str) -> int:
    """A column's letters as its position from 0."""
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - ord("A") + 1
    return found - 1


def unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of one part, block by block to its real end; its stated size is not believed."""
    real = copy(part)
    real.file_size = sys.maxsize
    with archive.open(real) as content:
        while block := content.read(BLOCK):
            yield block


def _too_large(label: str, most: int) -> Problem:
    message = text("the file unpacks to more than {most} megabytes", most=most // 2**20)
    return Problem("size", message, text("hand in CSV or Parquet files, or remove what is not needed"), file=label)
