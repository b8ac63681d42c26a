"""The suite for pytest: a city's test inherits it in three lines.

from kaohe_conformance import Conformance

class TestCity(Conformance):
    city = "changzhou"
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from kaohe_conformance.check import LEVELS, Check, Level
from kaohe_conformance.suite import Suite


@cache
def _suite(city: str, sources: tuple[Path, ...]) -> Suite:
    return Suite(city, sources=sources)


class Conformance:
    """Every check of `city` as a test of its own.

    `level`: the level that the city must attain, if any. `at_least`: how many checks must run. `lacks`: the
    capabilities that the city declares not to have; where it is given, it must be exactly those. `sources`: documents
    to compare the words with, beside those that the plugin ships.
    """

    city: ClassVar[str]
    level: ClassVar[Level | None] = None
    at_least: ClassVar[int] = 1
    lacks: ClassVar[Sequence[str] | None] = None
    sources: ClassVar[Sequence[Path]] = ()

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """One test for each check."""
        if "check" in metafunc.fixturenames:
            checks = _suite(self.city, tuple(self.sources)).checks
            metafunc.parametrize("check", checks, ids=[check.name for check in checks])

    def test_holds(self, check: Check) -> None:
        """The check holds."""
        assert not [str(fault) for fault in check.faults()], str(check.kind.title)

    def test_as_many_as_claimed(self) -> None:
        """Not fewer checks ran than the city says."""
        assert len(_suite(self.city, tuple(self.sources)).checks) >= self.at_least

    def test_the_level(self) -> None:
        """What the plugin has is enough for the level; whether its checks hold, each says for itself."""
        attainable = _suite(self.city, tuple(self.sources)).attainable
        reached = -1 if attainable is None else LEVELS.index(attainable)
        assert self.level is None or reached >= LEVELS.index(self.level), attainable

    def test_what_the_city_does_not_have_is_declared(self) -> None:
        """The capabilities that the plugin lacks are those it says."""
        found = {name for name, has in _suite(self.city, tuple(self.sources)).capabilities.items() if not has}
        assert self.lacks is None or found == set(self.lacks)
