"""Worked cases as people write them: faults have a place, a failure says why, a workbook is the same."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from kaohe.command import main
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
