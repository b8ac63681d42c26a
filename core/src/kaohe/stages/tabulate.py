"""Rubrics as four small tables, so that the engine needs no loop over clauses and no case for a city."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from weakref import WeakKeyDictionary

import polars as pl

from kaohe.model import Bands, Clause, Fact, Item, Line, LookUp, Mark, Once, Peers, PerCase, PerN, Rules, ShortOf, units
from kaohe.rubric import Range, in_order, segments

ANY = (0, 0, 0)
"""An end that everything passes: 0 × quantity ≥ 0 × denominator + 0."""

NUMBER, WHOLE, TEXT = pl.Int16(), pl.Int64(), pl.String()
KIND = {"kind": TEXT, "rubric": TEXT, "table_no": NUMBER, "expected_year": WHOLE, "expected_month": WHOLE}
FACT = {"fact": TEXT, "fact_no": NUMBER, "monthly": pl.Boolean(), "shown": pl.Boolean(), "vetoes": pl.Boolean()}
ITEM = {"table_no": NUMBER, "rubric": TEXT, "item_no": NUMBER, "item": TEXT, "full": WHOLE, "base": WHOLE}
CLAUSE = {
    "table_no": NUMBER, "rubric": TEXT, "item_no": NUMBER, "item": TEXT, "clause_no": NUMBER, "clause": TEXT,
    "fact_no": NUMBER, "shape": TEXT, "worth": WHOLE, "step": WHOLE, "step_unit": WHOLE, "lowest": WHOLE,
    "highest": WHOLE, "at_zero": WHOLE, "pool": TEXT, "absent": TEXT, "period_kind": TEXT, "veto": TEXT,
}  # fmt: skip
BAND = {
    "clause_no": NUMBER, "floor": WHOLE, "floor_unit": WHOLE, "floor_open": WHOLE, "ceiling": WHOLE,
    "ceiling_unit": WHOLE, "ceiling_open": WHOLE, "band_points": WHOLE,
}  # fmt: skip
LINE = {
    "clause_no": NUMBER, "lower": WHOLE, "lower_unit": WHOLE, "upper": WHOLE, "upper_unit": WHOLE, "start": WHOLE,
    "rate_3": WHOLE, "rate_2": WHOLE, "rate_1": WHOLE, "rate_0": WHOLE, "way": WHOLE, "unit": WHOLE, "least": WHOLE,
}  # fmt: skip
MATTERS = (pl.col("veto") == "") & ((pl.col("absent") == "missing") | (pl.col("at_zero") != 0))
"""Clauses of which something is to be said where nothing was recorded."""

PARTITIONED = ("bands", "look_up")
"""Shapes that are bands of the quantity; their bands cover every value exactly once."""


_TABULATED: WeakKeyDictionary[Rules, dict[str, pl.DataFrame]] = WeakKeyDictionary()


def tabulated(rules: Rules) -> dict[str, pl.DataFrame]:
    """The rules' tables, made once: every stage asks for them, and every appeal and mix runs the stages anew."""
    if rules not in _TABULATED:
        _TABULATED[rules] = tabulate(rules)
    return _TABULATED[rules]


def tabulate(rules: Rules) -> dict[str, pl.DataFrame]:
    """`kinds`, `facts`, `items`, `clauses` (vetoes too, by their effect), `bands` and `lines`; points signed, in units.

    Rubrics, items, clauses and facts are numbered in the tables' order (`table_no`, `item_no`, `clause_no`,
    `fact_no`), so that the engine joins and sorts numbers. `lowest` and `highest` bound what a clause can do to its
    item; `at_zero` is what a quantity of zero is worth; `expected_year` and `expected_month` are how many clauses of a
    table matter where nothing was recorded. Tables of one scheme's rubrics are small.
    """
    numbers = {fact: number for number, fact in enumerate(_counted(rules))}
    items: list[tuple[object, ...]] = []
    clauses: list[tuple[object, ...]] = []
    bands: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    for table_no, rubric in enumerate(rules.rubrics.values()):
        for item in rubric.items:
            full, item_no = units(item.full_score), len(items)
            items.append((table_no, rubric.rubric, item_no, item.item, full, full if item.direction == "deduct" else 0))
            for clause in item.clauses:
                bands += [(len(clauses), *band) for band in _bands(item, clause)]
                lines += [(len(clauses), *line) for line in _lines(item, clause)]
                place = table_no, rubric.rubric, item_no, item.item, len(clauses), clause.clause, numbers[clause.fact]
                clauses.append((*place, *_clause(rules, item, clause)))
        for veto in rubric.vetoes:
            fact = rules.facts[veto.fact]
            worth, number = -units(veto.points), len(clauses)
            of_no_item = table_no, rubric.rubric, None, "", number, veto.clause, numbers[veto.fact]
            effect = "once", worth, 1, 1, 0, 0, 0, "once", fact.absent, _period(fact), veto.effect
            clauses.append((*of_no_item, *effect))
    of_tables = pl.DataFrame(clauses, CLAUSE, orient="row")
    return {
        "kinds": _kinds(rules, of_tables),
        "facts": _facts(rules, numbers),
        "items": pl.DataFrame(items, ITEM, orient="row"),
        "clauses": of_tables,
        "bands": pl.DataFrame(bands, BAND, orient="row"),
        "lines": pl.DataFrame(lines, LINE, orient="row"),
    }


def _counted(rules: Rules) -> dict[str, None]:
    """The facts that clauses and vetoes count, once each."""
    return dict.fromkeys(fact for rubric in rules.rubrics.values() for fact in rubric.counted)


def _kinds(rules: Rules, clauses: pl.DataFrame) -> pl.DataFrame:
    """Each kind with its table, and the table's clauses that matter without a record, by year and by month."""
    tables = {rubric: table for table, rubric in enumerate(rules.rubrics)}
    matter = clauses.filter(MATTERS)
    expected = {
        (table, period): len(matter.filter(pl.col("table_no") == table, pl.col("period_kind") == period))
        for table in tables.values()
        for period in ("year", "month")
    }
    rows = [
        (kind, rubric, tables[rubric], expected[tables[rubric], "year"], expected[tables[rubric], "month"])
        for kind, rubric in rules.kinds.items()
    ]
    return pl.DataFrame(rows, KIND, orient="row")


def _facts(rules: Rules, numbers: Mapping[str, int]) -> pl.DataFrame:
    """The facts that count, and whether by month, whether they must be shown, whether a veto counts them."""
    vetoes = {veto.fact for rubric in rules.rubrics.values() for veto in rubric.vetoes}
    rows = [
        (code, number, _period(rules.facts[code]) == "month", rules.facts[code].absent == "missing", code in vetoes)
        for code, number in numbers.items()
    ]
    return pl.DataFrame(rows, FACT, orient="row")


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
        case Line():
            worth = 0
            extremes = [_signed(item, clause.rounded(end.points)) for end in clause.ends]
            extremes += [0] * (fact.empty == "nothing")
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
        clause.shape, worth, step.numerator, step.denominator, min(extremes), max(extremes), _at_zero(item, clause),
        "once" if fact.scope == "city" else fact.pool, fact.absent, _period(fact), "",
    )  # fmt: skip


def _at_zero(item: Item, clause: Clause) -> int:
    """The points of a quantity of zero."""
    match clause:
        case ShortOf():
            return _signed(item, clause.points * clause.target)
        case Line():
            return _signed(item, clause.rounded(clause.ends[0].points))
        case Bands() | LookUp():
            # Of 0 / 1 only the ends' own signs are left: 0 ≥ floor + open, 0 ≤ ceiling − open.
            return next(
                points
                for floor, _, floor_open, ceiling, unit, ceiling_open, points in _bands(item, clause)
                if floor + floor_open <= 0 and (not unit or ceiling - ceiling_open >= 0)
            )
    return 0


def _lines(item: Item, clause: Clause) -> list[tuple[int, ...]]:
    """The segments of a line, which cover every value exactly once; the last has an upper end of 0 over 0."""
    if not isinstance(clause, Line):
        return []
    least = 10 ** (4 - clause.decimals) * (1 if item.direction == "earn" else -1)
    return [
        (
            *part.lower.as_integer_ratio(), *((0, 0) if part.upper is None else part.upper.as_integer_ratio()),
            part.start, *(part.rate // 1000**place % 1000 for place in (3, 2, 1, 0)), part.way, part.unit, least,
        )
        for part in segments(clause)
    ]  # fmt: skip


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
