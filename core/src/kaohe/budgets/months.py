"""Monthly settlements: admitted within the limit of the region's budget, the deposit withheld, the excess parked."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from attrs import define, field

from kaohe.accounts import MONTHS
from kaohe.budgets.year import Payment, Year
from kaohe.causes import cause
from kaohe.journal import Journal, Posting
from kaohe.model import Budgets, Months, Rules
from kaohe.money import half_up, split, within

RATE = 1_000_000
"""The unit of a rate in a table."""

Held = dict[tuple[str, str], int]
"""Amounts in fen by region and institution."""


@define
class Settled:
    """Where a fund stands after its months, in fen: what each region used of its budget, what its care cost, and what
    passed a month's limit; by region and institution the deposits held and what was deferred."""

    used: dict[str, int] = field(factory=lambda: defaultdict(int))
    cost: dict[str, int] = field(factory=lambda: defaultdict(int))
    parked: dict[str, int] = field(factory=lambda: defaultdict(int))
    held: Held = field(factory=lambda: defaultdict(int))
    deferred: Held = field(factory=lambda: defaultdict(int))


def last_day(month: str) -> str:
    """The last day of a month (2023-03 → 2023-03-31)."""
    year, number = map(int, month.split("-"))
    return f"{month}-{monthrange(year, number)[1]:02}"


def deposits(year: Year, rules: Rules, says: Budgets) -> dict[Payment, int] | None:
    """The deposit of each payment in fen: as it was withheld, by the agreement's rate, or by the scheme's.

    None where one of them is unknown; 0 where the scheme has no deposit.
    """
    if says.deposit is None:
        return dict.fromkeys(year.payments, 0)
    general = rules.value(says.deposit.rate)
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
    journal: Journal,
    fund: str,
    budgets: Mapping[str, int],
    withheld: Mapping[Payment, int],
    months: list[str],
    rules: Rules,
    says: Months,
) -> Settled:
    """Post a fund's months; what is beyond the limit is deferred or paid, as the scheme says.

    Where a month's payments pass the limit, what it allows is divided in proportion to them.
    """
    settled, limit = Settled(), rules.option(says.limit)
    allowed = _limits(budgets, months, limit)
    for month, region, payments in _months(fund, withheld):
        payable = {payment: payment.payable for payment in payments}
        admitted = within(allowed(region, month, settled.used[region]), payable)
        for payment, deposit in ((payment, withheld[payment]) for payment in payments):
            cash = payment.payable - deposit
            if rules.option(says.excess) == "deferred":
                cash = max(0, admitted[payment] - deposit)
            _post(journal, payment, admitted[payment], deposit, cash, limit, says)
            settled.held[region, payment.institution] += deposit
            settled.deferred[region, payment.institution] += payment.payable - deposit - cash
        settled.used[region] += sum(admitted.values())
        settled.cost[region] += sum(payable.values())
        if limit != "year":
            settled.parked[region] += sum(payable.values()) - sum(admitted.values())
    return settled


def _limits(budgets: Mapping[str, int], months: list[str], limit: str) -> Callable[[str, str, int], int]:
    """What a region may use in a month, having used so much, in fen; the twelfths of a budget sum to it."""
    parts = {region: split(budget, dict.fromkeys(months, 1)) for region, budget in budgets.items()}

    def allowed(region: str, month: str, used: int) -> int:
        match limit:
            case "month":
                return parts[region][month]
            case "to_date":
                return sum(amount for at, amount in parts[region].items() if at <= month) - used
            case _:
                return budgets[region] - used

    return allowed


def _months(fund: str, withheld: Mapping[Payment, int]) -> Iterator[tuple[str, str, list[Payment]]]:
    """Month after month, each region and its payments."""
    months: defaultdict[tuple[str, str], list[Payment]] = defaultdict(list)
    for payment in withheld:
        if payment.fund == fund:
            months[payment.month, payment.region].append(payment)
    for (month, region), payments in sorted(months.items()):
        yield month, region, payments


def _post(journal: Journal, payment: Payment, admitted: int, deposit: int, cash: int, limit: str, says: Months) -> None:
    region, institution = payment.region, payment.institution
    deferred = payment.payable - deposit - cash
    whole = admitted == payment.payable
    code = f"{'within' if whole else 'beyond'}{'' if limit == 'year' else '_limit'}"
    journal.post(
        payment.fund,
        last_day(payment.month),
        [
            Posting("budget", admitted, region=region),
            Posting("overspend" if limit == "year" else "parked", payment.payable - admitted, region=region),
            Posting("paid", -cash, institution, region),
            Posting("deposit", -deposit, institution, region),
            Posting("deferred", -deferred, institution, region),
        ],
        article=says.article if whole else says.beyond,
        cause=cause(code, payment.month),
        series=MONTHS,
    )
