"""What a quantity is worth under a clause: one expression for each shape."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import UNITS_PER_POINT, Rules
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
    """Each row by the one segment of its line; of shares numerator and denominator are whole, as the rubric asks.

    Half up once, to the clause's decimals. Bound: twice the points × run × denominator, checked with the rubric.
    """
    share, unit = ~nw.col("denominator").is_null(), whole(UNITS_PER_POINT)
    above = nw.when(share).then(floor_division(nw.col("quantity"), unit)).otherwise(nw.col("quantity"))
    below = nw.when(share).then(floor_division(nw.col("denominator"), unit)).otherwise(whole(1))
    over, under, upper = nw.col("_over"), nw.col("_under"), nw.col("upper_unit")
    on_segment = (over * nw.col("lower_unit") >= nw.col("lower") * under) & (
        (upper == 0) | (over * upper < nw.col("upper") * under)
    )
    distance = (over * nw.col("origin_unit") - nw.col("origin") * under) * nw.col("way")
    run, least = nw.col("run") * under, nw.col("least_unit")
    exact = nw.col("line_base") * run + nw.col("rise") * distance
    points = floor_division(2 * exact + least * run, 2 * least * run) * least * nw.col("sign")
    columns = [*rows.collect_schema().names(), "points"]
    counting = rows.with_columns(_over=above.cast(nw.Int64), _under=below.cast(nw.Int64))
    scored = (
        counting.filter(nw.col("_under") > 0)
        .join(lines, on="clause_no")
        .filter(on_segment)
        .with_columns(points=points.cast(nw.Int64))
    )
    nothing_counted = counting.filter(nw.col("_under") == 0).with_columns(points=whole(0))
    return nw.concat([scored.select(columns), nothing_counted.select(columns)])
