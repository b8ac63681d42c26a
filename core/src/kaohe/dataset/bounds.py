"""What many rows of a table may come to together, so that the engine's 64 bits hold every product of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
from attrs import frozen

from kaohe.dataset.findings import Fault, Findings, collected
from kaohe.dataset.records import HIGHEST, declared
from kaohe.dataset.typed import Typed
from kaohe.messages import listing, text
from kaohe.model import UNITS_PER_POINT

MOST_COUNTED = 10**10
"""An institution's cases, and its numbers: by nine clauses of 1,000 points each, both stay below 2⁶³.

Likewise the persons that it serves, twice, by the full score of a table.
"""
MOST_OF_RATIO = 9 * 10**9
"""Numerators, and denominators, of a ratio that scorers pool; in ten-thousandths, by a band's end, below 2⁶³."""
MOST_COMPARED, MOST_OF_ONE = 10**9, 10**6
"""All denominators of a period together, and an institution's, of a share that is compared with peers."""


EVERY = pl.lit(True)  # noqa: FBT003


@frozen(eq=False)
class Bound:
    """No group of rows, by `key`, may have more than `most` of something; `amount` says how much a row has.

    `of`: the rows concerned, all unless it is given.
    """

    key: tuple[str, ...]
    amount: pl.Expr
    most: int
    of: pl.Expr = EVERY


def _whole(column: str) -> pl.Expr:
    """A metric's numbers rounded up to whole ones: sums of ten-thousandths might not fit."""
    return -(-pl.col(column) // UNITS_PER_POINT)


OF_ONE, OF_ALL = ("institution", "fact", "period"), ("fact", "period")
COMPARED = pl.col("denominator") <= pl.col(HIGHEST) * UNITS_PER_POINT
BOUNDS: Mapping[str, tuple[Bound, ...]] = {
    "events": (Bound(("institution",), pl.col("count").fill_null(1), MOST_COUNTED),),
    "metrics": (
        Bound(("institution",), _whole("numerator"), MOST_COUNTED, declared("plain")),
        Bound(OF_ONE, _whole("numerator"), MOST_OF_RATIO, declared("ratio")),
        Bound(OF_ONE, _whole("denominator"), MOST_OF_RATIO, declared("ratio")),
        Bound(OF_ONE, _whole("denominator"), MOST_OF_ONE, COMPARED),
        Bound(OF_ALL, _whole("denominator"), MOST_COMPARED, COMPARED),
    ),
    "served": (Bound(("institution",), pl.col("persons"), MOST_COUNTED),),
}
"""The bounds of each table that has some."""


def totals(table: Typed) -> dict[str, pl.Expr]:
    """What a pass over the table adds up, so that groups are looked at only where some can be too large."""
    return {name: bound.amount.filter(bound.of).sum() for name, bound in _bounds(table)}


def broken(table: Typed, totals: Mapping[str, int], findings: Findings) -> None:
    """Say which groups of rows come to more than they may."""
    for name, bound in _bounds(table):
        if totals.get(name, 0) <= bound.most:
            continue
        together = table.rows.filter(bound.of).group_by(bound.key).agg(_amount=bound.amount.sum())
        above = together.filter(pl.col("_amount") > bound.most).sort(bound.key)
        for *named, amount in collected(above, held=table.raw.held).iter_rows():
            message = text("{named}: {amount} together are more than {most}", named=listing(named), amount=amount,
                           most=bound.most)  # fmt: skip
            fault = Fault("bound", message, text("correct the largest of them"))
            findings.table(table.raw.table, fault, file=table.raw.files[0])


def _bounds(table: Typed) -> Iterator[tuple[str, Bound]]:
    """The table's bounds, each with a name for what it adds up."""
    for number, bound in enumerate(BOUNDS.get(table.raw.table, ())):
        yield f"_together_{number}", bound
