"""Splitting a sum among 5,000 parties beside PyPI's `apportionment`, and whether the parts are the same.

python benchmarks/apportioning.py prints the shortest of five times of each, in turns, as a ratio. `apportionment`
splits exactly with fractions, or by floats.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from time import perf_counter

from apportionment.methods import compute

from kaohe.money import split

PARTIES = [str(number) for number in range(5_000)]
TOTAL = 2 * 10**11


def main() -> None:
    """Measure, and print a line for each."""
    random = Random(5_000)
    weights = [random.randint(1, 10**7) for _ in PARTIES]
    ways: dict[str, Callable[[], list[int]]] = {
        "kaohe.split": lambda: list(split(TOTAL, dict(enumerate(weights))).values()),
        "apportionment, exact": lambda: theirs(weights, exact=True),
        "apportionment, floats": lambda: theirs(weights, exact=False),
    }
    taken = dict.fromkeys(ways, float("inf"))
    parts: dict[str, list[int]] = {}
    for _ in range(5):
        for name, way in ways.items():
            begun = perf_counter()
            parts[name] = way()
            taken[name] = min(taken[name], perf_counter() - begun)
    for name, seconds in taken.items():
        same = "the same parts" if parts[name] == parts["kaohe.split"] else "other parts"
        print(f"{name}: {1000 * seconds:.1f} ms, {seconds / taken['kaohe.split']:.1f} ×, {same}")


def theirs(weights: list[int], *, exact: bool) -> list[int]:
    """The parts by largest remainder."""
    return [int(part) for part in compute("largest_remainder", weights, TOTAL, fractions=exact, parties=PARTIES)]


if __name__ == "__main__":
    main()
