"""What the stages are written with: rule tables as frames beside the data, and expressions that all engines share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import polars as pl

from kaohe.model import Rules
from kaohe.stages.contract import Schema
from kaohe.stages.engines import Frame as Frame
from kaohe.stages.engines import engine
from kaohe.stages.tabulate import tabulated

Tables = Mapping[str, Frame]

SHEET, SMALL = nw.Int32, nw.Int16
"""The types of the numbers by which the engine joins: sheets; tables, items, clauses, facts, periods."""


def rule_tables(rules: Rules) -> dict[str, Frame]:
    """The rubrics' small tables as frames."""
    return {name: engine().table(table.lazy()) for name, table in tabulated(rules).items()}


def materialised(frame: Frame) -> Frame:
    """The frame computed once, so that what follows does not compute it again."""
    return engine().materialised(frame)


def collected(frame: Frame) -> pl.DataFrame:
    """The frame's rows in this process, ordered by all columns: for what is small and exact in whole numbers."""
    rows = engine().polars(frame).collect()
    return rows.sort(rows.columns, nulls_last=True)


def held(rows: pl.DataFrame) -> Frame:
    """Rows of this process as a frame of the engine."""
    return engine().table(rows.lazy())


def numbered(frame: Frame) -> bool:
    """Whether its rows have the number of their sheet."""
    return "sheet_no" in frame.collect_schema().names()


def small_table(columns: Mapping[str, list[Any]], schema: Schema) -> Frame:
    """A table of a few rows."""
    return engine().table(pl.LazyFrame(columns, {name: _POLARS[kind] for name, kind in schema.items()}))


def empty(columns: Schema) -> Frame:
    """A frame with these columns and no rows."""
    return small_table({name: [] for name in columns}, columns)


_POLARS: dict[type[nw.dtypes.DType], type[pl.DataType]] = {
    nw.String: pl.String, nw.Int64: pl.Int64, nw.Int32: pl.Int32, nw.Int16: pl.Int16,
}  # fmt: skip


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


def assumed_of(basis: pl.Expr) -> pl.Expr:
    """What a result's score assumes, as codes that follow a cause."""
    codes = basis.str.extract_all(r"assumption:\S+")
    of_score = codes.list.eval(pl.element().filter(pl.element() != "assumption:grade.cutoffs"))
    return of_score.list.eval(pl.lit(" ") + pl.element()).list.join("")
