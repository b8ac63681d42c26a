"""What must hold of a rubric as a whole: sums, known facts, bands that do not overlap, numbers within bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from itertools import pairwise
from math import lcm

from attrs import frozen

from kaohe.messages import Text, text
from kaohe.model import (
    Band,
    Bands,
    Clause,
    End,
    Fact,
    Item,
    Line,
    LookUp,
    Mark,
    Once,
    Peers,
    PerCase,
    PerN,
    Rubric,
    ShortOf,
    Span,
    units,
)
from kaohe.problems import Problem

MOST_POINTS, MOST_FULL = Decimal(1_000), Decimal(10_000)
"""No clause or item is worth more, and no table; the engine's 64 bits are counted on it."""
MOST_WHOLE = 100_000
"""Bound of a target, a step, a level, and of a band end's numerator and denominator."""

MOST_COMPARED = 1_000_000
"""Bound of the numerator and denominator of a share that is compared with peers; of a step's, MOST_STEP."""
MOST_STEP = 1_000

Range = tuple[tuple[Fraction, bool] | None, tuple[Fraction, bool] | None]
"""Lower and upper end of a band, each (value, whether it is included), or None without limit."""


@frozen
class Fault(Problem):
    """A fault of a rubric; `part` is the key of the item or clause (`more`: those of its shape) that it is about."""

    part: str = ""


def faults(
    rubric: Rubric, facts: Mapping[str, Fact], file: str, unread: Container[str] = frozenset()
) -> Iterator[Fault]:
    """Everything wrong with the rubric, each with its item and clause.

    `unread`: items of which some clause could not be read, so that nothing is said of what they lack.
    """

    def fault(place: str, part: str, message: Text, remedy: Text | None = None) -> Fault:
        return Fault("rubric", message, remedy, file=file, key=place, part=part)

    items = list(rubric.items)
    total = sum((item.full_score for item in items), Decimal(0))
    if total != rubric.full_score:
        yield fault(
            rubric.rubric,
            "full_score",
            text("the items add up to {total}, not to {full}", total=total, full=rubric.full_score),
            text("correct a full score"),
        )
    if total > MOST_FULL:
        yield fault(
            rubric.rubric, "full_score", text("the full scores of a table come to at most {most}", most=MOST_FULL)
        )
    for code, times in Counter(item.item for item in items).items():
        if times > 1:
            yield fault(code, "item", text("the item {item} stands {times} times", item=code, times=times))
    clauses: list[tuple[str, str]] = [(c.clause, c.fact) for item in items for c in item.clauses]
    vetoes = [(veto.clause, veto.fact) for veto in rubric.vetoes]
    for code, times in Counter(code for code, _ in clauses + vetoes).items():
        if times > 1:
            yield fault(code, "clause", text("the clause {clause} stands {times} times", clause=code, times=times))
    for code, name in clauses + vetoes:
        if name not in facts:
            close = get_close_matches(name, facts, n=1)
            remedy = text("did you mean {close}?", close=close[0]) if close else text("kaohe facts lists it")
            yield fault(code, "fact", text("the fact “{fact}” is not in the vocabulary", fact=name), remedy)
    for code, times in Counter(name for _, name in clauses).items():
        if times > 9 and (code not in facts or facts[code].table != "marks"):
            yield fault(code, "fact", text("more than nine clauses count the fact “{fact}”", fact=code))
    for item in items:
        yield from (fault(item.item, part, message) for part, message in _item_faults(item))
        if not item.clauses and item.item not in unread:
            yield fault(item.item, "clause", text("the item has no clause"))
        for clause in item.clauses:
            number = "out_of" if isinstance(clause, Mark) else "more"
            yield from (fault(clause.clause, number, message) for message in _number_faults(clause))
            if clause.fact in facts:
                counted = _counted_faults(clause, facts[clause.fact])
                yield from (fault(clause.clause, "fact", message) for message in counted)
    for veto in rubric.vetoes:
        if (veto.effect == "subtract") != (veto.points > 0) or not _is_points(veto.points):
            yield fault(veto.clause, "points", text("a veto that subtracts has points, one that sets to zero has none"))
        if veto.fact in facts and facts[veto.fact].measure != "cases":
            yield fault(
                veto.clause,
                "fact",
                text("a veto counts cases; “{fact}” is a {measure}", fact=veto.fact, measure=facts[veto.fact].measure),
            )


def _is_points(value: Decimal) -> bool:
    try:
        units(value)
    except ValueError:
        return False
    return 0 <= value <= MOST_POINTS


def _item_faults(item: Item) -> Iterator[tuple[str, Text]]:
    if not _is_points(item.full_score):
        yield "full_score", text("a full score is from 0 to {most} with at most four decimals", most=MOST_POINTS)
    marks = [clause for clause in item.clauses if isinstance(clause, Mark)]
    if len(marks) > 1:
        yield "item", text("the item is marked twice")
    if marks and item.direction != "earn":
        yield "direction", text("an item that is marked starts at zero: direction is earn")
    if marks and item.full_score == 0:
        yield "full_score", text("an item that is marked has a full score above 0")


def _number_faults(clause: Clause) -> Iterator[Text]:
    """What is wrong with a clause's points, ends and steps."""
    match clause:
        case PerCase() | Once() | ShortOf() | PerN() | Peers():
            amounts = [clause.points]
        case Bands():
            amounts = [band.points for band in clause.bands]
            yield from _band_faults(clause.bands)
        case LookUp():
            amounts = [level.points for level in clause.levels]
            yield from _level_faults([level.value for level in clause.levels])
        case Line():
            amounts = [end.points for end in clause.ends]
            yield from _line_faults(clause)
        case Mark(out_of=Decimal() as amount):
            amounts = [amount]
            if amount <= 0:
                yield text("the highest mark is above 0")
        case _:
            amounts = []
    if not all(_is_points(amount) for amount in amounts):
        yield text("points are from 0 to {most} with at most four decimals", most=MOST_POINTS)
    match clause:
        case ShortOf(target=whole) | PerN(n=whole) if not 1 <= whole <= MOST_WHOLE:
            yield text("“{value}” must be from 1 to {most}", value=whole, most=MOST_WHOLE)


def _counted_faults(clause: Clause, fact: Fact) -> Iterator[Text]:
    """What a clause cannot do with the fact that it counts."""
    if (fact.table == "marks") != isinstance(clause, Mark):
        yield text("only a mark counts “mark”, and nothing else")
    if fact.scope == "any":
        yield text("only a veto can count “{fact}”, which belongs to no sheet", fact=fact.fact)
    ratio = fact.measure in ("share", "ratio")
    if ratio and not isinstance(clause, Bands | Line | Peers):
        yield text("the {measure} “{fact}” can only be counted in bands", measure=fact.measure, fact=fact.fact)
    if isinstance(clause, Line) and ratio and any(_too_fine(end.at) for end in clause.ends):
        yield text("of the ratio “{fact}” a line's ends are at most 100 with three decimals", fact=fact.fact)
    if isinstance(clause, Peers):
        yield from _peer_faults(clause, fact)
    if isinstance(clause, ShortOf) and fact.absent == "none":
        yield text(
            "“{fact}” has no row where nothing happened: what must be shown to exist is a number", fact=fact.fact
        )


def _peer_faults(clause: Peers, fact: Fact) -> Iterator[Text]:
    if fact.measure != "share" or fact.most is None or fact.most > MOST_COMPARED:
        yield text(
            "“{fact}” is compared with peers: it must be a share with most = {most}", fact=fact.fact, most=MOST_COMPARED
        )
    step = Fraction(clause.step)
    if step <= 0 or step.numerator > MOST_STEP or step.denominator > MOST_STEP:
        yield text("a step is above 0, at least 0.001 and at most {most}", most=MOST_STEP)


def _line_faults(clause: Line) -> Iterator[Text]:
    """Bound: what the engine computes of a line stays below 2⁶³."""
    ends = [Fraction(end.at) for end in clause.ends]
    if len(ends) < 2 or any(higher <= lower for lower, higher in pairwise(ends)):
        yield text("a line has two ends or more, each higher than the one before")
    elif any(not 0 <= end <= MOST_WHOLE or 1000 % end.denominator for end in ends):
        yield text("a line's end is from 0 to {most}, with at most three decimals", most=MOST_WHOLE)
    elif not 0 <= clause.decimals <= 4:
        yield text("points are rounded to 0 to 4 decimals")
    elif any(
        part.rate >= MOST_RATE or max(part.rate * (part.upper or 0), abs(part.start)) >= 2**62
        for part in segments(clause)
    ):
        yield text("the line's ends have too many decimals")


def _too_fine(end: Decimal) -> bool:
    """Bound: the numerator times that of a pooled ratio, in ten-thousandths, stays below 2⁶³."""
    return Fraction(end).numerator > MOST_WHOLE


MOST_RATE = 10**12
"""The rate of a line's segment has four digits of a thousand each."""


@frozen
class Segment:
    """A straight part of a line, from `lower` to below `upper` (None without limit).

    The points of x are (start + way × rate × x) ÷ unit, rounded down, in the least unit of the clause's decimals; half
    of it is in `start`, so that they are rounded half up.
    """

    lower: Fraction
    upper: Fraction | None
    start: int
    rate: int
    way: int
    unit: int


def segments(clause: Line) -> Iterator[Segment]:
    """The parts of a line, from zero up."""
    least = 10 ** (4 - clause.decimals)

    def part(lower: Fraction, upper: Fraction | None, end: End, slope: Fraction) -> Segment:
        level = (units(end.points) - slope * Fraction(end.at)) / least + Fraction(1, 2)
        steep = slope / least
        unit = lcm(level.denominator, steep.denominator)
        return Segment(lower, upper, int(level * unit), int(abs(steep) * unit), 1 if slope >= 0 else -1, unit)

    first, last = clause.ends[0], clause.ends[-1]
    if first.at > 0:
        yield part(Fraction(0), Fraction(first.at), first, Fraction(0))
    for lower, upper in pairwise(clause.ends):
        slope = Fraction(units(upper.points) - units(lower.points)) / Fraction(upper.at - lower.at)
        yield part(Fraction(lower.at), Fraction(upper.at), lower, slope)
    yield part(Fraction(last.at), None, last, Fraction(0))


def _level_faults(values: list[int]) -> Iterator[Text]:
    if len(values) != len(set(values)):
        yield text("a level stands twice")
    if any(not 0 <= value <= MOST_WHOLE for value in values):
        yield text("a level is from 0 to {most}", most=MOST_WHOLE)


def band_range(band: Band | Span) -> Range:
    """The band's ends; a ValueError where an end is given twice."""
    if band.at_least is not None and band.above is not None:
        raise ValueError("at_least and above")
    if band.at_most is not None and band.below is not None:
        raise ValueError("at_most and below")
    lower = band.at_least if band.at_least is not None else band.above
    upper = band.at_most if band.at_most is not None else band.below
    return (
        None if lower is None else (Fraction(lower), band.at_least is not None),
        None if upper is None else (Fraction(upper), band.at_most is not None),
    )


def in_order(bands: list[Band]) -> list[tuple[Range, Decimal]]:
    """The bands' ranges with their points, from the lowest up."""
    ranges = [(band_range(band), band.points) for band in bands]
    return sorted(ranges, key=lambda entry: (entry[0][0] is not None, (entry[0][0] and entry[0][0][0]) or 0))


def _band_faults(bands: list[Band]) -> Iterator[Text]:
    try:
        ranges = [ends for ends, _ in in_order(bands)]
    except ValueError as fault:
        yield text("a band has both {ends}", ends=fault)
        return
    ends = [end[0] for ends in ranges for end in ends if end is not None]
    if any(not 0 <= end.numerator <= MOST_WHOLE or end.denominator > MOST_WHOLE for end in ends):
        yield text("a band's end is not negative, at most {most}, with at most five decimals", most=MOST_WHOLE)
    for lower, upper in ranges:
        if lower and upper and (lower[0] > upper[0] or (lower[0] == upper[0] and not (lower[1] and upper[1]))):
            yield text("a band is empty: from {lower} to {upper}", lower=float(lower[0]), upper=float(upper[0]))
    for (_, upper), (lower, _) in pairwise(ranges):
        if upper is None or lower is None or upper[0] > lower[0] or (upper[0] == lower[0] and upper[1] and lower[1]):
            yield text("two bands overlap")
