"""The Shapley value: what each player brings to a whole, on average over the orders in which they may come in.

L. S. Shapley, A value for n-person games, Contributions to the Theory of Games II (1953), 307–317; for parts of a
difference A. F. Shorrocks, Decomposition procedures for distributional analysis, Journal of Economic Inequality 11
(2013), 99–126. It does not depend on an order, adds up to the whole, and gives nothing to who changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import factorial

import polars as pl

Coalition = frozenset[str]


def coalitions(players: Sequence[str]) -> Iterator[Coalition]:
    """Every set of players, the empty one first."""
    for size in range(len(players) + 1):
        yield from map(frozenset, combinations(players, size))


def weights(player: str, players: Sequence[str]) -> dict[Coalition, int]:
    """How a player's value counts the worth of each coalition, in parts of n! for n players.

    The value is Σ weight × worth / n!: of what a coalition of s is worth with the player in it (s − 1)! (n − s)! parts
    are added, without the player s! (n − s − 1)! are taken off.
    """
    number = len(players)
    return {
        one: factorial(len(one) - 1) * factorial(number - len(one))
        if player in one
        else -factorial(len(one)) * factorial(number - len(one) - 1)
        for one in coalitions(players)
    }


def placed(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows with `placed`, whole numbers that sum to `total` for each key; `part` / `of` are the exact parts.

    `part` and `of` are whole numbers of 128 bits; `of` and `total`, their sum to the nearest whole or so, are the
    key's. Largest remainder: each part is rounded down, and what is left goes, one each, to the largest remainders, of
    equal ones to the first row. A whole part stays as it is. Raises ValueError where a total is further from the sum.
    """
    down = pl.col("part") // pl.col("of")
    parts = rows.with_row_index("place").with_columns(down=down, over=pl.col("part") - down * pl.col("of"))
    open_ = (pl.col("over") > 0).sum().over(key)
    ranked = parts.sort("over", "place", descending=[True, False], maintain_order=True).with_columns(
        left=pl.col("total").cast(pl.Int128) - pl.col("down").sum().over(key),
        rank=pl.int_range(pl.len()).over(key),
        open=open_,
    )
    if not ranked.filter((pl.col("left") < 0) | (pl.col("left") > pl.col("open"))).is_empty():
        raise ValueError("a total is not the sum of its parts")
    whole = pl.col("down") + (pl.col("rank") < pl.col("left")).cast(pl.Int128)
    return ranked.with_columns(placed=whole.cast(pl.Int64)).sort("place").select(*rows.columns, "placed")
