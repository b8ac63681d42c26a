"""The one place that knows engines: rule tables as frames beside the data, and where a frame is materialised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import polars as pl

from kaohe.model import Rules
from kaohe.stages.contract import Schema
from kaohe.stages.tabulate import tabulate

Frame = nw.LazyFrame[Any]
Tables = Mapping[str, Frame]

SMALL = nw.Int32
"""The type of the numbers by which the engine joins: sheets, tables, items, clauses, facts, periods."""


def rule_tables(rules: Rules) -> dict[str, Frame]:
    """The rubrics' small tables as frames."""
    return {name: nw.from_native(table.lazy()) for name, table in tabulate(rules).items()}


def materialised(frame: Frame) -> Frame:
    """The frame computed once, so that what follows does not compute it again."""
    collected: pl.DataFrame = frame.to_native().collect(engine="streaming")
    return nw.from_native(collected.lazy())


def collected(frame: Frame, columns: Schema) -> pl.DataFrame:
    """The frame's rows with these columns, in an order that does not depend on how they were computed.

    Rows of sheets come in the order of the sheets' and the tables' numbers, all others in the order of their text.
    """
    rows: pl.DataFrame = frame.to_native().collect(engine="streaming")
    if "sheet_no" not in rows.columns:
        return rows.sort(rows.columns, nulls_last=True).select(list(columns))
    place = pl.col("sheet_no").cast(pl.Int64)
    for name, bits in NUMBER_BITS.items():
        if name in rows.columns:
            place = place * 2**bits + pl.col(name).fill_null(0)
    others = rows.filter(pl.col("sheet_no").is_null()).select(list(columns))
    on_sheets = rows.filter(pl.col("sheet_no").is_not_null()).sort(place).select(list(columns))
    return pl.concat([on_sheets, others.sort(others.columns, nulls_last=True)])


NUMBER_BITS = {"item_no": 12, "clause_no": 12, "period_no": 8}
"""How many bits the numbers take in the order of rows: with 31 of a sheet's number, one 64-bit number."""


def like(frame: Frame, columns: Mapping[str, list[Any]]) -> Frame:
    """A small table on the engine of a frame."""
    return nw.from_native(pl.DataFrame(columns).lazy())


def empty(columns: Schema) -> Frame:
    """A frame with these columns and no rows."""
    return nw.from_native(pl.LazyFrame(schema={name: _POLARS[kind] for name, kind in columns.items()}))


_POLARS: dict[type[nw.dtypes.DType], type[pl.DataType]] = {nw.String: pl.String, nw.Int64: pl.Int64}


def nothing(kind: type[nw.String] | type[nw.Int64]) -> nw.Expr:
    """A column of unknown values."""
    return nw.lit(None).cast(kind)


def whole(number: int) -> nw.Expr:
    """A column of one whole number, in the width in which points and quantities are added."""
    return nw.lit(number).cast(nw.Int64)


def floor_division(numerator: nw.Expr, denominator: nw.Expr) -> nw.Expr:
    """The exact quotient of whole numbers, rounded down; `//` alone passes through a double on Spark."""
    quotient = numerator // denominator
    return quotient + (numerator - quotient * denominator) // denominator
