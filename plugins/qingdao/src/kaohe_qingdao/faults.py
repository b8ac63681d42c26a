"""What is wrong with a year under the opinions: all of it at once, each with its figures and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from kaohe import Problem, Rules, half_up
from kaohe_qingdao.budget import FACTORS, weights
from kaohe_qingdao.words import text
from kaohe_qingdao.year import ASSESSORS, Fund, Payment, Revenue, Year
from kaohe_qingdao.yearend import FULL, yuan


def of_budgets(year: Year, rules: Rules) -> list[Problem]:
    """Faults of funds, revenues, regions and weights, for which no budget can be split."""
    found = list(_weights(rules))
    for fund in year.funds.values():
        revenues = [problem for revenue in fund.revenues for problem in _revenue(fund, revenue)]
        found += revenues or list(_bound(fund, year.year))
        regions = [*_regions(fund, year.year, rules), *_parts(fund)]
        found += regions or list(_divisible(fund, year.year, rules))
    return found


FIGURES = {"spending": text("spending"), "services": text("services"), "beneficiaries": text("beneficiaries")}

RAISE, RAISED = "财政补贴提高部分", 3_000
"""Item 1: from 2023 the subsidy is raised by a further 30 yuan a person and year; the source of revenue by its name."""


def of_subsidies(year: Year) -> list[Problem]:
    """A warning where what city and districts pay of the raised subsidy is not 30 yuan a person together (item 1)."""
    found = []
    for fund in year.funds.values():
        rates = [revenue.rate for revenue in fund.revenues if revenue.source == RAISE]
        known = [rate for rate in rates if rate is not None]
        if known and len(known) == len(rates) and sum(known) != RAISED:
            message = text(
                "fund “{fund}”: “{source}” is {rate} a person and year; item 1 says {raised} together",
                fund=fund.fund, source=RAISE, rate=yuan(sum(known)), raised=yuan(RAISED),
            )  # fmt: skip
            remedy = text("correct the rates, or name another source otherwise")
            found.append(Problem("revenue", message, remedy, "warning", table="revenues", column="rate"))
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


def of_shares(rules: Rules) -> list[Problem]:
    """A release by grade needs the grades' shares, each a share of 1."""
    found = []
    for method, shares in (("deposit.release", "deposit.shares"), ("cost.draw", "cost.shares")):
        given = rules.value(shares)
        if rules.value(method) == "grades" and not given:
            message = text("“{method}” is by grade, but “{shares}” is not given", method=method, shares=shares)
            found.append(Problem("parameter", message, text("give it in a parameter file (--params)")))
        for grade, share in (given or {}).items():
            if not _is_share(share):
                message = text(
                    "“{shares}”: {share} for {grade} is not a share of 1", shares=shares, share=share, grade=grade
                )
                found.append(Problem("parameter", message, text("write it as 0.8")))
    return found


def _is_share(written: str) -> bool:
    try:
        return 0 <= Fraction(written) <= 1
    except (ValueError, ZeroDivisionError):
        return False


def _weights(rules: Rules) -> Iterator[Problem]:
    given = weights(rules)
    if sum(given.values()) > 1:
        message = text(
            "the weights of the factors are together {sum}, above 1", sum=short(sum(given.values(), Fraction(0)))
        )
        yield Problem("parameter", message, text("lower them: what is left of 1 is the weight of last year's share"))


def short(value: Fraction) -> str:
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


def _bound(fund: Fund, year: int) -> Iterator[Problem]:
    """以收定支: a budget above the revenue is refused."""
    if fund.budget is None:
        message = text("fund “{fund}”: the budget of {year} is not given", fund=fund.fund, year=year)
        yield Problem("budget", message, text("give it in the table “funds”"), table="funds", column="budget")
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
        yield Problem("budget", message, text("lower the budget (item 2: 以收定支)"), table="funds", column="budget")


def _regions(fund: Fund, year: int, rules: Rules) -> Iterator[Problem]:
    if not fund.regions:
        message = text("fund “{fund}” has no regions in {year}", fund=fund.fund, year=year)
        yield Problem("regions", message, text("give them in the table “regions”"), table="regions")
    for region in fund.regions.values():
        needed = {"spending": year - 1}
        needed |= {FACTORS[factor]: year - 1 for factor in weights(rules)}
        for figure, when in needed.items():
            if region.figure(figure, when) is None:
                message = text(
                    "fund “{fund}”, {region}: {figure} of {year} is not recorded",
                    fund=fund.fund, region=region.name, figure=FIGURES[figure], year=when,
                )  # fmt: skip
                yield Problem(
                    "regions", message, text("give it; 0 where there was none"), table="regions", column=figure
                )
        if region.score is not None and region.score > FULL:
            message = text(
                "fund “{fund}”, {region}: the agency's score is above 100", fund=fund.fund, region=region.name
            )
            yield Problem("regions", message, text("convert it to 100"), table="regions", column="agency_score")


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


def _divisible(fund: Fund, year: int, rules: Rules) -> Iterator[Problem]:
    """A budget needs last year's spending to be split by, and must reach for the floors."""
    spent = [region.figure("spending", year - 1) or 0 for region in fund.regions.values()]
    rate, least = rules.value("reserve.rate"), rules.value("allocation.least")
    if fund.budget is None or rate is None:
        return
    total = fund.budget - half_up(fund.budget * Fraction(rate))
    if total and not sum(spent):
        message = text(
            "fund “{fund}”: nothing was spent in {year}, so there are no shares to split by",
            fund=fund.fund,
            year=year - 1,
        )
        yield Problem(
            "regions",
            message,
            text("item 3 splits by last year's spending: give it"),
            table="regions",
            column="spending",
        )
    floors = sum(half_up(amount * Fraction(least)) for amount in spent) if least is not None else 0
    if floors > total:
        message = text(
            "fund “{fund}”: the floors are together {floors}, above {total}",
            fund=fund.fund,
            floors=yuan(floors),
            total=yuan(total),
        )
        yield Problem("parameter", message, text("lower allocation.least"))


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
    if year.institutions.get(payment.institution, {}).get("kind") in ASSESSORS:
        message = text("payment to {institution} of {month}: it is a third party, not a care institution", **named)
        remedy = text("its cost is settled by its agreement's fee (item 6)")
        yield Problem("payments", message, remedy, table="payments", column="institution")
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
