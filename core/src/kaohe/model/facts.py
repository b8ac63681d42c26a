"""Facts: the vocabulary, names in both languages, and the unit of points."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from attrs import frozen

from kaohe.messages import language

UNITS_PER_POINT = 10_000
"""The engine counts points in ten-thousandths."""


def units(points: Decimal) -> int:
    """Points as the engine's integer units; more than four decimals is a ValueError."""
    scaled = points * UNITS_PER_POINT
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{points}: at most four decimals")
    return int(scaled)


def points(units: int) -> Decimal:
    """The engine's units as points, without trailing zeros."""
    whole, rest = divmod(abs(units), UNITS_PER_POINT)
    digits = f"{whole}.{rest:04}".rstrip("0").rstrip(".")
    return Decimal(f"-{digits}" if units < 0 else digits)


@frozen
class Name:
    """A name in both languages; `str()` gives the one of the moment."""

    zh_CN: str
    en: str

    def __str__(self) -> str:
        return self.en if language() == "en" else self.zh_CN


@frozen
class Fact:
    """One code of the vocabulary and what its rows mean.

    `table`: where its rows stand (`institutions`: a column of the fact's name; `marks`: the one fact "mark").
    `period`: by which it is counted; assessment is the year that is assessed, even where the fact came about
    after its end, while it was being assessed. `scope` city: recorded with a blank scorer, counts on every sheet;
    any: by a scorer, whether or not it serves there, or by the city, for vetoes. `pool`: how the records of several
    scorers become one: added up, one record of the same thing (the largest), or the latest. `absent`: what no row
    means. `empty`: whether a ratio may be 0 of 0, which counts nothing. `most`: the highest value of a number
    or level, or of a ratio's numerator and denominator, which then are whole.
    """

    fact: str
    name: Name
    definition: str
    table: Literal["events", "metrics", "institutions", "marks"] = "events"
    measure: Literal["cases", "share", "ratio", "number", "level"] = "cases"
    period: Literal["year", "month", "assessment"] = "year"
    scope: Literal["scorer", "city", "any"] = "scorer"
    pool: Literal["sum", "once", "latest"] = "sum"
    absent: Literal["none", "missing"] = "none"
    empty: Literal["refused", "nothing"] = "refused"
    most: int | None = None
