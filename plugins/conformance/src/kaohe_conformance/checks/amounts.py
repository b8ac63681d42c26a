"""What holds of points and money in every case, whatever it is about: within the item, and added up to the fen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import polars as pl

from kaohe.model import Rubric, units
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.regime import Regime, Work
from kaohe_conformance.results import Results
from kaohe_conformance.words import text

ADJUSTED = ("growth", "services", "beneficiaries", "least")
"""Steps of an allocation that only move money from one region to another."""


def checks(regime: Regime, results: Results) -> Iterator[Made]:
    """The caps of every item; the journal and the budgets of every case, where money moves."""
    if not regime.works:
        return
    for rubric in regime.tables.values():
        for item in rubric.items:
            yield (
                "held",
                f"{rubric.rubric} {item.item}",
                _bound(_held, results, rubric, item.item, units(item.full_score)),
            )
    scheme, city = regime.scheme, regime.city
    if scheme.deposit or scheme.fee or scheme.budgets or city.has("allocate") or city.has("settle"):
        for work in regime.works:
            if not work.case.expect.refused:
                yield "balance", work.key, _bound(_balanced, results, work)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _held(results: Results, rubric: Rubric, item: str, full: int) -> Iterator[Fault]:
    for raw, settled, low, high in results.observed.items.get((rubric.rubric, item), ()):
        if not 0 <= low <= (low if settled is None else settled) <= high <= full:
            yield text("{raw}: {points} from {low} to {high}", raw=raw, points=settled, low=low, high=high)


def _balanced(results: Results, work: Work) -> Iterator[Fault]:
    """Every entry and every fund sums to zero; what is distributed is what the regions get."""
    for ran in results.ran(work):
        if ran.run is None:
            yield text("it was refused")
            continue
        journal, allocations = ran.own("journal"), ran.own("allocations")
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
