"""A check: one thing that must hold of a city, counted on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from attrs import frozen

from kaohe.messages import Text
from kaohe.problems import Problem, Refused
from kaohe_conformance.words import text

Level = Literal["bronze", "silver", "gold"]
LEVELS: tuple[Level, ...] = ("bronze", "silver", "gold")
"""How far a plugin goes: its rules are sound; worked cases reach every rule; cases stand at every edge of a rule, and
the words are the document's own."""

Fault = Text | Problem | str


@frozen(eq=False)
class Kind:
    """A kind of check: what holds, and the level that it belongs to."""

    kind: str
    level: Level
    title: Text


@frozen(eq=False)
class Check:
    """One check: its kind, what it is about, and what to do to find the faults (none where it holds)."""

    kind: Kind
    subject: str
    find: Callable[[], Iterable[Fault]]

    @property
    def name(self) -> str:
        """The check's kind and subject."""
        return f"{self.kind.kind}: {self.subject}"

    def faults(self) -> list[Fault]:
        """What does not hold; what raises is a fault as well."""
        try:
            return list(self.find())
        except Refused as refused:
            return list(refused.problems)
        except Exception as fault:
            return [text("it failed: {fault}", fault=f"{type(fault).__name__}: {fault}")]
