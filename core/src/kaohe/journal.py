"""The journal: double entries in fen. Every entry and every fund sums to zero, always."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl
from attrs import field, frozen

from kaohe.messages import text
from kaohe.problems import Problem, Refused

SCHEMA: dict[str, type[pl.DataType]] = {
    "entry": pl.String, "date": pl.String, "fund": pl.String, "account": pl.String, "institution": pl.String,
    "region": pl.String, "amount": pl.Int64, "article": pl.String, "cause": pl.String, "adjusts": pl.String,
}  # fmt: skip
"""`amount` in fen, debit positive, credit negative. `adjusts`: the entry of a corrected run that this one adjusts."""


@frozen
class Posting:
    """One line of an entry: `amount` in fen, debit positive, credit negative."""

    account: str
    amount: int
    institution: str = ""
    region: str = ""


@frozen
class Journal:
    """A journal being written: entries are numbered in the order in which they are posted."""

    rows: list[tuple[object, ...]] = field(factory=list)
    numbers: dict[str, int] = field(factory=dict)

    def post(
        self, fund: str, day: date | str, postings: Iterable[Posting], *, article: str, cause: str, series: str = "J"
    ) -> str:
        """Write one entry of a fund and return its number; lines of nothing are left out.

        `article` is the sentence of the rules that moves the money, `cause` why it does so here. `series`
        begins the number. An entry that moves nothing is not written; its number is the empty text. Raises
        ValueError where the lines do not sum to zero.
        """
        lines = [posting for posting in postings if posting.amount]
        if sum(posting.amount for posting in lines):
            raise ValueError(f"{series}: {lines}")
        if not lines:
            return ""
        self.numbers[series] = self.numbers.get(series, 0) + 1
        entry = f"{series}-{self.numbers[series]:06}"
        self.rows.extend(
            (entry, str(day), fund, line.account, line.institution, line.region, line.amount, article, cause, None)
            for line in lines
        )
        return entry

    def frame(self) -> pl.DataFrame:
        """The journal's rows."""
        return pl.DataFrame(self.rows, SCHEMA, orient="row")


def balance(journal: pl.DataFrame) -> pl.DataFrame:
    """The balance of each fund and account in fen, by fund and account.

    Raises Refused where an entry or a fund does not sum to zero, or a posting lacks its article, its cause or
    anything else it cannot do without: that is a fault of the rules that wrote it, never of rounding.
    """
    problems = []
    for key in ("entry", "fund"):
        left = _sums(journal, key).filter(pl.col("amount") != 0)
        for name, amount in left.collect(engine="streaming").sort(key).rows():
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
    return _sums(journal, "fund", "account").collect().sort("fund", "account")


def _sums(journal: pl.DataFrame, *keys: str) -> pl.LazyFrame:
    # 128 bits: a national year of fen does not fit into 64 once it is added up carelessly.
    return journal.lazy().group_by(keys).agg(pl.col("amount").cast(pl.Int128).sum())
