"""Edges: of every rule that changes at a number, a case that stands exactly there, and one on each side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from kaohe.model import Bands, Clause, Item, Line, LookUp, Mark, Peers, PerN, Rubric, ShortOf
from kaohe.model import Once as OnceShape
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.observed import Observed
from kaohe_conformance.regime import Regime
from kaohe_conformance.results import Results
from kaohe_conformance.words import text

HUNDREDTH = Decimal("0.01")
"""The next score below a line."""
Holds = Callable[[Observed], bool]


def checks(regime: Regime, results: Results) -> Iterator[Made]:
    """An edge for each number at which a clause, a cap, a cutoff or a line turns."""
    if not regime.works:
        return
    for rubric in regime.tables.values():
        for _, clause in rubric.clauses:
            for name, holds in of_clause(regime, rubric, clause):
                yield "edge", f"{rubric.rubric} {clause.clause} {clause.when} {name}", _seen(results, holds)
        for item in rubric.items:
            for name, holds in of_item(regime, rubric, item):
                yield "cap", f"{rubric.rubric} {item.item} {name}", _seen(results, holds)
    for name, holds in _of_lines(regime):
        yield "edge", name, _seen(results, holds)


def _seen(results: Results, holds: Holds) -> Callable[[], Iterable[Fault]]:
    def find() -> Iterator[Fault]:
        if not holds(results.observed):
            yield text("no case stands there")

    return find


def of_clause(regime: Regime, rubric: Rubric, clause: Clause) -> Iterator[tuple[str, Holds]]:
    """What must be seen of a clause, by the name of the edge."""

    def value(test: Callable[[Fraction], bool]) -> Holds:
        return lambda seen: any(test(one) for one in seen.values(rubric.rubric, clause))

    match clause:
        case ShortOf(target=target):
            yield f"at {target}", value(lambda one: one == target)
            yield f"one short of {target}", value(lambda one: one == target - 1)
        case PerN(n=n) if n > 1:
            yield f"at {n}", value(lambda one: one > 0 and one % n == 0)
            yield f"one short of {n}", value(lambda one: one % n == n - 1)
        case OnceShape():
            yield "once", value(lambda one: one == 1)
            yield "more than once", value(lambda one: one > 1)
        case LookUp(levels=levels):
            for level in levels:
                yield f"level {level.value}", value(lambda one, wanted=level.value: one == wanted)  # type: ignore[misc]
            known = {level.value for level in levels}
            yield "another level", value(lambda one: one not in known)
        case Bands():
            fact = regime.own.facts[clause.fact]
            yield from _of_bands(clause, value, Fraction(1) if fact.measure == "share" else fact.most)
        case Line(ends=ends):
            for end in ends:
                yield f"at {end.at}", value(lambda one, at=Fraction(end.at): one == at)  # type: ignore[misc]
            for lower, upper in pairwise(ends):
                inside = (Fraction(lower.at), Fraction(upper.at))
                yield (
                    f"between {lower.at} and {upper.at}",
                    value(lambda one, inside=inside: inside[0] < one < inside[1]),  # type: ignore[misc]
                )
        case Peers(step=step):
            whole = Fraction(step)
            yield (
                "a full step",
                lambda seen: any(one > 0 and one % whole == 0 for one in seen.excesses(rubric.rubric, clause)),
            )
            yield (
                "between steps",
                lambda seen: any(one > 0 and one % whole for one in seen.excesses(rubric.rubric, clause)),
            )
            yield "not above", lambda seen: any(one <= 0 for one in seen.excesses(rubric.rubric, clause))


def _of_bands(
    clause: Bands, value: Callable[[Callable[[Fraction], bool]], Holds], most: Fraction | int | None
) -> Iterator[tuple[str, Holds]]:
    """At each end, and anywhere between it and the next one on either side."""
    said = [end for band in clause.bands for end in (band.at_least, band.above, band.below, band.at_most)]
    ends = sorted({Fraction(end) for end in said if end is not None})
    open_above = {band.at_least for band in clause.bands if band.below is None and band.at_most is None}
    for number, end in enumerate(ends):
        lower = ends[number - 1] if number else None
        upper = ends[number + 1] if number + 1 < len(ends) else None
        shown = f"{float(end):g}"
        yield f"at {shown}", value(lambda one, end=end: one == end)  # type: ignore[misc]
        if end > 0:
            yield (
                f"below {shown}",
                value(
                    lambda one, end=end, lower=lower: one < end and (lower is None or one > lower)  # type: ignore[misc]
                ),
            )
        if end not in open_above and (most is None or end < most):
            yield (
                f"above {shown}",
                value(
                    lambda one, end=end, upper=upper: one > end and (upper is None or one < upper)  # type: ignore[misc]
                ),
            )


MOST_PERIODS = 12


def utmost(regime: Regime, clause: Clause) -> Fraction | None:
    """The most points that a clause can move on a sheet in a year; None without limit."""
    months = MOST_PERIODS if getattr(regime.own.facts.get(clause.fact), "period", "year") == "month" else 1
    match clause:
        case OnceShape():
            return Fraction(clause.points) * months
        case ShortOf():
            return Fraction(clause.points) * clause.target * months
        case Bands():
            return Fraction(max(band.points for band in clause.bands)) * months
        case LookUp():
            return Fraction(max(level.points for level in clause.levels)) * months
        case Line():
            return Fraction(max(end.points for end in clause.ends)) * months
        case _:
            return None


def of_item(regime: Regime, rubric: Rubric, item: Item) -> Iterator[tuple[str, Holds]]:
    """An item is used up exactly, and by more than there is; where nothing can go beyond, it need not be seen."""
    full = Fraction(item.full_score)
    if any(isinstance(clause, Mark) for clause in item.clauses):
        yield "full marks", lambda seen: (rubric.rubric, item.item, full) in seen.points
        yield "no marks", lambda seen: (rubric.rubric, item.item, Fraction(0)) in seen.points
        return
    readings: dict[str, list[Fraction | None]] = {}
    for clause in item.clauses:
        for reading in {clause.when} if clause.when else {one.when for one in item.clauses}:
            readings.setdefault(reading, []).append(utmost(regime, clause))
    sums = [
        None if None in found else sum((one or Fraction(0) for one in found), Fraction(0))
        for found in readings.values()
    ]
    if any(total is None or total >= full for total in sums):
        yield "exactly", lambda seen: any(abs(raw) == full for raw in seen.raw(rubric.rubric, item.item))
    if any(total is None or total > full for total in sums):
        yield "beyond", lambda seen: any(abs(raw) > full for raw in seen.raw(rubric.rubric, item.item))


def _of_lines(regime: Regime) -> Iterator[tuple[str, Holds]]:
    """Cutoffs of grades, lines below which something follows, ends of schedules: the score there and the next below."""
    if regime.scheme.graded and regime.printed:
        yield "grade.cutoffs at a cutoff", lambda seen: bool(seen.cutoffs(Decimal(0)))
        yield "grade.cutoffs 0.01 below one", lambda seen: bool(seen.cutoffs(HUNDREDTH))
    for consequence in regime.scheme.consequences:
        if consequence.below:
            name = consequence.below
            yield f"{consequence.consequence} at {name}", lambda seen, name=name: seen.line(name, Decimal(0))  # type: ignore[misc]
            yield f"{consequence.consequence} below {name}", lambda seen, name=name: seen.line(name, HUNDREDTH)  # type: ignore[misc]
    for name in regime.own_parameters:
        if regime.parameters[name].type == "schedule":
            yield f"{name} at an end", lambda seen, name=name: seen.end(name, Decimal(0))  # type: ignore[misc]
            yield f"{name} 0.01 below one", lambda seen, name=name: seen.end(name, HUNDREDTH)  # type: ignore[misc]
