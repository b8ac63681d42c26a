"""The cliff map: how far each institution is from the next grade, what would carry it there, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl
from attrs import frozen

from kaohe import Rules, Run, Tables, held, hookimpl
from kaohe.accounts import LOST
from kaohe.appeals import decided
from kaohe.compute import compute
from kaohe.model import Cutoff, PerCase, Rubric, units
from kaohe.plugin.manager import City
from kaohe.sources import Chosen, Resolved
from kaohe_compare.facts import weighed

STEP = 100
"""The smallest step of a score that is rounded to 0.01, in ten-thousandths."""
MOST = 5
"""Clauses that are named for one institution."""
UP, DOWN = "up", "down"

CLIFF: dict[str, pl.DataType | type[pl.DataType]] = {
    "institution": pl.String, "name": pl.String, "kind": pl.String, "score": pl.Int64, "grade": pl.String,
    "direction": pl.String, "to": pl.String, "distance": pl.Int64, "clauses": pl.List(pl.String), "enough": pl.Boolean,
    "stake": pl.Int64,
}  # fmt: skip


def cliff(chosen: Chosen, run: Run) -> pl.DataFrame:
    """Two rows for each institution with a score and a grade, the nearer first: CLIFF; points in ten-thousandths.

    `up`: `distance` is what lacks to the next cutoff; `clauses` the fewest whose deductions, if they fell away, would
    make up for it, those that weigh most first, and `enough` whether they do (items at their floor hide points, so
    they may do more); of an institution with vetoes these are what is named. `down`: `distance` is what can be lost
    before the grade is; `clauses` those of which one more case, on one sheet, would take it. `stake`: what the
    institution would forfeit less (up) or more (down) at the neighbouring grade's cutoff, in fen, all else as it is;
    0 where the settlement does not depend on it.
    """
    cutoffs: list[Cutoff] | None = run.stages["grade"].value("grade.cutoffs")
    results = run.tables["results"].filter(pl.col("score").is_not_null(), pl.col("grade").is_not_null())
    if not cutoffs:
        return pl.DataFrame(schema=CLIFF)
    names = dict(run.dataset.tables["institutions"].select("institution", "name").collect().rows())
    moves = [move for row in results.rows(named=True) for move in _moves(row, cutoffs)]
    stakes = {way: _stakes(chosen, run, [move for move in moves if move.way == way]) for way in (UP, DOWN)}
    effects = _Effects.of(run)
    rows = []
    for move in moves:
        clauses, enough = effects.up(move) if move.way == UP else effects.down(move)
        rows.append(
            (
                move.institution, names.get(move.institution), move.kind, move.score, move.grade, move.way, move.to,
                move.distance, clauses, enough, stakes[move.way].get(move.institution, 0),
            )
        )  # fmt: skip
    return pl.DataFrame(rows, CLIFF, orient="row").sort("distance", "institution", "direction")


@frozen
class Move:
    """A step to a neighbouring grade: `at` is the score there, in ten-thousandths."""

    institution: str
    kind: str
    score: int
    grade: str
    way: str
    to: str
    at: int
    distance: int


def _moves(row: Mapping[str, Any], cutoffs: list[Cutoff]) -> list[Move]:
    """Up to the next better grade, down to the next worse one; none from a grade that is not by the cutoffs."""
    score, grade = row["score"], row["grade"]
    ends = [units(cutoff.at_least) for cutoff in cutoffs]
    place = next(number for number, end in enumerate(ends) if score >= end)
    if cutoffs[place].grade != grade:
        return []
    about = row["institution"], row["kind"], score, grade
    found = []
    if place > 0:
        found.append(Move(*about, UP, cutoffs[place - 1].grade, ends[place - 1], ends[place - 1] - score))
    if place + 1 < len(cutoffs):
        found.append(Move(*about, DOWN, cutoffs[place + 1].grade, ends[place] - STEP, score - ends[place]))
    return found


@frozen(eq=False)
class _Moved:
    """Grades as they would be: a stage that answers with results made beforehand."""

    results: pl.DataFrame

    @hookimpl
    def grade(self, tables: Tables, rules: Rules) -> Tables:  # noqa: ARG002
        """The results, whatever the tables say."""
        return {"results": held(self.results)}


def _stakes(chosen: Chosen, run: Run, moves: list[Move]) -> dict[str, int]:
    """What each institution forfeits less (up) or more (down) if all of these had moved; its own accounts alone."""
    if run.tables["journal"].is_empty():
        return {}
    there = pl.DataFrame(
        [(move.institution, move.at, move.to) for move in moves],
        {"institution": pl.String, "at": pl.Int64, "to": pl.String}, orient="row",
    )  # fmt: skip
    results = run.tables["results"].join(there, on="institution", how="left", maintain_order="left")
    at = {name: pl.coalesce("at", name) for name in ("score", "low", "high")}
    moved = results.with_columns(**at, grade=pl.coalesce("to", "grade")).drop("at", "to")
    grading = Resolved(City.of("cliff", _Moved(moved)), chosen.stages["grade"].rules)
    year = decided(run.dataset)
    then = _lost(compute(year, {**chosen.stages, "grade": grading})["journal"])
    now = _lost(run.tables["journal"])
    return {move.institution: abs(then.get(move.institution, 0) - now.get(move.institution, 0)) for move in moves}


def _lost(journal: pl.DataFrame) -> dict[str, int]:
    lost = journal.filter(pl.col("account").is_in(LOST)).group_by("institution").agg(-pl.col("amount").sum())
    return dict(lost.rows())


@frozen
class _Effects:
    """What clauses do to each institution's score: `given` how much it would rise without one, largest first; `more`
    how much it would fall with one more case; `total` the score before it was rounded, less what vetoes take; in
    ten-thousandths. `vetoes`: the vetoes that act, and the score without them."""

    given: Mapping[str, list[tuple[Fraction, str]]]
    more: Mapping[str, list[tuple[Fraction, str]]]
    total: Mapping[str, Fraction]
    vetoes: Mapping[str, tuple[list[str], int]]

    @classmethod
    def of(cls, run: Run) -> _Effects:
        """From the items and the trace of a run."""
        rules = run.stages["combine"]
        items = weighed(run.tables.lazy("items"), rules, run.dataset).filter(pl.col("points").is_not_null())
        total: dict[str, Fraction] = {}
        for institution, points, weight, of in items.select("institution", "points", "weight", "of").rows():
            total[institution] = total.get(institution, Fraction(0)) + Fraction(points * weight, of)
        vetoes = _vetoes(run)
        scores = dict(run.tables["results"].select("institution", "score").drop_nulls().rows())
        for institution, (_, before) in vetoes.items():
            if institution in scores and institution in total:
                total[institution] -= before - scores[institution]
        return cls(_ranked(_without(run, items)), _ranked(_one_more(items, rules)), total, vetoes)

    def up(self, move: Move) -> tuple[list[str], bool]:
        """The fewest clauses that would do, and whether they do."""
        if move.institution in self.vetoes:
            clauses, before = self.vetoes[move.institution]
            return clauses, before >= move.at
        lacking = move.at - self.total.get(move.institution, Fraction(move.score))
        chosen: list[str] = []
        for effect, clause in self.given.get(move.institution, []):
            if lacking <= 0:
                break
            chosen.append(clause)
            lacking -= effect
        return chosen, lacking <= 0

    def down(self, move: Move) -> tuple[list[str], bool]:
        """The clauses of which one more case would do."""
        room = self.total.get(move.institution, Fraction(move.score)) - (move.at + STEP) + Fraction(STEP, 2)
        enough = [clause for effect, clause in self.more.get(move.institution, []) if effect > room]
        return enough[:MOST], bool(enough)


def _vetoes(run: Run) -> dict[str, tuple[list[str], int]]:
    """The vetoes that act on each institution, and its score before them where that is known."""
    acting = run.tables.lazy("trace").filter(pl.col("status") == "veto").select("institution", "clause").unique()
    totals = run.tables["totals"].select("institution", "score").drop_nulls()
    rows = acting.collect().join(totals, on="institution").sort("institution", "clause").rows()
    found: dict[str, tuple[list[str], int]] = {}
    for institution, clause, score in rows:
        found.setdefault(institution, ([], score))[0].append(clause)
    return found


def _ranked(effects: Mapping[tuple[str, str], Fraction]) -> dict[str, list[tuple[Fraction, str]]]:
    found: dict[str, list[tuple[Fraction, str]]] = {}
    for (institution, clause), effect in effects.items():
        if effect > 0:
            found.setdefault(institution, []).append((effect, clause))
    return {name: sorted(those, key=lambda one: (-one[0], one[1])) for name, those in found.items()}


def _without(run: Run, items: pl.DataFrame) -> dict[tuple[str, str], Fraction]:
    """How much a score would rise without a clause's deductions; the item keeps its floor and ceiling."""
    key = ["institution", "scorer", "item"]
    pooled = run.tables.between.get("pooled")
    rows = run.tables.lazy("trace") if pooled is None else run.tables.engine.polars(pooled)
    taken = (
        rows.filter(pl.col("points") < 0, pl.col("status") != "veto")
        .group_by(*key, "clause")
        .agg(pl.col("points").sum())
    )
    joined = taken.collect().join(items.rename({"points": "now"}), on=key)
    rows_of = joined.select("institution", "clause", "points", "now", "raw", "base", "full", "weight", "of").rows()
    found: dict[tuple[str, str], Fraction] = {}
    for institution, clause, points, now, raw, base, full, weight, of in rows_of:
        then = min(full, max(0, base + (raw or 0) - points))
        found[institution, clause] = found.get((institution, clause), Fraction(0)) + Fraction((then - now) * weight, of)
    return found


def _one_more(items: pl.DataFrame, rules: Rules) -> dict[tuple[str, str], Fraction]:
    """How much a score would fall with one more case of a clause that counts cases, on the sheet that weighs most."""
    clauses = pl.DataFrame(
        [row for code in dict.fromkeys(rules.kinds.values()) for row in _cases(rules.rubrics[code])],
        {"rubric": pl.String, "item": pl.String, "clause": pl.String, "worth": pl.Int64}, orient="row",
    )  # fmt: skip
    found: dict[tuple[str, str], Fraction] = {}
    joined = items.join(clauses, on=["rubric", "item"])
    columns = ("institution", "clause", "worth", "points", "raw", "base", "weight", "of")
    for institution, clause, worth, points, raw, base, weight, of in joined.select(columns).rows():
        then = max(0, base + (raw or 0) - worth)
        effect = Fraction(max(0, points - then) * weight, of)
        found[institution, clause] = max(effect, found.get((institution, clause), Fraction(0)))
    return found


def _cases(rubric: Rubric) -> list[tuple[str, str, str, int]]:
    """The clauses of items that deduct which cost points for each case."""
    return [
        (rubric.rubric, item.item, clause.clause, units(clause.points))
        for item, clause in rubric.clauses
        if item.direction == "deduct" and isinstance(clause, PerCase)
    ]
