"""Packed files (a workbook is one) before anything of them is read: their real size, and what may not be inside."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from copy import copy
from pathlib import Path

from kaohe.messages import text
from kaohe.problems import Problem, Refused

MOST_UNPACKED = 2**30
"""Bytes that a packed file may unpack to, unless another limit is given."""
MOST_PARTS = 10_000
BLOCK = 2**18
ACTIVE = {
    "xl/vbaProject.bin": text("the workbook holds macros"),
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
        raise Refused([_too_large(label, most)])
    for part in parts:
        for block in unpacked(archive, part):
            left -= len(block)
            if left < 0:
                raise Refused([_too_large(label, most)])


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
