"""Third parties entrusted with handling or assessing: what their score lets them draw for their cost (item 6)."""

from __future__ import annotations

from collections.abc import Mapping

from kaohe import Journal, Posting, Rules, half_up
from kaohe_qingdao.words import ASSESSORS as ARTICLE
from kaohe_qingdao.words import text
from kaohe_qingdao.year import ASSESSORS, Row, Year
from kaohe_qingdao.yearend import percent, released, said, yuan

FUND = "经办成本"
"""The cost of handling is kept apart from the insurances' funds: the opinions do not say which bears it."""


def settle(journal: Journal, year: Year, results: Mapping[str, Row], day: str, rules: Rules) -> None:
    """Post, for each agreement of a third party with a fee, what may be drawn and what may not; in fen.

    One without a result has no entry: what it may draw is not known.
    """
    for institution, about in year.institutions.items():
        if about["kind"] not in ASSESSORS:
            continue
        result = results.get(institution)
        share = released(rules, "cost.draw", "cost.shares", result)
        if result is None or share is None:
            continue
        for row in year.agreements_of(institution):
            if row["fee"] and int(f"{row['from']:%Y}") <= year.year <= int(f"{row['to']:%Y}"):
                drawn = half_up(row["fee"] * share)
                cause = text(
                    "{share} of {held} by the result {result}",
                    share=percent(share),
                    held=yuan(row["fee"]),
                    result=said(result),
                )
                journal.post(
                    FUND,
                    day,
                    [
                        Posting("cost", row["fee"], institution),
                        Posting("drawn", -drawn, institution),
                        Posting("not_drawn", drawn - row["fee"], institution),
                    ],
                    article=ARTICLE,
                    cause=str(cause),
                    series="T",
                )
