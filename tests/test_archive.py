"""What a workbook may not hold, and how large it may become."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from forms import workbook, year
from project import Project

from kaohe.archive import refuse_spread, refuse_unsafe
from kaohe.problems import Refused

MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("xl/vbaProject.bin", "the workbook holds macros"),
        ("xl/macrosheets/sheet1.xml", "the workbook holds macros"),
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


ROWS = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(1, 101))


@pytest.mark.parametrize(
    "cell", ['r="XFD1048576"', "r='XFD1048576'", 'r = "ZZ99999"', 'r="A99999999"', 'r="BA1048576"', '\n r="ALL9000"']
)
def test_cells_that_span_more_than_memory_holds_are_refused(cell: str) -> None:
    """A reader holds the whole rectangle: 17 thousand million cells for two of them."""
    with pytest.raises(Refused, match=r"row|行"):
        refuse_spread(ROWS + b"<row><c " + cell.encode() + b"/></row>", "year.xlsx")


@pytest.mark.parametrize("cell", ['r="XFD1"', 'r="Z20000"', "r='BZ100'"])
def test_a_stray_cell_that_costs_nothing_is_read(cell: str) -> None:
    refuse_spread(ROWS + b"<row><c " + cell.encode() + b"/></row>", "year.xlsx")


def test_a_stray_cell_is_named_to_the_user(project: Project) -> None:
    path = workbook(project.root / "year.xlsx", year())
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    outcome = project.kaohe("check", path)
    assert outcome.status == 1
    assert outcome.err.splitlines()[0] == (
        "error: year.xlsx: cells stand far apart, down to row 1048576 in column XFD"
        " → delete the rows and columns that are not needed"
    )


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/connections.xml"])
def test_a_plan_is_looked_into_like_a_dataset(project: Project, part: str) -> None:
    assert project.kaohe("rubric", "changzhou/2022", "--kind", "nursing_home", "--out", "plan.xlsx",
                         "--format", "xlsx").status == 0  # fmt: skip
    with zipfile.ZipFile(project.root / "plan.xlsx", "a") as archive:
        archive.writestr(part, "x")
    outcome = project.kaohe(
        "run", project.dataset, "--scheme", "changzhou/2022", "--plan", "plan.xlsx", "--out", "r.db"
    )
    assert outcome.status == 1
    assert "save the values alone as a new workbook (.xlsx)" in outcome.err
    assert not (project.root / "r.db").exists()
