"""All checks of one city, made from its plugin: nothing is listed by hand."""

from __future__ import annotations

from functools import cached_property

from attrs import define

from kaohe_conformance.candidate import Candidate
from kaohe_conformance.check import LEVELS, Check, Level
from kaohe_conformance.checks import of_city, of_regime, wanted


@define(eq=False, slots=False)
class Suite(Candidate):
    """The checks of a city."""

    @cached_property
    def checks(self) -> list[Check]:
        """Every check that applies to the city; raises Refused where its rules do not load at all."""
        found = [*of_city(self)]
        for regime in self.regimes:
            found += of_regime(regime, self.results[regime.scheme.scheme])
        return found

    @cached_property
    def attainable(self) -> Level | None:
        """The highest level whose kinds of checks are all there: what is reached if every check holds."""
        kinds = {check.kind.kind for check in self.checks}
        reached: Level | None = None
        for level in LEVELS:
            if not wanted(self, level) <= kinds:
                break
            reached = level
        return reached
