"""The budget: bounded by revenue, net of the reserve, and split over the regions step by step (items 2, 3, 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import frozen

from kaohe import Rules, apportion, half_up, split
from kaohe_qingdao.words import BUDGET, CUSHIONS, REGIONS
from kaohe_qingdao.year import Fund, Region

FACTORS = {"growth": "spending", "services": "services", "beneficiaries": "beneficiaries"}
"""Each factor of item 3 (历史增长, 机构服务, 待遇人数扩增) and the figure whose growth it is."""


@frozen
class Allocated:
    """A fund's budget split: the reserve, what is left for the regions, and each step's amount by region, in fen.

    `steps`: `last_year` (its spending), `base` (the split by it), an adjustment of either sign for each factor with a
    weight and for the floor, `budget`. The adjustments of a step sum to zero over the regions.
    """

    fund: str
    revenue: int
    budget: int
    reserve: int
    steps: Mapping[str, Mapping[str, int]]

    @property
    def regions(self) -> Mapping[str, int]:
        """Each region's budget."""
        return self.steps["budget"]

    def rows(self) -> Iterator[tuple[str, str, str, int, str]]:
        """Rows of `allocations`; what concerns the fund as a whole has no region."""
        yield self.fund, "", "revenue", self.revenue, BUDGET
        yield self.fund, "", "budget", self.budget, BUDGET
        yield self.fund, "", "reserve", self.reserve, CUSHIONS
        yield self.fund, "", "distributable", self.budget - self.reserve, REGIONS
        for step, amounts in self.steps.items():
            for region, amount in amounts.items():
                yield self.fund, region, step, amount, REGIONS


def allocated(fund: Fund, year: int, rules: Rules) -> Allocated | None:
    """The fund's allocation; None where the reserve's rate is not set. The fund is without faults."""
    rate = rules.value("reserve.rate")
    if rate is None or fund.budget is None:
        return None
    reserve = half_up(fund.budget * Fraction(rate))
    steps = _steps(fund, year, rules, fund.budget - reserve)
    return Allocated(fund.fund, fund.expected, fund.budget, reserve, steps)


def weights(rules: Rules) -> dict[str, Fraction]:
    """The factors that have a weight."""
    given = {factor: rules.value(f"allocation.{factor}") for factor in FACTORS}
    return {factor: Fraction(weight) for factor, weight in given.items() if weight is not None}


def growth(region: Region, figure: str, year: int, reading: str) -> Fraction:
    """How a figure grew: the last year over the one before, or the mean of all growth on record.

    A year of zero, or one without the year before, says nothing: no growth.
    """
    rates = []
    for later in range(year - 1, min(region.years, default=year), -1):
        now, before = region.figure(figure, later), region.figure(figure, later - 1)
        if now is not None and before:
            rates.append(Fraction(now - before, before))
        elif reading == "last_year":
            return Fraction(0)
        if rates and reading == "last_year":
            return rates[0]
    return sum(rates, Fraction(0)) / len(rates) if rates else Fraction(0)


def _steps(fund: Fund, year: int, rules: Rules, total: int) -> dict[str, dict[str, int]]:
    spent = {code: region.figure("spending", year - 1) or 0 for code, region in fund.regions.items()}
    bases: dict[str, Fraction] = {code: Fraction(amount) for code, amount in spent.items()}
    steps = {"last_year": spent, "base": _split(total, bases)}
    sofar = steps["base"]
    for factor, adjusted in _adjusted(fund, year, rules, bases):
        after = _split(total, adjusted)
        steps[factor] = {code: after[code] - sofar[code] for code in after}
        sofar, bases = after, adjusted
    least = rules.value("allocation.least")
    if least is not None and total:
        floors = {code: half_up(amount * Fraction(least)) for code, amount in spent.items()}
        after = apportion(total, bases, least=floors)
        steps["least"] = {code: after[code] - sofar[code] for code in after}
        sofar = after
    return {**steps, "budget": sofar}


def _split(total: int, bases: Mapping[str, Fraction]) -> dict[str, int]:
    """Without anything to divide by there is nothing to divide (`faults` has seen to it)."""
    return split(total, bases) if any(bases.values()) else dict.fromkeys(bases, 0)


def _adjusted(
    fund: Fund, year: int, rules: Rules, bases: Mapping[str, Fraction]
) -> Iterator[tuple[str, dict[str, Fraction]]]:
    """The bases after each factor in turn, those before it included.

    index: spending × (1 + Σ weight × growth). shares: each factor's weight passes from the share of spending to the
    factor's own share (of spending carried on by its growth, of services, of beneficiaries).
    """
    adjusted = dict(bases)
    for factor, weight in weights(rules).items():
        change = _change(fund, year, factor, rules, bases)
        after = {code: adjusted[code] + weight * change[code] for code in bases}
        adjusted = after if any(after.values()) else adjusted
        yield factor, adjusted


def _change(fund: Fund, year: int, factor: str, rules: Rules, bases: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """What a factor of the weight one would add to each base; one that is zero everywhere changes nothing."""
    reading = rules.value("allocation.history") if factor == "growth" else "last_year"
    grown = {code: base * growth(fund.regions[code], FACTORS[factor], year, reading) for code, base in bases.items()}
    if rules.value("allocation.method") == "index":
        return grown
    own = {code: base + grown[code] for code, base in bases.items()}
    if factor != "growth":
        figures = {code: region.figure(FACTORS[factor], year - 1) or 0 for code, region in fund.regions.items()}
        own = {code: Fraction(figure) for code, figure in figures.items()}
    whole, parts = sum(bases.values()), sum(own.values())
    return {code: whole * own[code] / parts - base if parts else Fraction(0) for code, base in bases.items()}
