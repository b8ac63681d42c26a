"""The service fee: due for the time served, reduced by the result and by losses. Few assessees have one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl
from attrs import frozen

from kaohe.journal import Journal, Posting
from kaohe.model import Fee, Rules, Schedule, points
from kaohe.money import half_up
from kaohe.stages.frames import Tables, collected

FEE, PAYABLE, REDUCED, LOSS = "service_fee", "service_fee_payable", "service_fee_reduced", "fund_loss_deducted"
FUND = "service_fee"
"""The fund in which the fee is booked where the agreement names none."""


@frozen
class Due:
    """One agreement's fee in the year: `amount` in fen for the time served, out of the agreement's whole time."""

    agreement: str
    institution: str
    fund: str
    amount: int
    served: int
    whole: int


def settle(tables: Tables, rules: Rules, articles: Fee) -> pl.DataFrame:
    """The fee's entries as the rows of a journal. Reads agreements, institutions, results, events, periods.

    Parameters: fee.share, fee.time, fee.loss, fee.loss_cap. Where fee.share is not set or the score is not
    determined, only what is due for the time served is booked.
    """
    journal, last = Journal(), year(tables)[1]
    of_institution: dict[str, list[Due]] = defaultdict(list)
    for due in dues(tables, rules):
        of_institution[due.institution].append(due)
        own = [Posting(FEE, due.amount, due.institution), Posting(PAYABLE, -due.amount, due.institution)]
        cause = f"agreement:{due.agreement} {due.served}/{due.whole}"
        journal.post(due.fund, last, own, article=articles.due, cause=cause, series="FEE")
    scores = dict(collected(tables["results"]).select("institution", "score").drop_nulls().rows())
    schedule: Schedule | None = rules.value("fee.share")
    assumed = " assumption:fee.share" if rules.parameters["fee.share"].provenance == "assumption" else ""
    losses = lost(tables, articles)
    for institution, agreed in of_institution.items():
        if institution not in scores or schedule is None:
            continue
        fund, score = agreed[0].fund, points(scores[institution])
        fee, loss = sum(due.amount for due in agreed), losses.get(institution, 0)
        reduced, deducted = _reductions(fee, loss, schedule.share(score), rules)
        result = [Posting(PAYABLE, reduced, institution), Posting(REDUCED, -reduced, institution)]
        journal.post(fund, last, result, article=articles.result, cause=f"score:{score}{assumed}", series="RESULT")
        taken = [Posting(PAYABLE, deducted, institution), Posting(LOSS, -deducted, institution)]
        journal.post(fund, last, taken, article=articles.loss, cause="fund_loss", series="LOSS")
    return journal.frame()


def _reductions(fee: int, loss: int, share: Fraction, rules: Rules) -> tuple[int, int]:
    """What the result and what losses take from a fee, in fen; the share is rounded half up to the fen, once."""
    capped = rules.value("fee.loss_cap") == "fee"
    if rules.value("fee.loss") == "before":
        deducted = min(loss, fee) if capped else loss
        left = fee - deducted
        return (left - half_up(left * share) if left > 0 else 0), deducted
    paid = half_up(fee * share)
    return fee - paid, min(loss, paid) if capped else loss


def dues(tables: Tables, rules: Rules) -> list[Due]:
    """The fee of every agreement that has one, for the part of its time that lies in the year and was served.

    Half up to the fen. The time is counted by fee.time; an institution serves from active_from to active_to.
    """
    begins, ends = year(tables)
    rows = collected(
        tables["agreements"]
        .filter(~nw.col("fee").is_null())
        .join(tables["institutions"].select("institution", "active_from", "active_to"), on="institution")
    ).sort("institution", "from", "agreement")
    found = []
    for row in rows.to_dicts():
        first = max(row["from"], begins, row["active_from"] or begins)
        last = min(row["to"], ends, row["active_to"] or ends)
        served = _length(first, last, rules.value("fee.time"))
        whole = _length(row["from"], row["to"], rules.value("fee.time"))
        if served > 0:
            amount = half_up(Fraction(row["fee"] * served, whole))
            found.append(Due(row["agreement"], row["institution"], row.get("fund") or FUND, amount, served, whole))
    return found


def _length(first: date, last: date, by: str) -> int:
    """Days, or months of which any day is served, from the first to the last day."""
    if last < first:
        return 0
    return (last - first).days + 1 if by == "days" else 12 * (last.year - first.year) + last.month - first.month + 1


def lost(tables: Tables, articles: Fee) -> dict[str, int]:
    """Each institution's losses in fen: the amounts of its events that fulfil all conditions."""
    if "events" not in tables or not articles.losses:
        return {}
    events = tables["events"].filter(nw.col("fact").is_in(articles.losses), nw.col("status") != "withdrawn")
    for condition in articles.conditions:
        events = events.filter(nw.col(condition) == "yes")
    amounts = collected(events.select("institution", "amount").drop_nulls())
    rows: list[tuple[str, Any]] = amounts.group_by("institution").agg(pl.col("amount").sum()).rows()
    return dict(rows)


def year(tables: Tables) -> tuple[date, date]:
    """The first and last day of the months that the dataset covers."""
    months = collected(tables["periods"].filter(nw.col("period_kind") == "month"))["period"]
    days = (months + "-01").str.to_date()
    return min(days), max(days.dt.month_end())
