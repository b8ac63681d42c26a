"""What holds of points and money in every case, whatever it is about: within the item, and added up to the fen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import polars as pl

from kaohe.model import Rubric, units
from kaohe.run import Run
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.regime import Regime
from kaohe_conformance.results import Results
from kaohe_conformance.words import text

ADJUSTED = ("growth", "services", "beneficiaries", "least")
"""Steps of an allocation that only move money from one region to another."""


def checks(regime: Regime, results: Results) -> Iterator[Made]:
    """The caps of every item; the journal and the budgets of every file's cases."""
    if not regime.works:
        return
    for rubric in regime.tables.values():
        for item in rubric.items:
            yield (
                "held",
                f"{rubric.rubric} {item.item}",
                _bound(_held, results, rubric, item.item, units(item.full_score)),
            )
    for place in regime.case_files:
        yield "balance", place, _bound(_balanced, results, place)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _held(results: Results, rubric: Rubric, item: str, full: int) -> Iterator[Fault]:
    for raw, settled, low, high in results.observed.items.get((rubric.rubric, item), ()):
        if not 0 <= low <= (low if settled is None else settled) <= high <= full:
            yield text("{raw}: {points} from {low} to {high}", raw=raw, points=settled, low=low, high=high)


def _balanced(results: Results, place: str) -> Iterator[Fault]:
    """Every entry and every fund sums to zero; what is distributed is what the regions get."""
    of_file = [ran for work, ran in results.all() if work.file == place and ran.run is not None]
    runs: dict[int, Run] = {id(ran.run): ran.run for ran in of_file if ran.run is not None}
    for run in runs.values():
        journal, allocations = run.tables["journal"], run.tables["allocations"]
        for key in ("entry", "fund"):
            left = journal.group_by(key).agg(pl.col("amount").sum()).filter(pl.col("amount") != 0)
            for name, amount in left.rows():
                yield text("“{name}” leaves {amount} fen", name=name, amount=amount)
        for fund, steps in allocations.partition_by("fund", as_dict=True).items():
            yield from _split(str(fund[0]), steps)


def _split(fund: str, steps: pl.DataFrame) -> Iterator[Fault]:
    whole = dict(steps.filter(pl.col("region") == "").select("step", "amount").rows())
    regions = steps.filter(pl.col("region") != "").group_by("step").agg(pl.col("amount").sum())
    parts = dict(regions.select("step", "amount").rows())
    if {"budget", "reserve", "distributable"} <= whole.keys():
        if whole["budget"] != whole["reserve"] + whole["distributable"]:
            yield text("fund {fund}: reserve and rest are not the budget", fund=fund)
        if parts.get("budget", whole["distributable"]) != whole["distributable"]:
            yield text("fund {fund}: the regions' budgets are not what is distributed", fund=fund)
    for step in ADJUSTED:
        if parts.get(step, 0) != 0:
            yield text("fund {fund}: the step {step} leaves {amount} fen", fund=fund, step=step, amount=parts[step])
