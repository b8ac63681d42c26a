"""A dataset as a whole: many faults at once, personal data, what is sound though it looks odd."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from faulty import Case, Change, Said, both, cell, file, heading, more, refuses, table
from project import Project

import kaohe
from kaohe.dataset import CONTRACT

DAY = "“someday”: this is not a date → write it as 2022-12-31"
TAG = "“someday”，不是有效日期。请按“2022-12-31”的格式填写"


def test_a_hundred_faults_of_a_kind_are_listed_and_the_others_counted(project: Project) -> None:
    event = project.tables["events"][0]
    events = table("events", *({**event, "event": f"E{number}", "date": "someday"} for number in range(150)))
    listed = [Said("events.csv", row, "date", DAY, TAG) for row in range(2, 102)]
    others = Said("events.csv", None, "date", "50 more rows like these: this is not a date → write it as 2022-12-31",
                  "另有50行存在同类问题（不是有效日期）。请按“2022-12-31”的格式填写")  # fmt: skip
    refuses(project, Case("", [*listed, others], events))


def test_one_more_than_a_hundred_is_counted_too(project: Project) -> None:
    project.tables["events"] = [{**project.tables["events"][0], "event": f"E{n}", "count": -1} for n in range(101)]
    said = project.run().err.splitlines()
    assert len(said) == 102
    assert said[100] == (
        "error: events.csv, column count: 1 more row like these: a count cannot be below 0 → correct it, or withdraw "
        "the row"
    )


def test_cases_that_add_up_to_too_many_are_refused(project: Project) -> None:
    event = project.tables["events"][0]
    events = table("events", *({**event, "event": f"E{number}", "count": 10**9} for number in range(11)))
    said = Said("events.csv", None, "",
                "N1: 11000000000 together are more than 10000000000 → correct the largest of them",
                "N1：合计11000000000，超过上限10000000000。请更正其中最大的数值")  # fmt: skip
    refuses(project, Case("", [said], events))


EVERYWHERE = both(
    cell("institutions", 2, kind="hotel"),
    cell("scorers", 3, name=""),
    cell("served", 3, persons="ten"),
    cell("steps", 2, done="2023-02-30"),
    cell("events", 2, count="1.5", status="open"),
    cell("metrics", 5, denominator=0),
    cell("metrics", 9, period="2021"),
    more("metrics", 2),
    heading("metrics", "numerator", "分子"),
)
ALL = [
    "error: institutions.csv, row 2, column kind: “hotel”: this is not one of 评估机构 (assessment_institution), "
    "养老机构 (nursing_home), 居家上门服务机构 (home_care), 辅具租赁机构 (device_rental), 医疗机构 (medical), "
    "零售药店 (pharmacy), 委托经办机构 (entrusted_agency) → choose one of them",
    "error: scorers.csv, row 3, column name: this must not be blank → fill it in",
    "error: served.csv, row 3, column persons: “ten”: this is not a whole number → write digits only, such as 12",
    "error: steps.csv, row 2, column done: “2023-02-30”: this is not a date → write it as 2022-12-31",
    "error: events.csv, row 2, column count: “1.5”: this is not a whole number → write digits only, such as 12",
    "error: events.csv, row 2, column status: “open”: this is not one of 已确认 (confirmed), 有异议 (disputed), "
    "已撤销 (withdrawn) → choose one of them",
    "error: metrics.csv, row 5, column denominator: “0”: a denominator must be above 0 → leave out a row that counts "
    "nothing",
    "error: metrics.csv, row 9, column period: “2021”: this fact is recorded for the year → write 2022",
    "error: metrics.csv, row 10, column institution / scorer / period / fact: “N1 / D1 / 2022 / training.plan”: this "
    "row stands here already → remove one of the two",
    "9 errors; nothing was written",
]


def reversed_columns(project: Project) -> None:
    for name, rows in project.tables.items():
        project.tables[name] = [dict(reversed(row.items())) for row in rows]


@pytest.mark.parametrize("order", [lambda _: None, reversed_columns], ids=["as it is", "columns in another order"])
def test_the_faults_of_all_tables_come_together(project: Project, order: Change) -> None:
    EVERYWHERE(project)
    order(project)
    english = project.run()
    assert english.status == 1
    assert sorted(english.err.splitlines()) == sorted(ALL)
    assert project.files() == {"dataset"}


def test_a_sound_run_is_left_as_it_was_by_a_refused_one(project: Project) -> None:
    """In either form: nothing of the run or its folder changes, and nothing is left beside it."""
    folder = project.root / "run"
    assert project.run().status == 0
    assert project.kaohe("run", project.dataset, "--scheme", "changzhou/2022", "--out", folder).status == 0
    before = contents(project.root)
    cell("events", 2, count="1.5")(project)
    assert project.run().status == 1
    assert project.kaohe("run", project.dataset, "--scheme", "changzhou/2022", "--out", folder).status == 1
    after = contents(project.root)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert changed == {"dataset/events.csv"}


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_year_that_is_not_the_schemes_is_refused(project: Project) -> None:
    """The dataset is sound in itself, and not under this scheme."""
    folder = project.dataset
    for path in folder.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("2022", "2021"), encoding="utf-8")
    assert project.kaohe("check", folder).status == 0
    english = project.kaohe("run", folder, "--scheme", "changzhou/2022", "--out", "run.db")
    assert english.err.splitlines() == [
        "error: changzhou/2022 assesses 2022-01-01 to 2022-12-31; the dataset covers 2021-01-01 to 2021-12-31 → run "
        "it under the scheme of its year",
        "1 error; nothing was written",
    ]
    chinese = project.kaohe("run", folder, "--scheme", "changzhou/2022", "--out", "run.db", lang="zh_CN")
    assert chinese.err.splitlines() == [
        "错误：changzhou/2022 的考核年度为2022-01-01至2022-12-31，而数据集的期间为2021-01-01至2021-12-31。"
        "请按数据所属年度的考核办法考核",
        "共1处错误，未写入任何内容",
    ]
    assert (english.status, chinese.status) == (1, 1)
    assert project.files() == {"dataset"}


IDENTITY = "320411195001010016"
PERSON = {"institution": "N1", "number": 1, "name": "某甲", "id_number": IDENTITY, "category": "在职",
          "role": "护理人员"}  # fmt: skip
MASKED = "320*************16"
"""The check digit of the identity number is not 6."""


def test_an_identity_number_is_checked_and_never_shown(project: Project) -> None:
    project.tables["staff"] = [PERSON]
    said = Said("staff.csv", 2, "id_number", f"“{MASKED}”: this is not a valid identity number → check it against "
                "the card",
                f"“{MASKED}”，不是有效的身份证号码。请对照身份证核对")  # fmt: skip
    refuses(project, Case("", [said]))


SLIPPED: dict[str, tuple[dict[str, object], str]] = {
    "in the place of the category": ({"category": IDENTITY}, "category: “320*************16”: this is not one of"),
    "in the place of the number": ({"number": IDENTITY}, "number: “320*************16”: this cannot be above"),
    "in the place of the institution": ({"institution": IDENTITY}, "institution: “320*************16”: this is not in"),
    "with a space": ({"id_number": f"{IDENTITY} x"}, "id_number: “320***************"),
    "with an X at the end": ({"role": IDENTITY[:17] + "X"}, "role: “320*************1X”: this is not one of"),
    "twice": ({"id_number": "320411195001010017"}, "number: “N1 / 1”: this row stands here already"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), SLIPPED.values(), ids=SLIPPED)
@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_an_identity_number_that_slipped_elsewhere_is_not_shown(
    project: Project, change: dict[str, object], said: str, lang: str
) -> None:
    project.tables["staff"] = [PERSON, {**PERSON, **change}]
    outcome = project.kaohe("check", project.dataset, "--json", lang=lang)
    shown = outcome.out + outcome.err + project.kaohe("check", project.dataset, lang=lang).err
    assert outcome.status == 1
    assert IDENTITY[3:14] not in shown
    assert lang == "zh_CN" or f"column {said}" in shown.replace("institution / number", "number")


def test_the_roster_is_checked_and_not_kept(project: Project) -> None:
    project.tables["staff"] = [{**PERSON, "name": "欧阳某某", "id_number": "11010519491231002X"}]
    assert project.run().status == 0
    run = (project.root / "run.db").read_bytes()
    assert "甲养老院".encode() in run
    assert "欧阳某某".encode() not in run
    assert b"11010519491231002X" not in run


SOUND: dict[str, tuple[Change, str]] = {
    "the clean year": (lambda _: None, "78.5"),
    "an event of last December that was handled in January": (
        cell("events", 2, date="2021-12-20", handled="2022-01-10"), "78.5"),
    "a refusal after the year's end": (
        more("events", 2, event="E2", date="2023-02-15", fact="assessment.refused"), "0"),
    "an event of the first day": (cell("events", 2, date="2022-01-01"), "78.5"),
    "an event of the last day": (cell("events", 2, date="2022-12-31"), "78.5"),
    "a withdrawn event": (cell("events", 2, status="withdrawn"), "80"),
    "a disputed event": (cell("events", 2, status="有异议"), "78.5"),
    "a withdrawn metric before the one that replaces it": (
        both(lambda project: project.tables["metrics"].insert(0, {**project.tables["metrics"][3], "numerator": 10}),
             cell("metrics", 2, status="已撤销")), "78.5"),
    "a share by itself": (cell("metrics", 5, numerator="0.93", denominator=""), "77.75"),
    "a blank count is one case": (cell("events", 2, count=""), "78.5"),
    "three cases": (cell("events", 2, count="3"), "75.5"),
    "a whole count with a point": (cell("events", 2, count="2.0"), "77"),
    "leading zeros": (cell("events", 2, count="002"), "77"),
    "as many cases as are allowed": (cell("events", 2, count="1000000000"), "72.5"),
    "a scorer that has a sheet of one institution only": (
        both(more("institutions", 2, institution="N2"), more("served", 2, institution="N2", persons=0)), "78.5"),
    "headings in capitals, with spaces": (heading("events", "status", " STATUS "), "78.5"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "score"), SOUND.values(), ids=SOUND)
def test_what_looks_odd_and_is_sound(project: Project, change: Change, score: str) -> None:
    """The home's score: 80, less what D1 (30 of 40 persons) deducts; item 5 goes down to 0, which is 10 points."""
    change(project)
    results = kaohe.assess(project.dataset, "changzhou/2022").results
    assert results.filter(pl.col("institution") == "N1")["score"].to_list() == [Decimal(score)]


EMPTY: dict[str, tuple[str, str]] = {"no events": ("events", "80"), "no marks": ("marks", "78.5")}


@pytest.mark.parametrize(("name", "score"), EMPTY.values(), ids=EMPTY)
def test_headings_alone_say_that_nothing_happened(project: Project, name: str, score: str) -> None:
    file(f"{name}.csv", ",".join(CONTRACT[name].columns) + "\n")(project.dataset)
    results = kaohe.assess(project.root / "dataset", "changzhou/2022").results
    assert results["score"].to_list() == [Decimal(score)]
