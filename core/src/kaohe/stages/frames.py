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

SHEET, SMALL = nw.Int32, nw.Int16
"""The types of the numbers by which the engine joins: sheets; tables, items, clauses, facts, periods."""


def rule_tables(rules: Rules) -> dict[str, Frame]:
    """The rubrics' small tables as frames."""
    return {name: nw.from_native(table.lazy()) for name, table in tabulate(rules).items()}


def materialised(frame: Frame) -> Frame:
    """The frame computed once, so that what follows does not compute it again."""
    collected: pl.DataFrame = frame.to_native().collect(engine="streaming")
    return nw.from_native(collected.lazy())


def numbered(frame: Frame) -> bool:
    """Whether its rows have the number of their sheet."""
    return "sheet_no" in frame.collect_schema().names()


def polars(frame: Frame) -> pl.LazyFrame:
    """The frame as Polars has it."""
    native: pl.LazyFrame = frame.to_native()
    return native


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
