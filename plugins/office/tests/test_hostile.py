"""What comes back broken, by mistake or on purpose: each return says what is wrong, and nothing of it gets through."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from filling import HOME, collect, returned, rows
from openpyxl.comments import Comment
from project import Project

IDENTITY = "320000199503059561"
SCORES, STAFF, PAPERS = "自查评分表", "从业人员信息表", "申报材料"


def edited(change: Callable[[Any], object]) -> Callable[[Path], None]:
    """The form as a spreadsheet program saves it after a change."""

    def make(path: Path) -> None:
        workbook = openpyxl.load_workbook(path)
        change(workbook)
        workbook.save(path)

    return make


def cell(sheet: str, name: str, value: object) -> Callable[[Path], None]:
    """A cell with another value."""

    def change(workbook: Any) -> None:
        workbook[sheet][name] = value

    return edited(change)


def renamed(workbook: Any) -> None:
    workbook[SCORES].title = "Sheet1"


def inserted(workbook: Any) -> None:
    workbook[SCORES].insert_rows(9)


def unmerged(workbook: Any) -> None:
    workbook[SCORES].unmerge_cells("F8:F10")
    workbook[SCORES]["F9"] = 3


def swapped(workbook: Any) -> None:
    workbook[STAFF].move_range("B4:B10", cols=1)


def below(workbook: Any) -> None:
    workbook[STAFF]["B70"] = "某人"


def another_year(workbook: Any) -> None:
    workbook["kaohe"]["B2"] = "2021"


def part(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    """A part of the packed file with other words."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path) as source:
            parts = {name: source.read(name) for name in source.namelist()}
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for each, content in parts.items():
                target.writestr(each, content)

    return make


def as_it_is(_: Path) -> None:
    """A form under another name."""


def with_part(name: str, content: bytes = b"x") -> Callable[[Path], None]:
    """The packed file with one more part."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)

    return make


NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {"office": "office", "table": "table", "text": "text"}.items()
)
LOCKED = b'<m:file-entry m:full-path="content.xml"><m:encryption-data m:checksum="eFA="/></m:file-entry>'


def opendocument(
    cell: str = "<table:table-cell/>", more: str = "", head: str = "", entries: bytes = b"", **parts: bytes
) -> Callable[[Path], None]:
    """An .ods as LibreOffice lays it out: one sheet of one cell and more after it; other parts beside it.

    `head`: what stands before the document; `entries`: what the list of parts says of them.
    """
    content = (
        f'<?xml version="1.0"?>{head}<office:document-content {NAMESPACES}><office:body><office:spreadsheet>'
        f'<table:table table:name="S"><table:table-row>{cell}</table:table-row></table:table>{more}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">%s</m:manifest>' % entries
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    packed = {"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": manifest}

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part_of in {**packed, **parts}.items():
                if part_of:
                    archive.writestr(name, part_of)

    return make


def filled(**attributes: str) -> str:
    """A cell with the number 1 in it."""
    said = " ".join(f'{name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<table:table-cell {said} office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'


SOURCE = '<table:table table:name="T"><table:table-source table:table-name="Sheet"/></table:table>'
DDE = (
    '<table:dde-links><table:dde-link><office:dde-source office:dde-application="soffice" office:dde-topic="/x.ods"'
    ' office:dde-item="S.A1" office:automatic-update="true"/></table:dde-link></table:dde-links>'
)
OUTSIDE = "of:=[&apos;file:///x.ods&apos;#$S.A1]"
LARGE = bytes(64 * 2**20)
FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%b">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
)
CHANGED = "the printed text was changed here; what was filled in cannot be assigned"

BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "renamed.xlsx": (edited(renamed), "renamed.xlsx: the sheet “Self-assessment” is missing"),
    "inserted.xlsx": (edited(inserted), f"inserted.xlsx › {SCORES}, row 9, column E: {CHANGED}"),
    "printed.xlsx": (cell(SCORES, "E8", "不扣分"), f"printed.xlsx › {SCORES}, row 8, column E: {CHANGED}"),
    "unmerged.xlsx": (
        edited(unmerged),
        f"unmerged.xlsx › {SCORES}, row 9, column F: an item has one self-score, beside its first line",
    ),
    "others.xlsx": (
        cell(SCORES, "A3", "机构名称：乙养老院"),
        f"others.xlsx › {SCORES}, row 3, column A: this form was made for 甲养老院 (N1)",
    ),
    "day.xlsx": (
        cell(SCORES, "F8", date(2023, 5, 6)),
        f"day.xlsx › {SCORES}, row 8, column F: “2023-05-06” is not a number"
    ),
    "truth.xlsx": (cell(SCORES, "F8", value=True), f"truth.xlsx › {SCORES}, row 8, column F: “True” is not a number"),
    "formula.xlsx": (cell(SCORES, "F8", "=5+5"), f"formula.xlsx › {SCORES}, row 8, column F: “=5+5” is not a number"),
    "underscore.xlsx": (
        cell(SCORES, "F8", "1_0"), f"underscore.xlsx › {SCORES}, row 8, column F: “1_0” is not a number"
    ),
    "misplaced.xlsx": (
        cell(SCORES, "F8", f"张三{IDENTITY}"),
        f"misplaced.xlsx › {SCORES}, row 8, column F: “张三320*************61” is not a number",
    ),
    "category.xlsx": (
        cell(STAFF, "D5", IDENTITY),
        f"category.xlsx › {STAFF}, row 5, column D: “320*************61” is not one of the list",
    ),
    "escape.xlsx": (
        cell(SCORES, "F8", "\n１\t\n\u202e2"), f"escape.xlsx › {SCORES}, row 8, column F: “1 \ufffd2” is not a number"
    ),
    "swapped.xlsx": (edited(swapped), f"swapped.xlsx › {STAFF}, row 4, column B: {CHANGED}"),
    "below.xlsx": (edited(below), f"below.xlsx › {STAFF}, row 70, column B: below the last line nobody is read"),
    "papers.xlsx": (cell(PAPERS, "A6", "2."), f"papers.xlsx › {PAPERS}, row 6, column A: {CHANGED}"),
    "year.xlsx": (edited(another_year), "year.xlsx: this form is of changzhou/2022, 2021"),
    "far.xlsx": (
        part("xl/worksheets/sheet1.xml", b"</sheetData>", FAR),
        "far.xlsx: cells stand far apart, down to row 1048576 in column XFD",
    ),
    "laughs.xlsx": (
        part("xl/workbook.xml", b"<workbook", LAUGHS + b"]><workbook a='&j;'"),
        "laughs.xlsx: the workbook cannot be read"
    ),
    "cut.xlsx": (lambda path: path.write_bytes(path.read_bytes()[:9000]), "cut.xlsx: the workbook cannot be read"),
    "locked.xlsx": (
        lambda path: path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
        "locked.xlsx: the workbook has a password, or was saved as .xls",
    ),
    "renamed macros.xlsx": (with_part("xl/vbaProject.bin"), "renamed macros.xlsx: the workbook holds macros"),
    "old macros.xlsx": (with_part("xl/macrosheets/sheet1.xml"), "old macros.xlsx: the workbook holds macros"),
    "links.xlsx": (
        with_part("xl/externalLinks/externalLink1.xml"), "links.xlsx: the workbook refers to other workbooks"
    ),
    "fetches.xlsx": (with_part("xl/connections.xml"), "fetches.xlsx: the workbook fetches data from outside"),
    "bomb.xlsx": (with_part("xl/media/a.bin", LARGE), "bomb.xlsx: the file unpacks to more than 64 megabytes"),
    "bomb.ods": (opendocument(a=LARGE), "bomb.ods: the file unpacks to more than 64 megabytes"),
    "macros.ods": (opendocument(**{"Basic/Standard/Module1.xml": b"x"}), "macros.ods: the workbook holds macros"),
    "python.ods": (opendocument(**{"Scripts/python/a.py": b"x"}), "python.ods: the workbook holds macros"),
    "locked.ods": (opendocument(entries=LOCKED), "locked.ods: the workbook has a password, or was saved as .xls"),
    "sealed.ods": (
        opendocument(entries=LOCKED, **{"content.xml": b"", "encrypted-package": b"x"}),
        "sealed.ods: the workbook has a password, or was saved as .xls",
    ),
    "dde.ods": (opendocument(more=DDE), "dde.ods: the workbook refers to other workbooks"),
    "sheet.ods": (opendocument(more=SOURCE), "sheet.ods: the workbook refers to other workbooks"),
    "outside.ods": (
        opendocument(filled(table_formula=OUTSIDE)), "outside.ods: the workbook refers to other workbooks"
    ),
    "far.ods": (
        opendocument(f'<table:table-cell table:number-columns-repeated="1000000"/>{filled()}'),
        "far.ods: cells stand far apart",
    ),
    "laughs.ods": (opendocument(head=LAUGHS.decode() + "]>", more="&j;"), "laughs.ods: the workbook cannot be read"),
    "empty.ods": (opendocument(), "empty.ods: this is not a form that was sent out"),
    "old.xls": (as_it_is, "old.xls: this is not an .xlsx or .ods workbook"),
    "macros.xlsm": (as_it_is, "macros.xlsm: this is not an .xlsx or .ods workbook"),
    "table.csv": (as_it_is, "table.csv: this is not an .xlsx or .ods workbook"),
    "letter.docx": (as_it_is, "letter.docx: this is not an .xlsx or .ods workbook"),
    "page.ods": (lambda path: path.write_bytes(b"<html>"), "page.ods: the workbook cannot be read"),
    f"张三{IDENTITY}.pdf": (as_it_is, "张三320*************61.pdf: this is not an .xlsx or .ods workbook"),
}  # fmt: skip


@pytest.fixture
def broken(sent: Project) -> Project:
    """All of them in one folder, beside a sound form."""
    for name, (make, _) in BROKEN.items():
        make(returned(sent, f"2023-02-01/{name}"))
    (sent.root / "returned" / "2023-02-01" / "link.xlsx").symlink_to(sent.root / "forms" / HOME)
    returned(sent)
    return sent


def test_each_broken_return_says_what_is_wrong_where(broken: Project) -> None:
    """They came before the sound form, which is taken once; its institution declared with the first of them."""
    outcome = collect(broken)
    assert outcome.status == 1
    said = {
        line.partition(": ")[2].partition(" → ")[0].removeprefix("2023-02-01/") for line in outcome.err.splitlines()
    }
    refused = {fault for _, fault in BROKEN.values() if " › " not in fault}
    assert {fault for fault in refused if not any(line.startswith(fault) for line in said)} == set()
    assert "link.xlsx: this is a link, not a file" in said
    assert collect(broken, "--json").json["counts"] == {
        "taken": 1, "corrected": len(BROKEN) - len(refused), "refused": len(refused) + 1,
    }  # fmt: skip
    assert "19950305" not in outcome.out + outcome.err + str(rows(broken, "Marks"))


def test_each_fault_of_a_form_is_said_and_marked_at_its_cell(broken: Project) -> None:
    (broken.root / "returned" / "2023-02-08" / HOME).unlink()
    outcome = collect(broken)
    said = {
        line.partition(": ")[2].partition(" → ")[0].removeprefix("2023-02-01/") for line in outcome.err.splitlines()
    }
    faults = {name: fault for name, (_, fault) in BROKEN.items() if " › " in fault}
    assert {fault for fault in faults.values() if fault not in said} == set()
    assert "19950305" not in outcome.out + outcome.err
    for name, fault in faults.items():
        place, _, message = fault.partition(": ")
        sheet, row, column = place.partition(" › ")[2].split(", ")
        copy = openpyxl.load_workbook(broken.root / "out" / "marked" / f"2023-02-01_{name}")
        at = f"{column.split()[1]}{row.split()[1]}"
        assert message in copy[sheet]["F8" if name == "unmerged.xlsx" else at].comment.text  # merged again in the copy


@pytest.mark.parametrize("typed", ["10", "１０", " 10 ", "10.0", "1e1"])
def test_a_number_typed_as_text_counts(sent: Project, typed: str) -> None:
    returned(sent, scores={"F8": typed})
    assert collect(sent).status == 0
    assert [row[3] for row in rows(sent, "Marks") if row[2] == "2"] == ["10"]


def test_an_identity_number_in_free_text_is_masked(sent: Project) -> None:
    """In the dataset, the run and its papers; the roster alone has it."""
    free = "护理员周未央３２００００ 19950305 ９５６１已离职; 发票 4200001995030595612"
    returned(sent, scores={"G31": free, "H31": IDENTITY, "F41": IDENTITY})
    outcome = collect(sent)
    assert outcome.status == 0
    assert outcome.err.count("an identity number stands here; it is taken over masked") == 3
    (mark,) = [row for row in rows(sent, "Marks") if row[2] == "11"]
    assert mark[4:6] == ("320*************61", "(2)320*************61")
    assert mark[7] == "(2)护理员周未央320*************61已离职; 发票 4200001995030595612"
    copy = openpyxl.load_workbook(sent.root / "out" / "marked" / f"2023-02-08_{HOME}")
    assert IDENTITY not in str(list(copy[SCORES].values))
    assert copy[STAFF]["C5"].value == IDENTITY
    assert sent.kaohe("run", "out/dataset.xlsx", "--scheme", "changzhou/2022", "--out", "run.db").status == 0
    assert sent.kaohe("report", "run.db", "--out", "r.xlsx").status == 0
    assert sent.kaohe("report", "run.db", "--out", "r.html").status == 0
    assert sent.kaohe("notice", "run.db", "--out", "letters").status == 0
    for path in (Path("run.db"), Path("r.html"), *Path("letters").glob("*.html")):
        assert IDENTITY.encode() not in path.read_bytes()
    for path in (Path("r.xlsx"), Path("out/returns.xlsx"), *Path("letters").glob("*.docx")):
        with zipfile.ZipFile(path) as archive:
            assert IDENTITY.encode() not in b"".join(archive.read(name) for name in archive.namelist())


def test_a_marked_copy_holds_nothing_but_the_form(sent: Project) -> None:
    def change(workbook: Any) -> None:
        sheet = workbook[SCORES]
        sheet["F8"], sheet["G9"], sheet["G10"] = 11, '=HYPERLINK("http://x.invalid")', "+1"
        sheet["K1"], sheet["F11"].comment = '=WEBSERVICE("http://x.invalid")', Comment("http://x.invalid", "x")
        workbook.create_sheet("more")["A1"] = "=1+1"

    edited(change)(returned(sent))
    assert collect(sent).status == 1
    path = sent.root / "out" / "marked" / f"2023-02-08_{HOME}"
    copy = openpyxl.load_workbook(path)
    assert copy.sheetnames == [SCORES, STAFF, PAPERS, "kaohe"]
    assert (copy[SCORES]["G9"].value, copy[SCORES]["G10"].value) == ('=HYPERLINK("http://x.invalid")', "+1")
    formulas = [cell for sheet in copy for line in sheet for cell in line if cell.data_type == "f"]
    assert [cell.coordinate for cell in formulas] == ["F39"]  # the form's own sum
    assert copy[SCORES]["F11"].comment is None


def test_a_copy_has_room_for_a_long_roster(sent: Project) -> None:
    """The 70th person stands in an inserted row of the return, and in the same row of the copy."""

    def change(workbook: Any) -> None:
        sheet = workbook[STAFF]
        for merged in list(sheet.merged_cells.ranges):
            if merged.min_row > 60:
                sheet.unmerge_cells(str(merged))
        sheet.insert_rows(60, 20)
        sheet["B74"], sheet["C74"], sheet["D74"] = "某人", "1", "在职"

    edited(change)(returned(sent))
    assert (
        collect(sent)
        .err.splitlines()[0]
        .endswith(f"{STAFF}, row 74, column C: this is not a valid identity number → check it against the card")
    )
    copy = openpyxl.load_workbook(sent.root / "out" / "marked" / f"2023-02-08_{HOME}")[STAFF]
    assert (copy["B74"].value, copy["D74"].value) == ("某人", "在职")
    assert (copy["A84"].value, copy["A85"].value) == (80, "(不够填写,可另行附页)")


COMMANDS: list[tuple[tuple[str, ...], str, int]] = [
    (("forms", "dataset", "--scheme", "changzhou/2022"), "new", 2),
    (("collect", "returned", "--dataset", "dataset", "--scheme", "changzhou/2022"), "in", 3),
    (("notice", "run.db"), "letters", 2),
    (("report", "run.db"), "new.xlsx", 5),
    (("report", "run.db"), "new.html", 4),
]
"""Each command line without where it writes; where it does; at how many of its steps it is stopped (1, 2, 4, …)."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Ctrl-C is sent to a process of its own")
def test_ctrl_c_at_any_step_leaves_nothing(sent: Project) -> None:
    """The form has a fault, so that a copy with marks is among what is not left."""
    returned(sent, scores={"F8": 11})
    assert sent.run().status == 0
    stands = sorted(str(path.relative_to(sent.root)) for path in sent.root.rglob("*"))
    given = json.dumps([[*arguments, "--out", out, "--lang", "en"] for arguments, out, _ in COMMANDS])
    program = [sys.executable, str(Path(__file__).with_name("interrupted.py")), given]
    done = subprocess.run(program, capture_output=True, text=True, cwd=sent.root, check=True)
    for (_, out, steps), (*stopped, whole) in zip(COMMANDS, json.loads(done.stdout), strict=True):
        assert len(stopped) == steps
        for trial in stopped:
            assert (trial["status"], trial["err"].strip(), trial["names"]) == (1, "Aborted!", stands)
        stands = whole["names"]
        assert out in stands
