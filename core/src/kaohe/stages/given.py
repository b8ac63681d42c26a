"""Given results: scores that a document without a rubric takes from people's marks, or from a result on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl

from kaohe.messages import text
from kaohe.model import UNITS_PER_POINT, Cutoff, Rules, points, units
from kaohe.money import half_up
from kaohe.problems import Problem, Refused
from kaohe.stages.contract import RESULTS
from kaohe.stages.frames import Frame, Tables, collected, empty, held

FULL = 100 * UNITS_PER_POINT
"""Given scores are out of 100 (百分制)."""
STEPS = {"half_up_2": 100, "half_up_1": 1_000, "half_up_0": 10_000, "down_2": 100}
"""The parameter score.rounding in ten-thousandths of a point."""


def given(tables: Tables, rules: Rules) -> Frame:
    """`results` of the institutions of kinds without a rubric: score by marks, otherwise the year's row of history.

    Reads institutions, periods, and where they are there marks, scorers, served, history. A scorer's score is the sum
    of its marks; several scorers are combined by combine.scorers (by persons only where `served` names all of them)
    and rounded by score.rounding. Who has neither marks nor history is undetermined. Raises Refused where a score is
    above 100, or history has two results of the year.
    """
    others = tables["institutions"].filter(~nw.col("kind").is_in(list(rules.kinds)))
    kinds = dict(collected(others.select("institution", "kind")).rows())
    found = {**_recorded(tables, kinds), **_marked(tables, rules, kinds)}
    refuse = [_too_high(name, row["score"]) for name, row in found.items() if (row["score"] or 0) > FULL]
    if refuse:
        raise Refused(refuse)
    rows = [_result(name, kind, found.get(name, {}), rules) for name, kind in kinds.items()]
    schema = {name: pl.String if kind == nw.String else pl.Int64 for name, kind in RESULTS.items()}
    results = pl.DataFrame(rows, schema) if rows else collected(empty(RESULTS))
    rank = pl.col("score").rank("min", descending=True).over("kind").cast(pl.Int64)
    return held(results.with_columns(rank=rank))


def _too_high(institution: str, score: int) -> Problem:
    message = text("{institution}: a score of {score} is above 100", institution=institution, score=points(score))
    remedy = text("given scores are out of 100: convert it, or correct the marks")
    return Problem("marks", message, remedy, table="marks")


def _marked(tables: Tables, rules: Rules, kinds: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    if "marks" not in tables:
        return {}
    own: set[str] = set()
    if "scorers" in tables:
        own = set(collected(tables["scorers"].filter(nw.col("role") == "self").select("scorer"))["scorer"])
    sheets: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    marks = tables["marks"].filter(nw.col("status") != "withdrawn").select("institution", "scorer", "item", "points")
    for institution, scorer, _, mark in collected(marks).rows():
        if institution in kinds and scorer not in own:
            sheets[institution][scorer] += mark
    persons: dict[tuple[str, str], int] = {}
    if "served" in tables and rules.value("combine.scorers") == "weighted":
        served = tables["served"].filter(nw.col("persons") > 0).select("institution", "scorer", "persons")
        persons = {(institution, scorer): number for institution, scorer, number in collected(served).rows()}
    rounding = rules.value("score.rounding")
    return {
        institution: {
            "score": _combined(_weights(institution, sheet, persons), sheet, rounding),
            "basis": "given:marks",
        }
        for institution, sheet in sheets.items()
    }


def _weights(institution: str, sheet: Mapping[str, int], persons: Mapping[tuple[str, str], int]) -> dict[str, int]:
    named = {scorer: persons.get((institution, scorer), 0) for scorer in sheet}
    return named if all(named.values()) else dict.fromkeys(sheet, 1)


def _combined(weights: Mapping[str, int], sheet: Mapping[str, int], rounding: str) -> int:
    total = sum(points * weights[scorer] for scorer, points in sheet.items())
    step = STEPS[rounding]
    mean = Fraction(total, sum(weights.values()) * step)
    return step * (half_up(mean) if rounding.startswith("half_up") else mean.numerator // mean.denominator)


def _recorded(tables: Tables, kinds: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The row of history of the assessed year."""
    if "history" not in tables:
        return {}
    year = tables["periods"].filter(nw.col("period_kind") == "year").select("period")
    rows = tables["history"].join(year, left_on="year", right_on="period").select("institution", "score", "grade")
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for institution, score, grade in collected(rows).rows():
        if institution in found:
            message = text("{institution} has two results of the year in “history”", institution=institution)
            problems.append(Problem("history", message, text("remove one of the two"), table="history"))
        if institution in kinds:
            found[institution] = {"score": score, "grade": grade, "basis": "given:history"}
    if problems:
        raise Refused(problems)
    return found


def _result(institution: str, kind: str, row: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    score, cutoffs = row.get("score"), rules.value("grade.cutoffs")
    grade = row.get("grade")
    basis = row.get("basis", "")
    if score is not None and cutoffs and grade is None:
        grade = next(_reached(score, cutoffs))
        if rules.parameters["grade.cutoffs"].provenance == "assumption":
            basis += " assumption:grade.cutoffs"
    status = {
        (True, True): "determined", (True, False): "ungraded", (False, True): "range", (False, False): "undetermined"
    }[score is not None, grade is not None]  # fmt: skip
    return {
        "institution": institution, "kind": kind, "score": score, "low": score, "high": score, "rank": None,
        "grade": grade, "basis": basis, "status": status,
    }  # fmt: skip


def _reached(score: int, cutoffs: list[Cutoff]) -> Iterator[str]:
    return (cutoff.grade for cutoff in cutoffs if score >= units(cutoff.at_least))
