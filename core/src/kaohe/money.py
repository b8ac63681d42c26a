"""Money in whole fen: exact splits, limits, and rounding as the named rule of a sentence of law."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import TypeVar, cast

Key = TypeVar("Key", bound=Hashable)
Weight = int | Fraction


def half_up(amount: Fraction) -> int:
    """The nearest whole number; a half goes away from zero, so that a refund mirrors its payment."""
    whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return -whole if amount < 0 else whole


def split(total: int, weights: Mapping[Key, Weight]) -> dict[Key, int]:
    """The total in parts in proportion to the weights, exact to the fen: the parts sum to the total.

    Largest remainder: each part is rounded towards zero, and what is left goes, a fen each, to the largest
    remainders; equal ones in the order of the weights. Weights are not negative and not all zero; raises
    ValueError where they are.
    """
    whole = whole_weights(weights.values())
    divisor = sum(whole)
    if divisor <= 0 or min(whole) < 0:
        raise ValueError("weights")
    size = abs(total)
    products = [size * weight for weight in whole]
    parts = [product // divisor for product in products]
    parts = _largest_remainders(parts, [product % divisor for product in products], size)
    return dict(zip(weights, parts if total >= 0 else [-part for part in parts], strict=True))


def shares(
    total: int,
    weights: Mapping[Key, Weight],
    *,
    least: Mapping[Key, int] | None = None,
    most: Mapping[Key, int] | None = None,
) -> dict[Key, Fraction]:
    """The total in parts in proportion to the weights, none below its `least` or above its `most`; not rounded.

    Who would fall short of its least gets just that, who would pass its most just that, and the others share
    what is left by their weights. `total` is not negative; a party that `least` does not name has at least
    nothing, one that `most` does not name has no limit. Raises ValueError where the bounds do not allow the total.
    """
    floors = {key: (least or {}).get(key, 0) for key in weights}
    caps = {key: (most or {}).get(key, total) for key in weights}
    level = _level(total, weights, floors, caps)
    wanted = {key: max(level * weight, Fraction(floors[key])) for key, weight in weights.items()}
    return {key: min(part, Fraction(caps[key])) if weights[key] else part for key, part in wanted.items()}


def apportion(
    total: int,
    weights: Mapping[Key, Weight],
    *,
    least: Mapping[Key, int] | None = None,
    most: Mapping[Key, int] | None = None,
) -> dict[Key, int]:
    """The exact `shares` in whole fen that sum to the total, within the same bounds.

    Largest remainder, equal ones in the order of the weights; no part differs from its exact share by a fen or more.
    """
    if not least and not most:
        return split(total, weights)
    exact = shares(total, weights, least=least, most=most)
    scale = lcm(*(share.denominator for share in exact.values()))
    parts = [share.numerator // share.denominator for share in exact.values()]
    left = [share.numerator % share.denominator * (scale // share.denominator) for share in exact.values()]
    return dict(zip(weights, _largest_remainders(parts, left, total), strict=True))


def within(limit: int, amounts: Mapping[Key, int]) -> dict[Key, int]:
    """What of the amounts a limit allows: all of them, or the limit in proportion to them, exact to the fen.

    Amounts are not negative; a limit below zero allows nothing.
    """
    if sum(amounts.values()) <= max(0, limit):
        return dict(amounts)
    return split(max(0, limit), amounts)


def whole_weights(weights: Iterable[Weight | Decimal]) -> list[int]:
    """Weights in whole numbers of the same proportions."""
    values = [Fraction(weight) if isinstance(weight, Decimal) else weight for weight in weights]
    if set(map(type, values)) == {int}:
        return cast("list[int]", values)
    scale = lcm(*{weight.denominator for weight in values})
    return [weight.numerator * (scale // weight.denominator) for weight in values]


def _largest_remainders(parts: list[int], remainders: list[int], total: int) -> list[int]:
    """The parts, with what lacks to the total given, a fen each, to the largest remainders."""
    # Sorting is stable, reversed too: of equal remainders the first comes first.
    order = sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts


def _level(total: int, weights: Mapping[Key, Weight], floors: Mapping[Key, int], caps: Mapping[Key, int]) -> Fraction:
    """What a weight of one is worth, so that the bounded parts sum to the total; raises ValueError."""
    weighing = {key: Fraction(weight) for key, weight in weights.items() if weight}
    least = sum(floors.values())
    most = sum(caps[key] if key in weighing else floors[key] for key in weights)
    crossed = any(floors[key] > caps[key] for key in weights)
    if crossed or any(weight < 0 for weight in weighing.values()) or not least <= total <= most:
        raise ValueError("weights")
    # Rising from zero, the level passes floors (from which on a part grows) and caps (at which it stops).
    turns = [(floors[key] / weight, weight) for key, weight in weighing.items()]
    turns += [(caps[key] / weight, -weight) for key, weight in weighing.items()]
    level, growth, left = Fraction(0), Fraction(0), Fraction(total - least)
    for turn, weight in sorted(turns):
        step = (turn - level) * growth
        if step >= left:
            break
        left, level, growth = left - step, turn, growth + weight
    return level + left / growth if growth else level


def tiered(amount: int, base: int, tiers: Sequence[tuple[Weight, Weight]]) -> Fraction:
    """What the tiers give of an amount: of each part of it the share of the tier it lies in; not rounded.

    A tier is (from this share of the base on, this share); the first begins at 0. All in fen, nothing negative.
    """
    ends = [Fraction(above) * base for above, _ in tiers] + [Fraction(amount)]
    parts = (max(Fraction(0), min(end, Fraction(amount)) - start) for start, end in pairwise(ends))
    return sum((part * share for part, (_, share) in zip(parts, tiers, strict=True)), Fraction(0))


def yuan(fen: int) -> str:
    """Fen as yuan, for people: 1,234.56."""
    return shown(Decimal(fen) / 100)


def shown(amount: Decimal) -> str:
    """An amount in yuan with two decimals, for people: 1,234.56."""
    return f"{amount:,.2f}"


def plain(fen: int) -> str:
    """Fen as yuan with two decimals, for programs: 1234.56."""
    return yuan(fen).replace(",", "")


def percent(share: Fraction, places: int = 4) -> str:
    """A share as a percentage of at most so many decimals, rounded half up: 92.5%."""
    whole, rest = divmod(half_up(share * 10 ** (places + 2)), 10**places)
    return f"{whole}.{rest:0{places}}".rstrip("0").rstrip(".") + "%"
