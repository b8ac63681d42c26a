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
    default has a `reason`.
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


@frozen
class Step:
    """From this score on, this share."""

    at: Decimal
    share: Decimal


@frozen
class Schedule:
    """A share for each score: by steps (that of the highest `at` reached), or along a line through the ends.

    The ends go up; below the lowest the share is the lowest end's, above the highest the highest's.
    """

    method: Literal["steps", "line"]
    ends: list[Step]

    def share(self, score: Decimal) -> Fraction:
        """The exact share of a score."""
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
