"""Money by institution: the steps of a scheme's `[[money]]`, each booked by its shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl
from attrs import frozen

from kaohe.budgets.months import last_day
from kaohe.causes import cause, fen
from kaohe.dataset import CONTRACT
from kaohe.dataset.cells import DECIMALS
from kaohe.journal import Journal, Posting
from kaohe.model import Clawback, Money, Pool, Product, Rules, Schedule, Verified, points
from kaohe.money import half_up, percent, split, within
from kaohe.stages.frames import Tables, collected

PAYABLE, SANCTION = "settlement_payable", "sanction"
READ = ("institutions", "payments", "events", "funds", "results")

Row = Mapping[str, Any]


@frozen
class Year:
    """What the steps read: rows by table, the institutions by code, the last day of each month, and the rules."""

    rows: Mapping[str, list[Row]]
    months: list[str]
    rules: Rules
    journal: Journal

    def exact(self, table: str, name: str, row: Row) -> Fraction | None:
        """A cell as an exact number, money in fen; None where it is blank."""
        value = row.get(name)
        return None if value is None else Fraction(value, 1 if self.is_money(table, name) else self._unit(table, name))

    def is_money(self, table: str, name: str) -> bool:
        """Whether a column holds money."""
        return self._type(table, name) == "money"

    def _unit(self, table: str, name: str) -> int:
        return int(10 ** DECIMALS.get(self._type(table, name), 0))

    def _type(self, table: str, name: str) -> str:
        own = self.rules.scheme.needs.columns.get(table, {})
        return str((own.get(name) or CONTRACT[table].columns[name]).type)

    def post(self, says: Money, row: Row, amount: int, why: str, *, day: str = "", fund: str = "") -> None:
        """Book an amount for an institution: the step's account on one side, what is payable to it on the other."""
        institution, region = row["institution"], row.get("region") or ""
        lines = [Posting(says.step, amount, institution, region), Posting(PAYABLE, -amount, institution, region)]
        fund = fund or row.get("fund") or says.fund
        day = day or last_day(row.get("month") or self.months[-1])
        self.journal.post(fund, day, lines, article=says.article, cause=why, series="P")


def settle(tables: Tables, rules: Rules) -> pl.DataFrame:
    """The journal's rows of every step, in the order of the scheme; in fen.

    What rests on a blank cell, a result that is not determined or a parameter that is not set is not booked.
    """
    rows: dict[str, list[Row]] = {
        name: list(collected(tables[name]).rows(named=True)) if name in tables else [] for name in READ
    }
    months = sorted(collected(tables["periods"].filter(nw.col("period_kind") == "month"))["period"])
    year = Year(rows, months, rules, Journal())
    for says in rules.scheme.money:
        BOOKED[type(says)](year, says)
    return year.journal.frame()


def _product(year: Year, says: Product) -> None:
    for row in year.rows[says.table]:
        factors = [_factor(year, says.table, name, row) for name in says.factors]
        known = [factor for factor in factors if factor is not None]
        if len(known) < len(factors):
            continue
        amount = known[0]
        for factor in known[1:]:
            amount = amount * factor
            amount = Fraction(half_up(amount)) if year.rules.option(says.rounding) == "each" else amount
        year.post(says, row, half_up(amount), cause("product", *(_plain(factor) for factor in known)))


def _factor(year: Year, table: str, name: str, row: Row) -> Fraction | None:
    """A factor of a product: a parameter's value (amounts in fen), or a cell of the row."""
    parameter = year.rules.parameters.get(name)
    if parameter is None:
        return year.exact(table, name, row)
    if parameter.value is None:
        return None
    return Fraction(parameter.value) * (100 if parameter.type == "amount" else 1)


def _plain(factor: Fraction) -> str:
    """An exact number in short."""
    return f"{(Decimal(factor.numerator) / Decimal(factor.denominator)).normalize():f}"


def _pool(year: Year, says: Pool) -> None:
    weights, told = _weights(year, says)
    institutions = {row["institution"]: row for row in year.rows["institutions"]}
    price = year.rules.value(says.price) if says.price else None
    for fund in year.rows["funds"]:
        pool = fund.get(says.pool)
        if pool is None or not any(weights.values()) or fund["year"] != year.months[0][:4]:
            continue
        if says.price and price is None:
            continue
        parts = split(pool, weights)
        if price is not None:
            wanted = {code: half_up(weight * Fraction(price) * 100) for code, weight in weights.items()}
            parts = within(pool, wanted)
        for code, amount in parts.items():
            year.post(says, institutions[code], amount, cause("pool", fen(pool), *told[code]), fund=fund["fund"])


def _weights(year: Year, says: Pool) -> tuple[dict[str, Fraction], dict[str, tuple[str, str]]]:
    """Volume times quality of each institution that has both, and both as they are told."""
    results = {row["institution"]: row for row in year.rows["results"]}
    method, weights, told = year.rules.option(says.quality), {}, {}
    for row in year.rows["institutions"]:
        volume, result = year.exact("institutions", says.volume, row), results.get(row["institution"])
        if volume is None or result is None or result["score"] is None or method is None:
            continue
        score = points(result["score"])
        quality = method.share(score) if isinstance(method, Schedule) else Fraction(score) / 100
        weights[row["institution"]] = volume * quality
        told[row["institution"]] = (_plain(volume), percent(quality))
    return weights, told


def _verified(year: Year, says: Verified) -> None:
    tolerance, sanction = year.rules.value(says.tolerance), year.rules.value(says.sanction)
    for row in year.rows["payments"]:
        claimed, verified = row.get(says.claimed), row.get(says.verified)
        if claimed is None or verified is None:
            continue
        year.post(says, row, verified, cause("verified", fen(claimed), fen(verified)))
        beyond = claimed - verified
        if tolerance is None or sanction is None or beyond <= claimed * Fraction(tolerance):
            continue
        taken = min(verified, half_up(beyond * Fraction(sanction)))
        why = cause("sanction", fen(beyond), percent(Fraction(beyond, claimed)), str(sanction))
        _take_back(year, says, row, SANCTION, taken, why)


def _clawback(year: Year, says: Clawback) -> None:
    payable: defaultdict[tuple[str, str], int] = defaultdict(int)
    institutions = {row["institution"]: row for row in year.rows["institutions"]}
    for row in year.rows["payments"]:
        for month in (row["month"], ""):
            payable[row["institution"], month] += row["payable"] or 0
    for event in year.rows["events"]:
        if event["fact"] not in says.facts or event["status"] == "withdrawn":
            continue
        code = event["institution"]
        month = f"{event['handled'] or event['date']:%Y-%m}"
        found = {"amount": event["amount"], "month": payable[code, month], "year": payable[code, ""]}
        amounts = [_of_base(year, base.times, found[year.rules.option(base.base)]) for base in says.bases]
        known = [amount for amount in amounts if amount is not None]
        if known and len(known) == len(amounts):
            why = cause("clawback", event["event"], *(fen(amount) for amount in known))
            _take_back(
                year, says, institutions[code], says.step, TAKE[year.rules.option(says.take)](known), why, month=month
            )


TAKE: dict[str, Callable[[list[int]], int]] = {"highest": max, "lowest": min, "sum": sum}
"""What is taken of several bases."""


def _of_base(year: Year, times: str, base: int | None) -> int | None:
    value = year.rules.value(times)
    return None if value is None or base is None else half_up(base * Fraction(value))


def _take_back(year: Year, says: Money, row: Row, account: str, amount: int, why: str, *, month: str = "") -> None:
    """Book what is taken off what is payable to an institution."""
    institution, region = row["institution"], row.get("region") or ""
    lines = [Posting(PAYABLE, amount, institution, region), Posting(account, -amount, institution, region)]
    day = last_day(month or row.get("month") or year.months[-1])
    year.journal.post(row.get("fund") or says.fund, day, lines, article=says.article, cause=why, series="P")


BOOKED: dict[type[Money], Callable[[Year, Any], None]] = {
    Product: _product,
    Pool: _pool,
    Verified: _verified,
    Clawback: _clawback,
}
