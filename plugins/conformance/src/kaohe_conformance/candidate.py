"""A city as the suite works with it: its schemes, what came out of their cases, and what its law has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from attrs import define, field

from kaohe.messages import Text
from kaohe.plugin.manager import City
from kaohe_conformance.regime import Regime
from kaohe_conformance.results import Results
from kaohe_conformance.words import text

Opened = Callable[[str], City]


@define(eq=False, slots=False)
class Candidate:
    """A city that is put to the test. `sources`: documents to compare with, beside those the plugin ships; `cases`:
    further files of cases, of the only scheme or of the one named `scheme`."""

    name: str
    opened: Opened = City.named
    sources: Sequence[Path] = field(factory=list)
    cases: Sequence[Path] = field(factory=list)
    scheme: str = ""

    @cached_property
    def city(self) -> City:
        """The city's plugin; raises Refused."""
        return self.opened(self.name)

    @cached_property
    def regimes(self) -> list[Regime]:
        """Each scheme of the city; raises Refused."""
        found = self.city.schemes()
        only = self.scheme or (next(iter(found)) if len(found) == 1 else "")
        return [
            Regime(self.city, scheme, folder, self.opened, list(self.sources), list(self.cases) if name == only else [])
            for name, (scheme, folder) in found.items()
        ]

    @cached_property
    def results(self) -> dict[str, Results]:
        """What came out of each scheme's cases."""
        return {regime.scheme.scheme: Results(regime) for regime in self.regimes}

    @cached_property
    def capabilities(self) -> dict[str, bool]:
        """What the city's law does, as its plugin declares it: its rules, data and hooks."""
        schemes = [regime.scheme for regime in self.regimes]
        parameters = {name: one for regime in self.regimes for name, one in regime.own.parameters.items()}
        return {
            "rubric": any(regime.printed for regime in self.regimes),
            "plan": any(scheme.planned for scheme in schemes),
            "results_given": any(scheme.results_given is not None for scheme in schemes),
            "readings": any(one.reading for one in parameters.values()),
            "grade": any(
                scheme.graded and regime.printed for scheme, regime in zip(schemes, self.regimes, strict=True)
            ),
            "consequences": any(scheme.consequences for scheme in schemes) or self.city.has("consequences"),
            "deposit": any(scheme.deposit or (scheme.budgets and scheme.budgets.deposit) for scheme in schemes),
            "fee": any(scheme.fee for scheme in schemes),
            "allocate": any(scheme.budgets for scheme in schemes) or self.city.has("allocate"),
            "settle": self.city.has("settle"),
            "checks": self.city.has("checks"),
            "facts": self.city.facts_file() is not None,
            "source": any(regime.source for regime in self.regimes),
            "cases": any(regime.works for regime in self.regimes),
            "demo": self.city.has("demo"),
        }


CAPABILITIES: dict[str, Text] = {
    "rubric": text("tables of its own"),
    "plan": text("a plan set anew each year"),
    "results_given": text("results that are given"),
    "readings": text("readings"),
    "grade": text("grades"),
    "consequences": text("consequences"),
    "deposit": text("quality deposit"),
    "fee": text("service fee"),
    "allocate": text("budgets split over regions"),
    "settle": text("a settlement of its own"),
    "checks": text("checks of its own"),
    "facts": text("facts of its own"),
    "source": text("the document's text"),
    "cases": text("worked cases"),
    "demo": text("an example year"),
}
"""What a city may have, by name."""
