"""Cells into exact values: each type's parser, as expressions, and what it says of a cell that it cannot take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from attrs import field, frozen

from kaohe.dataset.findings import Fault
from kaohe.messages import Text, listing, text, titled
from kaohe.model import Column

MOST = 10**9
"""No count, numerator, denominator or mark is larger: the engine's 64 bits are counted on it."""
MOST_MONEY = 10**13
"""Yuan; in fen it leaves room for sums of thousands."""
LONG = r"^-?0*[1-9][0-9]{14}"
"""Numbers above every bound, which 64 bits may not hold."""
LARGEST = 10**38 - 1
"""What a decimal column can hold."""

DECIMALS = {"number": 4, "points": 4, "money": 2, "rate": 6}
"""How many decimals a type keeps; its integer unit is the last of them."""


@frozen(eq=False)
class Parsed:
    """A column's values, and each kind of fault with the rows that have it, as expressions on its content.

    `translated`: the rows where a sound value is not the text that stands there.
    """

    values: pl.Expr
    faults: list[tuple[Fault, pl.Expr]]
    translated: pl.Expr = field(factory=lambda: pl.lit(False))


def dtype(column: Column) -> pl.DataType:
    """The type of a column's values: money in fen, numbers in their smallest unit."""
    match column.type:
        case "count" | "number" | "points" | "money" | "rate":
            return pl.Int64()
        case "date":
            return pl.Date()
        case _:
            return pl.String()


def as_it_is(kind: pl.DataType, column: Column) -> bool:
    """Whether cells of this kind are exact as they are; all others are read by their text."""
    if column.type in ("count", *DECIMALS):
        return kind.is_integer() or (isinstance(kind, pl.Decimal) and column.type != "count")
    return column.type == "date" and kind in (pl.Date, pl.Datetime)


def parse(content: pl.Expr, kind: pl.DataType, column: Column, facts: Mapping[str, str]) -> Parsed:
    """The content of cells as the column's type: text without space around it and never blank, or `as_it_is`.

    `facts` maps each accepted name of a fact to its code.
    """
    if kind.is_float() and column.type in (*DECIMALS, "code", "identity"):
        message = text("a binary floating-point column cannot hold exact values")
        fault = Fault("float", message, text("write it as text, a decimal or an integer"))
        return Parsed(pl.lit(None, dtype(column)), [(fault, content.is_not_null())])
    if not as_it_is(kind, column):
        return _PARSERS[column.type](content, column, facts)
    if column.type == "count":
        return _whole_numbers(content.cast(pl.Int128), column)
    if column.type == "date":
        return _days(content.dt.date(), content.is_not_null())
    return _decimal_numbers(content, kind.scale if isinstance(kind, pl.Decimal) else 0, column)


def replaced(cells: pl.Expr, values: Mapping[str, Any], default: Any, kind: pl.DataType) -> pl.Expr:
    """What each text stands for; batch by batch, because a column that is replaced as a whole is held as a whole."""

    def batch(series: pl.Series) -> pl.Series:
        return series.replace_strict(dict(values), default=default, return_dtype=kind)

    return cells.map_batches(batch, return_dtype=kind, is_elementwise=True)


def _plain(cells: pl.Expr, *_: object) -> Parsed:
    return Parsed(cells, [])


def _whole(cells: pl.Expr, column: Column, _: object) -> Parsed:
    right = cells.str.contains(r"^-?[0-9]+(\.0+)?$")
    long = cells.str.contains(LONG)
    digits = pl.when(right & ~long).then(cells.str.replace(r"\.0+$", ""))
    return _counts(digits.cast(pl.Int64), ~right, right & long, column)


def _whole_numbers(cells: pl.Expr, column: Column) -> Parsed:
    long = ~cells.is_between(-MOST, MOST)
    return _counts(pl.when(~long).then(cells).cast(pl.Int64), None, long, column)


def _counts(values: pl.Expr, bad: pl.Expr | None, long: pl.Expr, column: Column) -> Parsed:
    most = MOST if column.most is None else column.most
    whole = Fault("number", text("this is not a whole number"), text("write digits only, such as 12"))
    below = Fault("negative", text("a count cannot be below 0"), text("correct it, or withdraw the row"))
    above = Fault("bound", text("this cannot be above {most}", most=most), text("correct it"))
    return Parsed(values, _possible((whole, bad), (below, values < 0), (above, long | (values > most))))


def _decimal(cells: pl.Expr, column: Column, _: object) -> Parsed:
    places = DECIMALS[column.type]
    numeric = cells.str.contains(r"^-?[0-9]+(\.[0-9]+)?$")
    exact = cells.str.contains(rf"^-?[0-9]+(\.[0-9]{{1,{places}}}0*)?$")
    long = cells.str.contains(LONG)
    units = pl.when(exact & ~long).then(cells).cast(pl.Decimal(38, places)).to_physical().cast(pl.Int64)
    return _decimals(units, ~numeric, numeric & ~exact, exact & long, column)


def _decimal_numbers(cells: pl.Expr, scale: int, column: Column) -> Parsed:
    """Whole numbers and decimals, whose physical value is a whole number of `scale` places."""
    places = DECIMALS[column.type]
    physical = cells.to_physical().cast(pl.Int128)
    most = min(_most(column) * 10**scale, LARGEST)
    long = ~physical.is_between(-most, most)
    within = pl.when(~long).then(physical)
    if scale > places:
        unit = pl.lit(10 ** (scale - places), pl.Int128)
        return _decimals((within // unit).cast(pl.Int64), None, within % unit != 0, long, column)
    units = within if scale == places else within * pl.lit(10 ** (places - scale), pl.Int128)
    return _decimals(units.cast(pl.Int64), None, None, long, column)


def _decimals(units: pl.Expr, bad: pl.Expr | None, finer: pl.Expr | None, long: pl.Expr, column: Column) -> Parsed:
    places, most = DECIMALS[column.type], _most(column)
    remedy = text("write digits with a point and no thousands separator, such as 1234.56")
    shape = Fault("number", text("this is not a number"), remedy)
    longer = Fault("decimals", text("more than {places} decimals", places=places), text("round it at its source"))
    below = Fault("negative", text("this cannot be below 0"), text("correct it"))
    above = Fault("bound", text("this cannot be above {most}", most=most), text("correct it"))
    negative = None if column.signed else units < 0
    large = long | (units.abs() > most * 10**places)
    return Parsed(units, _possible((shape, bad), (longer, finer), (below, negative), (above, large)))


def _possible(*faults: tuple[Fault, pl.Expr | None]) -> list[tuple[Fault, pl.Expr]]:
    return [(fault, wrong) for fault, wrong in faults if wrong is not None]


def _most(column: Column) -> int:
    return {"money": MOST_MONEY, "rate": 1}.get(column.type, MOST)


def _date(cells: pl.Expr, *_: object) -> Parsed:
    day = cells.str.replace(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}.*)?$", "")
    plain = day.str.replace_all(r"[年月/.]", "-").str.replace("日", "", literal=True)
    written = plain.str.to_date("%Y-%m-%d", strict=False)
    serial = pl.when(cells.str.contains(r"^[0-9]{5}$")).then(cells).cast(pl.Int64)
    # Excel counts days from 1899-12-30.
    return _days(pl.coalesce(written, pl.date(1899, 12, 30) + pl.duration(days=serial)), cells.is_not_null())


def _days(days: pl.Expr, given: pl.Expr) -> Parsed:
    right = days.dt.year().is_between(1900, 9999).fill_null(False)
    fault = Fault("date", text("this is not a date"), text("write it as 2022-12-31"))
    return Parsed(pl.when(right).then(days), [(fault, given & ~right)])


def _shaped(pattern: str, message: Text, remedy: Text) -> Callable[..., Parsed]:
    def parser(cells: pl.Expr, *_: object) -> Parsed:
        right = cells.str.contains(pattern)
        return Parsed(pl.when(right).then(cells), [(Fault("period", message, remedy), ~right)])

    return parser


def _choice(cells: pl.Expr, column: Column, _: object) -> Parsed:
    message = text("this is not one of {values}", values=_values(column))
    return _coded(cells, _accepted(column), Fault("code", message, text("choose one of them")))


def _choices(cells: pl.Expr, column: Column, _: object) -> Parsed:
    """Several values, such as “a、b”, as codes joined by “;”."""
    accepted = _accepted(column)

    def codes(series: pl.Series) -> pl.Series:
        known = {cell: _joined(cell, accepted) for cell in series.drop_nulls().unique()}
        return series.replace_strict(known, default=None, return_dtype=pl.String)

    values = cells.map_batches(codes, return_dtype=pl.String, is_elementwise=True)
    fault = Fault("code", text("this is not some of {values}", values=_values(column)), text("choose among them"))
    return Parsed(values, [(fault, cells.is_not_null() & values.is_null())], values != cells)


def _joined(cell: str, accepted: Mapping[str, str]) -> str | None:
    parts = [part for part in re.split(r"[、，,;； ]+", cell) if part]
    return ";".join(sorted({accepted[part] for part in parts})) if all(part in accepted for part in parts) else None


def _accepted(column: Column) -> dict[str, str]:
    return {code: code for code in column.values} | {zh: code for code, zh in column.values.items()}


def _values(column: Column) -> object:
    return listing(titled(zh, code) for code, zh in column.values.items())


def _fact(cells: pl.Expr, _: Column, facts: Mapping[str, str]) -> Parsed:
    """Facts by any of their names; for an unknown one the name that comes closest is suggested."""
    message, lists = text("this fact is not in the vocabulary"), text("kaohe facts lists it")
    return _coded(cells, facts, Fault("code", message, lists, names=list(facts)))


def _coded(cells: pl.Expr, accepted: Mapping[str, str], fault: Fault) -> Parsed:
    values = replaced(cells, accepted, None, pl.String())
    codes = list(dict.fromkeys(accepted.values()))
    return Parsed(values, [(fault, ~cells.is_in(list(accepted)))], ~cells.is_in(codes))


def _identity(cells: pl.Expr, *_: object) -> Parsed:
    def valid(series: pl.Series) -> pl.Series:
        return pl.Series([cell is None or is_identity(cell) for cell in series.to_list()], dtype=pl.Boolean)

    fault = Fault("identity", text("this is not a valid identity number"), text("check it against the card"))
    return Parsed(cells, [(fault, ~cells.map_batches(valid, return_dtype=pl.Boolean, is_elementwise=True))])


def is_identity(number: str) -> bool:
    """18 characters with a date of birth and the right check digit; areas come and go, and are not looked up."""
    from stdnum.cn import ric
    from stdnum.exceptions import ValidationError

    compact = ric.compact(number)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", compact):
        return False
    try:
        ric.get_birth_date(compact)
    except ValidationError:
        return False
    return bool(ric.calc_check_digit(compact) == compact[-1])


_PARSERS: dict[str, Callable[..., Parsed]] = {
    "code": _plain,
    "text": _plain,
    "count": _whole,
    "number": _decimal,
    "points": _decimal,
    "money": _decimal,
    "rate": _decimal,
    "date": _date,
    "year": _shaped(r"^[0-9]{4}$", text("this is not a year"), text("write it as 2022")),
    "month": _shaped(r"^[0-9]{4}-(0[1-9]|1[0-2])$", text("this is not a month"), text("write it as 2022-03")),
    "period": _shaped(
        r"^[0-9]{4}(-(0[1-9]|1[0-2]))?$",
        text("this is neither a year nor a month"),
        text("write it as 2022 or 2022-03"),
    ),
    "choice": _choice,
    "choices": _choices,
    "fact": _fact,
    "identity": _identity,
}
