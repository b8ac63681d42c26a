"""Parameters: named values that the rules leave open, and where each comes from."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from attrs import field, frozen

from kaohe.model.facts import Name

Provenance = Literal["published", "agreement", "assumption"]
ParameterType = Literal[
    "choice", "cutoffs", "share", "mapping", "points", "date", "weights", "schedule", "tiers", "amount", "times"
]  # fmt: skip


@frozen(kw_only=True)
class Parameter:
    """A named value that the rules leave open, and where its value comes from; None is unset.

    One with `options` is a choice; with `reading` it is a choice between two readings of the words, whose
    default has a `reason`. `published`: what the document says, where the value departs from it.
    """

    parameter: str
    name: Name
    type: ParameterType
    value: Any = None
    provenance: Provenance = "assumption"
    source: str = ""
    reading: bool = False
    reason: Name | None = None
    options: dict[str, Name] = field(factory=dict)
    needed_for: Name | None = None
    given: bool = False
    published: Any = None

    @property
    def assumed(self) -> bool:
        """Whether a value is in force that nobody published or agreed on: whatever it touches is marked."""
        return self.value is not None and self.provenance == "assumption" and not self.reading


@frozen
class Step:
    """From this score on, this share."""

    at: Decimal
    share: Decimal


@frozen(kw_only=True)
class Span:
    """The share of the scores from one end to the other; an end that is not given is open without limit."""

    share: Decimal
    at_least: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    at_most: Decimal | None = None

    def holds(self, score: Decimal) -> bool:
        """Whether the score lies in it."""
        return (
            (self.at_least is None or score >= self.at_least)
            and (self.above is None or score > self.above)
            and (self.below is None or score < self.below)
            and (self.at_most is None or score <= self.at_most)
        )


@frozen
class Schedule:
    """A share for each score: by steps (that of the highest `at` reached), along a line through the ends, or by bands.

    The ends go up; below the lowest the share is the lowest end's, above the highest the highest's. Bands cover every
    score from 0 up exactly once.
    """

    method: Literal["steps", "line", "bands"]
    ends: list[Step] = field(factory=list)
    bands: list[Span] = field(factory=list)

    def share(self, score: Decimal) -> Fraction:
        """The exact share of a score."""
        if self.method == "bands":
            return next(Fraction(band.share) for band in self.bands if band.holds(score))
        reached = [end for end in self.ends if end.at <= score]
        if not reached:
            return Fraction(self.ends[0].share)
        lower, above = reached[-1], self.ends[len(reached) : len(reached) + 1]
        if self.method == "steps" or not above:
            return Fraction(lower.share)
        way = Fraction(score - lower.at) / Fraction(above[0].at - lower.at)
        return Fraction(lower.share) + way * (Fraction(above[0].share) - Fraction(lower.share))


@frozen
class Tier:
    """From this share of a base on, this share: of what lies in the tier, not of the whole."""

    above: Decimal
    share: Decimal


@frozen
class Cutoff:
    """The lowest score of a grade; grades are given from the best to the worst."""

    grade: str
    at_least: Decimal
