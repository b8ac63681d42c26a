"""What is wrong with a year of regional budgets: all of it at once, each with its figures and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from kaohe.budgets.allocation import MONEY, base_year, bounds, reserved, weighing
from kaohe.budgets.closing import FULL
from kaohe.budgets.year import Fund, Payment, Revenue, Year
from kaohe.dataset import Dataset
from kaohe.messages import Text, text
from kaohe.model import Budgets, Rules
from kaohe.money import half_up, yuan
from kaohe.problems import Problem


def of_dataset(dataset: Dataset, rules: Rules) -> list[Problem]:
    """Faults of a dataset under a scheme with budgets; none under another."""
    says = rules.scheme.budgets
    if says is None:
        return []
    year = Year.of_dataset(dataset, rules)
    return [*of_budgets(year, rules, says), *of_payments(year), *of_shares(rules, says)]


def of_budgets(year: Year, rules: Rules, says: Budgets) -> list[Problem]:
    """Faults of funds, revenues, regions and weights, for which no budget can be split."""
    found = list(_weights(rules, says))
    for fund in year.funds.values():
        revenues = [problem for revenue in fund.revenues for problem in _revenue(fund, revenue)] if says.bounded else []
        found += revenues or list(_bound(fund, year.year, says))
        regions = [*_regions(fund, year.year, rules, says), *_parts(fund)]
        found += regions or list(_divisible(fund, year.year, rules, says))
    return found


def of_payments(year: Year) -> list[Problem]:
    """Payments that belong to no fund, region or month of the year, or of which more was withheld than is payable."""
    found = [problem for payment in year.payments for problem in _payment(year, payment)]
    seen = Counter((one.institution, one.region, one.fund, one.month) for one in year.payments)
    for (institution, _, fund, month), times in seen.items():
        if times > 1:
            message = text(
                "payment to {institution} of {month} from “{fund}” stands there {times} times",
                institution=institution, month=month, fund=fund, times=times,
            )  # fmt: skip
            found.append(Problem("payments", message, text("leave one of them"), table="payments"))
    return found


def of_shares(rules: Rules, says: Budgets) -> list[Problem]:
    """A release by grade needs the grades' shares, each a share of 1."""
    deposit = says.deposit
    return [] if deposit is None else list(shares_by_grade(rules, deposit.release, deposit.shares))


def shares_by_grade(rules: Rules, by: str, shares: str) -> Iterator[Problem]:
    """Faults of the shares by grade, the parameter `shares`, by which `by` may release."""
    given = rules.value(shares) if shares else None
    if rules.option(by) == "grades" and not given:
        message = text("“{method}” is by grade, but “{shares}” is not given", method=by, shares=shares)
        yield Problem("parameter", message, text("give it in a parameter file (--params)"))
    for grade, share in (given or {}).items():
        if not _is_share(share):
            message = text(
                "“{shares}”: {share} for {grade} is not a share of 1", shares=shares, share=share, grade=grade
            )
            yield Problem("parameter", message, text("write it as 0.8"))


def _is_share(written: str) -> bool:
    try:
        return 0 <= Fraction(written) <= 1
    except (ValueError, ZeroDivisionError):
        return False


def _weights(rules: Rules, says: Budgets) -> Iterator[Problem]:
    total = sum((weight for _, weight in weighing(rules, says)), Fraction(0))
    if total > 1:
        message = text("the weights of the factors are together {sum}, above 1", sum=_short(total))
        yield Problem("parameter", message, text("lower them: what is left of 1 is the weight of last year's share"))


def _short(value: Fraction) -> str:
    """A short decimal, exact to four places."""
    units = half_up(value * 10_000)
    return f"{units // 10_000}.{units % 10_000:04}".rstrip("0").rstrip(".")


def _revenue(fund: Fund, revenue: Revenue) -> Iterator[Problem]:
    named = {"fund": fund.fund, "source": f"{revenue.source} {revenue.payer or ''}".strip()}
    if revenue.expected is None:
        message = text("fund “{fund}”: how much “{source}” brings is not given", **named)
        yield Problem("revenue", message, text("give planned, or persons and rate"), table="revenues", column="planned")
    elif revenue.by_rate is not None and revenue.by_rate != revenue.expected:
        message = text(
            "fund “{fund}”: “{source}” is planned at {planned}, but persons × rate is {by_rate}",
            planned=yuan(revenue.expected),
            by_rate=yuan(revenue.by_rate),
            **named,
        )
        yield Problem("revenue", message, text("correct one of them"), table="revenues", column="planned")


def _bound(fund: Fund, year: int, says: Budgets) -> Iterator[Problem]:
    """以收定支: a budget above the revenue is refused."""
    if fund.budget is None:
        message = text("fund “{fund}”: the budget of {year} is not given", fund=fund.fund, year=year)
        yield Problem("budget", message, text("give it in the table “funds”"), table="funds", column="budget")
    elif not says.bounded:
        return
    elif not fund.revenues:
        message = text("fund “{fund}”: the revenue of {year} is not given", fund=fund.fund, year=year)
        yield Problem("revenue", message, text("give it in the table “revenues”, by source"), table="revenues")
    elif fund.budget > fund.expected:
        message = text(
            "fund “{fund}”: the budget of {budget} is {above} above the revenue of {revenue} ({sources})",
            fund=fund.fund,
            budget=yuan(fund.budget),
            above=yuan(fund.budget - fund.expected),
            revenue=yuan(fund.expected),
            sources="；".join(f"{one.source} {one.payer or ''} {yuan(one.expected or 0)}" for one in fund.revenues),
        )
        yield Problem(
            "budget",
            message,
            text("lower the budget, by {article}", article=says.bounded),
            table="funds",
            column="budget",
        )


def _regions(fund: Fund, year: int, rules: Rules, says: Budgets) -> Iterator[Problem]:
    if not fund.regions:
        message = text("fund “{fund}” has no regions in {year}", fund=fund.fund, year=year)
        yield Problem("regions", message, text("give them in the table “regions”"), table="regions")
    for region in fund.regions.values():
        when = base_year(year, says)
        for figure in dict.fromkeys([says.base, *(factor.figure for factor, _ in weighing(rules, says))]):
            if region.figure(figure, when) is None:
                message = text(
                    "fund “{fund}”, {region}: {figure} of {year} is not recorded",
                    fund=fund.fund, region=region.name, figure=_named(figure), year=when,
                )  # fmt: skip
                yield Problem(
                    "regions", message, text("give it; 0 where there was none"), table="regions", column=figure
                )
        if region.score is not None and region.score > FULL:
            message = text(
                "fund “{fund}”, {region}: the agency's score is above 100", fund=fund.fund, region=region.name
            )
            yield Problem("regions", message, text("convert it to 100"), table="regions", column="agency_score")


def _named(figure: str) -> Text | str:
    """A column of the regions, for people; one that only the scheme declares by its own name."""
    return FIGURES.get(figure) or figure


FIGURES = {"spending": text("spending"), "services": text("services"), "beneficiaries": text("beneficiaries")}


def _parts(fund: Fund) -> Iterator[Problem]:
    for district, region in fund.parts.items():
        if region not in fund.regions:
            message = text(
                "fund “{fund}”: {district} is part of “{region}”, which is not a region",
                fund=fund.fund,
                district=district,
                region=region,
            )
            yield Problem("regions", message, text("correct part_of"), table="regions", column="part_of")


def _divisible(fund: Fund, year: int, rules: Rules, says: Budgets) -> Iterator[Problem]:
    """A budget needs the base to be split by, must reach for the floors, and the caps must let it out."""
    based, reserve = base_year(year, says), reserved(fund, rules, says)
    base = {code: region.figure(says.base, based) or 0 for code, region in fund.regions.items()}
    if fund.budget is None or reserve is None:
        return
    total = fund.budget - reserve
    if total and not sum(base.values()):
        message = text("fund “{fund}”: nothing was spent in {year}, so there are no shares to split by",
                       fund=fund.fund, year=based)  # fmt: skip
        if says.base != MONEY:
            message = text("fund “{fund}”: {figure} of {year} is 0 everywhere, so there are no shares to split by",
                           fund=fund.fund, figure=_named(says.base), year=based)  # fmt: skip
        remedy = text("give it: {article} splits by it", article=says.split)
        yield Problem("regions", message, remedy, table="regions", column=says.base)
    least, most = bounds(base, rules, says.least) or {}, bounds(base, rules, says.most)
    if (floors := sum(least.values())) > total:
        message = text("fund “{fund}”: the floors are together {floors}, above {total}",
                       fund=fund.fund, floors=yuan(floors), total=yuan(total))  # fmt: skip
        yield Problem("parameter", message, text("lower {parameter}", parameter=says.least))
    if most is not None and (caps := sum(most.values())) < total:
        message = text("fund “{fund}”: the caps are together {caps}, below {total}",
                       fund=fund.fund, caps=yuan(caps), total=yuan(total))  # fmt: skip
        yield Problem("parameter", message, text("raise {parameter}", parameter=says.most))
    if most is not None and any(least.get(code, 0) > cap for code, cap in most.items()):
        message = text("“{least}” is above “{most}”", least=says.least, most=says.most)
        yield Problem("parameter", message, text("correct one of them"))


def _payment(year: Year, payment: Payment) -> Iterator[Problem]:
    named = {"institution": payment.institution, "month": payment.month, "fund": payment.fund}
    if payment.fund not in year.funds:
        message = text("payment to {institution} of {month}: there is no fund “{fund}” in the year", **named)
        yield Problem("payments", message, text("correct it, or add the fund"), table="payments", column="fund")
    elif payment.region not in year.funds[payment.fund].regions:
        message = text(
            "payment to {institution} of {month}: “{region}” is not a region of the fund “{fund}”",
            region=payment.region,
            **named,
        )
        yield Problem(
            "payments", message, text("give the region there, or the institution's"), table="payments", column="region"
        )
    if not payment.month.startswith(str(year.year)):
        message = text("payment to {institution} of {month}: not of the year", **named)
        yield Problem(
            "payments", message, text("correct the month, or move it to its year"), table="payments", column="month"
        )
    if (payment.withheld or 0) > payment.payable:
        message = text(
            "payment to {institution} of {month}: {withheld} withheld of {payable}",
            withheld=yuan(payment.withheld or 0), payable=yuan(payment.payable), **named,
        )  # fmt: skip
        yield Problem("payments", message, text("correct one of them"), table="payments", column="withheld")
