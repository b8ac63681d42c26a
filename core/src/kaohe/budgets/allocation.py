"""The budget: bounded by revenue, net of the reserve, and split over the regions step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import frozen

from kaohe.budgets.year import Fund, Region
from kaohe.model import Budgets, Factor, Rules
from kaohe.money import apportion, half_up, split

MONEY = "spending"
"""The one figure of a region that is money: its amounts stand among the steps, and floors can be shares of it."""


@frozen
class Allocated:
    """A fund's budget split: the reserve, what is left for the regions, and each step's amount by region, in fen.

    `steps`: `last_year` (its spending), `base` (the split by it), an adjustment of either sign for each factor with a
    weight and for the bounds, `budget`. The adjustments of a step sum to zero over the regions.
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

    def rows(self, says: Budgets) -> Iterator[tuple[str, str, str, int, str]]:
        """Rows of `allocations`; what concerns the fund as a whole has no region."""
        if says.bounded:
            yield self.fund, "", "revenue", self.revenue, says.bounded
        yield self.fund, "", "budget", self.budget, says.opened
        if says.reserve is not None:
            yield self.fund, "", "reserve", self.reserve, says.reserve.article
        yield self.fund, "", "distributable", self.budget - self.reserve, says.split
        for step, amounts in self.steps.items():
            for region, amount in amounts.items():
                yield self.fund, region, step, amount, says.split


def allocated(fund: Fund, year: int, rules: Rules, says: Budgets) -> Allocated | None:
    """The fund's allocation; None where the reserve's rate is not set. The fund is without faults."""
    reserve = reserved(fund, rules, says)
    if reserve is None or fund.budget is None:
        return None
    steps = _steps(fund, year, rules, says, fund.budget - reserve)
    return Allocated(fund.fund, fund.expected, fund.budget, reserve, steps)


def reserved(fund: Fund, rules: Rules, says: Budgets) -> int | None:
    """The fund's reserve in fen, half up; 0 where the scheme has none, None where its rate or the budget is not set."""
    if says.reserve is None:
        return 0
    rate = rules.value(says.reserve.rate)
    return None if rate is None or fund.budget is None else half_up(fund.budget * Fraction(rate))


def weighing(rules: Rules, says: Budgets) -> list[tuple[Factor, Fraction]]:
    """The factors that have a weight, each with it."""
    given = [(factor, rules.value(factor.weight)) for factor in says.factors]
    return [(factor, Fraction(weight)) for factor, weight in given if weight is not None]


def base_year(year: int, says: Budgets) -> int:
    """The year whose figures the split is based on."""
    return year if says.year == "this" else year - 1


def bounds(spent: Mapping[str, int], rules: Rules, share: str) -> dict[str, int] | None:
    """A share of each region's base in fen, half up; None where the scheme has no such bound, or it is not set."""
    value = rules.value(share) if share else None
    return None if value is None else {code: half_up(amount * Fraction(value)) for code, amount in spent.items()}


def growth(region: Region, figure: str, year: int, history: str) -> Fraction:
    """How a figure grew until a year: over the year before, or the mean of all growth on record.

    A year of zero, or one without the year before, says nothing: no growth.
    """
    rates = []
    for later in range(year, min(region.years, default=year + 1), -1):
        now, before = region.figure(figure, later), region.figure(figure, later - 1)
        if now is not None and before:
            rates.append(Fraction(now - before, before))
        elif history == "last_year":
            return Fraction(0)
        if rates and history == "last_year":
            return rates[0]
    return sum(rates, Fraction(0)) / len(rates) if rates else Fraction(0)


def _steps(fund: Fund, year: int, rules: Rules, says: Budgets, total: int) -> dict[str, dict[str, int]]:
    based = base_year(year, says)
    figures = {code: region.figure(says.base, based) or 0 for code, region in fund.regions.items()}
    weights: dict[str, Fraction] = {code: Fraction(figure) for code, figure in figures.items()}
    steps = {"last_year": figures} if says.base == MONEY and based < year else {}
    steps["base"] = sofar = _split(total, weights)
    for factor, adjusted in _adjusted(fund, based, rules, says, weights):
        after = _split(total, adjusted)
        steps[factor] = {code: after[code] - sofar[code] for code in after}
        sofar, weights = after, adjusted
    least, most = bounds(figures, rules, says.least), bounds(figures, rules, says.most)
    if total and (least is not None or most is not None):
        after = apportion(total, weights, least=least, most=most)
        steps["least"] = {code: after[code] - sofar[code] for code in after}
        sofar = after
    return {**steps, "budget": sofar}


def _split(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Without anything to divide by there is nothing to divide (`faults` has seen to it)."""
    return split(total, weights) if any(weights.values()) else dict.fromkeys(weights, 0)


def _adjusted(
    fund: Fund, year: int, rules: Rules, says: Budgets, bases: Mapping[str, Fraction]
) -> Iterator[tuple[str, dict[str, Fraction]]]:
    """The bases after each factor in turn, those before it included.

    index: base × (1 + Σ weight × growth). shares: each factor's weight passes from the share of the base to the
    factor's own share (of the base's figure carried on by its growth, of any other as it is).
    """
    adjusted = dict(bases)
    for factor, weight in weighing(rules, says):
        change = _change(fund, year, factor, rules, says, bases)
        after = {code: adjusted[code] + weight * change[code] for code in bases}
        adjusted = after if any(after.values()) else adjusted
        yield factor.step, adjusted


def _change(
    fund: Fund, year: int, factor: Factor, rules: Rules, says: Budgets, bases: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """What a factor of the weight one would add to each base; one that is zero everywhere changes nothing."""
    history, figure = rules.option(factor.history), factor.figure
    grown = {code: base * growth(fund.regions[code], figure, year, history) for code, base in bases.items()}
    if rules.option(says.method) == "index":
        return grown
    own = {code: base + grown[code] for code, base in bases.items()}
    if figure != says.base:
        own = {code: Fraction(region.figure(figure, year) or 0) for code, region in fund.regions.items()}
    whole, parts = sum(bases.values()), sum(own.values())
    return {code: whole * own[code] / parts - base if parts else Fraction(0) for code, base in bases.items()}
