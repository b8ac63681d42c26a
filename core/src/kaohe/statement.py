"""One institution's money, from the run's journal: each account's balance, and why the year-end moved it."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from kaohe.accounts import MONTHS
from kaohe.store import Stored


@frozen
class Balance:
    """What stands on one account for an institution, in yuan: the sum of its lines in the journal, debit positive.

    `article` and `cause` are those of the last entry that is not a monthly settlement; empty where there is none.
    """

    fund: str
    account: str
    amount: Decimal
    article: str
    cause: str


def statement(run: Stored, institution: str) -> list[Balance]:
    """The institution's accounts by fund, those that are not zero, in the order in which they were first used."""
    sums: dict[tuple[str, str], Decimal] = {}
    why: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sorted(run.rows("journal", institution=institution), key=lambda row: (row["date"], row["entry"])):
        key = row["fund"], row["account"]
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount"])
        if not str(row["entry"]).startswith(f"{MONTHS}-"):
            why[key] = row["article"], row["cause"]
    return [Balance(*key, amount, *why.get(key, ("", ""))) for key, amount in sums.items() if amount]
