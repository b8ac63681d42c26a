"""The Shapley value: what each player brings to a whole, on average over the orders in which they may come in.

L. S. Shapley, A value for n-person games, Contributions to the Theory of Games II (1953), 307–317; for parts of a
difference A. F. Shorrocks, Decomposition procedures for distributional analysis, Journal of Economic Inequality 11
(2013), 99–126. It does not depend on an order, adds up to the whole, and gives nothing to who changes nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
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


def values(worth: Mapping[Coalition, int | Fraction], players: Sequence[str]) -> dict[str, Fraction]:
    """Each player's exact value; together what all are worth beyond nobody."""
    whole = factorial(len(players))
    return {
        player: sum(
            (Fraction(weight * worth[one], whole) for one, weight in weights(player, players).items()), Fraction(0)
        )
        for player in players
    }


def rounded(parts: Mapping[Key, Fraction], total: int) -> dict[Key, int]:
    """The parts as whole numbers that sum to the total, which is their sum to the nearest whole or so.

    Largest remainder: each is rounded down, and what is left goes, one each, to the largest remainders, of equal ones
    to the first. A whole part stays as it is. Raises ValueError where the total is further from the sum than that.
    """
    whole = {key: part.numerator // part.denominator for key, part in parts.items()}
    left = total - sum(whole.values())
    ranked = sorted((key for key, part in parts.items() if whole[key] != part), key=lambda key: whole[key] - parts[key])
    if not 0 <= left <= len(ranked):
        raise ValueError(f"{total} is not the sum of these parts")
    for key in ranked[:left]:
        whole[key] += 1
    return whole
