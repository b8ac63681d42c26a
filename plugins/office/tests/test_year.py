"""The whole Changzhou year without a terminal: forms out, filled in, back, corrected; run, reported, appealed, told."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from attrs import frozen
from filling import MATERIALS, ROSTER, SCORES, fill

from kaohe.command import main
from kaohe.dataset.read import read
from kaohe.model import Rubric
from kaohe.plugin.manager import City
from kaohe.store import open_run
from kaohe_office.forms import scores
from kaohe_office.scheme import chosen

SCHEME = "changzhou/2022"
HOME = "YLCZ002"
"""A nursing home that only 市中心 scores. One complaint (CZ-2022-2956) cost 2 points under annex 2, item 5(1)."""
LATE = ("YLCZ003", "YLCZ004", "FJCZ001", "PGCZ002")
SILENT = ("YLCZ005", "JJCZ003", "PGCZ003")
WRONG = ("YLCZ006", "FJCZ004", "PGCZ006")
DIFFERENT, TWICE = "YLCZ008", "YLCZ009"
OFFICE = shutil.which("soffice")
NO_THUMBNAILS = """<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Save/Document">
<prop oor:name="GenerateThumbnail" oor:op="fuse"><value>false</value></prop></item></oor:items>"""
"""A picture of its first page in each file would take a third of the time."""
AT_ONCE = 125
"""LibreOffice passes over what is beyond 247 files."""
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")


@frozen
class Year:
    """A folder in which the year is played, step by step, in the tests' order."""

    root: Path
    codes: list[str]

    def kaohe(self, *arguments: object) -> tuple[int, Any]:
        """Call the command line in this process; its exit status and its document."""
        out, err = io.StringIO(), io.StringIO()
        status = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main([*map(str, arguments), "--json", "--lang", "zh_CN"])
            except SystemExit as stop:
                status = int(stop.code or 0)
        assert "Traceback" not in err.getvalue()
        return status, json.loads(out.getvalue())

    def form(self, code: str) -> Path:
        """The form that was made for an institution."""
        return next((self.root / "forms").glob(f"{code} *.xlsx"))

    def collect(self, out: str) -> tuple[int, Any]:
        """Collect what was returned."""
        given = ("--dataset", self.root / "dataset", "--scheme", SCHEME, "--closed", "--out", self.root / out)
        return self.kaohe("collect", self.root / "returned", *given)

    def assess(self, dataset: Path, out: str, *more: object) -> Any:
        """Run a dataset with the example cutoffs."""
        parameters = City.named("changzhou").schemes()[SCHEME][1] / "example-parameters.toml"
        given = ("--scheme", SCHEME, "--params", parameters, "--out", self.root / out, *more)
        status, document = self.kaohe("run", dataset, *given)
        assert status == 0, document
        return document


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """The example year before anybody declared: without self-scores, rosters and declarations; and its forms."""
    root = tmp_path_factory.mktemp("year")
    City.named("changzhou").demo(root / "dataset", 2022)
    (root / "dataset" / "评分.csv").unlink()
    shutil.rmtree(root / "dataset" / "从业人员")
    steps = root / "dataset" / "考核步骤.csv"
    with steps.open(encoding="utf-8-sig", newline="") as file:
        kept = [row for row in csv.reader(file) if row[2] != "自查申报"]
    with steps.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(kept)
    played = Year(root, [])
    status, written = played.kaohe("forms", root / "dataset", "--scheme", SCHEME, "--out", root / "forms")
    assert status == 0
    played.codes.extend(name.partition(" ")[0] for name in written["forms"])
    for code in played.codes:
        _returned(played, code)
    return played


def _returned(year: Year, code: str) -> None:
    """What one institution hands in, when."""
    if code in SILENT:
        return
    day = "2023-02-13" if code in LATE else "2023-02-10"
    wrong: dict[str, object] = {"F7": 999} if code in WRONG else {}
    _fill(year, code, day, wrong)
    if code in (TWICE, DIFFERENT):
        _fill(year, code, "2023-02-09", {"F7": 4} if code == DIFFERENT else {})


def _fill(year: Year, code: str, day: str, other: dict[str, object]) -> Path:
    """Full marks where points are deducted, none where they are earned; one person; every paper."""
    annex = {"PG": "annex1", "YL": "annex2", "JJ": "annex3", "FJ": "annex4"}[code[:2]]
    rubric = tables()[annex]
    earned = {item.item for item in rubric.items if item.direction == "earn"}
    points = {
        f"F{row.lines[0].row + 1}": 0 if row.number in earned else int(row.most)
        for row in scores.rows(rubric, "")
        if row.most is not None
    }
    staff = {"B5": "周未央", "C5": "320000199503059561", "D5": "在职", "F5": "管理人员", "H5": "参保"}
    papers = {f"B{row}": "已提交" for row in (5, 6, 7, 8, 9, 10, 11)}
    papers |= {} if annex == "annex2" else {"B6": "不适用"}
    papers |= {} if annex == "annex4" else {"B7": "不适用"}
    sheets = {SCORES: points | other, ROSTER: staff, MATERIALS: papers}
    return fill(year.form(code), year.root / "returned" / day / year.form(code).name, sheets)


@cache
def tables() -> dict[str, Rubric]:
    """The four annexes."""
    return chosen(SCHEME)[1].rubrics


def office(kind: str, folder: Path, files: list[Path]) -> list[Path]:
    """The files in another form, by LibreOffice, many at once; with a profile of its own."""
    assert OFFICE is not None
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(NO_THUMBNAILS, encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", kind, "--outdir", str(folder)]
    for first in range(0, len(files), AT_ONCE):
        given = [*command, *map(str, files[first : first + AT_ONCE])]
        subprocess.run(given, capture_output=True, timeout=600, check=True)
    made = [folder / f"{file.stem}.{kind}" for file in files]
    assert [path.name for path in made if not path.exists()] == []
    return made


def test_a_form_for_each_institution_that_a_table_assesses(year: Year) -> None:
    """300 institutions: 48 medical ones have no table, and one agreement ended before the year."""
    assert len(year.codes) == 251


@needs_office
def test_all_forms_come_back_as_libreoffice_saves_them(year: Year, tmp_path: Path) -> None:
    """All but the two of the first day, which came from Excel."""
    sent = sorted((year.root / "returned").glob("2023-02-1?/*.xlsx"))
    assert len(sent) == 251 - len(SILENT)
    for path, own in zip(sent, office("ods", tmp_path, sent), strict=True):
        shutil.move(own, path.with_suffix(".ods"))
        path.unlink()


def test_what_came_back_is_collected(year: Year) -> None:
    status, told = year.collect("collected")
    assert status == 1
    assert told["counts"] == {
        "taken": 251 - len(LATE) - len(SILENT) - len(WRONG) - 1,
        "late": len(LATE),
        "faulty": len(WRONG),
        "double": 2,
        "copy": 1,
        "missing": len(SILENT),
    }
    of = {row["institution"]: row["state"] for row in told["returns"] if row["institution"] in (*LATE, *SILENT, *WRONG)}
    assert of == dict.fromkeys(LATE, "late") | dict.fromkeys(SILENT, "missing") | dict.fromkeys(WRONG, "faulty")
    errors = [found for found in told["problems"] if found["severity"] == "error"]
    assert len(errors) == len(WRONG) + 1
    marked = sorted(path.name[:18] for path in (year.root / "collected" / "marked").iterdir())
    assert marked == sorted(f"2023-02-10_{code}" for code in WRONG)


def test_the_faults_are_corrected_in_the_marked_copies(year: Year) -> None:
    for path in (year.root / "collected" / "marked").iterdir():
        workbook = openpyxl.load_workbook(path)
        sheet = workbook["自查评分表"]
        assert "999" in sheet["F7"].comment.text
        sheet["F7"] = 5
        target = year.root / "returned" / "2023-02-20" / path.name.partition("_")[2]
        target.parent.mkdir(exist_ok=True)
        workbook.save(target)
    next((year.root / "returned" / "2023-02-09").glob(f"{DIFFERENT} *")).unlink()
    status, told = year.collect("collected")
    assert status == 0
    taken = 251 - len(LATE) - len(SILENT)
    assert told["counts"] == {
        "taken": taken, "late": len(LATE), "corrected": len(WRONG), "copy": 1, "missing": len(SILENT),
    }  # fmt: skip


def test_the_year_is_assessed(year: Year) -> None:
    """逾期未申报的定点机构,评定结果为E级; a correction does not make a declaration late."""
    year.assess(year.root / "collected" / "dataset.xlsx", "run.db")
    results = {row["institution"]: row for row in open_run(year.root / "run.db").rows("results")}
    for code in (*LATE, *SILENT):
        assert results[code]["grade"] == "E"
        assert "article:五、考核要求(二)" in results[code]["basis"]
    for code in (HOME, *WRONG, DIFFERENT, TWICE):
        assert "article:五、考核要求(二)" not in results[code]["basis"]
    items = {row["item"]: row for row in open_run(year.root / "run.db").rows("items", institution=HOME)}
    assert (items["5"]["points"], items["5"]["self_points"]) == ("8", "10")


def test_the_year_is_reported(year: Year) -> None:
    for name in ("report.xlsx", "report.html"):
        assert year.kaohe("report", year.root / "run.db", "--out", year.root / name)[0] == 0
    workbook = openpyxl.load_workbook(year.root / "report.xlsx")
    assert workbook.sheetnames[:3] == ["概况", "等级", "考核结果"]  # to print; then, to look up:
    assert workbook.sheetnames[-2:] == ["分项得分", "计分明细"]
    results = {row[0].value: row for row in workbook["考核结果"].iter_rows(min_row=2)}
    stored = {row["institution"]: row for row in open_run(year.root / "run.db").rows("results")}
    assert results.keys() == stored.keys()
    home = results[HOME]
    assert (Decimal(str(home[3].value)), home[5].value, home[3].number_format) == (
        Decimal(stored[HOME]["score"]),
        stored[HOME]["grade"],
        "0.00##",
    )
    assert workbook["考核结果"].auto_filter.ref == f"A1:H{len(stored) + 1}"
    assert workbook["考核结果"].freeze_panes == "B2"
    page = (year.root / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 4 + 1 + 1 + 4
    assert not [word for word in ("http://", "https://", "<script", "<link", "@import", "url(") if word in page.replace(
        'xmlns="http://www.w3.org/2000/svg"', "")]  # fmt: skip


def test_an_appeal_is_upheld_and_corrects_the_run(year: Year) -> None:
    """One complaint less under annex 2, item 5(1): 2 points more, and nobody else's score moves."""
    before = {row["institution"]: row["score"] for row in open_run(year.root / "run.db").rows("results")}
    appealed = year.root / "appealed"
    appealed.mkdir()
    for name, table in read(year.root / "collected" / "dataset.xlsx")[0].items():
        table.frame.drop("_row", "_file").collect().write_csv(appealed / f"{name}.csv")
    with (appealed / "申诉.csv").open("w", encoding="utf-8", newline="") as file:
        headings = ["申诉编号", "机构编码", "所涉表", "所涉记录", "提出日期", "答复部门", "答复日期", "决定"]
        row = ["SS1", HOME, "事件", "CZ-2022-2956", "2023-04-06", "市医保中心", "2023-04-12", "支持"]
        csv.writer(file).writerows([headings, row])
    year.assess(appealed, "corrected.db", "--corrects", year.root / "run.db")
    after = {row["institution"]: row["score"] for row in open_run(year.root / "corrected.db").rows("results")}
    assert {code for code in before if before[code] != after[code]} == {HOME}
    assert int(after[HOME]) - int(before[HOME]) == 2


def test_the_institutions_are_told(year: Year) -> None:
    given = ("--out", year.root / "notices", "--issuer", "常州市医疗保险基金管理中心", "--date", "2023-04-20")
    assert year.kaohe("notice", year.root / "corrected.db", HOME, LATE[0], *given)[0] == 0
    assert {path.name for path in (year.root / "notices").iterdir()} == {
        f"{code}.{suffix}" for code in (HOME, LATE[0]) for suffix in ("docx", "html")
    }
    page = (year.root / "notices" / f"{HOME}.html").read_text(encoding="utf-8")
    assert "根据《关于开展常州市长期护理保险定点机构2022年度综合考核工作的通知》（常医保办〔2023〕12号）" in page
    assert "依据文件未载明提出异议的方式和期限。" in page
    assert "2023年4月20日" in page
    assert "SS1" in page
    with zipfile.ZipFile(year.root / "notices" / f"{HOME}.docx") as letter:
        words = letter.read("word/document.xml").decode()
    assert "考核结果告知书" in words
    assert "注：" in words  # the cutoffs of the example are nobody's
    for one in (year.root / "notices").glob("*.html"):
        assert "320000" not in one.read_text(encoding="utf-8")


@needs_office
def test_reports_and_letters_open_in_libreoffice(year: Year, tmp_path: Path) -> None:
    """A letter is a few pages; the report of 300 institutions is no book: its long lists print one page each."""
    letters = office("pdf", tmp_path, sorted((year.root / "notices").glob("*.docx")))
    assert [1 <= pages(path) <= 12 for path in letters] == [True, True]
    assert 10 <= pages(office("pdf", tmp_path, [year.root / "report.xlsx"])[0]) <= 40


def pages(path: Path) -> int:
    """How many pages a PDF has that LibreOffice wrote."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", path.read_bytes()))


def test_an_identity_number_is_in_the_dataset_alone(year: Year) -> None:
    for name in ("run.db", "corrected.db"):
        assert b"320000199503059561" not in (year.root / name).read_bytes()
    for name in ("report.xlsx", "collected/returns.xlsx"):
        with zipfile.ZipFile(year.root / name) as workbook:
            assert b"320000199503059561" not in b"".join(workbook.read(part) for part in workbook.namelist())
