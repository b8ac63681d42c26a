"""The engine against the oracle, and what must hold of it whatever the rules are."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import evolve
from computing import COMPARED, Tables, engine, part
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle import ROUNDING, Case, Row, active, assess, way
from strategies import CHOICES, Shape, case, cases
from years import Values

from kaohe.model import Fact, Name, Once, Peers, PerCase, PerN, Rubric

NOT_THE_ORACLE_S = {"self_points", "basis", "reference_quantity", "reference_denominator"}
"""Columns that docs/scoring.md does not speak of; the reference stands in the oracle as the average."""

few = st.integers(1, 6)
several = st.integers(1, 30)
seeds = st.integers(0, 2**32 - 1)


def assert_same(found: Tables, expected: Tables) -> None:
    """Both hold the same rows; says which differ."""
    for table in COMPARED:
        there, wanted = (Counter(tuple(sorted(row.items())) for row in tables[table]) for tables in (found, expected))
        assert there == wanted, f"{table}: found {list(there - wanted)[:3]}, expected {list(wanted - there)[:3]}"


# The oracle.


def assert_right(case: Case) -> None:
    """The engine's tables are the oracle's."""
    done = assess(case)
    found = {table: [in_its_form(row) for row in rows] for table, rows in engine(case).items()}
    assert_same(found, {table: getattr(done, table) for table in COMPARED})


def in_its_form(row: Row) -> Row:
    """An engine's row with the columns that the oracle has: the average as a number."""
    kept = {name: value for name, value in row.items() if name not in NOT_THE_ORACLE_S}
    if "reference_quantity" in row:
        above, below = row["reference_quantity"], row["reference_denominator"]
        kept["average"] = None if above is None else Fraction(above, below)
    return kept


@given(cases(several))
def test_the_engine_computes_what_the_oracle_does(case: Case) -> None:
    assert_right(case)


@part(40)
@given(cases(st.just(500)))
def test_the_engine_computes_large_years_as_the_oracle_does(case: Case) -> None:
    assert_right(case)


def test_random_cases_reach_every_rule() -> None:
    """Guards the two tests above against random cases that no longer touch something."""
    chance = random.Random(0)
    reached: Counter[object] = Counter()
    for seed in range(150):
        shape = Shape(seed, 4, chance.randint(1, 4), 2, 2, chance.randint(3, 9), 3, 20, 15, seed % 4)
        drawn = case(shape, {name: chance.choice(values) for name, values in CHOICES.items()})
        reached.update(touched(drawn))
    shapes = ("per_case", "once", "short_of", "per_n", "bands", "look_up", "line", "peers")
    wanted: set[object] = {
        *((shape, direction, status) for shape in shapes for direction in ("deduct", "earn")
          for status in ("counted", "disputed", "missing")),
        *("unreported", "veto", "subtract", "zero", "capped", "floored"),
        *("determined", "ungraded", "range", "undetermined"),
        *((pool, scope) for pool in ("sum", "once", "latest") for scope in ("scorer", "city")),
    }  # fmt: skip
    assert {what for what in wanted if reached[what] < 3} == set()


def touched(case: Case) -> Iterator[object]:
    """What of the rules a case's outcome rests on."""
    done = assess(case)
    clauses = {
        (rubric.rubric, clause.clause): (item, clause)
        for rubric in case.rubrics.values()
        for item, clause in rubric.clauses
    }
    effects = {(rubric.rubric, veto.clause): veto.effect for rubric in case.rubrics.values() for veto in rubric.vetoes}
    for row in done.trace:
        place = row["rubric"], row["clause"]
        if place in clauses:
            item, clause = clauses[place]
            fact = case.facts[clause.fact]
            yield clause.shape, item.direction, row["status"]
            if case.parameters["combine.scorers"] == "pooled":
                yield fact.pool, fact.scope
        else:
            yield row["status"]
            yield effects.get(place)
    for row in done.items:
        if row["raw"]:
            yield "capped" if row["points"] == row["high"] != abs(row["raw"]) else ""
            yield "floored" if row["points"] == 0 else ""
    yield from (row["status"] for row in done.results)


@part(8)
@given(cases(few))
def test_a_year_of_which_nothing_was_recorded_is_assessed(case: Case) -> None:
    columns = [fact.fact for fact in case.facts.values() if fact.table == "institutions"]
    institutions = [
        {name: value for name, value in row.items() if name not in columns} for row in case.tables["institutions"]
    ]
    kept = {table: rows for table, rows in case.tables.items() if table not in ("events", "metrics")}
    assert_right(replace(case, tables={**kept, "institutions": institutions}))


# What may not change anything.


@part(8)
@given(cases(few), seeds)
def test_the_order_of_rows_does_not_matter(case: Case, seed: int) -> None:
    chance = random.Random(seed)
    tables = {table: chance.sample(rows, len(rows)) for table, rows in case.tables.items()}
    assert_same(engine(replace(case, tables=tables), seed), engine(case))


@part(8)
@given(cases(few), st.integers(2, 4))
def test_tables_in_several_files_are_one(case: Case, parts: int) -> None:
    assert_same(engine(case, parts=parts), engine(case))


@part(8)
@given(cases(several), seeds)
def test_the_institutions_codes_do_not_matter(case: Case, seed: int) -> None:
    codes = [row["institution"] for row in case.tables["institutions"]]
    others = random.Random(seed).sample(range(10**6), len(codes))
    new = {old: f"机构{other}" for old, other in zip(codes, others, strict=True)}
    renamed = engine(replace(case, tables=with_codes(case.tables, new)))
    assert_same(with_codes(renamed, {code: old for old, code in new.items()}), engine(case))


def with_codes(tables: Mapping[str, list[Row]], codes: Mapping[str, str]) -> Tables:
    """The tables with every institution's code replaced."""
    return {
        table: [{**row, "institution": codes.get(row["institution"])} if "institution" in row else row for row in rows]
        for table, rows in tables.items()
    }


# What must hold of any outcome.


@part(4)
@given(cases(several))
def test_scores_lie_within_their_bounds_and_fit_together(case: Case) -> None:
    tables = engine(case)
    assert_within_bounds(case, tables)
    assert_sheets_are_sums(case, tables)
    assert_ranked(tables["results"])


def assert_within_bounds(case: Case, tables: Tables) -> None:
    """0 ≤ low ≤ high ≤ full everywhere, and points or score between them."""
    unit, _ = ROUNDING[case.parameters["score.rounding"]]
    rubrics = {row["institution"]: case.rubrics[case.kinds[row["kind"]]] for row in tables["results"]}
    full = {(code, item.item): item.full_score for code, rubric in rubrics.items() for item in rubric.items}
    for row in tables["items"]:
        assert_span(row, "points", full[row["institution"], row["item"]])
    for row in tables["scores"]:
        assert_span(row, "score", rubrics[row["institution"]].full_score)
    for row in tables["results"]:
        most = Fraction(rubrics[row["institution"]].full_score)
        assert_span(row, "score", math.ceil(most / unit) * unit)


def assert_span(row: Row, value: str, full: Decimal | Fraction) -> None:
    assert 0 <= row["low"] <= row["high"] <= full, row
    assert row[value] is None or row["low"] <= row[value] <= row["high"], row


def assert_sheets_are_sums(case: Case, tables: Tables) -> None:
    """A sheet all of whose items have points is their sum; unless reweighted, its ends are the sums of the ends."""
    counts = case.parameters["missing.counts"]
    for score in tables["scores"]:
        items = [row for row in tables["items"] if sheet(row) == sheet(score)]
        if all(row["points"] is not None for row in items) and (counts != "reweighted" or score["score"] is not None):
            assert score["score"] == sum(row["points"] for row in items), (score, items)
        if counts is None:
            assert score["low"] == sum(row["low"] for row in items), (score, items)
            assert score["high"] == sum(row["high"] for row in items), (score, items)


def sheet(row: Row) -> tuple[str, str]:
    return row["institution"], row["scorer"]


def assert_ranked(results: Iterable[Row]) -> None:
    """Within a kind the best score has rank 1, and a rank is one more than the number of better scores."""
    by_kind: dict[str, list[Row]] = {}
    for row in results:
        by_kind.setdefault(row["kind"], []).append(row)
    for rows in by_kind.values():
        scores = [row["score"] for row in rows if row["score"] is not None]
        for row in rows:
            better = None if row["score"] is None else sum(score > row["score"] for score in scores)
            assert row["rank"] == (None if better is None else better + 1), rows


# What more facts may do.


@part(5)
@given(cases(few), st.sampled_from(["deduct", "earn"]), st.sampled_from(["per_case", "once", "per_n"]), seeds)
def test_one_more_case_moves_no_score_the_wrong_way(case: Case, direction: str, shape: str, seed: int) -> None:
    chance = random.Random(seed)
    before = with_clause(case, direction, shape, chance)
    places = list(sheets(before))
    assume(places)
    some = [chance.choice(places) for _ in range(chance.randint(0, 2 * len(places)))]
    before = with_rows(before, "events", [one_case(before, *place, f"A{n}") for n, place in enumerate(some)])
    after = with_rows(before, "events", [one_case(before, *chance.choice(places), "B")])
    lower, upper = map(engine, (after, before) if direction == "deduct" else (before, after))
    assert_not_above(lower, upper, "low")
    assert_not_above(lower, upper, "high")


def with_clause(case: Case, direction: str, shape: str, chance: random.Random) -> Case:
    """The case with one more clause in the first item of each table, which counts a fact of its own."""
    how: dict[str, Any] = {"period": chance.choice(["year", "month"]), "pool": chance.choice(["sum", "once"])}
    fact = Fact("added", Name("另一事实", "another fact"), "", **how)
    said: dict[str, Any] = {
        "clause": "added",
        "text": "",
        "fact": "added",
        "points": Decimal(chance.randint(1, 90)) / 10,
    }
    clauses = {"per_case": PerCase(**said), "once": Once(**said), "per_n": PerN(**said, n=2)}

    def changed(rubric: Rubric) -> Rubric:
        first, *others = rubric.items
        item = evolve(first, direction=direction, clauses=[clauses[shape], *first.clauses])
        return evolve(rubric, sections=[evolve(rubric.sections[0], items=[item, *others])])

    rubrics = {code: changed(rubric) for code, rubric in case.rubrics.items()}
    return replace(case, rubrics=rubrics, facts={**case.facts, "added": fact})


def sheets(case: Case) -> Iterator[tuple[str, str]]:
    """Institution and scorer of every sheet."""
    assessed = {row["institution"] for row in case.tables["institutions"] if row["kind"] in case.kinds}
    return (sheet(row) for row in case.tables["served"] if row["institution"] in assessed and row["persons"] > 0)


def one_case(case: Case, institution: str, scorer: str, code: str) -> Row:
    place = {"event": code, "institution": institution, "scorer": scorer, "fact": "added"}
    return {**place, "date": case.begins, "handled": None, "count": None, "status": None}


def with_rows(case: Case, table: str, rows: list[Row]) -> Case:
    return replace(case, tables={**case.tables, table: [*case.tables.get(table, []), *rows]})


def assert_not_above(lower: Tables, upper: Tables, value: str) -> None:
    """No item, sheet or institution has more in one than in the other; both hold the same of them."""
    for table, key in (
        ("items", ("institution", "scorer", "item")),
        ("scores", ("institution", "scorer")),
        ("results", ("institution",)),
    ):
        most = {tuple(row[name] for name in key): row[value] for row in upper[table]}
        least = {tuple(row[name] for name in key): row[value] for row in lower[table]}
        assert least.keys() == most.keys()
        assert not [(place, least[place], most[place]) for place in most if least[place] > most[place]]


@part(8)
@given(cases(few, missing_counts=[None]), seeds)
def test_what_was_missing_lands_between_low_and_high(case: Case, seed: int) -> None:
    filled = with_missing_shown(case, random.Random(seed))
    before, after = engine(case), engine(filled)
    assert_not_above(before, after, "low")
    assert_not_above(after, before, "high")


@part(8)
@given(cases(few, missing_counts=["full", "zero"]), seeds)
def test_what_was_missing_counts_as_the_best_or_the_worst(case: Case, seed: int) -> None:
    filled = with_missing_shown(case, random.Random(seed))
    if case.parameters["missing.counts"] == "full":
        assert_not_above(engine(filled), engine(case), "high")
    else:
        assert_not_above(engine(case), engine(filled), "low")


def with_missing_shown(case: Case, chance: random.Random) -> Case:
    """The case with some of the metrics that were missing; assumes that there is one."""
    missing = list(missing_metrics(case))
    assume(missing)
    values = Values(chance, case)
    rows: list[Row] = []
    for fact, institution, scorer, period in chance.sample(missing, chance.randint(1, len(missing))):
        numerator, denominator = values.pair(fact)
        place = {"institution": institution, "scorer": scorer, "period": period, "fact": fact.fact}
        rows.append({**place, "numerator": numerator, "denominator": denominator, "status": None})
    return with_rows(case, "metrics", rows)


def missing_metrics(case: Case) -> Iterator[tuple[Fact, str, str | None, str]]:
    """Fact, institution, scorer and period of what is missing, of facts that move nobody else's score.

    Where facts are pooled, and not added up, a fact that one scorer has shown is not missing for the others,
    and of a monthly one the latest counts: those are left out.
    """
    institutions = {row["institution"]: row for row in case.tables["institutions"]}
    there = {(row["fact"], *sheet(row), row["period"]) for row in case.tables.get("metrics", ())
             if row["status"] != "withdrawn"}  # fmt: skip
    shown = {(fact, institution, period) for fact, institution, _, period in there}
    for fact in fillable(case):
        of_city = fact.scope == "city"
        together = case.parameters["combine.scorers"] == "pooled" and way(fact) != "sum"
        for institution, scorer in dict.fromkeys((code, None if of_city else scorer) for code, scorer in sheets(case)):
            for period in (period for period in case.periods(fact) if active(institutions[institution], period)):
                known = (fact.fact, institution, period) in shown if together else False
                if not known and (fact.fact, institution, scorer, period) not in there:
                    yield fact, institution, scorer, period


def fillable(case: Case) -> Iterator[Fact]:
    """Metrics that must be shown; not those that peers are compared by, nor monthly ones of which the latest counts."""
    compared = {
        clause.fact for rubric in case.rubrics.values() for _, clause in rubric.clauses if isinstance(clause, Peers)
    }
    pooled = case.parameters["combine.scorers"] == "pooled"
    for fact in case.facts.values():
        of_its_own = not pooled or (way(fact), fact.period) != ("latest", "month")
        if fact.table == "metrics" and fact.absent == "missing" and fact.fact not in compared and of_its_own:
            yield fact
