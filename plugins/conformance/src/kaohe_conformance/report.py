"""The outcome of a city's suite: how many checks ran, which failed, and the level that follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import frozen

from kaohe.plugin.manager import City
from kaohe_conformance.check import LEVELS, Check, Fault, Level
from kaohe_conformance.suite import Suite


@frozen(eq=False)
class Report:
    """What ran and what came out. `failed`: checks with their faults. `level`: None below bronze."""

    city: str
    ran: dict[str, int]
    failed: list[tuple[Check, list[Fault]]]
    capabilities: dict[str, bool]
    level: Level | None

    @property
    def number(self) -> int:
        """How many checks ran."""
        return sum(self.ran.values())


def conform(
    city: str,
    *,
    sources: Sequence[Path] = (),
    cases: Sequence[Path] = (),
    scheme: str = "",
    opened: Callable[[str], City] = City.named,
    done: Callable[[Check], None] = lambda _: None,
) -> Report:
    """Run every check of a city; raises Refused where its plugin or rules do not load. `done` is told each check."""
    suite = Suite(city, opened, sources, cases, scheme)
    failed: list[tuple[Check, list[Fault]]] = []
    for check in suite.checks:
        if faults := check.faults():
            failed.append((check, faults))
        done(check)
    ran = Counter(check.kind.kind for check in suite.checks)
    return Report(city, dict(ran), failed, suite.capabilities, _level(suite, {check.kind.level for check, _ in failed}))


def _level(suite: Suite, failing: set[Level]) -> Level | None:
    """The highest level at and below which every check holds and none is wanting."""
    reached: Level | None = None
    for level in LEVELS:
        if suite.attainable is None or level in failing or LEVELS.index(level) > LEVELS.index(suite.attainable):
            break
        reached = level
    return reached
