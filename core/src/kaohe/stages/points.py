"""What a quantity is worth under a clause: one expression for each shape."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.frames import Frame, floor_division
from kaohe.stages.peers import compared
from kaohe.stages.tabulate import PARTITIONED


def with_points(rows: Frame, bands: Frame, sheets: Frame, rules: Rules) -> list[Frame]:
    """The rows with `points` by their clause's shape, in parts; for a comparison also the peers' average.

    The rows carry sheet_no, the clause's number, shape, worth and step, period_no, quantity and denominator.
    Bounds: a quantity is at most 10¹⁰ cases or, pooled, 9 × 10¹³ ten-thousandths, points at most 10⁷ units, a
    band's end at most 10⁵ over 10⁵: no product passes 9 × 10¹⁸.
    """
    used = {clause.shape for rubric in rules.rubrics.values() for _, clause in rubric.clauses}
    shape = nw.col("shape")
    parts = [rows.filter(~shape.is_in([*PARTITIONED, "peers"])).with_columns(points=_by_count())]
    if used & set(PARTITIONED):
        parts.append(_by_band(rows.filter(shape.is_in(PARTITIONED)), bands))
    if "peers" in used:
        parts.append(compared(rows.filter(shape == "peers"), sheets, rules))
    return parts


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
    empty = ~nw.col("denominator").is_null() & (nw.col("denominator") == 0)
    quantity = nw.col("quantity")
    unit = nw.when(nw.col("denominator").is_null()).then(nw.lit(1)).otherwise(nw.col("denominator"))
    from_floor = quantity * nw.col("floor_unit") >= nw.col("floor") * unit + nw.col("floor_open")
    to_ceiling = quantity * nw.col("ceiling_unit") <= nw.col("ceiling") * unit - nw.col("ceiling_open")
    banded = (
        rows.filter(~empty)
        .join(bands, on="clause_no")
        .filter(from_floor, to_ceiling)
        .with_columns(points=nw.col("band_points"))
    )
    columns = [*rows.collect_schema().names(), "points"]
    nothing_counted = rows.filter(empty).with_columns(points=nw.lit(0).cast(nw.Int64))
    return nw.concat([banded.select(columns), nothing_counted.select(columns)])
