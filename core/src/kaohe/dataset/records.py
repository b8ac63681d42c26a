"""Events and metrics: what the vocabulary declares of a record's fact, and the rules that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import polars as pl
from attrs import frozen

from kaohe.dataset.cells import replaced
from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.findings import Fault, Rule
from kaohe.dataset.typed import CONTENT, Typed
from kaohe.messages import text
from kaohe.model import UNITS_PER_POINT, Fact

Year = tuple[date, date]
RECORDS = ("events", "metrics")

DECLARED: Mapping[str, Callable[[Fact], bool]] = {
    "institutions": lambda fact: fact.table == "institutions",
    "events": lambda fact: fact.table == "events",
    "metrics": lambda fact: fact.table == "metrics",
    "marks": lambda fact: fact.table == "marks",
    "of_scorer": lambda fact: fact.scope == "scorer",
    "of_city": lambda fact: fact.scope == "city",
    "of_anybody": lambda fact: fact.scope == "any",
    "monthly": lambda fact: fact.period == "month",
    "yearly": lambda fact: fact.period != "month",
    "within_the_year": lambda fact: fact.period != "assessment",
    "share": lambda fact: fact.measure == "share",
    "ratio": lambda fact: fact.measure in ("share", "ratio"),
    "plain": lambda fact: fact.measure not in ("share", "ratio"),
    "may_be_empty": lambda fact: fact.empty == "nothing",
}
"""What a fact may be; of a row's fact all of it is noted as one number, a bit for each."""
BITS, HIGHEST = "_declared", "_highest"


@frozen(eq=False)
class Records:
    """One of the tables events and metrics with the vocabulary of its facts."""

    table: Typed
    facts: Mapping[str, Fact]

    @classmethod
    def of(cls, table: Typed, facts: Mapping[str, Fact]) -> Records:
        """The table's records, with what is declared of each row's fact noted in it."""
        written = pl.col(f"{CONTENT}fact") if "fact" in table.names else pl.lit(None, pl.String)
        bits = {name: _bits(fact) for fact in facts.values() for name in _names(fact)}
        table.noted[BITS] = replaced(written, bits, 0, pl.Int32())
        highest = pl.lit(None, pl.Int64)
        limited = [fact for fact in facts.values() if fact.most is not None and fact.table == table.raw.table]
        for most in sorted({fact.most for fact in limited if fact.most is not None}):
            names = [name for fact in limited if fact.most == most for name in _names(fact)]
            highest = pl.when(written.is_in(names)).then(most).otherwise(highest)
        table.noted[HIGHEST] = highest
        return cls(table, facts)

    def rules(self, year: Year) -> Iterator[Rule]:
        """Facts out of place, or with a scorer where there is none, or without; then what is the table's own."""
        own, heading = self.table.raw.table, self.table.heading
        for other in (name for name in ("institutions", "events", "metrics", "marks") if name != own):
            message = text("this fact stands in the table “{table}” ({title})", table=other, title=CONTRACT[other])
            fault = Fault("fact", message, text("move it there"))
            yield Rule(fault, declared(other), heading("fact"), pl.col("fact"))
        scorer = pl.col("scorer")
        nobody = Fault("scorer", text("this fact needs the scorer who recorded it"), text("fill it in"))
        somebody = Fault("scorer", text("this fact is recorded once for the city"), text("leave the scorer blank"))
        yield Rule(nobody, declared("of_scorer") & scorer.is_null(), heading("scorer"), pl.col("fact"))
        yield Rule(somebody, declared("of_city") & scorer.is_not_null(), heading("scorer"), scorer)
        if own == "events":
            yield from self._placed(year)
        else:
            for column, wrong, fault in self._measured(year):
                yield Rule(fault, wrong, heading(column), self.table.shown(column))

    def _placed(self, year: Year) -> Iterator[Rule]:
        """Within the year by the date an event was handled, or happened.

        Where events name the investigation that found them, `kaohe.cases` says to which year those belong.
        """
        begins, ends = year
        placed, handled = pl.coalesce("handled", "date"), pl.col("handled").is_not_null()
        outside = (placed < begins) | ((placed > ends) & declared("within_the_year"))
        if "investigation" in self.table.contents.columns:
            outside &= pl.col("investigation").is_null()
        message = text("this is outside the assessment year, {begins} to {ends}", begins=begins, ends=ends)
        fault = Fault("year", message, text("correct the date, or move the event to the year it belongs to"))
        yield Rule(fault, outside & handled, self.table.heading("handled"), placed)
        yield Rule(fault, outside & ~handled, self.table.heading("date"), placed)

    def frame(self) -> pl.LazyFrame:
        """The table as the dataset holds it: a blank count is one case, a blank status confirmed.

        Of metrics only ratios have a denominator, and only they are in ten-thousandths.
        """
        frame = self.table.frame.with_columns(pl.col("status").fill_null("confirmed"))
        if self.table.raw.table == "events":
            return frame.with_columns(pl.col("count").fill_null(1))
        ratio = pl.col("fact").is_in([fact.fact for fact in self.facts.values() if fact.measure in ("share", "ratio")])
        return frame.with_columns(
            numerator=pl.when(ratio).then("numerator").otherwise(pl.col("numerator") // UNITS_PER_POINT),
            denominator=pl.when(ratio).then(pl.col("denominator").fill_null(UNITS_PER_POINT)),
        )

    def _measured(self, year: Year) -> list[tuple[str, pl.Expr, Fault]]:
        """What can be wrong with a metric of a known fact: the column, the rows, and what to say."""
        table, label, first, last = self.table, str(year[0].year), f"{year[0]:%Y-%m}", f"{year[1]:%Y-%m}"
        period, top, bottom = pl.col("period"), pl.col("numerator"), pl.col("denominator")
        monthly = declared("monthly")
        yearly = declared("yearly")
        share = declared("share")
        ratio = declared("ratio")
        plain = declared("plain")
        may_be_empty = declared("may_be_empty")
        by_month, most = period.str.len_chars() == 7, pl.col(HIGHEST)
        outside = text("this is outside the assessment year, {begins} to {ends}", begins=first, ends=last)
        return [
            (
                "period",
                yearly & (period != label),
                Fault("period", text("this fact is recorded for the year"), text("write {year}", year=label)),
            ),
            (
                "period",
                monthly & ~by_month,
                Fault(
                    "period", text("this fact is recorded by month"), text("write a month such as {month}", month=first)
                ),
            ),
            (
                "period",
                monthly & by_month & ((period < first) | (period > last)),
                Fault("year", outside, text("correct it, or move it to the year it belongs to")),
            ),
            (
                "denominator",
                ratio & (bottom == 0) & ~(may_be_empty & (top == 0)),
                Fault("number", text("a denominator must be above 0"), text("leave out a row that counts nothing")),
            ),
            (
                "numerator",
                ratio & ((top > most * UNITS_PER_POINT) | (bottom > most * UNITS_PER_POINT)),
                Fault("bound", text("this is above the highest value that the fact takes"), text("correct it")),
            ),
            (
                "numerator",
                ratio & most.is_not_null() & ((top % UNITS_PER_POINT != 0) | (bottom % UNITS_PER_POINT != 0)),
                Fault("number", text("numerator and denominator of this fact are whole numbers"), text("count them")),
            ),
            (
                "numerator",
                share & (top > bottom.fill_null(UNITS_PER_POINT)) & ((bottom > 0) | ~table.given("denominator")),
                Fault(
                    "share",
                    text("a share cannot be above 1"),
                    text("write numerator and denominator, such as 93 and 100, or 0.93"),
                ),
            ),
            (
                "denominator",
                plain & bottom.is_not_null(),
                Fault("number", text("this fact is a plain number"), text("leave the denominator blank")),
            ),
            (
                "numerator",
                plain & (top % UNITS_PER_POINT != 0),
                Fault("number", text("this is not a whole number"), text("write digits only, such as 12")),
            ),
        ]


def _names(fact: Fact) -> tuple[str, str, str]:
    return fact.fact, fact.name.zh_CN, fact.name.en


def _bits(fact: Fact) -> int:
    return sum(1 << position for position, holds in enumerate(DECLARED.values()) if holds(fact))


def declared(name: str) -> pl.Expr:
    """Whether a row's fact is known, by any of its names, and declared so."""
    return (pl.col(BITS) & (1 << list(DECLARED).index(name))) != 0
