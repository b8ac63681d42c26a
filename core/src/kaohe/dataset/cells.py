"""Cells into exact values, a column at a time: each type's parser, and what it says of a cell it cannot take."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl
from attrs import frozen

from kaohe.dataset.contract import Column
from kaohe.messages import Text, text

MOST = 10**9
"""No count, numerator, denominator or mark is larger: the engine's 64 bits are counted on it."""
MOST_MONEY = 10**13
"""Yuan; in fen it leaves room for sums of thousands."""

DECIMALS = {"number": 4, "points": 4, "money": 2, "rate": 6}
"""How many decimals a type keeps; its integer unit is the last of them."""


@frozen(eq=False)
class Parsed:
    """A column's values, and the faults: for each kind of fault a mask of the rows, a message and a remedy."""

    values: pl.Series
    faults: list[tuple[str, pl.Series, Text, Text]]


def parse(cells: pl.Series, column: Column, facts: dict[str, str]) -> Parsed:
    """The cells as the column's type; `facts` maps each accepted name of a fact to its code."""
    if cells.dtype == pl.String:
        cells = cells.str.strip_chars()
        cells = cells.set(cells == "", None)
    elif cells.dtype.is_float() and column.type in (*DECIMALS, "code", "identity"):
        fault = text("a binary floating-point column cannot hold exact values")
        remedy = text("write it as text, a decimal or an integer")
        return Parsed(cells.cast(pl.String), [("float", cells.is_not_null(), fault, remedy)])
    elif column.type not in ("count", "date") or not (cells.dtype.is_integer() or cells.dtype == pl.Date):
        cells = cells.cast(pl.String)
    return _PARSERS[column.type](cells, column, facts)


def _plain(cells: pl.Series, *_: object) -> Parsed:
    return Parsed(cells, [])


def _whole(cells: pl.Series, *_: object) -> Parsed:
    if cells.dtype == pl.String:
        shaped = cells.str.contains(r"^-?\d{1,18}(\.0+)?$")
        values = cells.set(~shaped, None).str.replace(r"\.0+$", "").cast(pl.Int64)
        bad = ~shaped
    else:
        values, bad = cells.cast(pl.Int64), pl.repeat(False, len(cells), eager=True)
    return Parsed(values, [
        ("number", bad, text("this is not a whole number"), text("write digits only, such as 12")),
        ("negative", values < 0, text("a count cannot be below 0"), text("correct it, or withdraw the row")),
        ("bound", values > MOST, text("a count cannot be above {most}", most=MOST), text("correct it")),
    ])  # fmt: skip


def _decimal(cells: pl.Series, column: Column, _: object) -> Parsed:
    places = DECIMALS[column.type]
    numeric = cells.str.contains(r"^-?\d{1,18}(\.\d+)?$")
    exact = cells.str.contains(rf"^-?\d{{1,18}}(\.\d{{1,{places}}}0*)?$")
    scaled = (cells.set(~exact, None).cast(pl.Decimal(38, places)) * 10**places).cast(pl.Int64)
    most = {"money": MOST_MONEY, "rate": 1}.get(column.type, MOST)
    shape = text("write digits with a point and no thousands separator, such as 1234.56")
    return Parsed(scaled, [
        ("number", ~numeric, text("this is not a number"), shape),
        ("decimals", numeric & ~exact, text("more than {places} decimals", places=places), text("round it at its source")),
        ("negative", (scaled < 0) & (not column.signed), text("this cannot be below 0"), text("correct it")),
        ("bound", scaled.abs() > most * 10**places, text("this cannot be above {most}", most=most), text("correct it")),
    ])  # fmt: skip


def _date(cells: pl.Series, *_: object) -> Parsed:
    if cells.dtype == pl.Date:
        return Parsed(cells, [])
    serial = cells.str.contains(r"^\d{5}$")
    days = cells.set(~serial, None).cast(pl.Int32)
    plain = cells.str.replace_all(r"[年月/]", "-").str.replace("日", "").str.replace(r"[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$", "")
    written = plain.str.to_date("%Y-%m-%d", strict=False)
    # Excel counts days from 1899-12-30.
    frame = pl.select(days=days, written=written)
    values = frame.select(
        pl.coalesce(pl.col("written"), pl.date(1899, 12, 30) + pl.duration(days=pl.col("days")))
    ).to_series()
    bad = cells.is_not_null() & (values.is_null() | (values.dt.year() < 1900) | (values.dt.year() > 9999))
    return Parsed(values.alias(cells.name), [
        ("date", bad, text("this is not a date"), text("write it as 2022-12-31")),
    ])  # fmt: skip


def _shaped(pattern: str, message: Callable[[], Text], remedy: Callable[[], Text]) -> Callable[..., Parsed]:
    def parser(cells: pl.Series, *_: object) -> Parsed:
        return Parsed(cells, [("period", ~cells.str.contains(pattern), message(), remedy())])

    return parser


def _choice(cells: pl.Series, column: Column, _: object) -> Parsed:
    accepted = {code: code for code in column.values} | {zh: code for code, zh in column.values.items()}
    return _coded(cells, accepted, text("this is not one of {values}", values=", ".join(
        f"{zh} ({code})" for code, zh in column.values.items()
    )), text("choose one of them"))  # fmt: skip


def _fact(cells: pl.Series, _: Column, facts: dict[str, str]) -> Parsed:
    return _coded(cells, facts, text("this fact is not in the vocabulary"), text("kaohe facts lists it"))


def _coded(cells: pl.Series, accepted: dict[str, str], message: Text, remedy: Text) -> Parsed:
    values = cells.replace_strict(accepted, default=None, return_dtype=pl.String)
    return Parsed(values, [("code", cells.is_not_null() & values.is_null(), message, remedy)])


def _identity(cells: pl.Series, *_: object) -> Parsed:
    from stdnum.cn import ric

    valid = pl.Series([cell is None or ric.is_valid(cell) for cell in cells.to_list()], dtype=pl.Boolean)
    return Parsed(cells, [("identity", ~valid, text("this is not a valid identity number"), text("check it against the card"))])


_PARSERS: dict[str, Callable[..., Parsed]] = {
    "code": _plain,
    "text": _plain,
    "count": _whole,
    "number": _decimal,
    "points": _decimal,
    "money": _decimal,
    "rate": _decimal,
    "date": _date,
    "year": _shaped(r"^\d{4}$", lambda: text("this is not a year"), lambda: text("write it as 2022")),
    "month": _shaped(r"^\d{4}-(0[1-9]|1[0-2])$", lambda: text("this is not a month"), lambda: text("write it as 2022-03")),
    "period": _shaped(
        r"^\d{4}(-(0[1-9]|1[0-2]))?$",
        lambda: text("this is neither a year nor a month"),
        lambda: text("write it as 2022 or 2022-03"),
    ),
    "choice": _choice,
    "fact": _fact,
    "identity": _identity,
}


def masked(identity: str) -> str:
    """An identity number that may be shown: the region's first three and the last two characters."""
    return f"{identity[:3]}{'*' * max(len(identity) - 5, 0)}{identity[-2:]}" if len(identity) > 6 else "***"


