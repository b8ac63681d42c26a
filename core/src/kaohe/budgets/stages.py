"""The two stages of regional budgets: funds split over the regions, and the year's settlement as a journal."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals as nw
import polars as pl

from kaohe.accounts import OPENING
from kaohe.budgets import closing, faults
from kaohe.budgets.allocation import Allocated, allocated
from kaohe.budgets.months import deposits, last_day, settle_months
from kaohe.budgets.year import Fund, Year
from kaohe.causes import cause
from kaohe.journal import Journal, Posting
from kaohe.model import Budgets, Rules
from kaohe.problems import Refused
from kaohe.stages.frames import Tables, collected, held

ALLOCATIONS = {
    "fund": pl.String, "region": pl.String, "step": pl.String, "amount": pl.Int64, "article": pl.String,
}  # fmt: skip


def allocate(tables: Tables, rules: Rules, says: Budgets) -> Tables:
    """`allocations` of every fund, in fen; none while the reserve's rate is not set. Raises Refused."""
    year = Year.of_tables(tables, rules)
    if found := faults.of_budgets(year, rules, says):
        raise Refused(found)
    done = [allocated(fund, year.year, rules, says) for fund in year.funds.values()]
    rows = [row for one in done if one is not None for row in one.rows(says)]
    return {"allocations": held(pl.DataFrame(rows, ALLOCATIONS, orient="row"))}


def settle(tables: Tables, rules: Rules, says: Budgets) -> pl.DataFrame:
    """The journal's rows of the year: the budgets opened, the months, the year-end. Raises Refused.

    A fund without an allocation has no settlement, nor has any fund while a deposit is unknown; the year-end waits
    until the fund's actual revenue is recorded, unless the budget stands whatever it is.
    """
    year = Year.of_tables(tables, rules)
    if found := [*faults.of_payments(year), *faults.of_shares(rules, says)]:
        raise Refused(found)
    months = sorted(collected(tables["periods"].filter(nw.col("period_kind") == "month"))["period"])
    results = {row["institution"]: row for row in collected(tables["results"]).rows(named=True)}
    withheld, journal = deposits(year, rules, says), Journal()
    bounded = says.available is not None and rules.option(says.available.revenue) == "bounded"
    for fund in year.funds.values():
        split = _of_rows(collected(tables["allocations"].filter(nw.col("fund") == fund.fund)), fund)
        if split is None or withheld is None:
            continue
        _open(journal, split, f"{months[0]}-01", says)
        if says.months is None:
            continue
        settled = settle_months(journal, fund.fund, split.regions, withheld, months, rules, says.months)
        if fund.actual is not None or not bounded:
            day = last_day(months[-1])
            closing.settle_year(closing.Close(fund, year.year, split, settled, results, day, rules, says, journal))
    return journal.frame()


def _of_rows(rows: pl.DataFrame, fund: Fund) -> Allocated | None:
    """The fund's allocation as the stage before left it, whoever computed it."""
    whole: Mapping[str, int] = dict(rows.filter(pl.col("region") == "").select("step", "amount").rows())
    regions = rows.filter(pl.col("step") == "budget", pl.col("region") != "").sort("region")
    if "budget" not in whole:
        return None
    split = dict.fromkeys(fund.regions, 0) | dict(regions.select("region", "amount").rows())
    return Allocated(fund.fund, fund.expected, whole["budget"], whole.get("reserve", 0), {"budget": split})


def _open(journal: Journal, split: Allocated, day: str, says: Budgets) -> None:
    lines = [Posting("reserve", -split.reserve)]
    lines += [Posting("budget", -amount, region=region) for region, amount in split.regions.items()]
    opened = -sum(line.amount for line in lines)
    journal.post(
        split.fund, day, [Posting("fund", opened), *lines], article=says.opened, cause=cause("budget"), series=OPENING
    )
