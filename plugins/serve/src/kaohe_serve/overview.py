"""A run told from its file: the city, a kind, and two runs side by side."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from attrs import frozen

from kaohe_serve.records import every, names, reading

BAND = 5
"""Points of a bar in the distribution of scores."""
MOST_COMMON = 8
MOST_MOVED = 200
"""Institutions that are listed of those whose result differs."""


@frozen
class Bar:
    """How many there are between two scores."""

    least: Decimal
    below: Decimal
    count: int


@frozen
class Kind:
    """One kind of institution: how many, how they are graded, the best and worst score, and where the scores lie."""

    kind: str
    institutions: int
    scored: int
    best: str
    worst: str
    grades: dict[str, int]
    bars: list[Bar]

    @property
    def graded(self) -> int:
        """How many have a grade."""
        return sum(self.grades.values())

    @property
    def said(self) -> str:
        """The bars in words."""
        return ", ".join(f"{bar.least}–{bar.below}: {bar.count}" for bar in self.bars if bar.count)


def kinds(connection: sqlite3.Connection) -> list[Kind]:
    """Every kind in the run."""
    rows = every(connection, "select kind, score, grade from results order by kind")
    return [_kind(kind, list(of_kind)) for kind, of_kind in groupby(rows, key=lambda row: str(row["kind"]))]


def _kind(kind: str, rows: Sequence[Mapping[str, Any]]) -> Kind:
    scores = sorted(Decimal(row["score"]) for row in rows if row["score"] is not None)
    grades = sorted(str(row["grade"]) for row in rows if row["grade"] is not None)
    counted = {grade: grades.count(grade) for grade in dict.fromkeys(grades)}
    ends = (str(scores[-1]), str(scores[0])) if scores else ("", "")
    return Kind(kind, len(rows), len(scores), *ends, counted, _bars(scores))


def _bars(scores: Sequence[Decimal]) -> list[Bar]:
    """Bars from the one that holds the lowest score to the one that holds the highest."""
    if not scores:
        return []
    bands = [int((score / BAND).to_integral_value(ROUND_FLOOR)) for score in scores]
    return [
        Bar(Decimal(band * BAND), Decimal((band + 1) * BAND), bands.count(band))
        for band in range(min(bands), max(bands) + 1)
    ]


def common(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """The clauses that cost the most institutions points, in the document's words."""
    query = """
    select c.rubric, c.clause, c.place, c.text, count(distinct t.institution) as institutions,
           exactly(t.points) as points
      from trace t join clauses c on c.rubric = t.rubric and c.clause = t.clause
     where t.status <> 'veto' and substr(t.points, 1, 1) = '-'
     group by c.rubric, c.clause order by 5 desc, c.rubric, c.clause limit ?"""
    return every(connection, query, [MOST_COMMON])


def money(connection: sqlite3.Connection, institution: str | None = None) -> list[dict[str, Any]]:
    """The balance of each account, of the city or of one institution, in yuan."""
    where, values = ("where institution = ?", [institution]) if institution else ("", [])
    query = f"select fund, account, exactly(amount) as amount from journal {where} group by fund, account order by 1, 2"
    return every(connection, query, values)


ACCOUNT = """
select j.institution, j.region, coalesce(i.name, '') as name, i.kind, exactly(j.amount) as amount, count(*) as lines
  from journal j left join in_institutions i using (institution)
 where j.fund = ? and j.account = ? group by j.institution, j.region
 order by amount collate magnitude desc, 1, 2 limit ? offset ?"""


def account(
    connection: sqlite3.Connection, fund: str, code: str, limit: int, offset: int
) -> tuple[int, str, list[dict[str, Any]]]:
    """Whose money stands on an account: how many there are, the balance, and some of them, the largest first."""
    query = """select count(distinct institution || char(10) || region) as n, exactly(amount) as amount
        from journal where fund = ? and account = ?"""
    (whole,) = every(connection, query, [fund, code])
    return whole["n"], whole["amount"], every(connection, ACCOUNT, [fund, code, limit, offset])


@frozen
class Region:
    """A region's year under one fund, in yuan: its budget, what it left of it, its overspend, and what it bears."""

    region: str
    name: str
    fund: str
    budget: str
    unused: Decimal
    overspend: Decimal
    shared: Decimal


def regions(connection: sqlite3.Connection) -> list[Region]:
    """Every region that has a budget, by fund; none where the run allocated nothing."""
    names = region_names(connection)
    query = "select fund, region, amount from allocations where step = 'budget' and region <> '' order by fund, region"
    budgets = every(connection, query)
    if not budgets:
        return []
    query = """select fund, region, account, exactly(amount) as amount,
        exactly(case when substr(amount, 1, 1) = '-' then '0' else amount end) as debits
        from journal where account in ('budget', 'overspend', 'shared') group by 1, 2, 3"""
    sums = {(row["fund"], row["region"], row["account"]): row for row in every(connection, query)}

    def of(fund: str, region: str, name: str, column: str) -> Decimal:
        row = sums.get((fund, region, name))
        return Decimal(row[column]) if row else Decimal(0)

    return [
        Region(
            row["region"], names.get(row["region"], row["region"]), row["fund"], row["amount"],
            -of(row["fund"], row["region"], "budget", "amount"),
            of(row["fund"], row["region"], "overspend", "debits"),
            of(row["fund"], row["region"], "shared", "amount"),
        )
        for row in budgets
    ]  # fmt: skip


def region_names(connection: sqlite3.Connection) -> dict[str, str]:
    """What regions are called, by code."""
    return names(connection, "region")


@frozen
class Moved:
    """An institution whose result, or whose money, is not the same in two runs."""

    institution: str
    name: str
    one: dict[str, Any]
    other: dict[str, Any]
    score: Decimal | None
    amounts: dict[str, Decimal]


def moved(one: Path, other: Path) -> list[Moved]:
    """Who moves from the first run to the second, those whose score differs most first; every account that changes."""
    before, after = _standing(one), _standing(other)
    found = []
    for institution in sorted(before.keys() | after.keys()):
        left, right = before.get(institution, _NOBODY), after.get(institution, _NOBODY)
        accounts = sorted(left["money"].keys() | right["money"].keys())
        none = Decimal(0)
        amounts = {name: right["money"].get(name, none) - left["money"].get(name, none) for name in accounts}
        changed = {name: amount for name, amount in amounts.items() if amount}
        same = all(left[name] == right[name] for name in ("score", "low", "high", "grade", "status"))
        if not same or changed:
            both = left["score"] is not None and right["score"] is not None
            score = Decimal(right["score"]) - Decimal(left["score"]) if both else None
            found.append(Moved(institution, right["name"] or left["name"], left, right, score, changed))
    return sorted(found, key=lambda entry: (-abs(entry.score or Decimal(0)), entry.institution))


def moved_accounts(one: Path, other: Path) -> dict[tuple[str, str], Decimal]:
    """By how much the balance of each account differs, by fund and account; those that are the same are left out."""
    return _differing(*(_balances(file, "fund, account") for file in (one, other)))


@frozen
class MovedRegion:
    """A region whose money is not the same in two runs, beside what moves its institutions: by fund and account."""

    region: str
    name: str
    amounts: dict[tuple[str, str], Decimal]


def moved_regions(one: Path, other: Path) -> list[MovedRegion]:
    """The regions' own lines in the journal, those of no institution, where they differ."""
    before, after = (
        _balances(file, "region, fund, account", "institution = '' and region <> ''") for file in (one, other)
    )
    known: dict[str, str] = {}
    for file in (one, other):
        with reading(file) as connection:
            known |= region_names(connection)
    found: dict[str, dict[tuple[str, str], Decimal]] = {}
    for (region, fund, account_of), amount in _differing(before, after).items():
        found.setdefault(region, {})[fund, account_of] = amount
    return [MovedRegion(region, known.get(region, region), amounts) for region, amounts in found.items()]


def _balances(file: Path, columns: str, where: str = "1") -> dict[Any, Decimal]:
    """The journal's sums by these columns."""
    with reading(file) as connection:
        query = f"select {columns}, exactly(amount) from journal where {where} group by {columns} order by {columns}"
        return {tuple(row)[:-1]: Decimal(row[-1]) for row in connection.execute(query)}


def _differing(before: Mapping[Any, Decimal], after: Mapping[Any, Decimal]) -> dict[Any, Decimal]:
    none = Decimal(0)
    changes = {key: after.get(key, none) - before.get(key, none) for key in sorted(before.keys() | after.keys())}
    return {key: amount for key, amount in changes.items() if amount}


_NOBODY: dict[str, Any] = {
    **dict.fromkeys(("score", "low", "high", "grade", "status", "rank")), "name": "", "money": {},
}  # fmt: skip


def _standing(file: Path) -> dict[str, dict[str, Any]]:
    """Each institution's result and accounts."""
    with reading(file) as connection:
        results = every(connection, "select r.*, i.name from results r join in_institutions i using (institution)")
        query = (
            "select institution, account, exactly(amount) as amount from journal where institution <> '' group by 1, 2"
        )
        accounts = every(connection, query)
    found = {row["institution"]: {**row, "money": {}} for row in results}
    for row in accounts:
        if row["institution"] in found:
            found[row["institution"]]["money"][row["account"]] = Decimal(row["amount"])
    return found
