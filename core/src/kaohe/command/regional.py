"""What a settlement did to each region, as a table a fund."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from kaohe.accounts import MONTHS, YEAR_END
from kaohe.messages import Text, text

if TYPE_CHECKING:
    from kaohe.run import Run

HEADINGS = (
    "budget", "cost", "overspend", "forfeited", "reserve", "unspent", "open", "shared",
)  # fmt: skip


def regional(run: Run) -> pl.DataFrame:
    """By fund and region, in fen: the columns of `HEADINGS`.

    `budget` and actual `cost`; `overspend` above the available funds, and what of it the region's own `forfeited`
    deposits, the `reserve` and other regions' `unspent` budgets bear, what nobody bears yet (`open`); and what the
    region itself bears of all that was `shared`. What a correction moved since counts in `open` and `shared` only.
    """
    journal = run.tables["journal"].filter(pl.col("region") != "")
    budgets = (
        run.tables["allocations"]
        .filter(pl.col("step") == "budget", pl.col("region") != "")
        .select("fund", "region", budget="amount")
    )
    account, amount, key = pl.col("account"), pl.col("amount"), ["fund", "region"]
    months = pl.col("entry").str.starts_with(f"{MONTHS}-") & account.is_in(["budget", "overspend"])
    over = account == "overspend"
    first = over & pl.col("adjusts").is_null()
    source = _sources(run.tables["journal"])
    rows = (
        journal.join(source, on="entry", how="left")
        .group_by(key)
        .agg(
            cost=amount.filter(months).sum(),
            overspend=amount.filter(first & (amount > 0)).sum(),
            **{
                name: -amount.filter(first & (amount < 0) & (pl.col("source") == name)).sum()
                for name in SOURCES.values()
            },
            open=amount.filter(over).sum(),
            shared=amount.filter(account == "shared").sum(),
        )
    )
    return budgets.join(rows, on=key, how="left").fill_null(0).select(*key, *HEADINGS).sort(key)


SOURCES = {"forfeited": "forfeited", "reserve": "reserve", "budget": "unspent"}
"""Accounts that an overspend is met from at the year-end, and the column each is shown in."""


def _sources(journal: pl.DataFrame) -> pl.DataFrame:
    """The account that each entry of the year-end draws on."""
    drawn = journal.filter(pl.col("entry").str.starts_with(f"{YEAR_END}-"), pl.col("amount") > 0)
    named = drawn.with_columns(source=pl.col("account").replace_strict(SOURCES, default=""))
    return named.filter(pl.col("source") != "").group_by("entry").agg(pl.col("source").first())


def document(run: Run) -> list[dict[str, str]]:
    """The table as plain data, in yuan."""
    return [
        {name: yuan(value).replace(",", "") if isinstance(value, int) else value for name, value in row.items()}
        for row in regional(run).to_dicts()
    ]


def titles() -> dict[str, Text]:
    """The headings for people."""
    return {
        "budget": text("budget"),
        "cost": text("actual cost"),
        "overspend": text("overspend"),
        "forfeited": text("own deposits"),
        "reserve": text("reserve"),
        "unspent": text("other budgets"),
        "open": text("open"),
        "shared": text("bears"),
    }


def yuan(amount: int) -> str:
    """Fen as yuan with thousands and two decimals."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100:,}.{abs(amount) % 100:02}"
