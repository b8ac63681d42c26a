"""The Shapley value, worked by hand; parts rounded so that they sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import factorial, lcm

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaohe_compare.shapley import Coalition, coalitions, placed, weights


def test_the_glove_game() -> None:
    """Two have a left glove, one a right; a pair is worth 1. In four of six orders the right one completes it."""
    worth = {one: int("right" in one and len(one) > 1) for one in coalitions(["left", "other left", "right"])}
    expected = {"left": Fraction(1, 6), "other left": Fraction(1, 6), "right": Fraction(2, 3)}
    assert values(worth, ["left", "other left", "right"]) == expected


def test_two_that_only_work_together_share_alike() -> None:
    worth = {frozenset(): 0, frozenset("a"): 0, frozenset("b"): 0, frozenset("ab"): 100}
    assert values(worth, ["a", "b"]) == {"a": 50, "b": 50}


def test_nobody_has_nothing() -> None:
    assert values({frozenset(): 7}, []) == {}


def values(worth: Mapping[Coalition, int], players: Sequence[str]) -> dict[str, Fraction]:
    """Each player's value."""
    whole = factorial(len(players))
    counted = {player: weights(player, players) for player in players}
    return {
        player: sum((Fraction(weight * worth[one], whole) for one, weight in weight_of.items()), Fraction(0))
        for player, weight_of in counted.items()
    }


@given(st.integers(1, 5), st.data())
def test_values_add_up_and_who_changes_nothing_has_none(number: int, data: st.DataObject) -> None:
    players = [f"p{place}" for place in range(number)]
    drawn = {one: data.draw(st.integers(-(10**6), 10**6)) for one in coalitions(players[1:])}
    worth = {one: drawn[one - {"p0"}] for one in coalitions(players)}
    found = values(worth, players)
    assert sum(found.values()) == worth[frozenset(players)] - worth[frozenset()]
    assert found["p0"] == 0


def rounded(parts: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """The parts of one key, placed; beside another key, whose parts are whole."""
    of = lcm(*(part.denominator for part in parts.values()))
    rows = [("here", name, int(part * of), of, total) for name, part in parts.items()]
    schema = {"key": pl.String, "name": pl.String, "part": pl.Int128, "of": pl.Int128, "total": pl.Int64}
    found = placed(pl.DataFrame([*rows, ("there", "a", 30, 10, 3)], schema, orient="row"), ["key"])
    assert found.filter(pl.col("key") == "there")["placed"].to_list() == [3]
    return dict(found.filter(pl.col("key") == "here").select("name", "placed").rows())


def test_thirds_of_a_hundred() -> None:
    """33⅓ each: the first gets the one that is left."""
    thirds = dict.fromkeys("abc", Fraction(100, 3))
    assert rounded(thirds, 100) == {"a": 34, "b": 33, "c": 33}


def test_the_largest_remainder_below_zero() -> None:
    """−0.625 and 0.625 sum to 0; down to −1 and 0 leaves 1, which goes to .625, the larger remainder."""
    assert rounded({"a": Fraction(-5, 8), "b": Fraction(5, 8)}, 0) == {"a": -1, "b": 1}


def test_a_whole_part_stays_as_it_is() -> None:
    assert rounded({"a": Fraction(0), "b": Fraction(1, 2), "c": Fraction(1, 2)}, 1) == {"a": 0, "b": 1, "c": 0}


def test_a_total_that_is_not_theirs_is_refused() -> None:
    with pytest.raises(ValueError, match="not the sum"):
        rounded({"a": Fraction(1, 2), "b": Fraction(1)}, 4)
