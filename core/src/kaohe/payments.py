"""What must hold of payments and agreements before a deposit is withheld."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from kaohe.dataset import Dataset
from kaohe.dataset.places import Row, at_rows
from kaohe.messages import Text, text
from kaohe.model import Rules
from kaohe.money import yuan
from kaohe.problems import Problem

MILLIONTHS = 10**6


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Rates and deposits above the cap, months outside the year, agreements that begin on one day."""
    if rules.scheme.deposit is None:
        return
    by_article = text("correct it, by {article}", article=rules.scheme.deposit.withheld)
    correct = text("correct it")
    cap: Decimal | None = rules.value("deposit.cap")
    most = MILLIONTHS if cap is None else int(cap * MILLIONTHS)
    if (agreements := dataset.held("agreements")) is not None:
        high = agreements.filter(pl.col("deposit_rate") > most)
        said = text("the deposit rate is above {most}", most=cap)
        yield from at_rows(dataset, "agreements", high, "deposit_rate", said, by_article, code="payment")
        same = agreements.filter(pl.struct("institution", "from").is_duplicated())
        yield from at_rows(dataset, "agreements", same, "from", _begins, correct, code="payment")
    if (payments := dataset.tables.get("payments")) is not None:
        # Down to the fen: of 100.05 yuan at most 10.00 is 10 %.
        bound = pl.col("payable").cast(pl.Int128) * most // MILLIONTHS
        above = payments.with_columns(bound=bound).filter(pl.col("withheld").cast(pl.Int128) > bound).collect()

        def too_much(row: Row) -> Text:
            return text("{withheld} is withheld of {payable}, more than {most} of it, {bound}",
                        withheld=yuan(row["withheld"]), payable=yuan(row["payable"]), most=cap or 1,
                        bound=yuan(row["bound"]))  # fmt: skip

        yield from at_rows(dataset, "payments", above, "withheld", too_much, by_article, code="payment")
        first, last = f"{dataset.begins:%Y-%m}", f"{dataset.ends:%Y-%m}"
        outside = payments.filter((pl.col("month") < first) | (pl.col("month") > last)).collect()

        def elsewhen(row: Row) -> Text:
            said = text("this is outside the assessment year, {begins} to {ends}", begins=first, ends=last)
            return text("“{value}”: {message}", value=row["month"], message=said)

        yield from at_rows(dataset, "payments", outside, "month", elsewhen, correct, code="payment")


def _begins(row: Row) -> Text:
    return text("{agreement}: two agreements of one institution begin on this day", agreement=row["agreement"])
