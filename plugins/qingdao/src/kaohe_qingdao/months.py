"""Twelve monthly settlements: paid within the region's remaining budget, the deposit withheld (items 3, 4)."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import define, field

from kaohe import Journal, Posting, Rules, half_up, within
from kaohe_qingdao.words import CUSHIONS, REGIONS, text
from kaohe_qingdao.year import Payment, Year

RATE = 1_000_000
"""The unit of a rate in a table."""

Held = dict[tuple[str, str], int]
"""Amounts in fen by region and institution."""


@define
class Settled:
    """Where a fund stands after its months, in fen: what each region used of its budget and what its care cost; by
    region and institution the deposits held and what was deferred."""

    budgets: Mapping[str, int]
    used: dict[str, int] = field(factory=lambda: defaultdict(int))
    cost: dict[str, int] = field(factory=lambda: defaultdict(int))
    held: Held = field(factory=lambda: defaultdict(int))
    deferred: Held = field(factory=lambda: defaultdict(int))


def last_day(month: str) -> str:
    """The last day of a month (2023-03 → 2023-03-31)."""
    year, number = map(int, month.split("-"))
    return f"{month}-{monthrange(year, number)[1]:02}"


def deposits(year: Year, rules: Rules) -> dict[Payment, int] | None:
    """The deposit of each payment in fen: as it was withheld, by the agreement's rate, or by deposit.rate.

    None where one of them is unknown.
    """
    general = rules.value("deposit.rate")
    found = {}
    for payment in year.payments:
        if payment.withheld is not None:
            found[payment] = payment.withheld
            continue
        rate = _agreed(year, payment)
        if rate is None and general is None:
            return None
        found[payment] = half_up(payment.payable * (Fraction(general) if rate is None else rate))
    return found


def _agreed(year: Year, payment: Payment) -> Fraction | None:
    """The rate of the institution's agreement in that month, of several the latest one's."""
    rate = None
    for row in year.agreements_of(payment.institution):
        if row["deposit_rate"] is not None and f"{row['from']:%Y-%m}" <= payment.month <= f"{row['to']:%Y-%m}":
            rate = Fraction(row["deposit_rate"], RATE)
    return rate


def settle_months(
    journal: Journal, fund: str, budgets: Mapping[str, int], withheld: Mapping[Payment, int], rules: Rules
) -> Settled:
    """Post a fund's months; what is beyond a region's remaining budget is deferred or paid, by the reading.

    Where a month's payments pass the remaining budget, the rest of it is divided in proportion to them.
    """
    settled = Settled(budgets)
    for region, payments in _months(fund, withheld):
        payable = {payment: payment.payable for payment in payments}
        admitted = within(budgets[region] - settled.used[region], payable)
        for payment, deposit in ((payment, withheld[payment]) for payment in payments):
            cash = payment.payable - deposit
            if rules.value("payments.beyond") == "deferred":
                cash = max(0, admitted[payment] - deposit)
            _post(journal, payment, admitted[payment], deposit, cash)
            settled.held[region, payment.institution] += deposit
            settled.deferred[region, payment.institution] += payment.payable - deposit - cash
        settled.used[region] += sum(admitted.values())
        settled.cost[region] += sum(payable.values())
    return settled


def _months(fund: str, withheld: Mapping[Payment, int]) -> Iterator[tuple[str, list[Payment]]]:
    """Month after month, each region and its payments."""
    months: defaultdict[tuple[str, str], list[Payment]] = defaultdict(list)
    for payment in withheld:
        if payment.fund == fund:
            months[payment.month, payment.region].append(payment)
    for (_, region), payments in sorted(months.items()):
        yield region, payments


def _post(journal: Journal, payment: Payment, admitted: int, deposit: int, cash: int) -> None:
    region, institution = payment.region, payment.institution
    deferred = payment.payable - deposit - cash
    within_budget = text("{month}: within the remaining budget", month=payment.month)
    beyond = text("{month}: beyond the remaining budget", month=payment.month)
    journal.post(
        payment.fund,
        last_day(payment.month),
        [
            Posting("budget", admitted, region=region),
            Posting("overspend", payment.payable - admitted, region=region),
            Posting("paid", -cash, institution, region),
            Posting("deposit", -deposit, institution, region),
            Posting("deferred", -deferred, institution, region),
        ],
        article=CUSHIONS if admitted == payment.payable else REGIONS,
        cause=str(within_budget if admitted == payment.payable else beyond),
        series="M",
    )
