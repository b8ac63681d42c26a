"""Three ledgers of one fund against each other, account by account and voucher by voucher."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from kaohe.dataset import Dataset

LEDGERS = ("agency", "centre", "voucher")
RECONCILIATION = {
    "institution": pl.String, "fund": pl.String, "account": pl.String, "month": pl.String, "document": pl.String,
    "left": pl.String, "right": pl.String, "left_amount": pl.Int64, "right_amount": pl.Int64, "difference": pl.Int64,
}  # fmt: skip
ACCOUNT = ["institution", "fund", "account", "month"]


def reconcile(dataset: Dataset) -> pl.DataFrame:
    """Every difference between two ledgers, in fen, ordered: a row each.

    `document` is empty where an account's month differs as a whole. `left_amount` or `right_amount` is null where
    that ledger has no such line; `difference` is left minus right. A ledger of which an institution has no line at
    all is not compared: `unkept` names it.
    """
    ledgers = dataset.held("ledgers")
    if ledgers is None:
        return pl.DataFrame(schema=RECONCILIATION)
    kept = set(ledgers.select("institution", "ledger").unique().rows())
    parts = [pl.DataFrame(schema=RECONCILIATION)]
    vouchers = ledgers.filter(pl.col("document").is_not_null())
    for left, right in combinations(LEDGERS, 2):
        both = [name for name in ledgers["institution"].unique() if {(name, left), (name, right)} <= kept]
        for lines, key in ((ledgers, ACCOUNT), (vouchers, [*ACCOUNT, "document"])):
            compared = _compared(lines.filter(pl.col("institution").is_in(both)), key, left, right)
            parts.append(compared)
    return pl.concat(parts).sort("institution", "fund", "account", "month", "document", "left", "right")


def unkept(dataset: Dataset) -> list[tuple[str, str]]:
    """Institutions with some ledger, and each ledger that they lack."""
    ledgers = dataset.held("ledgers")
    if ledgers is None:
        return []
    kept = set(ledgers.select("institution", "ledger").unique().rows())
    institutions = sorted({institution for institution, _ in kept})
    return [
        (institution, ledger) for institution in institutions for ledger in LEDGERS if (institution, ledger) not in kept
    ]


def _compared(lines: pl.DataFrame, key: list[str], left: str, right: str) -> pl.DataFrame:
    """The lines of two ledgers whose sums differ, or that only one of them has."""
    summed = lines.group_by("ledger", *key).agg(pl.col("amount").sum())
    one, other = (
        summed.filter(pl.col("ledger") == ledger).select(*key, pl.col("amount").alias(name))
        for ledger, name in ((left, "left_amount"), (right, "right_amount"))
    )
    joined = one.join(other, on=key, how="full", coalesce=True)
    difference = pl.col("left_amount").fill_null(0) - pl.col("right_amount").fill_null(0)
    there = pl.col("left_amount").is_null() != pl.col("right_amount").is_null()
    if "document" not in key:
        joined = joined.with_columns(document=pl.lit(""))
    wrong = joined.with_columns(difference=difference, left=pl.lit(left), right=pl.lit(right)).filter(
        (pl.col("difference") != 0) | there
    )
    return wrong.select(list(RECONCILIATION))
