"""Peers: an institution's share compared with the average of those that the same scorer looks at."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import UNITS_PER_POINT, Rules
from kaohe.stages.frames import Frame, floor_division, materialised, nothing, whole

GROUP = ["clause_no", "scorer", "period_no"]
RATE = 10**9
"""A mean of shares has no exact integer form: each share is rounded half up to a billionth first."""


def compared(rows: Frame, sheets: Frame, rules: Rules) -> Frame:
    """The rows with their peers' average (same clause, scorer, period), and points for each full step above it.

    Of a mean, an excess that lacks no more than a billionth to a full step counts as reaching it.

    Parameters: peers.average (`mean` of the institutions' shares, or the `pooled` share), peers.itself (`with`
    the institution, or `without`), peers.empty (an institution with 0 of 0: `left_out`, or `zero`). Without
    peers there is nothing to exceed. Bounds: numerators and denominators at most 10⁶, a period's together 10⁹,
    a step at least 1/1000: no product passes 10¹⁸.
    """
    mean = rules.value("peers.average") == "mean"
    without = rules.value("peers.itself") == "without"
    # Each step is computed before the next: written into one another the expressions grow beyond measure.
    own = materialised(
        rows.join(sheets.select("sheet_no", "scorer"), on="sheet_no").with_columns(
            _top=floor_division(nw.col("quantity"), whole(UNITS_PER_POINT)),
            _bottom=floor_division(nw.col("denominator"), whole(UNITS_PER_POINT)),
        )
    )
    if mean:
        counts = (nw.col("_bottom") > 0) | nw.lit(rules.value("peers.empty") == "zero")
        share = floor_division(2 * RATE * nw.col("_top") + nw.col("_bottom"), 2 * _at_least_one(nw.col("_bottom")))
        own = materialised(
            own.with_columns(
                _top=nw.when(nw.col("_bottom") > 0).then(share).otherwise(whole(0)),
                _bottom=nw.when(counts).then(whole(RATE)).otherwise(whole(0)),
            )
        )
    together = own.group_by(GROUP).agg(
        nw.col("_top").sum().cast(nw.Int64).alias("_tops"), nw.col("_bottom").sum().cast(nw.Int64).alias("_bottoms")
    )
    joined = own.join(together, on=GROUP)
    tops, bottoms = nw.col("_tops"), nw.col("_bottoms")
    if without:
        tops, bottoms = tops - nw.col("_top"), bottoms - nw.col("_bottom")
    # The mean's sides are in billionths already: the share is top/RATE, the average tops/(number × RATE).
    peers = floor_division(bottoms, whole(RATE)) if mean else bottoms
    compare = materialised(joined.with_columns(reference_quantity=tops, reference_denominator=bottoms, _peers=peers))
    return _scored(compare, mean=mean)


def _scored(rows: Frame, *, mean: bool) -> Frame:
    """Points for each full step by which top/bottom exceeds the reference."""
    reference, unit, peers = nw.col("reference_quantity"), nw.col("reference_denominator"), nw.col("_peers")
    top, bottom = nw.col("_top"), nw.col("_bottom")
    sides = rows.with_columns(_excess=top * peers - (reference if mean else reference * bottom), _whole=bottom * peers)
    # Rounding may have taken up to a billionth from an excess that is a full step.
    reached = nw.col("_excess") + peers if mean else nw.col("_excess")
    above, below = reached * nw.col("step_unit"), _at_least_one(nw.col("_whole") * nw.col("step"))
    parts = materialised(sides.with_columns(_above=above, _below=below))
    steps = floor_division(nw.col("_above"), nw.col("_below"))
    exceeds = (nw.col("_excess") > 0) & (nw.col("_whole") > 0)
    return parts.with_columns(
        points=nw.when(exceeds).then(nw.col("worth") * steps).otherwise(whole(0)).cast(nw.Int64),
        reference_quantity=nw.when(unit > 0).then(reference).otherwise(nothing(nw.Int64)),
        reference_denominator=nw.when(unit > 0).then(unit).otherwise(nothing(nw.Int64)),
    )


def _at_least_one(number: nw.Expr) -> nw.Expr:
    """The number where it can divide; where it is 0 the quotient is not used."""
    return nw.when(number > 0).then(number).otherwise(whole(1))
