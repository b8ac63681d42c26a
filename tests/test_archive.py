"""What a workbook may not hold, and how large it may become."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from forms import workbook, year
from project import Project

from kaohe.dataset.archive import refuse_unsafe
from kaohe.problems import Refused

MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("xl/vbaProject.bin", "the workbook holds macros"),
        ("xl/externalLinks/externalLink1.xml", "the workbook refers to other workbooks"),
        ("xl/connections.xml", "the workbook fetches data from outside"),
    ],
)
def test_a_workbook_that_does_more_than_hold_values_is_refused(project: Project, part: str, said: str) -> None:
    path = workbook(project.root / "year.xlsx", year())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, "x")
    outcome = project.kaohe("check", path)
    assert outcome.status == 1
    assert outcome.err.splitlines()[0] == (
        f"error: year.xlsx: {said} → save the values alone as a new workbook (.xlsx)"
    )


def bomb(path: Path, size: int) -> Path:
    """A packed file with one part of so many zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * size)
    return path


def test_a_file_that_unpacks_to_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "year.xlsx", 3 * MEGABYTE)
    refuse_unsafe(path, "year.xlsx", 3 * MEGABYTE)
    with pytest.raises(Refused, match=r"more than|超过"):
        refuse_unsafe(path, "year.xlsx", 3 * MEGABYTE - 1)


def test_a_stated_size_is_not_believed(tmp_path: Path) -> None:
    """Both headers of the part say 10 bytes; it unpacks to three megabytes all the same."""
    path = bomb(tmp_path / "year.xlsx", 3 * MEGABYTE)
    stated, false = struct.pack("<L", 3 * MEGABYTE), struct.pack("<L", 10)
    content = path.read_bytes()
    assert content.count(stated) == 2
    path.write_bytes(content.replace(stated, false))
    with pytest.raises(Refused, match=r"more than|超过"):
        refuse_unsafe(path, "year.xlsx", MEGABYTE)
