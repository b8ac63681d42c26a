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


def rule_tables(rules: Rules) -> dict[str, Frame]:
    """The rubrics' small tables as frames."""
    return {name: nw.from_native(table.lazy()) for name, table in tabulate(rules).items()}


def materialised(frame: Frame) -> Frame:
    """The frame computed once, so that what follows does not compute it again."""
    collected: pl.DataFrame = frame.collect().to_native()
    return nw.from_native(collected.lazy())


def collected(frame: Frame) -> pl.DataFrame:
    """The frame's rows, ordered by all columns, so that the same input gives the same bytes."""
    rows: pl.DataFrame = frame.collect().to_native()
    return rows.sort(rows.columns, nulls_last=True)


def empty(columns: Schema) -> Frame:
    """A frame with these columns and no rows."""
    return nw.from_native(pl.LazyFrame(schema={name: _POLARS[kind] for name, kind in columns.items()}))


_POLARS: dict[type[nw.dtypes.DType], type[pl.DataType]] = {nw.String: pl.String, nw.Int64: pl.Int64}


def nothing(kind: type[nw.String] | type[nw.Int64]) -> nw.Expr:
    """A column of unknown values."""
    return nw.lit(None).cast(kind)


def floor_division(numerator: nw.Expr, denominator: nw.Expr) -> nw.Expr:
    """The exact quotient of whole numbers, rounded down; `//` alone passes through a double on Spark."""
    quotient = numerator // denominator
    return quotient + (numerator - quotient * denominator) // denominator
