"""What a settlement did to each region, as a table a fund."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from kaohe.accounts import MONTHS, YEAR_END
from kaohe.messages import Text, text
from kaohe.money import plain

if TYPE_CHECKING:
    from kaohe.run import Run

HEADINGS = (
    "budget", "cost", "overspend", "forfeited", "reserve", "unspent", "borne", "others", "open", "shared",
)  # fmt: skip


def regional(run: Run) -> pl.DataFrame:
    """By fund and region, in fen: the columns of `HEADINGS`.

    `budget` and actual `cost`; `overspend` above the available funds, and what of it the region's own `forfeited`
    deposits, the `reserve`, other regions' `unspent` budgets, the fund (`borne`) and any `others` bear, what nobody
    bears yet (`open`); and what the region itself bears of all that was `shared`. What a correction moved since counts
    in `open` and `shared` only.
    """
    journal = run.tables["journal"].filter(pl.col("region") != "")
    budgets = (
        run.tables["allocations"]
        .filter(pl.col("step") == "budget", pl.col("region") != "")
        .select("fund", "region", budget="amount")
    )
    account, amount, key = pl.col("account"), pl.col("amount"), ["fund", "region"]
    months = pl.col("entry").str.starts_with(f"{MONTHS}-") & account.is_in(["budget", "overspend", "parked"])
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
                for name in (*SOURCES.values(), "others")
            },
            open=amount.filter(over).sum(),
            shared=amount.filter(account == "shared").sum(),
        )
    )
    return budgets.join(rows, on=key, how="left").fill_null(0).select(*key, *HEADINGS).sort(key)


SOURCES = {"forfeited": "forfeited", "reserve": "reserve", "budget": "unspent", "borne": "borne"}
"""Accounts that an overspend is met from at the year-end, and the column each is shown in."""


def _sources(journal: pl.DataFrame) -> pl.DataFrame:
    """The column of the account that each entry of the year-end draws on; a document's own sources are `others`."""
    drawn = journal.filter(
        pl.col("entry").str.starts_with(f"{YEAR_END}-"),
        pl.col("amount") > 0,
        ~pl.col("account").is_in(["overspend", "shared"]),
    )
    named = drawn.with_columns(source=pl.col("account").replace_strict(SOURCES, default="others"))
    return named.group_by("entry").agg(pl.col("source").first())


def document(run: Run) -> list[dict[str, str]]:
    """The table as plain data, in yuan."""
    return [
        {name: plain(value) if isinstance(value, int) else value for name, value in row.items()}
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
        "borne": text("the fund"),
        "others": text("other sources"),
        "open": text("open"),
        "shared": text("bears"),
    }
