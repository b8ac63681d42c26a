"""The journal: double entries in fen. Every entry and every fund sums to zero, always."""

from __future__ import annotations

import polars as pl

from kaohe.messages import text
from kaohe.problems import Problem, Refused

SCHEMA: dict[str, type[pl.DataType]] = {
    "entry": pl.String, "date": pl.String, "fund": pl.String, "account": pl.String, "institution": pl.String,
    "region": pl.String, "amount": pl.Int64, "article": pl.String, "cause": pl.String, "adjusts": pl.String,
}  # fmt: skip
"""`amount` in fen, debit positive, credit negative. `adjusts`: the entry of a corrected run that this one adjusts."""


def balance(journal: pl.DataFrame) -> pl.DataFrame:
    """The balance of each fund and account in fen, by fund and account.

    Raises Refused where an entry or a fund does not sum to zero, or a posting lacks its article, its cause or
    anything else it cannot do without: that is a fault of the rules that wrote it, never of rounding.
    """
    problems = []
    for key in ("entry", "fund"):
        for name, amount in _sums(journal, key).filter(pl.col("amount") != 0).rows():
            message = text("{key} “{name}” does not balance: {amount} fen are left", key=key, name=name, amount=amount)
            problems.append(Problem("journal", message, table="journal"))
    for column in ("entry", "fund", "account", "amount", "article", "cause"):
        bare = journal.filter(pl.col(column).cast(pl.String).fill_null("") == "")
        problems += [
            Problem("journal", text("entry “{entry}” has no {column}", entry=entry, column=column), table="journal")
            for entry in bare["entry"].unique(maintain_order=True)
        ]
    if problems:
        raise Refused(problems)
    return _sums(journal, "fund", "account")


def _sums(journal: pl.DataFrame, *keys: str) -> pl.DataFrame:
    # 128 bits: a national year of fen does not fit into 64 once it is added up carelessly.
    amount = pl.col("amount").cast(pl.Int128).sum()
    return journal.group_by(keys).agg(amount).sort(keys)
