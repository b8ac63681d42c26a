"""The service fee: due for the time served, reduced by the result and by losses. Few assessees have one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl
from attrs import frozen

from kaohe.journal import Journal, Posting
from kaohe.model import Fee, Rules, Schedule, assumptions, points
from kaohe.money import half_up, split
from kaohe.stages.frames import Tables, assumed_of, collected

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
    """The fee's entries as the rows of a journal. Reads agreements, institutions, results, events, year.

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
    results = collected(tables["results"]).drop_nulls("score")
    scores = dict(results.select("institution", "score").rows())
    of_score = dict(results.select("institution", assumed_of(pl.col("basis"))).rows())
    schedule: Schedule | None = rules.value("fee.share")
    assumed = assumptions(rules, "fee.share")
    losses = lost(tables, articles)
    for institution, agreed in of_institution.items():
        if institution not in scores or schedule is None:
            continue
        score, fees = points(scores[institution]), _by_fund(agreed)
        why = f"score:{score}{of_score[institution]}{assumed}"
        for fund, (reduced, deducted) in reductions(fees, losses.get(institution, 0), schedule.share(score), rules):
            result = [Posting(PAYABLE, reduced, institution), Posting(REDUCED, -reduced, institution)]
            journal.post(fund, last, result, article=articles.result, cause=why, series="RESULT")
            taken = [Posting(PAYABLE, deducted, institution), Posting(LOSS, -deducted, institution)]
            journal.post(fund, last, taken, article=articles.loss, cause="fund_loss", series="LOSS")
    return journal.frame()


def _by_fund(agreed: Iterable[Due]) -> dict[str, int]:
    """What is due by fund, in the order in which the agreements begin."""
    fees: dict[str, int] = {}
    for due in agreed:
        fees[due.fund] = fees.get(due.fund, 0) + due.amount
    return fees if any(fees.values()) else {}


def reductions(
    fees: Mapping[str, int], loss: int, share: Fraction, rules: Rules
) -> Iterator[tuple[str, tuple[int, int]]]:
    """What the result and what losses take from each fund's fee, in fen.

    Both are computed of all fees together, the share rounded half up to the fen once. What is taken first is split in
    proportion to the fees, what is taken then in proportion to what that left of them (to the fees, where nothing is
    left); largest remainder, so that the parts sum to the whole and no fund pays more than its fee.
    """
    reduced, deducted = _together(sum(fees.values()), loss, share, rules)
    before = rules.value("fee.loss") == "before"
    first, then = (deducted, reduced) if before else (reduced, deducted)
    parts = split(first, fees)
    left = {fund: fee - parts[fund] for fund, fee in fees.items()}
    rest = split(then, left if min(left.values()) >= 0 and any(left.values()) else fees)
    for fund in fees:
        yield fund, (rest[fund], parts[fund]) if before else (parts[fund], rest[fund])


def _together(fee: int, loss: int, share: Fraction, rules: Rules) -> tuple[int, int]:
    """What the result and what losses take from all fees together."""
    capped = rules.value("fee.loss_cap") == "fee"
    if rules.value("fee.loss") == "before":
        deducted = min(loss, fee) if capped else loss
        left = fee - deducted
        return (left - half_up(left * share) if left > 0 else 0), deducted
    paid = half_up(fee * share)
    return fee - paid, min(loss, paid) if capped else loss


def dues(tables: Tables, rules: Rules) -> list[Due]:
    """The fee of every agreement that has one, for the part of its time that lies in the year and was served.

    Half up to the fen of what is due from its first day to the end of the year, less what was due before the year: so
    the years of an agreement that was served throughout add up to its fee. The time is counted by fee.time; an
    institution serves from active_from to active_to.
    """
    begins, ends = year(tables)
    rows = collected(
        tables["agreements"]
        .filter(~nw.col("fee").is_null())
        .join(tables["institutions"].select("institution", "active_from", "active_to"), on="institution")
    ).sort("institution", "from", "agreement")
    found = []
    for row in rows.to_dicts():
        first = max(row["from"], row["active_from"] or row["from"])
        last = min(row["to"], ends, row["active_to"] or ends)
        until = _length(first, last, rules.value("fee.time"))
        before = _length(first, min(last, begins - timedelta(days=1)), rules.value("fee.time"))
        whole = _length(row["from"], row["to"], rules.value("fee.time"))
        if until > before:
            amount = half_up(Fraction(row["fee"] * until, whole)) - half_up(Fraction(row["fee"] * before, whole))
            fund, served = row.get("fund") or FUND, until - before
            found.append(Due(row["agreement"], row["institution"], fund, amount, served, whole))
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


def unsaid(tables: Tables, articles: Fee) -> list[tuple[str, str, list[str]]]:
    """Events that may be losses, by code and institution, with the columns that do not say whether, or how large."""
    if "events" not in tables or not articles.losses:
        return []
    columns = [*articles.conditions, "amount"]
    events = collected(
        tables["events"]
        .filter(nw.col("fact").is_in(articles.losses), nw.col("status") != "withdrawn")
        .select("event", "institution", *columns)
    ).sort("event")
    return [
        (row["event"], row["institution"], blank)
        for row in events.to_dicts()
        if (blank := [name for name in columns if row[name] is None])
        and all(row[condition] != "no" for condition in articles.conditions)
    ]


def year(tables: Tables) -> tuple[date, date]:
    """The first and the last day that the dataset covers."""
    begins, ends = collected(tables["year"].select("begins", "ends")).row(0)
    return date.fromisoformat(begins), date.fromisoformat(ends)
