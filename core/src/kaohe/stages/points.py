"""What a quantity is worth under a clause: one expression for each shape."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.frames import Frame, Tables, floor_division, whole
from kaohe.stages.peers import compared
from kaohe.stages.tabulate import PARTITIONED


def with_points(rows: Frame, rule: Tables, sheets: Frame, rules: Rules) -> list[Frame]:
    """The rows with `points` by their clause's shape, in parts; for a comparison also the peers' average.

    The rows carry sheet_no, the clause's number, shape, worth and step, period_no, quantity and denominator.
    Bounds: a quantity is at most 10¹⁰ cases or, pooled, 9 × 10¹³ ten-thousandths, points at most 10⁷ units, a
    band's end at most 10⁵ over 10⁵: no product passes 9 × 10¹⁸.
    """
    used = {clause.shape for rubric in rules.rubrics.values() for _, clause in rubric.clauses}
    shape = nw.col("shape")
    parts = [rows.filter(~shape.is_in([*PARTITIONED, "line", "peers"])).with_columns(points=_by_count())]
    if used & set(PARTITIONED):
        parts.append(_by_band(rows.filter(shape.is_in(PARTITIONED)), rule["bands"]))
    if "line" in used:
        parts.append(_along_line(rows.filter(shape == "line"), rule["lines"]))
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


def _along_line(rows: Frame, lines: Frame) -> Frame:
    """Each row by the one segment of its line (`rubric.Segment`); of 0 to 0 nothing counts.

    rate × quantity ÷ denominator is divided digit by digit, in thousands, so that no product passes 2 × 10¹⁷.
    """
    quantity, under, upper = nw.col("quantity"), nw.col("_under"), nw.col("upper_unit")
    counting = rows.with_columns(_under=nw.coalesce("denominator", whole(1)).cast(nw.Int64))
    on_segment = (quantity * nw.col("lower_unit") >= nw.col("lower") * under) & (
        (upper == 0) | (quantity * upper < nw.col("upper") * under)
    )
    found = counting.filter(under > 0).join(lines, on="clause_no").filter(on_segment)
    found = found.with_columns(_whole=whole(0), _rest=whole(0))
    for place in (3, 2, 1, 0):
        found = found.with_columns(_carried=nw.col("_rest") * 1000 + nw.col(f"rate_{place}") * quantity)
        found = found.with_columns(_digit=floor_division(nw.col("_carried"), under).cast(nw.Int64))
        found = found.with_columns(
            _whole=nw.col("_whole") * 1000 + nw.col("_digit"), _rest=nw.col("_carried") - nw.col("_digit") * under
        )
    up = nw.col("_whole") + nw.col("start")
    down = nw.col("start") - nw.col("_whole") - (nw.col("_rest") > 0).cast(nw.Int64)
    reached = nw.when(nw.col("way") > 0).then(up).otherwise(down)
    points = floor_division(reached, nw.col("unit")) * nw.col("least")
    columns = [*rows.collect_schema().names(), "points"]
    scored = found.with_columns(points=points.cast(nw.Int64))
    nothing_counted = counting.filter(under == 0).with_columns(points=whole(0))
    return nw.concat([scored.select(columns), nothing_counted.select(columns)])
