"""Numbers as large as they may be are computed exactly, and one more is refused: each product of the engine at its end.

The engine counts points in ten-thousandths in 64 bits, which end at 9.22 × 10¹⁸.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from computing import engine
from oracle import Case, Row
from project import Project
from strategies import CHOICES

from kaohe.model import (
    Band,
    Bands,
    Clause,
    End,
    Fact,
    Item,
    Line,
    Name,
    Peers,
    PerCase,
    PerN,
    Rubric,
    Section,
    ShortOf,
)  # fmt: skip
from kaohe.rubric import faults

MOST = 10**9
"""The largest count, numerator and denominator."""
WHOLE = Decimal(1000)
"""The most points of a clause and of an item."""


def fact(code: str, table: str, measure: str, **more: Any) -> Fact:
    return Fact(code, Name(code, code), "", **{"table": table, "measure": measure, **more})


FACTS = {
    each.fact: each
    for each in (
        fact("case", "events", "cases"),
        fact("number", "metrics", "number"),
        fact("shown", "metrics", "number", absent="missing"),
        fact("ratio", "metrics", "ratio"),
        fact("compared", "metrics", "share", most=1_000_000),
    )
}


def item(code: str, full: Decimal, *clauses: Clause, earn: bool = False) -> Item:
    return Item(code, code, full, list(clauses), "earn" if earn else "deduct")


def rubric(*items: Item) -> Rubric:
    return Rubric(
        rubric="annex", kind="nursing_home", name=Name("表", "table"), document="文件", annex="annex",
        full_score=sum((each.full_score for each in items), Decimal(0)), full_score_basis="sum",
        sections=[Section("s", "", list(items))], vetoes=[],
    )  # fmt: skip


def said(code: str, fact: str) -> dict[str, str]:
    return {"clause": code, "text": code, "fact": fact}


def outcome(table: Rubric, rows: Mapping[str, Sequence[Row]], homes: int = 1, **chosen: Any) -> dict[str, list[Row]]:
    """What the engine makes of homes H0, H1, … assessed by the scorers that `served` names, of one person each."""
    assert not list(faults(table, FACTS, ""))
    institutions = [{"institution": f"H{n}", "name": f"H{n}", "kind": "nursing_home"} for n in range(homes)]
    served = rows.get("served") or [{"institution": row["institution"], "scorer": "S0"} for row in institutions]
    scorers = sorted({row["scorer"] for row in served})
    tables = {
        "institutions": institutions,
        "scorers": [{"scorer": scorer, "name": scorer, "role": "district"} for scorer in scorers],
        "served": [{"persons": 1, **row} for row in served],
        "steps": [{"scorer": scorer, "step": "reported", "done": date(2023, 2, 1)} for scorer in scorers],
        "events": [
            {"event": f"E{n}", "institution": "H0", "scorer": "S0", "date": date(2022, 5, 1), "fact": "case", **row}
            for n, row in enumerate(rows.get("events", []))
        ],
        "metrics": [{"institution": "H0", "scorer": "S0", "period": "2022", **row} for row in rows.get("metrics", [])],
    }
    parameters = {name: values[0] for name, values in CHOICES.items()} | {
        name.replace("_", ".", 1): value for name, value in chosen.items()
    }
    year = date(2022, 1, 1), date(2022, 12, 31)
    return engine(Case({"annex": table}, {"nursing_home": "annex"}, FACTS, parameters, tables, *year))


def only(rows: Sequence[Row], column: str) -> Any:
    """The one value that a column has."""
    (value,) = {row[column] for row in rows}
    return value


def test_cases() -> None:
    """10¹⁰ cases × 1,000 points, by nine clauses of one item: 9 × 10¹⁷ units."""
    clauses = [PerCase(**said(f"c{n}", "case"), points=WHOLE) for n in range(9)]
    found = outcome(rubric(item("1", WHOLE, *clauses)), {"events": [{"count": MOST}] * 10})
    assert [row["points"] for row in found["trace"]] == [Decimal(-(10**13))] * 9
    assert only(found["items"], "raw") == Decimal(-9 * 10**13)
    assert only(found["results"], "score") == 0


def test_a_hundred_million_deductions() -> None:
    """10⁸ cases: 0.0001 points each take 10,000; 0.000 1 each earn up to the item's full score."""
    clauses = {name: PerCase(**said(name, "case"), points=Decimal("0.0001")) for name in ("less", "more")}
    table = rubric(item("1", Decimal(20), clauses["less"]), item("2", Decimal("7.5"), clauses["more"], earn=True))
    found = outcome(table, {"events": [{"count": 10**8}]})
    assert [(row["raw"], row["points"]) for row in found["items"]] == [
        (Decimal(-10_000), Decimal(0)),
        (Decimal(10_000), Decimal("7.5")),
    ]


def test_numbers_of_all_months_and_scorers() -> None:
    """10¹⁰ together × 1,000 points, by nine clauses, pooled from ten scorers: 9 × 10¹⁷ units."""
    clauses = [PerN(**said(f"c{n}", "number"), points=WHOLE, n=1) for n in range(9)]
    scorers = [f"S{n}" for n in range(10)]
    rows = {
        "served": [{"institution": "H0", "scorer": scorer} for scorer in scorers],
        "metrics": [{"scorer": scorer, "fact": "number", "numerator": MOST} for scorer in scorers],
    }
    found = outcome(rubric(item("1", WHOLE, *clauses)), rows, combine_scorers="pooled")
    assert only(found["items"], "raw") == Decimal(-9 * 10**13)


def test_short_of_the_largest_target() -> None:
    """100,000 short × 1,000 points: 10¹² units."""
    table = rubric(item("1", WHOLE, ShortOf(**said("c", "shown"), points=WHOLE, target=100_000)))
    found = outcome(table, {"metrics": [{"fact": "shown", "numerator": 0}]})
    assert only(found["trace"], "points") == Decimal(-(10**8))


@pytest.mark.parametrize(
    ("numerator", "denominator", "points"),
    [("999990000", MOST, 1), ("999989999.9999", MOST, 2), (MOST, "10000", 3), ("999999999.9999", "10000", 4)],
)
def test_a_ratio_at_a_band_s_end(numerator: Any, denominator: Any, points: int) -> None:
    """10¹³ ten-thousandths × 10⁵: 0.99999 and 100,000 are met exactly, and a ten-thousandth below them is not."""
    bands = [
        Band(Decimal(2), below=Decimal("0.99999")),
        Band(Decimal(1), at_least=Decimal("0.99999"), at_most=Decimal("0.99999")),
        Band(Decimal(4), above=Decimal("0.99999"), below=Decimal(100_000)),
        Band(Decimal(3), at_least=Decimal(100_000)),
    ]
    table = rubric(item("1", WHOLE, Bands(**said("c", "ratio"), bands=bands), earn=True))
    row = {"fact": "ratio", "numerator": Decimal(numerator), "denominator": Decimal(denominator)}
    assert only(outcome(table, {"metrics": [row]})["results"], "score") == points


@pytest.mark.parametrize(("last", "points"), [(MOST - 90_000, 1), (MOST - 90_001, 2)])
def test_ratios_of_nine_scorers_together(last: int, points: int) -> None:
    """9 × 10¹³ ten-thousandths × 10⁵ = 9 × 10¹⁸: 90,000 less than 9 × 10⁹ are 0.99999 of it, and one fewer are not."""
    bands = [Band(Decimal(2), below=Decimal("0.99999")), Band(Decimal(1), at_least=Decimal("0.99999"))]
    table = rubric(item("1", WHOLE, Bands(**said("c", "ratio"), bands=bands), earn=True))
    rows = {
        "served": [{"institution": "H0", "scorer": f"S{n}"} for n in range(9)],
        "metrics": [
            {"scorer": f"S{n}", "fact": "ratio", "numerator": MOST if n else last, "denominator": MOST}
            for n in range(9)
        ],
    }
    assert only(outcome(table, rows, combine_scorers="pooled")["results"], "score") == points


def line(*ends: tuple[str, str]) -> Rubric:
    made = [End(Decimal(at), Decimal(points)) for at, points in ends]
    return rubric(item("1", WHOLE, Line(**said("c", "ratio"), ends=made), earn=True))


@pytest.mark.parametrize(
    ("ends", "numerator", "denominator", "points"),
    [
        ([("0.6", "0"), ("0.95", "20")], "88", "100", "16"),  # 20 × 28 ÷ 35
        ([("0", "0"), ("1", "1")], "999950000", MOST, "1"),  # 0.99995, half up
        ([("0", "0"), ("1", "1")], "999949999.9999", MOST, "0.9999"),
        ([("0", "1"), ("1", "0")], "50000", MOST, "1"),  # 1 − 0.00005, half up
        ([("0", "1"), ("1", "0")], "50000.0001", MOST, "0.9999"),
        ([("99.999", "0"), ("100", "1000")], "999995000", "10000000", "500"),
        ([("99.999", "1000"), ("100", "0")], "999997500", "10000000", "250"),
        ([("0", "0"), ("1", "3")], MOST, "0.0001", "3"),
        ([("0", "0"), ("3", "1")], "1", "1", "0.3333"),
    ],
)
def test_a_ratio_along_a_line(ends: list[tuple[str, str]], numerator: Any, denominator: Any, points: str) -> None:
    """Every digit of 10¹³ ten-thousandths counts before the one rounding."""
    row = {"fact": "ratio", "numerator": Decimal(numerator), "denominator": Decimal(denominator)}
    assert only(outcome(line(*ends), {"metrics": [row]})["items"], "points") == Decimal(points)


@pytest.mark.parametrize(("last", "points"), [(MOST - 450_000, "1"), (MOST - 450_001, "0.9999")])
def test_ratios_of_nine_scorers_along_a_line(last: int, points: str) -> None:
    """450,000 less than 9 × 10⁹ are 0.99995 of it, half up 1; one fewer is below."""
    rows = {
        "served": [{"institution": "H0", "scorer": f"S{n}"} for n in range(9)],
        "metrics": [
            {"scorer": f"S{n}", "fact": "ratio", "numerator": MOST if n else last, "denominator": MOST}
            for n in range(9)
        ],
    }
    found = outcome(line(("0", "0"), ("1", "1")), rows, combine_scorers="pooled")
    assert only(found["items"], "points") == Decimal(points)


def test_a_ratio_s_line_ends_at_100_with_three_decimals() -> None:
    assert not list(faults(line(("0", "0"), ("100", "1")), FACTS, ""))
    (problem,) = faults(line(("0", "0"), ("100.001", "1")), FACTS, "")
    assert "a line's ends" in str(problem.message.message)


def full_table() -> Rubric:
    """Ten items of 1,000 points."""
    clauses = [PerCase(**said(f"c{n}", "case" if n else "shown"), points=Decimal("0.5")) for n in range(9)]
    items = [item(str(n), WHOLE, clause) for n, clause in enumerate(clauses)]
    return rubric(*items, item("9", WHOLE, PerCase(**said("c9", "number"), points=Decimal("0.5"))))


def test_the_largest_table_by_the_most_persons() -> None:
    """2 × 10⁸ units × 10¹⁰ persons = 2 × 10¹⁸. One of ten equal scorers takes nine halves: 10,000 − 4.5 ÷ 10."""
    scorers = [f"S{n}" for n in range(10)]
    rows = {
        "served": [{"institution": "H0", "scorer": scorer, "persons": MOST} for scorer in scorers],
        "events": [{"scorer": "S3"}],
        "metrics": [
            *({"scorer": scorer, "fact": "shown", "numerator": 0} for scorer in scorers),
            {"scorer": "S3", "fact": "number", "numerator": 1},
        ],
    }
    assert only(outcome(full_table(), rows)["results"], "score") == Decimal("9999.55")


def test_the_largest_table_with_an_item_missing() -> None:
    """2 × 10⁸ × 10⁸ units: 9,000 − 4.5 of 9,000 points are 9,995 of 10,000."""
    found = outcome(full_table(), {"events": [{}], "metrics": [{"fact": "number", "numerator": 1}]},
                    missing_counts="reweighted")  # fmt: skip
    assert only(found["results"], "score") == Decimal("9995")


@pytest.mark.parametrize(("itself", "steps"), [("with", 999), ("without", 1000)])
@pytest.mark.parametrize("average", ["mean", "pooled"])
def test_a_share_of_a_million_among_a_thousand_peers(average: str, itself: str, steps: int) -> None:
    """One of 1,000 has 10⁶ of 10⁶, the others none: 0.001 on average with itself, 0 without; steps of 0.001."""
    table = rubric(item("1", WHOLE, Peers(**said("c", "compared"), points=WHOLE, step=Decimal("0.001"))))
    rows = {
        "metrics": [
            {"institution": f"H{n}", "fact": "compared", "numerator": 0 if n else 10**6, "denominator": 10**6}
            for n in range(1000)
        ]
    }
    found = outcome(table, rows, homes=1000, peers_average=average, peers_itself=itself)
    points = {row["institution"]: row["points"] for row in found["trace"]}
    assert points.pop("H0") == -steps * WHOLE
    assert set(points.values()) == {0}


# One more is refused.


def refused(project: Project, table: str, rows: Sequence[Row]) -> str:
    """What is said of the clean year with these rows of a table."""
    project.tables[table] = list(rows)
    outcome = project.run()
    assert outcome.status == 1
    assert project.files() == {"dataset"}
    return outcome.err


def test_more_cases_of_an_institution(project: Project) -> None:
    event = project.tables["events"][0]
    rows = [{**event, "event": f"E{n}", "count": MOST} for n in range(10)]
    assert "N1: 10000000001 together are more than 10000000000" in refused(
        project, "events", [*rows, {**event, "event": "E", "count": 1}]
    )


def test_more_persons_of_an_institution(project: Project) -> None:
    scorers = [{**project.tables["scorers"][0], "scorer": f"D{n}"} for n in range(11)]
    project.tables["scorers"] = scorers
    served = [{"institution": "N1", "scorer": f"D{n}", "persons": MOST if n else 1} for n in range(11)]
    assert "N1: 10000000001 together are more than 10000000000" in refused(project, "served", served)


def test_more_of_a_ratio(project: Project) -> None:
    project.tables["scorers"] = [{**project.tables["scorers"][0], "scorer": f"D{n}"} for n in range(10)]
    row = next(row for row in project.tables["metrics"] if row["fact"] == "satisfaction")
    rows = [{**row, "scorer": f"D{n}", "numerator": 0, "denominator": MOST if n else "0.5"} for n in range(10)]
    assert "N1, satisfaction, 2022: 9000000001 together are more than 9000000000" in refused(project, "metrics", rows)


def test_a_larger_table() -> None:
    items = [item(str(n), WHOLE, PerCase(**said(f"c{n}", "case"), points=Decimal(1))) for n in range(9)]
    small = item("9", Decimal("1000"), PerCase(**said("c9", "number"), points=Decimal(1)))
    last = item("10", Decimal("0.0001"), PerCase(**said("c10", "number"), points=Decimal(1)))
    assert not list(faults(rubric(*items, small), FACTS, ""))
    assert [problem.key for problem in faults(rubric(*items, small, last), FACTS, "")] == ["annex"]


# Zero has no sign.


@pytest.mark.parametrize("written", ["-0", "-0.0", "-0.0000"])
def test_a_negative_zero_is_zero(project: Project, written: str) -> None:
    """A satisfaction of 0 of 100 is what −0 of 100 is, in every table of the run."""
    runs = []
    for zero in ("0", written):
        for row in project.tables["metrics"]:
            if row["fact"] == "satisfaction":
                row["numerator"] = zero
        project.tables["events"][0]["count"] = zero
        outcome = project.kaohe("run", project.dataset, "--scheme", "changzhou/2022", "--out", project.root / "run")
        assert outcome.status == 0, outcome.err
        runs.append({file.stem: pl.read_parquet(file) for file in sorted((project.root / "run").iterdir())})
    one, other = runs
    assert one.keys() == other.keys()
    for table in one.keys() - {"run"}:
        assert one[table].equals(other[table]), table
