"""What is wrong with a year under the opinions, beyond what holds of every regional budget."""

from __future__ import annotations

from collections.abc import Iterator

from kaohe import Problem, Rules, Year, shares_by_grade, yuan
from kaohe_qingdao.words import ASSESSORS, text

RAISE, RAISED = "财政补贴提高部分", 3_000
"""Item 1: from 2023 the subsidy is raised by a further 30 yuan a person and year; the source of revenue by its name."""


def of_subsidies(year: Year) -> Iterator[Problem]:
    """A warning where what city and districts pay of the raised subsidy is not 30 yuan a person together (item 1)."""
    for fund in year.funds.values():
        rates = [revenue.rate for revenue in fund.revenues if revenue.source == RAISE]
        known = [rate for rate in rates if rate is not None]
        if known and len(known) == len(rates) and sum(known) != RAISED:
            message = text(
                "fund “{fund}”: “{source}” is {rate} a person and year; item 1 says {raised} together",
                fund=fund.fund, source=RAISE, rate=yuan(sum(known)), raised=yuan(RAISED),
            )  # fmt: skip
            remedy = text("correct the rates, or name another source otherwise")
            yield Problem("revenue", message, remedy, "warning", table="revenues", column="rate")


def of_third_parties(year: Year, rules: Rules) -> Iterator[Problem]:
    """Payments to third parties, which are not care institutions; shares of their cost that are none (item 6)."""
    for payment in year.payments:
        if year.institutions.get(payment.institution, {}).get("kind") in ASSESSORS:
            message = text(
                "payment to {institution} of {month}: it is a third party, not a care institution",
                institution=payment.institution, month=payment.month,
            )  # fmt: skip
            remedy = text("its cost is settled by its agreement's fee (item 6)")
            yield Problem("payments", message, remedy, table="payments", column="institution")
    yield from shares_by_grade(rules, "cost.draw", "cost.shares")
