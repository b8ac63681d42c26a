"""Rubrics as four small tables, so that the engine needs no loop over clauses and no case for a city."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl

from kaohe.model import Bands, Clause, Fact, Item, LookUp, Mark, Once, Peers, PerCase, PerN, Rules, ShortOf, units
from kaohe.rubric import Range, in_order

ANY = (0, 0, 0)
"""An end that everything passes: 0 × quantity ≥ 0 × denominator + 0."""

ITEM = {"rubric": pl.String, "item": pl.String, "full": pl.Int64, "base": pl.Int64}
CLAUSE = {
    "rubric": pl.String, "item": pl.String, "clause": pl.String, "fact": pl.String, "shape": pl.String,
    "worth": pl.Int64, "step": pl.Int64, "step_unit": pl.Int64, "lowest": pl.Int64, "highest": pl.Int64,
    "at_zero": pl.Int64, "scope": pl.String, "pool": pl.String, "absent": pl.String, "period_kind": pl.String, "veto": pl.String,
}  # fmt: skip
BAND = {
    "rubric": pl.String, "clause": pl.String, "floor": pl.Int64, "floor_unit": pl.Int64, "floor_open": pl.Int64,
    "ceiling": pl.Int64, "ceiling_unit": pl.Int64, "ceiling_open": pl.Int64, "band_points": pl.Int64,
}  # fmt: skip
PARTITIONED = ("bands", "look_up")
"""Shapes that are bands of the quantity; their bands cover every value exactly once."""


def tabulate(rules: Rules) -> dict[str, pl.DataFrame]:
    """`kinds`, `items`, `clauses` (vetoes too, by their effect) and `bands`; points signed, in units.

    `lowest` and `highest` bound what a clause can do to its item; `at_zero` is what a quantity of zero is worth.
    Tables of one scheme's rubrics are small.
    """
    items, clauses, bands = [], [], []
    for rubric in rules.rubrics.values():
        for item in rubric.items:
            full = units(item.full_score)
            items.append((rubric.rubric, item.item, full, full if item.direction == "deduct" else 0))
            for clause in item.clauses:
                clauses.append((rubric.rubric, *_clause(rules, item, clause)))
                bands += [(rubric.rubric, clause.clause, *band) for band in _bands(item, clause)]
        for veto in rubric.vetoes:
            fact = rules.facts[veto.fact]
            taken = -units(veto.points)
            clauses.append((
                rubric.rubric, "", veto.clause, veto.fact, "once", taken, 1, 1, 0, 0, 0,
                fact.scope, "once", fact.absent, _period(fact), veto.effect,
            ))  # fmt: skip
    return {
        "kinds": pl.DataFrame(list(rules.kinds.items()), {"kind": pl.String, "rubric": pl.String}, orient="row"),
        "items": pl.DataFrame(items, ITEM, orient="row"),
        "clauses": pl.DataFrame(clauses, CLAUSE, orient="row"),
        "bands": pl.DataFrame(bands, BAND, orient="row"),
    }


def _period(fact: Fact) -> str:
    return "month" if fact.period == "month" else "year"


def _signed(item: Item, points: Decimal) -> int:
    return units(points) if item.direction == "earn" else -units(points)


def _clause(rules: Rules, item: Item, clause: Clause) -> tuple[object, ...]:
    fact = rules.facts[clause.fact]
    full = units(item.full_score)
    full = full if item.direction == "earn" else -full
    step = Fraction(1)
    match clause:
        case PerCase():
            worth, extremes = _signed(item, clause.points), [0, full]
        case Once():
            worth = _signed(item, clause.points)
            extremes = [0, worth]
        case ShortOf():
            worth, step = _signed(item, clause.points), Fraction(clause.target)
            extremes = [0, worth * clause.target]
        case PerN():
            worth, step = _signed(item, clause.points), Fraction(clause.n)
            extremes = [0, full]
        case Peers():
            worth, step = _signed(item, clause.points), Fraction(clause.step)
            extremes = [0, full]
        case Mark():
            worth, step = 0, Fraction(Fraction(item.full_score), Fraction(clause.out_of or item.full_score))
            extremes = [0, full]
        case Bands() | LookUp():
            worth = 0
            # A ratio of 0 to 0, where the fact allows it, is worth nothing.
            extremes = [points for *_, points in _bands(item, clause)] + [0] * (fact.empty == "nothing")
        case _:
            raise TypeError(type(clause))
    return (
        item.item, clause.clause, clause.fact, clause.shape, worth, step.numerator, step.denominator,
        min(extremes), max(extremes), _at_zero(item, clause), fact.scope, "once" if fact.scope == "city" else fact.pool, fact.absent,
        _period(fact), "",
    )  # fmt: skip


def _at_zero(item: Item, clause: Clause) -> int:
    """The points of a quantity of zero."""
    match clause:
        case ShortOf():
            return _signed(item, clause.points * clause.target)
        case Bands() | LookUp():
            # Of 0 / 1 only the ends' own signs are left: 0 ≥ floor + open, 0 ≤ ceiling − open.
            return next(
                points
                for floor, _, floor_open, ceiling, unit, ceiling_open, points in _bands(item, clause)
                if floor + floor_open <= 0 and (not unit or ceiling - ceiling_open >= 0)
            )
    return 0


def _bands(item: Item, clause: Clause) -> list[tuple[int, ...]]:
    """Bands that cover every value exactly once: the clause's own, and none-point bands between them."""
    match clause:
        case Bands():
            given = in_order(clause.bands)
        case LookUp():
            levels = sorted(clause.levels, key=lambda level: level.value)
            given = [(((Fraction(level.value), True), (Fraction(level.value), True)), level.points) for level in levels]
        case _:
            return []
    covered: list[tuple[Range, Decimal]] = []
    lower = (Fraction(0), True)  # where the next band begins at the least; nothing is below zero
    for (start, end), points in given:
        if start is not None and start != lower:
            gap_end = (start[0], not start[1])
            if lower[0] < gap_end[0] or (lower[0] == gap_end[0] and lower[1] and gap_end[1]):
                covered.append(((lower, gap_end), Decimal(0)))
        covered.append(((start, end), points))
        if end is None:
            break
        lower = (end[0], not end[1])
    else:
        covered.append(((lower, None), Decimal(0)))
    return [(*_lower(start), *_upper(end), _signed(item, points)) for (start, end), points in covered]


def _lower(end: tuple[Fraction, bool] | None) -> tuple[int, int, int]:
    return ANY if end is None else (end[0].numerator, end[0].denominator, 0 if end[1] else 1)


def _upper(end: tuple[Fraction, bool] | None) -> tuple[int, int, int]:
    return ANY if end is None else (end[0].numerator, end[0].denominator, 0 if end[1] else 1)
