"""Two runs: what was changed, who moves, by which clause and floor, whose money; worked by hand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from project import Project, clean_year

import kaohe
from kaohe import Run
from kaohe_compare import diff

SCHEME = "changzhou/2022"
LINE = {"date": "2022-12-31", "fund": "F", "region": None, "article": "5", "adjusts": None}
Moves = list[tuple[Any, ...]]


@pytest.fixture
def before(project: Project) -> Path:
    """The clean year: D1 (30 persons) takes 2 points for a complaint, D2 (10) none: (30 × 78 + 10 × 80) / 40 = 78.5."""
    return run(project, "before.db")


def run(project: Project, name: str, *more: object) -> Path:
    assert project.run(*more, "--out", project.root / name).status == 0
    return project.root / name


def parts(before: Path, after: Path) -> Moves:
    columns = ["scorer", "item", "clause", "before", "after", "change"]
    return diff(before, after).parts.select(columns).rows()


def moved(before: Path, after: Path) -> Moves:
    columns = ["institution", "score", "score_after", "moved"]
    return diff(before, after).results.select(columns).rows()


def test_nothing_differs_between_a_run_and_itself(project: Project, before: Path) -> None:
    found = diff(before, run(project, "again.db"))
    assert found.changes == []
    for table in (found.results, found.consequences, found.parts, found.clauses, found.money, found.allocations):
        assert table.is_empty()
    assert "nobody" in project.kaohe("diff", before, before).out


def test_a_clause_with_other_points(project: Project, before: Path) -> None:
    """Four points instead of two on D1's sheet: (30 × 76 + 10 × 80) / 40 = 77."""
    after = run(project, "after.db", "--set", "annex2/5.1.points=4")
    assert moved(before, after) == [("N1", Decimal("78.5"), Decimal(77), Decimal("-1.5"))]
    assert parts(before, after) == [("D1", "5", "5.1", Decimal(-2), Decimal(-4), Decimal(-2))]
    (change,) = diff(before, after).changes
    assert (change.what, change.name, change.before, change.after) == ("clause", "annex2/5.1.points", "", "4")
    clauses = diff(before, after).clauses.select("rubric", "clause", "institutions", "change").rows()
    assert clauses == [("annex2", "5.1", 1, Decimal(-2))]
    (result,) = project.kaohe("explain", after, "N1", "--json").json["basis"][-1:]
    assert result == "assumption:annex2/5.1.points=4"
    said = " ".join(project.run("--set", "annex2/5.1.points=4").out.split())
    assert "points is 4 in this run, not 2: an assumption" in said


def test_the_floor_of_an_item_is_a_part_of_its_own(project: Project, before: Path) -> None:
    """Twelve points of an item of ten: ten are gone, the floor gives two back. (30 × 70 + 10 × 80) / 40 = 72.5."""
    after = run(project, "after.db", "--set", "annex2/5.1.points=12")
    assert moved(before, after) == [("N1", Decimal("78.5"), Decimal("72.5"), Decimal(-6))]
    assert parts(before, after) == [
        ("D1", "5", "", None, None, Decimal(2)),
        ("D1", "5", "5.1", Decimal(-2), Decimal(-12), Decimal(-10)),
    ]


def test_another_reading_moves_the_result_and_no_sheet(project: Project, before: Path) -> None:
    """The plain mean of 78 and 80."""
    after = run(project, "after.db", "--reading", "combine.scorers=mean")
    assert moved(before, after) == [("N1", Decimal("78.5"), Decimal(79), Decimal("0.5"))]
    assert parts(before, after) == []
    assert [(change.what, change.name.rpartition("(")[2]) for change in diff(before, after).changes] == [
        ("parameter", "combine.scorers)")
    ]


def test_an_appeal_upheld(project: Project, before: Path) -> None:
    """The complaint is withdrawn: 80."""
    project.tables["appeals"] = [
        {"appeal": "A1", "institution": "N1", "table": "events", "row": "E1", "filed": "2023-03-01",
         "department": "中心", "answered": "2023-03-10", "decision": "upheld", "to": ""}
    ]  # fmt: skip
    after = run(project, "after.db")
    assert moved(before, after) == [("N1", Decimal("78.5"), Decimal(80), Decimal("1.5"))]
    assert parts(before, after) == [("D1", "5", "5.1", Decimal(-2), Decimal(0), Decimal(2))]
    assert [(change.what, change.name, change.before, change.after) for change in diff(before, after).changes] == [
        ("records", "appeals", "0", "1")
    ]
    said = project.kaohe("diff", before, after, "--institution", "N1").out
    assert "78.50 → 80.00" in said
    assert "+1.50" in said


def test_a_parameter_file_that_gives_grades(project: Project, before: Path) -> None:
    (project.root / "cutoffs.toml").write_text(
        '["grade.cutoffs"]\nvalue = [{ grade = "P", at_least = 60 }, { grade = "F", at_least = 0 }]\n'
        'provenance = "agreement"\nsource = "协议"\n',
        encoding="utf-8",
    )
    after = run(project, "after.db", "--params", "cutoffs.toml")
    columns = ["grade", "grade_after", "status", "status_after", "moved"]
    assert diff(before, after).results.select(columns).rows() == [(None, "P", "ungraded", "determined", Decimal(0))]
    (change,) = diff(before, after).changes
    assert (change.what, change.before, change.after.endswith("(agreement: 协议)")) == ("parameter", "", True)


def booked(run: Run, forfeited: int) -> Run:
    """A deposit of 15.00 yuan, of which so many fen are forfeited and the rest is paid out."""
    amounts = {"quality_deposit": 1500, "deposit_forfeited": -forfeited, "settlement_payable": forfeited - 1500}
    lines = [
        {**LINE, "entry": "Y", "account": account, "institution": "N1", "amount": amount, "cause": "score:84"}
        for account, amount in amounts.items() if amount
    ]  # fmt: skip
    run.tables.add("journal", pl.DataFrame(lines, run.tables["journal"].schema))
    return run


def test_whose_money(project: Project) -> None:
    """7.50 of 15.00 forfeited, then nothing: 7.50 more are payable to the institution."""
    for name, forfeited in (("half.db", 750), ("none.db", 0)):
        kaohe.save(booked(kaohe.assess(project.dataset, SCHEME), forfeited), project.root / name)
    found = diff(project.root / "half.db", project.root / "none.db")
    assert found.money.select("fund", "account", "institution", "before", "after", "change").rows() == [
        ("F", "deposit_forfeited", "N1", -750, 0, 750),
        ("F", "settlement_payable", "N1", -750, -1500, -750),
    ]
    assert found.money["change"].sum() == 0
    told = project.kaohe("diff", project.root / "half.db", project.root / "none.db", "--json").json
    assert [row["change"] for row in told["money"]] == ["7.5", "-7.5"]
    said = project.kaohe("diff", project.root / "half.db", project.root / "none.db").out
    assert "-15.00" in said


def test_an_institution_that_is_in_one_run_alone(project: Project, before: Path) -> None:
    first = clean_year()["institutions"][0]
    project.tables["institutions"].append({**first, "institution": "N2", "name": "乙养老院"})
    agreement = clean_year()["agreements"][0]
    project.tables["agreements"].append({**agreement, "agreement": "X2", "institution": "N2"})
    project.tables["served"].append({"institution": "N2", "scorer": "D1", "persons": 1})
    after = run(project, "after.db")
    rows = diff(before, after).results.select("institution", "name", "status", "status_after").rows()
    assert [row[:3] for row in rows if row[0] == "N2"] == [("N2", "乙养老院", None)]
    assert project.kaohe("diff", before, after).status == project.kaohe("diff", after, before).status == 0


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_the_command_says_it_in_both_languages(project: Project, before: Path, lang: str) -> None:
    after = run(project, "after.db", "--set", "annex2/5.1.points=4")
    said = project.kaohe("diff", before, after, lang=lang).out
    for word in ("78.50 → 77.00", "-1.50", "annex2 5.1", "甲养老院"):
        assert word in said
    assert ("Who moves" if lang == "en" else "变动情况") in said


def test_what_is_no_run_is_refused(project: Project, before: Path) -> None:
    for command, reason in (
        (["diff", before, project.root / "nothing.db"], "there is no run here"),
        (["diff", before, before, "--institution", "N9"], "neither run has “N9”"),
    ):
        outcome = project.kaohe(*command)
        assert (outcome.status, reason in outcome.err) == (1, True)


def test_a_name_that_means_no_clause_is_refused_before_anything_is_written(project: Project) -> None:
    for given, said in (
        ("5.1.points=3", "several times"),
        ("annex2/5.1.points=x", "not a number"),
        ("annex2/5.7.points=1", "did you mean"),
        ("annex2/5.1.text=1", "the keys here are points"),
        ("annex2/5.1.points=-1", "points are from 0"),
        ("annex2/5.1.points.1=1", "counted from 1"),
    ):
        outcome = project.run("--set", given)
        assert (outcome.status, said in outcome.err) == (1, True), outcome.err
        assert "run.db" not in project.files()


def test_a_sheet_s_parts_add_up_to_its_change_in_a_whole_city(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Points, bands and a step set at once: of each sheet that is known in both runs, to the ten-thousandth."""
    from kaohe.plugin.manager import City

    folder = tmp_path_factory.mktemp("city")
    (folder / "year").mkdir()
    City.named("changzhou").demo(folder / "year", 7)
    changes = {"annex1/3.2.points": Decimal("7.5"), "annex2/5.1.points": 9, "annex1/3.4.step": Decimal("0.002")}
    kaohe.save(kaohe.assess(folder / "year", SCHEME), folder / "before.db")
    kaohe.save(kaohe.assess(folder / "year", SCHEME, changes=changes), folder / "after")
    found = diff(folder / "before.db", folder / "after")
    sums: dict[tuple[str, str], Decimal] = {}
    for row in found.parts.to_dicts():
        key = row["institution"], row["scorer"]
        sums[key] = sums.get(key, Decimal(0)) + row["change"]
    scores = [dict(scored(folder / name)) for name in ("before.db", "after")]
    both = {key for key in scores[0] if scores[0][key] is not None and scores[1].get(key) is not None}
    expected = {key: scores[1][key] - scores[0][key] for key in both}
    assert {key: sums.get(key, Decimal(0)) for key in both} == expected
    assert sum(change != 0 for change in expected.values()) > 20
    assert len(found.changes) == 3


def scored(path: Path) -> list[tuple[tuple[str, str], Any]]:
    if path.is_dir():
        rows = pl.read_parquet(path / "scores.parquet").select("institution", "scorer", "score").rows()
    else:
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("select institution, scorer, score from scores").fetchall()
    return [((institution, scorer), None if score is None else Decimal(score)) for institution, scorer, score in rows]
