"""Money in whole fen: exact splits, and rounding as the named rule of a sentence of law."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def half_up(amount: Fraction) -> int:
    """The nearest whole number; a half goes away from zero, so that a refund mirrors its payment."""
    whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return -whole if amount < 0 else whole


def split(total: int, weights: Mapping[Key, int | Fraction]) -> dict[Key, int]:
    """The total in parts in proportion to the weights, exact to the fen: the parts sum to the total.

    Largest remainder: each part is rounded towards zero, and what is left goes, a fen each, to the largest
    remainders; equal ones in the order of the weights. Weights are not negative and not all zero; raises
    ValueError where they are.
    """
    whole = sum(map(Fraction, weights.values()), Fraction(0))
    if whole <= 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("weights")
    sign, size = (-1, -total) if total < 0 else (1, total)
    exact = {key: size * Fraction(weight) / whole for key, weight in weights.items()}
    parts = {key: int(share) for key, share in exact.items()}
    # Sorting is stable: of equal remainders the first comes first.
    by_remainder = sorted(exact, key=lambda key: parts[key] - exact[key])
    for key in by_remainder[: size - sum(parts.values())]:
        parts[key] += 1
    return {key: sign * part for key, part in parts.items()}


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"
