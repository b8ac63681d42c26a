"""A large table's rows some institutions at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import polars as pl


def spans(institutions: pl.LazyFrame, number: int) -> Iterator[pl.Expr]:
    """Which rows are of the first so many of these institutions, of the next, and so on, in the order of their codes.

    Each row of a table is in one of them, whatever its institution; those of none are in the first.
    """
    codes = institutions.select("institution").unique().collect(engine="streaming").to_series().sort()
    code = pl.col("institution").fill_null("")
    for first, last in pairwise([None, *codes.gather_every(number)[1:], None]):
        from_first = pl.lit(True) if first is None else code >= first  # noqa: FBT003
        yield from_first if last is None else from_first & (code < last)
