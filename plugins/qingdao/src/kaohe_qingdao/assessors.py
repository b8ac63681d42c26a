"""Third parties entrusted with handling or assessing: what their score lets them draw for their cost (item 6)."""

from __future__ import annotations

import polars as pl

from kaohe import Journal, Posting, Rules, Tables, Year, collected, half_up, release_cause, released
from kaohe_qingdao.words import ASSESSORS, COST

FUND = "经办成本"
"""The cost of handling is kept apart from the insurances' funds: the opinions do not say which bears it."""


def settle(tables: Tables, rules: Rules) -> pl.DataFrame:
    """The journal's rows: for each agreement of a third party with a fee, what may be drawn and what may not; in fen.

    One without a result has no entry: what it may draw is not known.
    """
    year, journal = Year.of_tables(tables, rules), Journal()
    results = {row["institution"]: row for row in collected(tables["results"]).rows(named=True)}
    for institution, about in year.institutions.items():
        result = results.get(institution)
        share = released(rules, "cost.draw", "cost.shares", result)
        if about["kind"] not in ASSESSORS or result is None or share is None:
            continue
        for row in year.agreements_of(institution):
            if row["fee"] and int(f"{row['from']:%Y}") <= year.year <= int(f"{row['to']:%Y}"):
                drawn = half_up(row["fee"] * share)
                journal.post(
                    FUND,
                    f"{year.year}-12-31",
                    [
                        Posting("cost", row["fee"], institution),
                        Posting("drawn", -drawn, institution),
                        Posting("not_drawn", drawn - row["fee"], institution),
                    ],
                    article=COST,
                    cause=release_cause(share, row["fee"], result),
                    series="T",
                )
    return journal.frame()
