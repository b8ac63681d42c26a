"""The quality deposit: withheld month by month, released or forfeited by the year's result."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl

from kaohe.model import Deposit, Rules, Schedule, assumptions, points
from kaohe.stages.contract import JOURNAL
from kaohe.stages.frames import Frame, Tables, assumed_of, collected, floor_division, held, materialised, nothing

WHOLE_RATE = 10**6
"""An agreement's rate is kept in millionths."""
PAYABLE, DEPOSIT, FORFEITED = "settlement_payable", "quality_deposit", "deposit_forfeited"
"""What is due to the institution; what is held back of it; what stays with the fund and is no claim on it."""
KEY = ["institution", "region", "fund"]
HELD = pl.Int128
"""Products of a deposit and a share: a deposit is at most 10¹⁵ fen a month, a share at most 10¹⁴ over 10¹⁴."""


def settle(tables: Tables, rules: Rules, articles: Deposit) -> Frame:
    """The deposit's entries as rows of the journal. Reads payments, agreements, results, periods, year.

    Parameters: deposit.cap, deposit.release, deposit.rounding. Whose result is pending, or not determined, or has no
    share because deposit.release is not set, keeps what is withheld in the account of the deposit.
    """
    month = materialised(withheld(tables, rules))
    entries = [*_withholding(month, articles, assumptions(rules, "deposit.cap"))]
    year = collected(month.group_by(KEY).agg(nw.col("withheld").sum().cast(nw.Int64)))
    entries += _year_end(
        year, collected(tables["results"].select("institution", "score", "status", "basis")), tables, rules, articles
    )
    return nw.concat(entries)


def withheld(tables: Tables, rules: Rules) -> Frame:
    """What is withheld of every payment in fen: institution, region, fund, month, day, payable, withheld.

    Where the payment does not say what was withheld: the agreement's rate of the payable, never above the cap, both
    down to the fen. Without an agreement in the month, or without its rate, nothing is withheld.
    """
    payments = tables["payments"].with_columns(
        region=nw.when(nw.col("region").is_null()).then(nw.lit("")).otherwise(nw.col("region"))
    )
    rates = _rates(tables)
    payable, rate = nw.col("payable"), nw.col("deposit_rate")
    by_rate = _part(payable, rate, WHOLE_RATE)
    cap: Decimal | None = rules.value("deposit.cap")
    most = payable if cap is None else _part(payable, nw.lit(int(cap * WHOLE_RATE)), WHOLE_RATE)
    computed = nw.when(by_rate > most).then(most).otherwise(by_rate)
    known = nw.when(rate.is_null()).then(nw.lit(0)).otherwise(computed)
    actual = nw.when(nw.col("withheld").is_null()).then(known).otherwise(nw.col("withheld"))
    joined = payments.join(rates, on=["institution", "month"], how="left").join(_last_days(tables), on="month")
    return joined.with_columns(withheld=actual.cast(nw.Int64)).select(*KEY, "month", "day", "payable", "withheld")


def _part(amount: nw.Expr, share: nw.Expr, unit: int) -> nw.Expr:
    """The share of an amount, down to the fen; the product is taken apart, so that 10¹⁵ fen stay within 64 bits."""
    whole = nw.lit(unit)
    units = floor_division(amount, whole)
    return units * share + floor_division((amount - units * whole) * share, whole)


def _rates(tables: Tables) -> Frame:
    """The rate of each institution and month: that of the agreement that began last among those in force in it."""
    if "agreements" not in tables:
        empty = {"institution": pl.String, "month": pl.String, "deposit_rate": pl.Int64}
        return held(pl.DataFrame(schema=empty))
    months = _last_days(tables)
    begun, ends = nw.col("from").dt.to_string("%Y-%m"), nw.col("to").dt.to_string("%Y-%m")
    agreements = tables["agreements"].select("institution", "agreement", "from", "to", "deposit_rate")
    covering = agreements.join(months, how="cross").filter(begun <= nw.col("month"), ends >= nw.col("month"))
    number = agreements.group_by("institution").agg(nw.col("agreement").count().cast(nw.Int64).alias("number"))
    if collected(number.filter(nw.col("number") > 1)).is_empty():
        return covering.select("institution", "month", "deposit_rate")
    last = covering.group_by("institution", "month").agg(nw.col("from").max().alias("last"))
    current = covering.join(last, on=["institution", "month"]).filter(nw.col("from") == nw.col("last"))
    # Two that begin on one day are refused when the dataset is checked.
    return current.group_by("institution", "month").agg(nw.col("deposit_rate").max())


def _last_days(tables: Tables) -> Frame:
    """Each month of the year and its last day, of the last month the year's, as text: month, day."""
    months = collected(tables["periods"].filter(nw.col("period_kind") == "month"))["period"]
    last = pl.lit(collected(tables["year"])["ends"][0])
    day = (pl.col("month") + "-01").str.to_date().dt.month_end().cast(pl.String)
    return held(pl.DataFrame({"month": months}).with_columns(pl.min_horizontal(day, last).alias("day")))


def _withholding(month: Frame, articles: Deposit, assumed: str) -> list[Frame]:
    """An entry for each payment of which something is withheld; `assumed` follows its cause."""
    rows = month.filter(nw.col("withheld") > 0).with_columns(
        entry=nw.concat_str(
            [nw.lit("W"), nw.col("month"), *map(nw.col, ("fund", "region", "institution"))], separator="/"
        ),
        date=nw.col("day"),
        article=nw.lit(articles.withheld),
        cause=nw.concat_str([nw.lit("payment:"), nw.col("month"), nw.lit(assumed)]),
        adjusts=nothing(nw.String),
    )
    amount = nw.col("withheld")
    lines = ((PAYABLE, amount), (DEPOSIT, 0 - amount))
    return [rows.with_columns(account=nw.lit(name), amount=value).select(list(JOURNAL)) for name, value in lines]


def _year_end(
    year: pl.DataFrame, results: pl.DataFrame, tables: Tables, rules: Rules, articles: Deposit
) -> list[Frame]:
    """Two entries for each deposit that is settled: what is released, and what is forfeited."""
    day = collected(tables["year"])["ends"][0]
    period = collected(tables["periods"].filter(nw.col("period_kind") == "year"))["period"][0]
    decided = year.join(results.with_columns(assumed=assumed_of(pl.col("basis"))), on="institution").join(
        _shares(results, rules), on=["status", "score"], nulls_equal=True
    )
    whole, top, bottom = (pl.col(name).cast(HELD) for name in ("withheld", "top", "bottom"))
    rounding = {"half_up": (2 * whole * top + bottom) // (2 * bottom), "down": whole * top // bottom,
                "up": (whole * top + bottom - 1) // bottom}  # fmt: skip
    amounts = decided.with_columns(released=rounding[rules.value("deposit.rounding")].cast(pl.Int64)).with_columns(
        forfeited=pl.col("withheld") - pl.col("released"),
        article=pl.when(pl.col("status") == "failed").then(pl.lit(articles.failed)).otherwise(pl.lit(articles.settled)),
        cause=pl.when(pl.col("status") == "failed").then("cause").otherwise(pl.concat_str("cause", "assumed")),
        date=pl.lit(day),
        adjusts=pl.lit(None, pl.String),
    )
    entries = []
    for series, account, column in (("YR", PAYABLE, "released"), ("YF", FORFEITED, "forfeited")):
        name = pl.concat_str(pl.lit(series), pl.lit(period), "fund", "region", "institution", separator="/")
        rows = amounts.filter(pl.col(column) > 0).with_columns(entry=name)
        for name_of, value in ((DEPOSIT, pl.col(column)), (account, -pl.col(column))):
            lines = rows.with_columns(account=pl.lit(name_of), amount=value).select(list(JOURNAL))
            entries.append(held(lines))
    return entries


SHARES = {
    "status": pl.String, "score": pl.Int64, "top": pl.Int64, "bottom": pl.Int64, "cause": pl.String,
}  # fmt: skip


def _shares(results: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The share that is released for each status and score that occurs, and why; none where it is open."""
    schedule: Schedule | None = rules.value("deposit.release")
    assumed = assumptions(rules, "deposit.cap", "deposit.release")
    rows: list[tuple[Any, ...]] = []
    for status, score in results.select("status", "score").unique().sort("status", "score").rows():
        if status == "failed":
            rows.append((status, score, 0, 1, f"failed{assumptions(rules, 'deposit.cap')}"))
        elif status != "pending" and score is not None and schedule is not None:
            share = Fraction(schedule.share(points(score)))
            rows.append((status, score, share.numerator, share.denominator, f"score:{points(score)}{assumed}"))
    return pl.DataFrame(rows, SHARES, orient="row")
