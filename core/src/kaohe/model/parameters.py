"""Parameters: named values that the rules leave open, and where each comes from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from attrs import field, frozen

from kaohe.model.facts import Name

Provenance = Literal["published", "agreement", "assumption"]


@frozen(kw_only=True)
class Parameter:
    """A named value that the rules leave open, and where its value comes from; None is unset.

    One with `options` is a choice; with `reading` it is a choice between two readings of the words, whose
    default has a `reason`.
    """

    parameter: str
    name: Name
    type: Literal["choice", "cutoffs", "share", "mapping"]
    value: Any = None
    provenance: Provenance = "assumption"
    source: str = ""
    reading: bool = False
    reason: Name | None = None
    options: dict[str, Name] = field(factory=dict)
    needed_for: Name | None = None
    given: bool = False


@frozen
class Cutoff:
    """The lowest score of a grade; grades are given from the best to the worst."""

    grade: str
    at_least: Decimal
