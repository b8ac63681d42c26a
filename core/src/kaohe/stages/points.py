"""What a quantity is worth under a clause: one expression for each shape."""

from __future__ import annotations

import narwhals as nw

from kaohe.stages.frames import Frame, floor_division
from kaohe.stages.tabulate import PARTITIONED


def with_points(rows: Frame, bands: Frame) -> Frame:
    """The rows with `points` by their clause's shape; they carry the clause's columns and the quantity.

    Bounds: a quantity is at most 10¹¹ cases or 10¹³ ten-thousandths, points at most 10⁷ units, a band's end
    at most 10⁵ over 10⁵: no product passes 10¹⁸.
    """
    shape, worth, step, quantity = nw.col("shape"), nw.col("worth"), nw.col("step"), nw.col("quantity")
    short = nw.when(quantity < step).then(step - quantity).otherwise(nw.lit(0))
    counted = rows.filter(~shape.is_in(PARTITIONED)).with_columns(
        points=nw.when(shape == "per_case")
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
    unit = nw.when(nw.col("denominator").is_null()).then(nw.lit(1)).otherwise(nw.col("denominator"))
    from_floor = quantity * nw.col("floor_unit") >= nw.col("floor") * unit + nw.col("floor_open")
    to_ceiling = quantity * nw.col("ceiling_unit") <= nw.col("ceiling") * unit - nw.col("ceiling_open")
    banded = (
        rows.filter(shape.is_in(PARTITIONED))
        .join(bands, on=["rubric", "clause"])
        .filter(from_floor, to_ceiling)
        .with_columns(points=nw.col("band_points"))
    )
    columns = [*rows.collect_schema().names(), "points"]
    return nw.concat([counted.select(columns), banded.select(columns)])
