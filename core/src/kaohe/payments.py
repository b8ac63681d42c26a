"""What must hold of payments and agreements before a deposit is withheld."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from kaohe.dataset import CONTRACT, Dataset
from kaohe.messages import Text, text
from kaohe.model import Rules
from kaohe.problems import Problem

MILLIONTHS = 10**6
LISTED = 20
"""Faults of one kind that are listed one by one."""


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Rates and deposits above the cap, months outside the year, agreements that begin on one day."""
    if rules.scheme.deposit is None:
        return
    article = rules.scheme.deposit.withheld
    cap: Decimal | None = rules.value("deposit.cap")
    most = MILLIONTHS if cap is None else int(cap * MILLIONTHS)
    if (agreements := dataset.held("agreements")) is not None:
        high = agreements.filter(pl.col("deposit_rate") > most)
        yield from _faults(
            "agreements", high, ["agreement"], text("the deposit rate is above {most}", most=cap), article
        )
        same = agreements.filter(pl.struct("institution", "from").is_duplicated())
        begin = text("two agreements of one institution begin on this day")
        yield from _faults("agreements", same, ["agreement", "from"], begin, "")
    if (payments := dataset.tables.get("payments")) is not None:
        key = ["institution", "fund", "month"]
        # Down to the fen: of 100.05 yuan at most 10.00 is 10 %.
        bound = pl.col("payable").cast(pl.Int128) * most // MILLIONTHS
        above = payments.filter(pl.col("withheld").cast(pl.Int128) > bound).collect()
        said = text("more is withheld than {most} of the month's payable", most=cap)
        yield from _faults("payments", above, key, said, article)
        first, last = f"{dataset.begins:%Y-%m}", f"{dataset.ends:%Y-%m}"
        outside = payments.filter((pl.col("month") < first) | (pl.col("month") > last)).collect()
        said = text("this is outside the assessment year, {begins} to {ends}", begins=first, ends=last)
        yield from _faults("payments", outside, key, said, "")


def _faults(table: str, rows: pl.DataFrame, key: list[str], said: Text, article: str) -> Iterator[Problem]:
    """A fault for each row, by its key; beyond a few they are counted."""
    remedy = text("correct it, by {article}", article=article) if article else text("correct it")
    for row in rows.sort(key).head(LISTED).select(key).rows():
        place = " / ".join(_said(value) for value in row)
        message = text("{place}: {message}", place=place, message=said)
        yield Problem("payment", message, remedy, file=str(CONTRACT[table]), table=table, key=place)
    if (more := rows.height - LISTED) > 0:
        message = text("{n} more rows like these: {message}", n=more, message=said)
        yield Problem("payment", message, remedy, file=str(CONTRACT[table]), table=table)


def _said(value: Any) -> str:
    return "–" if value is None else str(value)
