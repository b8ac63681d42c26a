"""What a quantity is worth under a clause: one expression for each shape."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.frames import Frame, floor_division, nothing
from kaohe.stages.peers import compared
from kaohe.stages.tabulate import PARTITIONED


def with_points(rows: Frame, bands: Frame, rules: Rules) -> Frame:
    """The rows with `points` by their clause's shape, and for a comparison the peers' average.

    The rows carry the clause's columns, scorer, period, quantity and denominator. Bounds: a quantity is at
    most 10¹¹ cases or 10¹³ ten-thousandths, points at most 10⁷ units, a band's end at most 10⁵ over 10⁵: no
    product passes 10¹⁸.
    """
    columns = [*rows.collect_schema().names(), "reference_quantity", "reference_denominator", "points"]
    shape = nw.col("shape")
    alone = rows.filter(shape != "peers").with_columns(
        reference_quantity=nothing(nw.Int64), reference_denominator=nothing(nw.Int64)
    )
    counted = alone.filter(~shape.is_in(PARTITIONED)).with_columns(points=_by_count())
    parts = [counted, _by_band(alone.filter(shape.is_in(PARTITIONED)), bands)]
    if any(clause.shape == "peers" for rubric in rules.rubrics.values() for _, clause in rubric.clauses):
        parts.append(compared(rows.filter(shape == "peers"), rules))
    return nw.concat([part.select(columns) for part in parts])


def _by_count() -> nw.Expr:
    shape, worth, step, quantity = nw.col("shape"), nw.col("worth"), nw.col("step"), nw.col("quantity")
    short = nw.when(quantity < step).then(step - quantity).otherwise(nw.lit(0))
    return (
        nw.when(shape == "per_case")
        .then(worth * quantity)
        .when((shape == "once") & (quantity >= 1))
        .then(worth)
        .when(shape == "short_of")
        .then(worth * short)
        .when(shape == "per_n")
        .then(worth * floor_division(quantity, step))
        .otherwise(nw.lit(0))
        .cast(nw.Int64)
    )


def _by_band(rows: Frame, bands: Frame) -> Frame:
    """Each row by the one band that its ratio falls into; a ratio of 0 to 0 counts nothing."""
    empty = nw.col("denominator") == 0
    quantity = nw.col("quantity")
    unit = nw.when(nw.col("denominator").is_null()).then(nw.lit(1)).otherwise(nw.col("denominator"))
    from_floor = quantity * nw.col("floor_unit") >= nw.col("floor") * unit + nw.col("floor_open")
    to_ceiling = quantity * nw.col("ceiling_unit") <= nw.col("ceiling") * unit - nw.col("ceiling_open")
    banded = (
        rows.filter(nw.col("denominator").is_null() | ~empty)
        .join(bands, on=["rubric", "clause"])
        .filter(from_floor, to_ceiling)
        .with_columns(points=nw.col("band_points"))
    )
    columns = [*rows.collect_schema().names(), "points"]
    nothing_counted = rows.filter(empty).with_columns(points=nw.lit(0).cast(nw.Int64))
    return nw.concat([banded.select(columns), nothing_counted.select(columns)])
