"""What a settlement leaves open, said once for each cause: a year-end that waits, overspend nobody bears, deposits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from kaohe.accounts import OPENING, YEAR_END
from kaohe.dataset import Dataset
from kaohe.messages import plural, text
from kaohe.problems import Problem


def of(dataset: Dataset, tables: Mapping[str, pl.DataFrame]) -> list[Problem]:
    """Warnings about the journal of regional budgets; none where no budget was opened."""
    journal = tables["journal"]
    opened, closed = (
        set(journal.filter(pl.col("entry").str.starts_with(f"{series}-"))["fund"]) for series in (OPENING, YEAR_END)
    )
    waiting = sorted((opened - closed) & _without_revenue(dataset))
    settled = journal.filter(pl.col("fund").is_in(sorted(opened)), ~pl.col("fund").is_in(waiting))
    return [*_waiting(waiting), *_overspend(settled), *_deposits(settled)]


def _without_revenue(dataset: Dataset) -> set[str]:
    """The funds of which some source's actual revenue is not recorded."""
    if "revenues" not in dataset.tables:
        return set()
    of_year = dataset.tables["revenues"].filter(pl.col("year") == dataset.year, pl.col("actual").is_null())
    return set(of_year.collect()["fund"])


def _waiting(funds: list[str]) -> Iterator[Problem]:
    for fund in funds:
        message = text("fund “{fund}”: the year-end is not settled", fund=fund)
        remedy = text("record the fund's actual revenue, all sources of it")
        yield Problem("uncovered", message, remedy, "warning", table="revenues", column="actual")


def _overspend(journal: pl.DataFrame) -> Iterator[Problem]:
    left = journal.filter(pl.col("account") == "overspend").group_by("fund", "region").agg(pl.col("amount").sum())
    for fund, region, amount in left.filter(pl.col("amount") > 0).sort("fund", "region").rows():
        yuan = f"{amount // 100:,}.{amount % 100:02}"
        message = text(
            "fund “{fund}”, region {region}: nobody bears {amount} yuan of its overspend yet",
            fund=fund,
            region=region,
            amount=yuan,
        )
        remedy = text("record the agencies' scores of the regions that share")
        yield Problem("uncovered", message, remedy, "warning", table="regions", column="agency_score")


def _deposits(journal: pl.DataFrame) -> Iterator[Problem]:
    held = journal.filter(pl.col("account") == "deposit").group_by("fund", "institution").agg(pl.col("amount").sum())
    if number := held.filter(pl.col("amount") != 0)["institution"].n_unique():
        message = plural(
            number,
            "the deposit of {n} institution stays withheld: it has no result",
            "the deposits of {n} institutions stay withheld: they have no result",
        )
        yield Problem("uncovered", message, text("complete their assessment"), "warning", table="results")
