"""The year as regional budgets need it: funds, their revenues, their regions, and what is payable month by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl
from attrs import field, frozen

from kaohe.dataset import Dataset
from kaohe.model import Rules
from kaohe.stages.frames import Tables, collected

READ = ("institutions", "agreements", "funds", "revenues", "regions", "payments")
PAYMENT_KEY = ("fund", "month", "institution", "region")

Row = Mapping[str, Any]
Frames = Mapping[str, pl.DataFrame]


@frozen
class Revenue:
    """One source of a fund's revenue and who pays it: persons, yuan a person and year, planned and actual, in fen."""

    source: str
    payer: str
    persons: int | None
    rate: int | None
    planned: int | None
    actual: int | None

    @property
    def by_rate(self) -> int | None:
        """Persons × rate, where both are given."""
        return None if self.persons is None or self.rate is None else self.persons * self.rate

    @property
    def expected(self) -> int | None:
        """What the year's budget may count on: the planned amount, or persons × rate; None where neither is given."""
        return self.by_rate if self.planned is None else self.planned


@frozen
class Region:
    """A management region under one fund.

    `years`: its rows of the table by year. `score`: its agency's, in ten-thousandths of a point; None where it is
    not recorded.
    """

    region: str
    name: str
    years: Mapping[int, Row]
    score: Fraction | None

    def figure(self, name: str, year: int) -> int | None:
        """A figure of a year; None where it is not recorded."""
        value: int | None = self.years.get(year, {}).get(name)
        return value


@frozen
class Fund:
    """One insurance's fund: its row of the year, revenues, and regions by code.

    `parts`: the region that each district is part of.
    """

    fund: str
    row: Row
    revenues: list[Revenue]
    regions: dict[str, Region]
    parts: Mapping[str, str] = field(factory=dict)

    @property
    def budget(self) -> int | None:
        """The year's budget in fen; None where it is not given."""
        return self.row.get("budget")

    @property
    def expected(self) -> int:
        """All revenue that the budget may count on, as far as it is given, in fen."""
        return sum(revenue.expected or 0 for revenue in self.revenues)

    @property
    def actual(self) -> int | None:
        """All actual revenue in fen; None while a source's is not recorded."""
        amounts = [revenue.actual for revenue in self.revenues]
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if known and len(known) == len(amounts) else None


@frozen
class Payment:
    """What is payable to an institution for a month, and what was actually withheld (None: computed), in fen."""

    institution: str
    region: str
    fund: str
    month: str
    payable: int
    withheld: int | None


@frozen
class Year:
    """The assessed year and what the dataset says of it; everything in a fixed order, whatever the rows' order."""

    year: int
    funds: dict[str, Fund]
    payments: list[Payment]
    institutions: dict[str, Row]
    agreements: Mapping[str, list[Row]] = field(factory=dict)

    @classmethod
    def of_tables(cls, tables: Tables, rules: Rules) -> Year:
        """The year from a stage's tables."""
        frames = {name: collected(tables[name]) for name in READ if name in tables}
        periods = collected(tables["periods"])
        return cls._of(frames, int(periods.filter(pl.col("period_kind") == "year")["period"][0]), rules)

    @classmethod
    def of_dataset(cls, dataset: Dataset, rules: Rules) -> Year:
        """The year from a dataset; a table that is not there has no rows."""
        frames = {name: dataset.tables[name].collect() for name in READ if name in dataset.tables}
        return cls._of(frames, int(dataset.year), rules)

    @classmethod
    def _of(cls, frames: Frames, year: int, rules: Rules) -> Year:
        institutions = {row["institution"]: row for row in _rows(frames, "institutions", "institution")}
        return cls(
            year=year,
            funds={fund.fund: fund for fund in _funds(frames, year, rules)},
            payments=[_payment(row, institutions) for row in _rows(frames, "payments", *PAYMENT_KEY)],
            institutions=institutions,
            agreements=_by_institution(_rows(frames, "agreements", "institution", "from", "agreement")),
        )

    def agreements_of(self, institution: str) -> list[Row]:
        """An institution's agreements."""
        return self.agreements.get(institution, [])


def _rows(frames: Frames, table: str, *order: str) -> list[Row]:
    if table not in frames:
        return []
    rows: list[Row] = frames[table].sort(order, nulls_last=True).rows(named=True)  # type: ignore[assignment]
    return rows


def _by_institution(rows: list[Row]) -> dict[str, list[Row]]:
    return {institution: list(own) for institution, own in groupby(rows, key=itemgetter("institution"))}


def _payment(row: Row, institutions: Mapping[str, Row]) -> Payment:
    """A payment whose region is blank belongs to the institution's own."""
    region = row["region"] or institutions.get(row["institution"], {}).get("region") or ""
    return Payment(row["institution"], region, row["fund"], row["month"], row["payable"], row["withheld"])


def _funds(frames: Frames, year: int, rules: Rules) -> Iterator[Fund]:
    budgets = {row["fund"]: row for row in _rows(frames, "funds", "fund") if row["year"] == str(year)}
    regions = _rows(frames, "regions", "fund", "region", "year")
    revenues = [row for row in _rows(frames, "revenues", "fund", "source", "payer") if row["year"] == str(year)]
    now = {row["fund"] for row in regions if row["year"] == str(year)}
    for fund in sorted({*budgets, *now, *(row["fund"] for row in revenues)}):
        yield Fund(
            fund,
            budgets.get(fund, {}),
            [
                Revenue(*(row[name] for name in ("source", "payer", "persons", "rate", "planned", "actual")))
                for row in revenues
                if row["fund"] == fund
            ],
            _regions([row for row in regions if row["fund"] == fund], year, rules),
            {row["region"]: row["part_of"] for row in regions if row["fund"] == fund and row.get("part_of")},
        )


def _regions(rows: list[Row], year: int, rules: Rules) -> dict[str, Region]:
    """The fund's regions by code: those with a row of the year or of the last one; districts are parts of one."""
    budgets = rules.scheme.budgets
    several_by = rules.option(budgets.sharing.several) if budgets and budgets.sharing else "mean"
    own = [row for row in rows if not row.get("part_of")]
    parts = [row for row in rows if row.get("part_of") and row["year"] == str(year)]
    codes = sorted({row["region"] for row in own if int(row["year"]) in (year, year - 1)})
    found = {}
    for code in codes:
        years = {int(row["year"]): row for row in own if row["region"] == code}
        score = years.get(year, {}).get("agency_score")
        several = [row for row in parts if row["part_of"] == code]
        found[code] = Region(
            code,
            years[max(years)]["name"],
            years,
            Fraction(score) if score is not None else _score(several, several_by),
        )
    return found


def _score(agencies: list[Row], reading: str) -> Fraction | None:
    """The score of a region with several districts, by the reading; None while one of them is not recorded."""
    scores = [row["agency_score"] for row in agencies]
    if not scores or None in scores:
        return None
    if reading == "lowest":
        return Fraction(min(scores))
    insured = [row["insured"] for row in agencies]
    weights = [1] * len(scores)
    if reading == "insured":
        if None in insured or not sum(insured):
            return None
        weights = insured
    return Fraction(sum(score * weight for score, weight in zip(scores, weights, strict=True)), sum(weights))
