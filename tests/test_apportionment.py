"""Splits beside PyPI's `apportionment`: the same parts."""

from __future__ import annotations

from random import Random

import pytest
from apportionment.methods import compute

from kaohe.money import split

PARTIES = [str(number) for number in range(5_000)]


def theirs(total: int, weights: list[int]) -> list[int]:
    parts = compute("largest_remainder", weights, total, fractions=True, parties=PARTIES[: len(weights)])
    return [int(part) for part in parts]


def ours(total: int, weights: list[int]) -> list[int]:
    return list(split(total, dict(enumerate(weights))).values())


@pytest.mark.parametrize("total", [1, 100, 10**6, 2 * 10**11])
@pytest.mark.parametrize("parties", [2, 8, 300, 5_000])
def test_parts_are_the_same(parties: int, total: int) -> None:
    rng = Random(f"{parties} {total}")
    weights = [rng.randint(1, 10**7) for _ in range(parties)]
    assert ours(total, weights) == theirs(total, weights)


def test_equal_remainders_go_to_the_first() -> None:
    assert ours(10, [1, 1, 1, 1]) == theirs(10, [1, 1, 1, 1]) == [3, 3, 2, 2]
