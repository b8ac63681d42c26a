"""Cells into exact values, a column at a time: each type's parser, and what it says of a cell it cannot take."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

import polars as pl
from attrs import frozen

from kaohe.dataset.findings import Fault
from kaohe.messages import Text, listing, text, titled
from kaohe.model import Column

MOST = 10**9
"""No count, numerator, denominator or mark is larger: the engine's 64 bits are counted on it."""
MOST_MONEY = 10**13
"""Yuan; in fen it leaves room for sums of thousands."""
LONG = r"^-?0*[1-9][0-9]{14}"
"""Numbers above every bound, which 64 bits may not hold."""

SUGGESTED = 20
"""Unknown facts for which the closest name is looked up."""

DECIMALS = {"number": 4, "points": 4, "money": 2, "rate": 6}
"""How many decimals a type keeps; its integer unit is the last of them."""


@frozen(eq=False)
class Parsed:
    """A column's values, and each kind of fault with a mask of the rows that have it."""

    values: pl.Series
    faults: list[tuple[Fault, pl.Series]]


def parse(cells: pl.Series, column: Column, facts: dict[str, str]) -> Parsed:
    """The cells as the column's type; `facts` maps each accepted name of a fact to its code."""
    if cells.dtype.is_float() and column.type in (*DECIMALS, "code", "identity"):
        message = text("a binary floating-point column cannot hold exact values")
        fault = Fault("float", message, text("write it as text, a decimal or an integer"))
        nothing = pl.repeat(None, len(cells), dtype=pl.Int64 if column.type in DECIMALS else pl.String, eager=True)
        return Parsed(nothing, [(fault, cells.is_not_null())])
    own = (column.type == "count" and cells.dtype.is_integer()) or (column.type == "date" and cells.dtype == pl.Date)
    if not own:
        cells = cells.cast(pl.String).str.strip_chars()
        cells = cells.set(cells == "", None)
    return _PARSERS[column.type](cells, column, facts)


def _plain(cells: pl.Series, *_: object) -> Parsed:
    return Parsed(cells, [])


def _whole(cells: pl.Series, column: Column, _: object) -> Parsed:
    if cells.dtype == pl.String:
        bad = ~cells.str.contains(r"^-?[0-9]+(\.0+)?$")
        long = cells.str.contains(LONG)
        digits = cells.set(bad | long, None).str.replace(r"\.0+$", "")
    else:
        bad, long, digits = (
            pl.repeat(False, len(cells), eager=True),
            (cells > MOST) | (cells < -MOST),
            cells.set((cells > MOST) | (cells < -MOST), None),
        )
    values = digits.cast(pl.Int64)
    whole = Fault("number", text("this is not a whole number"), text("write digits only, such as 12"))
    below = Fault("negative", text("a count cannot be below 0"), text("correct it, or withdraw the row"))
    most = MOST if column.most is None else column.most
    above = Fault("bound", text("this cannot be above {most}", most=most), text("correct it"))
    return Parsed(values, [(whole, bad), (below, values < 0), (above, (~bad & long) | (values > most))])


def _decimal(cells: pl.Series, column: Column, _: object) -> Parsed:
    places = DECIMALS[column.type]
    numeric = cells.str.contains(r"^-?[0-9]+(\.[0-9]+)?$")
    exact = cells.str.contains(rf"^-?[0-9]+(\.[0-9]{{1,{places}}}0*)?$")
    long = cells.str.contains(LONG)
    scaled = (cells.set(~exact | long, None).cast(pl.Decimal(38, places)) * 10**places).cast(pl.Int64)
    most = {"money": MOST_MONEY, "rate": 1}.get(column.type, MOST)
    remedy = text("write digits with a point and no thousands separator, such as 1234.56")
    shape = Fault("number", text("this is not a number"), remedy)
    longer = Fault("decimals", text("more than {places} decimals", places=places), text("round it at its source"))
    below = Fault("negative", text("this cannot be below 0"), text("correct it"))
    above = Fault("bound", text("this cannot be above {most}", most=most), text("correct it"))
    return Parsed(
        scaled,
        [
            (shape, ~numeric),
            (longer, numeric & ~exact),
            (below, (scaled < 0) & (not column.signed)),
            (above, (exact & long) | (scaled.abs() > most * 10**places)),
        ],
    )


def _date(cells: pl.Series, *_: object) -> Parsed:
    if cells.dtype == pl.Date:
        return Parsed(cells, [])
    serial = cells.str.contains(r"^[0-9]{5}$")
    days = cells.set(~serial, None).cast(pl.Int32)
    day = cells.str.replace(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}.*)?$", "")
    plain = day.str.replace_all(r"[年月/.]", "-").str.replace("日", "")
    written = plain.str.to_date("%Y-%m-%d", strict=False)
    # Excel counts days from 1899-12-30.
    counted = pl.date(1899, 12, 30) + pl.duration(days=pl.col("days"))
    values = pl.select(days=days, written=written).select(pl.coalesce(pl.col("written"), counted)).to_series()
    bad = cells.is_not_null() & (values.is_null() | ~values.dt.year().is_between(1900, 9999))
    fault = Fault("date", text("this is not a date"), text("write it as 2022-12-31"))
    return Parsed(values.set(bad.fill_null(False), None), [(fault, bad)])


def _shaped(pattern: str, message: Text, remedy: Text) -> Callable[..., Parsed]:
    def parser(cells: pl.Series, *_: object) -> Parsed:
        bad = ~cells.str.contains(pattern)
        return Parsed(cells.set(bad, None), [(Fault("period", message, remedy), bad)])

    return parser


def _choice(cells: pl.Series, column: Column, _: object) -> Parsed:
    accepted = {code: code for code in column.values} | {zh: code for code, zh in column.values.items()}
    values = listing(titled(zh, code) for code, zh in column.values.items())
    return _coded(cells, accepted, text("this is not one of {values}", values=values), text("choose one of them"))


def _choices(cells: pl.Series, column: Column, _: object) -> Parsed:
    """Several values, such as “a、b”, as codes joined by “;”."""
    accepted = {code: code for code in column.values} | {zh: code for code, zh in column.values.items()}
    values: dict[str, str | None] = {}
    for cell in cells.drop_nulls().unique():
        codes = [accepted.get(part) for part in re.split(r"[、，,;； ]+", cell) if part]
        values[cell] = None if None in codes else ";".join(sorted({code for code in codes if code}))
    known = {cell: codes for cell, codes in values.items() if codes is not None}
    message = text(
        "this is not some of {values}", values=listing(titled(zh, code) for code, zh in column.values.items())
    )
    return _coded(cells, known, message, text("choose among them"))


def _fact(cells: pl.Series, _: Column, facts: dict[str, str]) -> Parsed:
    """Facts by any of their names; each unknown one with the name that comes closest."""
    values = cells.replace_strict(facts, default=None, return_dtype=pl.String)
    unknown = cells.is_not_null() & values.is_null()
    message, lists = text("this fact is not in the vocabulary"), text("kaohe facts lists it")
    faults = []
    for name in cells.filter(unknown).unique(maintain_order=True).head(SUGGESTED):
        close = get_close_matches(name, facts, n=1, cutoff=0.5)
        remedy = text("did you mean {close}?", close=close[0]) if close else lists
        faults.append((Fault("code", message, remedy), unknown & (cells == name)))
        unknown = unknown & (cells != name)
    return Parsed(values, [*faults, (Fault("code", message, lists), unknown)])


def _coded(cells: pl.Series, accepted: dict[str, str], message: Text, remedy: Text) -> Parsed:
    values = cells.replace_strict(accepted, default=None, return_dtype=pl.String)
    return Parsed(values, [(Fault("code", message, remedy), cells.is_not_null() & values.is_null())])


def _identity(cells: pl.Series, *_: object) -> Parsed:
    valid = pl.Series([cell is None or _is_identity(cell) for cell in cells.to_list()], dtype=pl.Boolean)
    fault = Fault("identity", text("this is not a valid identity number"), text("check it against the card"))
    return Parsed(cells, [(fault, ~valid)])


def _is_identity(number: str) -> bool:
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
