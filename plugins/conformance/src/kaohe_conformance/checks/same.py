"""Whatever the order of rows and the engine, the outcome is the same row for row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.util import find_spec

from kaohe.run import Run
from kaohe.stages.contract import RESULTS_OF_STAGES
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.regime import Regime
from kaohe_conformance.results import Results
from kaohe_conformance.running import Ran, batches, run_alone, run_together
from kaohe_conformance.words import text

OTHER = "duckdb"
LARGEST = 3
"""How many of a scheme's groups of cases are computed again."""


def checks(regime: Regime, results: Results) -> Iterator[Made]:
    """A check for each table that a run has, of the groups with the most cases."""
    if not regime.works:
        return

    @cache
    def again(engine: str | None) -> list[tuple[Run, Run]]:
        return list(_again(regime, results, engine))

    for table in RESULTS_OF_STAGES:
        yield "order", table, _bound(_same, again, None, table)
        if find_spec(OTHER) is not None:
            yield "engine", f"{OTHER} {table}", _bound(_same, again, OTHER, table)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _again(regime: Regime, results: Results, engine: str | None) -> Iterator[tuple[Run, Run]]:
    """Runs of the largest groups, and the same with the rows in reverse or on another engine."""
    groups = sorted(batches(regime, regime.works), key=len, reverse=True)[:LARGEST]
    for group in groups:
        first = results.shared(group)
        reverse = engine is None
        second: list[Ran] | None
        if len(group) > 1 and first is not None and first.suffix:
            second = run_together(regime, group, engine, reverse=reverse)
        else:
            second = run_alone(regime, group[0], engine, reverse=reverse)
        if first is not None and first.run is not None and second and second[0].run is not None:
            yield first.run, second[0].run


def _same(again: Callable[[str | None], list[tuple[Run, Run]]], engine: str | None, table: str) -> Iterator[Fault]:
    pairs = again(engine)
    if not pairs:
        yield text("there is no run to compare")
    for first, second in pairs:
        if not first.tables[table].equals(second.tables[table]):
            yield text("{table} differs", table=table)
