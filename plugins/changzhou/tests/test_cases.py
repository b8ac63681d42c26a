"""The worked cases of the notice and its four tables; what is expected is compared without tolerance.

Each case in cases/ becomes a dataset folder of its own (`changzhou_dataset`). `expect.items` is the sheet of D1,
or the pooled one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import fields
from changzhou_cases import FILES, RULES, Case, CaseFile, Expect, Span
from changzhou_dataset import BACKGROUND, write_dataset, write_parameters

import kaohe
from kaohe.loading import read_toml, structure
from kaohe.model import Clause, Item, Rubric
from kaohe_changzhou import HERE as PLUGIN

RUBRICS = {
    path.stem: structure(read_toml(path), Rubric, str(path))
    for path in sorted((PLUGIN / "2022" / "rubrics").glob("*.toml"))
}
"""The tables with the clauses of all readings."""
ITEMS = [(rubric, item) for rubric in RUBRICS.values() for item in rubric.items]
CASES = [(stem, case) for stem, file in FILES.items() for case in file.cases]


# What was found, in the form in which it is expected.


def row_of(table: pl.DataFrame, **key: str) -> dict[str, Any]:
    matches = pl.all_horizontal(*(pl.col(name) == value for name, value in key.items()))
    return table.row(by_predicate=matches, named=True)


def span_of(row: Mapping[str, Any], settled: str) -> Span | None:
    """The settled value of a row, or its ends where it has none; None where it has no points at all."""
    if row["low"] is None and row["high"] is None and row[settled] is None:
        return None
    value = row[settled]
    return Span(row["low"], row["high"]) if value is None else Span(value, value)


def of_result(run: kaohe.Run, expect: Expect) -> Iterator[tuple[str, object, object]]:
    """What stands in the row of N, if there is to be one."""
    found = run.results.filter(pl.col("institution") == "N")
    yield "rows", 0 if expect.no_result else 1, len(found)
    for result in found.rows(named=True):
        ends = None if result["low"] is None else Span(result["low"], result["high"])
        yield "total", expect.total, span_of(result, "score")
        yield "ends", expect.total, ends
        if expect.grade is not None or expect.no_grade:
            yield "grade", expect.grade, result["grade"]
        if expect.status is not None:
            yield "status", expect.status, result["status"]
        if expect.basis is not None:
            yield "basis", expect.basis, result["basis"].split()


def of_sheets(run: kaohe.Run, case: Case) -> Iterator[tuple[str, object, object]]:
    """Points of the sheets and of their items."""
    expect = case.expect
    for scorer, span in expect.scores.items():
        yield f"score {scorer}", span, span_of(row_of(run.scores, institution="N", scorer=scorer), "score")
    sheets = {scorer: sheet.items for scorer, sheet in expect.sheets.items()}
    for scorer, items in {case.given.main_sheet: expect.items, **sheets}.items():
        for item, span in items.items():
            found = row_of(run.items, institution="N", scorer=scorer, item=item)
            yield f"item {item} {scorer}", span, span_of(found, "points")


def of_procedure(run: kaohe.Run, expect: Expect) -> Iterator[tuple[str, object, object]]:
    """What the run reports, and the state of steps."""
    for code, number in expect.problems.items():
        found = [problem for problem in run.problems if problem.code == code]
        yield f"problems {code}", number, len(found)
        yield f"named by {code}", {"N"}, {problem.message.values.get("institution", "N") for problem in found} | {"N"}
    if expect.unevidenced is not None:
        said = [problem.message for problem in run.problems if problem.code == "evidence"]
        named = [message.count for message in said if message.values["institution"] == "N"]
        yield "unevidenced", expect.unevidenced, sum(named)
    for step, state in expect.steps.items():
        rows = run.tables["procedure"].filter(pl.col("institution") == "N", pl.col("step") == step)
        yield f"step {step}", [state], rows["state"].to_list()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{stem}: {case.name}") for stem, case in CASES])
def test_case(case: Case, tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "dataset", case.given)
    parameters = write_parameters(tmp_path / "parameters.toml", case.given)
    run = kaohe.assess(folder, "changzhou/2022", parameters=parameters)
    rows = [*of_result(run, case.expect), *of_sheets(run, case), *of_procedure(run, case.expect)]
    expected = {what: value for what, value, _ in rows}
    assert {what: found for what, _, found in rows} == expected, case.working


# The cases as a whole.


@pytest.mark.parametrize("rubric", RUBRICS)
def test_the_background_shows_what_a_table_wants_shown(rubric: str) -> None:
    wanted = {fact for fact in RULES.rubrics[rubric].counted if RULES.facts[fact].absent == "missing"}
    shown = {metric.fact for metric in BACKGROUND[rubric]}
    assert shown == {fact for fact in wanted if RULES.facts[fact].table == "metrics"}


def belonging(rubric: str, stem: str) -> dict[str, CaseFile]:
    """The files of a table about one thing: annex1/item-03 and annex1/item-03-return-rate."""
    name = f"{rubric}/{stem}"
    return {path: file for path, file in FILES.items() if path == name or path.startswith(f"{name}-")}


def test_every_file_has_its_place() -> None:
    known = {path for rubric, item in ITEMS for path in belonging(rubric.rubric, f"item-{int(item.item):02}")}
    known |= {f"{rubric}/{stem}" for rubric in RUBRICS for stem in ("vetoes", "combining", "missing", "grades")}
    assert {path for path in FILES if not path.startswith("notice/")} <= known


@pytest.mark.parametrize("stem", FILES)
def test_cases_are_complete_and_their_names_unique(stem: str) -> None:
    file = FILES[stem]
    assert file.article
    assert len({case.name for case in file.cases}) == len(file.cases)
    for case in file.cases:
        assert case.name, case
        assert case.working, case.name
        assert case.expect.total or case.expect.no_score or case.expect.no_result, case.name
        assert not (case.expect.no_grade and case.expect.grade), case.name


def touched(case: Case) -> set[str]:
    """The facts that a case records: events that count, values of metrics, a star."""
    given = case.given
    facts = {event.fact for event in given.events if event.status != "withdrawn" and event.count != 0}
    facts |= {metric.fact for metric in given.metrics}
    return facts | ({"star"} if given.star not in (None, 0, "") else set())


def holds(clause: Clause, case: Case) -> bool:
    """Whether the case is computed with the reading under which the clause stands."""
    name, _, option = clause.when.partition("=")
    return not clause.when or case.given.parameters.get(name, RULES.value(name)) == option


@pytest.mark.parametrize(("rubric", "item"), ITEMS, ids=lambda value: getattr(value, "item", None) or value.rubric)
def test_each_clause_is_touched_in_the_file_of_its_item(rubric: Rubric, item: Item) -> None:
    files = belonging(rubric.rubric, f"item-{int(item.item):02}").values()
    cases = [case for file in files for case in file.cases if case.given.rubric == rubric.rubric]
    untouched = [
        f"{clause.clause} {clause.when}"
        for clause in item.clauses
        if not any(holds(clause, case) and clause.fact in touched(case) for case in cases)
    ]
    assert untouched == []


@pytest.mark.parametrize("rubric", RUBRICS.values(), ids=RUBRICS)
def test_each_veto_is_touched(rubric: Rubric) -> None:
    facts = set().union(*(touched(case) for case in FILES[f"{rubric.rubric}/vetoes"].cases))
    assert {veto.clause for veto in rubric.vetoes if veto.fact not in facts} == set()


@pytest.mark.parametrize("rubric", RUBRICS)
@pytest.mark.parametrize("option", ["weighted", "mean", "pooled"])
def test_each_way_of_combining_is_worked_for_each_table(rubric: str, option: str) -> None:
    several = [case.given for case in FILES[f"{rubric}/combining"].cases if len(case.given.sheets) > 1]
    assert option in {given.parameters.get("combine.scorers", "weighted") for given in several}


def test_every_reading_is_worked() -> None:
    """Each option of each of the scheme's own choices, and of the comparison with peers, in some case."""
    chosen = {(name, option) for _, case in CASES for name, option in case.given.parameters.items()}
    own = set(read_toml(PLUGIN / "2022" / "parameters.toml"))
    wanted = {
        (name, option)
        for name, parameter in RULES.parameters.items()
        if name.startswith("peers.") or (name in own and parameter.type == "choice")
        for option in parameter.options
        if option != parameter.value
    }
    assert wanted <= chosen


def test_expectations_are_all_compared() -> None:
    """A key that nothing reads would hold nothing."""
    source = Path(__file__).read_text(encoding="utf-8")
    properties = {"low", "high", "score"}  # read through `total`
    unread = [one.name for one in fields(Expect) if one.name not in properties and f"expect.{one.name}" not in source]
    assert unread == []
