"""Comparing as a user sees it: one nursing home under Changzhou's table and under a plan for Tianjin's draft, by hand.

N1 is assessed by D1 (30 persons) and D2 (10). D1 found one complaint. Changzhou (annex 2): the items that deduct are 80
points together, item 5 loses 2 on D1's sheet; every other fact is without fault and none earns: D1 78, D2 80, and by
persons (30 × 78 + 10 × 80) ÷ 40 = 78.5. The plan: one item of 100, 3 points a complaint, which counts once as the mean
of the sheets: (97 + 100) ÷ 2 = 98.5.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from zipfile import ZipFile

import openpyxl
import pytest
from project import Project
from python_calamine import CalamineWorkbook

import kaohe.run
from kaohe.plugin.manager import City
from kaohe_compare import compare

CHANGZHOU, TIANJIN = "changzhou/2022", "tianjin/institutions-2023"
MIX = f"{CHANGZHOU}+settle={TIANJIN}"
PLAN = """
rubric = "plan"
kind = "medical"
name = { zh_CN = "方案", en = "plan" }
document = "办法"
annex = "方案"
full_score = 100
full_score_basis = "printed"
provenance = "assumption"
source = "示例"

[[sections]]
section = "1"
name = "部分"

[[sections.items]]
item = "1"
name = "投诉"
full_score = 100

[[sections.items.clauses]]
clause = "1.1"
text = "投诉每例扣3分"
fact = "complaint.substantiated"
shape = "per_case"
points = 3
"""
CUTOFFS = """
["grade.cutoffs"]
value = [{ grade = "A", at_least = 79 }, { grade = "B", at_least = 78 }, { grade = "C", at_least = 0 }]
provenance = "assumption"
source = "示例"
"""
RELEASE = """
["deposit.release"]
value = { method = "steps", ends = [{ at = 0, share = 0.5 }, { at = 79, share = 0.8 }, { at = 98, share = 1 }] }
provenance = "assumption"
source = "示例"
"""


@pytest.fixture
def year(project: Project) -> Project:
    """The year with a payment of 1,000 yuan, of which 50 are held back."""
    project.tables["events"][0] |= {"case": "", "investigation": ""}
    project.tables["marks"] = [
        dict.fromkeys(("institution", "scorer", "item", "points", "by", "evidence", "status"), "")
    ]
    project.tables["payments"] = [
        {
            "institution": "N1",
            "region": "",
            "fund": "长护险",
            "month": "2022-03",
            "payable": "1000.00",
            "withheld": "50.00",
        }
    ]
    for name, content in (("plan", PLAN), ("cutoffs", CUTOFFS), ("release", RELEASE)):
        (project.root / f"{name}.toml").write_text(content, encoding="utf-8")
    return project


def compared(year: Project, *more: object, sides: tuple[str, ...] = (CHANGZHOU, TIANJIN, MIX)) -> Any:
    dataset = year.dataset
    (dataset / "marks.csv").write_text(
        (dataset / "marks.csv").read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8"
    )
    words = [word for side in sides for word in ("--scheme", side)]
    words += ["--as", "nursing_home=medical", "--plan", f"{TIANJIN}=plan.toml"] if TIANJIN in sides else []
    words += ["--params", f"{CHANGZHOU}=cutoffs.toml"] if CHANGZHOU in sides else []
    words += ["--params", f"{TIANJIN}=release.toml"] if {TIANJIN, MIX} & set(sides) else []
    return year.kaohe("compare", dataset, *words, *more)


def test_scores_money_and_their_causes_by_hand(year: Project) -> None:
    outcome = compared(year, "--json")
    assert outcome.status == 0, outcome.err
    found = outcome.json
    results = {row["side"]: row for row in found["results"]}
    assert {side: row["score"] for side, row in results.items()} == {CHANGZHOU: "78.5", TIANJIN: "98.5", MIX: "78.5"}
    # 78.5 releases half of 50 yuan; 98.5 releases all.
    assert {side: row["forfeited"] for side, row in results.items()} == {CHANGZHOU: None, TIANJIN: "0.00", MIX: "25.00"}
    # The one fact that both count is the complaint: 8 and 10 of item 5's 10 points by persons, and 98.5 of 100.
    assert [(row["comparable"], row["comparable_full"]) for row in results.values()] == [
        ("8.5", "10"),
        ("98.5", "100"),
        ("8.5", "10"),
    ]
    # Combining: D1 weighs ¾ by persons and ½ as one of two sheets. Under Changzhou's table that is −1.5 → −1, under
    # the plan −2.25 → −1.5: on average +0.625. Scoring has the other 19.375: 20 for the start, −0.625 for the
    # complaint. To the hundredth: 19.37 and 0.62, and the one that is left to scoring, which comes first.
    parts = [row for row in found["score_parts"] if row["right"] == TIANJIN]
    assert {(row["stage"], row["part"], row["fact"]): row["points"] for row in parts} == {
        ("scoring", "start", ""): "20",
        ("scoring", "fact", "complaint.substantiated"): "-0.62",
        ("combining", "", ""): "0.62",
    }
    assert [row for row in found["score_parts"] if row["right"] == MIX] == []
    clauses = {(row["side"], row["kind"], row["clause"]): row for row in found["clauses"]}
    assert clauses[TIANJIN, "nursing_home", "1.1"]["state"] == "data"
    assert clauses[TIANJIN, "medical", "1.1"]["state"] == "not_applicable"
    assert clauses[CHANGZHOU, "nursing_home", "1"]["state"] == "no_record"  # nobody failed to report a change
    assert clauses[CHANGZHOU, "nursing_home", "9"]["state"] == "data"
    assert "nursing home is assessed as medical" in {row["message"] for row in found["assumptions"]}
    money = {(row["right"], row["account"], row["stage"]): row["amount"] for row in found["money_parts"]}
    assert money[(MIX, "deposit_forfeited", "settling")] == "-25.00"


def test_coverage_is_told_before_any_number(year: Project) -> None:
    outcome = compared(year, sides=(CHANGZHOU, MIX))
    assert outcome.status == 0, outcome.err
    assert 0 < outcome.out.index("Coverage") < outcome.out.index("78.5")
    assert "What this rests on" in outcome.out
    assert "(deposit.release)" in outcome.out


QINGDAO = "qingdao/2023"
NO_DEPOSIT = "no deposit is settled: the table “Payments” is missing → add what was to be paid, month by month"
NO_TABLES = (
    f"{QINGDAO} settles nothing: the tables “Payments”, “Funds”, “Revenues”, “Regions” are missing"
    " → add what it settles by"
)
NO_BUDGETS = (
    f"{QINGDAO} settles nothing: {CHANGZHOU} allocates no regional budgets"
    f" → take the stage allocate from it too: allocate={QINGDAO}"
)


def test_why_a_mix_settles_nothing_is_said_with_its_letter(year: Project) -> None:
    """As `kaohe run` says it of each side; once, with every side that it holds for."""
    del year.tables["payments"]
    alone, whole = f"{CHANGZHOU}+settle={QINGDAO}", f"{CHANGZHOU}+allocate={QINGDAO}+settle={QINGDAO}"
    outcome = compared(year, "--out", "found.xlsx", sides=(CHANGZHOU, MIX, alone, whole))
    assert outcome.status == 0, outcome.err
    _, _, told = outcome.out.partition("What is not settled, or not given\n")
    said = " ".join(told.partition("\n\n")[0].split())
    for letters, reason in (("B", NO_DEPOSIT), ("C D", NO_TABLES), ("C", NO_BUDGETS)):
        assert f" {letters} {reason}" in f" {said}"
    assert "The journals" not in outcome.out
    heading, *rows = CalamineWorkbook.from_path(year.root / "found.xlsx").get_sheet_by_name("Left open").to_python()
    assert heading == ["side", "severity", "left open", "what to do"]
    assert ["B", "warning", *NO_DEPOSIT.split(" → ")] in rows


@pytest.mark.parametrize("stages", [("settle",), ("settle", "allocate")])
def test_a_run_says_why_it_settles_nothing(stages: tuple[str, ...], year: Project) -> None:
    del year.tables["payments"]
    taken = [word for stage in stages for word in ("--stage", f"{stage}={QINGDAO}")]
    problems = {f"{one['message']} → {one['remedy']}" for one in year.run(*taken, "--json").json["problems"]}
    assert problems >= {NO_TABLES}
    assert (NO_BUDGETS in problems) == (stages == ("settle",))


def test_it_is_written_whole_and_over_another_only(year: Project) -> None:
    target = year.root / "found.db"
    sides = CHANGZHOU, MIX
    assert compared(year, "--out", target, sides=sides).status == 0
    with sqlite3.connect(target) as connection:
        assert connection.execute("select score from results where side = ?", [MIX]).fetchone() == ("78.5",)
    assert compared(year, "--out", target, sides=sides).status == 0
    target.write_text("something else", encoding="utf-8")
    outcome = compared(year, "--out", target, sides=sides)
    assert (outcome.status, "not a comparison" in outcome.err) == (1, True)
    assert target.read_text(encoding="utf-8") == "something else"
    assert compared(year, "--out", year.root / "found.xlsx", sides=sides).status == 0
    assert not [name for name in year.files() if name.endswith(".part")]


@pytest.mark.parametrize(
    ("sides", "more", "said"),
    [
        ((TIANJIN,), (), "at least two sides"),
        ((CHANGZHOU, CHANGZHOU, TIANJIN), (), "compared twice"),
        ((CHANGZHOU, "changzhou/1999", TIANJIN), (), "there is no scheme “changzhou/1999”"),
        ((CHANGZHOU, f"{CHANGZHOU}+dance={TIANJIN}", TIANJIN), (), "there is no stage “dance”"),
        ((CHANGZHOU, f"{CHANGZHOU}+settle", TIANJIN), (), "not a scheme or a mix"),
        ((CHANGZHOU, TIANJIN), ("--institution", "N9"), "no institution “N9”"),
        ((CHANGZHOU, TIANJIN), ("--as", "pharmacy=entrusted_agency"), "no scheme assesses “pharmacy”"),
        ((CHANGZHOU, TIANJIN), ("--out", "found.pdf"), "a workbook (.xlsx) or an SQLite file"),
        ((CHANGZHOU, TIANJIN), ("--params", "qingdao/2023=release.toml"), "“qingdao/2023”, which is not compared"),
    ],
)
def test_what_cannot_be_compared(year: Project, sides: tuple[str, ...], more: tuple[str, ...], said: str) -> None:
    outcome = compared(year, *more, sides=sides)
    assert (outcome.status, said in outcome.err) == (1, True), outcome.err


def test_all_that_is_wrong_is_said_at_once(year: Project) -> None:
    given = ("--as", "castle=medical", "--params", "release.toml", "--params", f"{TIANJIN}=nowhere.toml")
    outcome = compared(year, *given, "--reading", "elsewhere/1:a=b", sides=(CHANGZHOU, "+", TIANJIN))
    assert outcome.status == 1
    for said in (
        "“castle” is not a kind of institution", "release.toml: whose is it?", "nowhere.toml: there is no such file",
        "something is given for “elsewhere/1”", "“+” is not a scheme or a mix",
    ):  # fmt: skip
        assert said in outcome.err


def test_kinds_may_be_given_by_their_chinese_names(year: Project) -> None:
    outcome = compared(year, "--as", "居家上门服务机构=医疗机构", "--json")
    said = {(row["side"], row["message"]) for row in json.loads(outcome.out)["assumptions"]}
    assert (TIANJIN, "home care is assessed as medical") in said


def test_the_workbook_is_for_people_and_for_a4(year: Project) -> None:
    target = year.root / "found.xlsx"
    assert compared(year, "--out", target).status == 0
    book = CalamineWorkbook.from_path(target)
    assert book.sheet_names[:4] == ["Sides", "Assumptions", "Left open", "Coverage by item"]
    legend = book.get_sheet_by_name("Sides").to_python()
    assert [row[:2] for row in legend[1:]] == [["A", CHANGZHOU], ["B", TIANJIN], ["C", MIX]]
    said, heading, *rows = book.get_sheet_by_name("Results side by side").to_python()
    assert said[0] == "To filter and look up. Rows: 3; pages if printed: about 1."
    results = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
    assert [results[side]["score"] for side in "ABC"] == [78.5, 98.5, 78.5]
    assert {row["kind"] for row in results.values()} == {"nursing home"}
    with ZipFile(target) as archive:
        pages = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert all('paperSize="9"' in page and 'orientation="landscape"' in page for page in pages)
    _, *grades = book.get_sheet_by_name("Grades by kind").to_python()
    assert grades == [["A", "nursing home", "B", 1.0], ["B", "nursing home", "", 1.0], ["C", "nursing home", "B", 1.0]]
    _, *accounts = book.get_sheet_by_name("The city's accounts").to_python()
    amounts = {(side, account): amount for side, _, account, amount in accounts}
    assert amounts["C", "quality deposit forfeited, no claim of the institution"] == -25.0
    assert sum(amount for (side, _), amount in amounts.items() if side == "C") == 0
    assert [side for side, *_ in accounts] == sorted(side for side, *_ in accounts)


def test_only_what_is_short_or_sums_up_is_printed(year: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lists of 300 institutions are hundreds of pages; the city as a whole is a few."""
    monkeypatch.setattr("kaohe.workbook.printing.LONG", 0)
    assert compared(year, "--out", "found.xlsx").status == 0
    areas = {sheet.title: bool(sheet.print_area) for sheet in openpyxl.load_workbook("found.xlsx")}
    assert areas == {
        "Sides": False, "Assumptions": False, "Left open": False, "Coverage by item": False, "Grades by kind": False,
        "The city's accounts": False, "Why the city's money differs": False, "Results side by side": True,
        "Coverage by clause": True, "Accounts": True, "Why scores differ": True, "Why money differs": True,
    }  # fmt: skip


def test_the_dataset_is_read_once_and_what_is_alike_is_computed_once(
    year: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changzhou's scoring serves its mix too; why two sides differ begins from what their runs have computed."""
    scored, read = Mock(wraps=City.stage), Mock(wraps=kaohe.run.read)
    monkeypatch.setattr(City, "stage", lambda city, name, *more: scored(city, name, *more))
    monkeypatch.setattr("kaohe.run.read", read)
    found = compare(
        year.dataset, [CHANGZHOU, TIANJIN, MIX],
        kinds={"nursing_home": "medical"}, plans={TIANJIN: [year.root / "plan.toml"]},
    )  # fmt: skip
    assert len(found.results) == 3
    assert [call.args[1] for call in scored.mock_calls].count("score") == 2
    assert found.why(CHANGZHOU, MIX).scores.is_empty()
    assert [call.args[1] for call in scored.mock_calls].count("score") == 2
    assert read.call_count == 1


def test_the_cliff_map_by_hand(year: Project) -> None:
    """78.5 is B (78 to 79): 0.5 lacks to A, which the complaint's 2 × ¾ = 1.5 would bring; 0.5 can be lost.

    One more case of 2 points with D1 costs 1.5. At 79 the settlement releases 0.8 of 50 yuan instead of 0.5: 15 yuan.
    At 77.99 it is still 0.5. The events have no columns that only the settling scheme asks for.
    """
    for event in year.tables["events"]:
        del event["case"], event["investigation"]
    (year.root / "both.toml").write_text(CUTOFFS + RELEASE, encoding="utf-8")
    run = year.kaohe(
        "run",
        year.dataset,
        "--scheme",
        CHANGZHOU,
        "--stage",
        f"settle={TIANJIN}",
        "--params",
        "both.toml",
        "--out",
        "run.db",
    )
    assert run.status == 0, run.err
    outcome = year.kaohe("cliff", "run.db", "--json")
    assert outcome.status == 0, outcome.err
    down, up = sorted(outcome.json["institutions"], key=lambda row: str(row["direction"]))
    assert (up["to"], up["distance"], up["clauses"], up["enough"], up["amount"]) == ("A", "0.5", ["5.1"], True, "15.00")
    assert (down["to"], down["distance"], down["enough"], down["amount"]) == ("C", "0.5", True, "0.00")
    assert "5.1" in down["clauses"] or len(down["clauses"]) == 5
    assert outcome.json["assumed_cutoffs"] is True


def test_a_run_without_grades_has_no_cliffs(year: Project) -> None:
    year.run()
    outcome = year.kaohe("cliff", "run.db")
    assert (outcome.status, "grade.cutoffs" in outcome.err) == (1, True)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The demo's document, made once."""
    from click.testing import CliRunner

    from kaohe.command import root

    folder: Path = tmp_path_factory.mktemp("compare")
    found = CliRunner().invoke(root(), ["demo", "compare", "--folder", str(folder / "demo"), "--json"], obj=None)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_the_demo_compares_three_cities_and_two_mixes_and_nothing_of_it_is_empty(demo: Any) -> None:
    sides = list(dict.fromkeys(row["side"] for row in demo["sides"]))
    assert len(sides) == 5
    for table in ("coverage", "clauses", "assumptions", "results"):
        assert set(sides) == {row["side"] for row in demo[table]}, table
    assert {row["side"] for row in demo["money"]} == {side for side in sides if side != CHANGZHOU}
    assert {row["right"] for row in demo["money_parts"]} == set(sides[1:])
    assert {row["right"] for row in demo["score_parts"]} == set(sides[1:3])
    assert {row["part"] for row in demo["score_parts"] if row["right"] == TIANJIN} >= {
        "start",
        "fact",
        "cap",
        "veto",
        "rest",
    }
    for side in sides:
        assert [row for row in demo["results"] if row["side"] == side and row["score"]], side
        assert [row for row in demo["coverage"] if row["side"] == side and (row["data"] or row["given"])], side
