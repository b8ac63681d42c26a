"""Worked cases as people write them: faults have a place, a failure says why, a workbook is the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from kaohe.command import main
from kaohe.messages import speaking
from kaohe.problems import Refused
from kaohe_conformance import Suite
from kaohe_conformance.case import load
from kaohe_conformance.workbook import read, write

CASE = """article = "附件1 第3项"
background.defaults.institutions = { kind = "assessment_institution" }

[[cases]]
name = "未及时回避一例"
working = "20 − 5 = 15"
given.events = [{ fact = "assessment.not_recused", count = 1 }]
expect.items = { 3 = "POINTS" }
"""


def written(folder: Path, points: str) -> Path:
    file = folder / "given.toml"
    file.write_text(CASE.replace("POINTS", points), encoding="utf-8")
    return file


def faults_of(file: Path) -> list[str]:
    suite = Suite("changzhou", cases=[file])
    (check,) = [check for check in suite.checks if check.kind.kind == "case" and "given: " in check.subject]
    return [str(fault) for fault in check.faults()]


def test_a_case_from_elsewhere_comes_out(tmp_path: Path) -> None:
    assert faults_of(written(tmp_path, "15")) == []


def test_a_failure_tells_article_working_both_numbers_and_the_words(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, "16"))
    for part in ("附件1 第3项", "20 − 5 = 15", "16", "15", "未及时回避的,每例扣5分", "-5"):
        assert part in fault


def test_an_unknown_table_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "slip.toml"
    file.write_text(CASE.replace("given.events", "given.evnets"), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load(file)
    (problem,) = refused.value.problems
    assert "evnets" in str(problem.message)
    assert problem.key == "cases[0].given"


def test_a_workbook_that_names_no_case_is_refused_with_its_row(tmp_path: Path) -> None:
    write(load(written(tmp_path, "15")), tmp_path / "cases.xlsx")
    book = openpyxl.load_workbook(tmp_path / "cases.xlsx")
    book["应得"]["A2"] = "7"
    book["事件"]["A2"] = "8"
    book.save(tmp_path / "cases.xlsx")
    with pytest.raises(Refused) as refused:
        read(tmp_path / "cases.xlsx")
    assert [problem.row for problem in refused.value.problems] == [2, 2]


def test_the_command_writes_either_form_and_nothing_over_another_file(tmp_path: Path) -> None:
    file = written(tmp_path, "15")
    for source, target, status in (
        (file, tmp_path / "cases.xlsx", 0), (tmp_path / "cases.xlsx", tmp_path / "again.toml", 0),
        (file, tmp_path / "again.toml", 1),
    ):  # fmt: skip
        with pytest.raises(SystemExit) as done:
            main(["cases", str(source), "--out", str(target)])
        assert (done.value.code or 0) == status
    assert load(tmp_path / "again.toml") == load(file)


WHOLE = """article = "第一条"
remark = "说明 1e5"
background.institution = "甲"
background.begins = 2023-01-01
background.parameters."deposit.release" = { method = "line", ends = [{ at = 60, share = 0.5 }, { at = 90, share = 1 }] }
background.parameters."reserve.rate" = "0.05"
background.parameters."bonus.tiers" = [{ above = 0, share = 0.25 }]
background.defaults.agreements = { deposit_rate = "0.050", area = "true" }
background.funds = [{ fund = "F", year = 2023, budget = "1000.00" }]

[[cases]]
name = "每一种应得"
working = "1 + 1 = 2"
given.parameters."deposit.release" = { method = "steps", ends = [{ at = 0, share = 0.8 }] }
given.without.funds = [{ fund = "F" }]
expect.score = "60..80"
expect.basis = []
expect.exempt = "第二条"
expect.items = { 3 = "15", "D2 3" = "–" }
expect.entries = { "第三条" = { paid = "1.00", fund = "-1.00" } }
expect.months = { "A 2023-01" = ["1.00", "0.10", "0.90", "0.00"] }
expect.differences = [["a", "2023-01", "d", "1.00", "2.00", "-1.00"], ["b", "2023-01", "d", "3.00", "2.00", "1.00"]]
expect.articles = { "A budget" = "第三条" }
expect.balances = {}
"""


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_nothing_is_lost_in_a_workbook(tmp_path: Path, language: str) -> None:
    source = tmp_path / "cases.toml"
    source.write_text(WHOLE, encoding="utf-8")
    with speaking(language):
        write(load(source), tmp_path / "cases.xlsx")
    assert read(tmp_path / "cases.xlsx") == load(source)  # whatever language it is read in
    write(read(tmp_path / "cases.xlsx"), tmp_path / "again.toml")
    assert load(tmp_path / "again.toml") == load(source)


def test_what_is_expected_has_a_name_in_the_workbook(tmp_path: Path) -> None:
    source = tmp_path / "cases.toml"
    source.write_text(WHOLE, encoding="utf-8")
    for language, sheet, name in (("zh_CN", "应得", "各项得分"), ("en", "Expected", "Items")):
        with speaking(language):
            write(load(source), tmp_path / f"{language}.xlsx")
        cells = [cell.value for row in openpyxl.load_workbook(tmp_path / f"{language}.xlsx")[sheet] for cell in row]
        assert name in cells
        assert "items" not in cells


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not there")
def test_nothing_is_lost_in_libreoffice(tmp_path: Path) -> None:
    source = tmp_path / "cases.toml"
    source.write_text(WHOLE, encoding="utf-8")
    write(load(source), tmp_path / "cases.xlsx")
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    convert = ["--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(tmp_path / "cases.xlsx")]
    subprocess.run(["soffice", home, *convert], check=True, capture_output=True)
    assert read(tmp_path / "saved" / "cases.xlsx") == load(source)
