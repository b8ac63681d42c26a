"""Results side by side: a row for each institution and side; and the money, account by account."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from kaohe import Dataset, Run
from kaohe.accounts import LOST
from kaohe.run import decimals

ACCOUNT = ["fund", "account", "institution", "region"]
POINTS = ("score", "low", "high", "comparable", "comparable_full")


def results(dataset: Dataset, runs: Mapping[str, Run], totals: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """A row for each institution and side, in that order; a side that has no result of an institution has a row too.

    side, institution, name, kind, score, low, high, rank, grade, status, basis, consequences (joined by “；”),
    forfeited (fen that the result costs; null where no money of it is settled), comparable and comparable_full.
    Points are decimals.
    """
    institutions = dataset.tables["institutions"].select("institution", "name", "kind").collect()
    parts = []
    for side, run in runs.items():
        of_side = run.tables["results"].drop("kind")
        rows = institutions.join(of_side, on="institution", how="left")
        rows = rows.join(_consequences(run), on="institution", how="left").join(
            _forfeited(run), on="institution", how="left"
        )
        rows = rows.join(totals[side], on="institution", how="left")
        parts.append(decimals(rows, POINTS).with_columns(side=pl.lit(side)))
    together = pl.concat(parts)
    order = pl.DataFrame({"side": list(runs), "place": range(len(runs))})
    return together.join(order, on="side").sort("institution", "place").drop("place").select("side", pl.exclude("side"))


def _consequences(run: Run) -> pl.DataFrame:
    words = {rule.consequence: rule.text for rule in run.stages["consequences"].scheme.consequences}
    said = run.tables["consequences"].with_columns(pl.col("consequence").replace(words))
    return said.group_by("institution", maintain_order=True).agg(
        consequences=pl.col("consequence").unique(maintain_order=True).str.join("；")
    )


def _forfeited(run: Run) -> pl.DataFrame:
    """What the result costs each institution, in fen; of those of whom money is booked at all."""
    journal = run.tables["journal"].filter(pl.col("institution").fill_null("") != "")
    lost = pl.col("amount").filter(pl.col("account").is_in(LOST)).sum()
    return journal.group_by("institution").agg(forfeited=-lost)


def money(runs: Mapping[str, Run]) -> pl.DataFrame:
    """The balance of every account, in fen, debit positive: side, fund, account, institution, region, amount."""
    parts = [
        run.tables["journal"]
        .with_columns(pl.col("institution", "region").fill_null(""))
        .group_by(ACCOUNT)
        .agg(pl.col("amount").sum())
        .sort(ACCOUNT)
        .select(pl.lit(side).alias("side"), *ACCOUNT, "amount")
        for side, run in runs.items()
    ]
    return pl.concat(parts)
