"""Money in whole fen: splits by largest remainder, bounds, limits, rounding."""

from __future__ import annotations

from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaohe.money import apportion, half_up, shares, split, within

AMOUNTS = st.integers(0, 2 * 10**11)
WEIGHTS = st.lists(st.integers(0, 10**7) | st.fractions(0, 100), min_size=1, max_size=12).filter(any)


def by_fractions(total: int, weights: list[int | Fraction]) -> list[int]:
    """Largest remainder as it is taught: whole parts first, then one each by the size of what was cut off."""
    exact = [Fraction(total) * weight / sum(map(Fraction, weights)) for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    for _ in range(total - sum(parts)):
        cut = [share - part for share, part in zip(exact, parts, strict=True)]
        parts[cut.index(max(cut))] += 1
    return parts


def test_a_budget_is_split_to_the_fen() -> None:
    # 100 fen by 1 : 1 : 1 is 33⅓ each; the fen that is left goes to the first of the equal remainders.
    assert split(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    # 10 by 1 : 2 : 4 is 1 3/7, 2 6/7, 5 5/7: whole parts 1, 2, 5; two fen go to 6/7 and 5/7.
    assert split(10, {"a": 1, "b": 2, "c": 4}) == {"a": 1, "b": 3, "c": 6}


def test_what_is_taken_back_mirrors_what_was_given() -> None:
    assert split(-100, {"a": 1, "b": 1, "c": 1}) == {"a": -34, "b": -33, "c": -33}


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": 3, "b": -1}, {"a": Fraction(-1, 2), "b": 2}])
def test_weights_that_say_nothing_are_refused(weights: dict[str, int | Fraction]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [(Fraction(5, 2), 3), (Fraction(-5, 2), -3), (Fraction(49, 20), 2), (Fraction(0), 0), (Fraction(-7, 3), -2)],
)
def test_a_half_goes_away_from_zero(amount: Fraction, rounded: int) -> None:
    assert half_up(amount) == rounded


@given(AMOUNTS, WEIGHTS)
def test_a_split_is_the_taught_one(total: int, weights: list[int | Fraction]) -> None:
    assert list(split(total, dict(zip(count(), weights, strict=False))).values()) == by_fractions(total, weights)


@given(AMOUNTS, WEIGHTS)
def test_parts_sum_to_the_total_and_none_is_off_by_a_fen(total: int, weights: list[int | Fraction]) -> None:
    parts = split(total, dict(enumerate(weights)))
    assert sum(parts.values()) == total
    whole = sum(map(Fraction, weights))
    assert all(abs(parts[place] - total * Fraction(weight) / whole) < 1 for place, weight in enumerate(weights))


@given(AMOUNTS, st.lists(st.integers(0, 10**7), min_size=2, max_size=8, unique=True))
def test_the_order_of_the_parties_changes_nothing_without_a_tie(total: int, weights: list[int]) -> None:
    named = dict(enumerate(weights))
    turned = dict(reversed(named.items()))
    exact = {name: Fraction(total * weight, sum(weights)) for name, weight in named.items()}
    remainders = [share - share.numerator // share.denominator for share in exact.values()]
    if len(set(remainders)) == len(remainders):
        assert split(total, named) == split(total, turned)


# Bounds.


def test_who_reaches_its_most_leaves_the_rest_to_the_others() -> None:
    # 900 by 1 : 1 : 1 would be 300 each; a takes no more than 100, so b and c share 800.
    assert apportion(900, {"a": 1, "b": 1, "c": 1}, most={"a": 100}) == {"a": 100, "b": 400, "c": 400}


def test_who_would_fall_short_of_its_least_gets_it_before_the_others() -> None:
    # 1000 by 1 : 4 : 5 would be 100, 400, 500; a keeps 280, and b and c share 720 by 4 : 5.
    assert apportion(1000, {"a": 1, "b": 4, "c": 5}, least={"a": 280}) == {"a": 280, "b": 320, "c": 400}


def test_bounds_of_both_sorts_hold_together() -> None:
    # By 1 : 1 : 8 of 100: 10, 10, 80. c stops at 50, a has 30 anyway, b gets the 20 that are left.
    assert apportion(100, {"a": 1, "b": 1, "c": 8}, least={"a": 30}, most={"c": 50}) == {"a": 30, "b": 20, "c": 50}


@pytest.mark.parametrize(
    ("total", "least", "most"), [(100, {"a": 60, "b": 60}, {}), (100, {}, {"a": 40, "b": 40}), (9, {"a": 5}, {"a": 4})]
)
def test_bounds_that_do_not_allow_the_total_are_refused(
    total: int, least: dict[str, int], most: dict[str, int]
) -> None:
    with pytest.raises(ValueError, match="weights"):
        apportion(total, {"a": 1, "b": 1}, least=least, most=most)


@st.composite
def bounded(draw: st.DrawFn) -> tuple[int, dict[int, int], dict[int, int], dict[int, int]]:
    """A total, weights, and bounds that allow it."""
    number = draw(st.integers(1, 8))
    least = dict(enumerate(draw(st.lists(st.integers(0, 500), min_size=number, max_size=number))))
    room = draw(st.lists(st.integers(0, 500), min_size=number, max_size=number))
    most = {party: least[party] + more for party, more in enumerate(room)}
    weights = dict(enumerate(draw(st.lists(st.integers(1, 50), min_size=number, max_size=number))))
    return draw(st.integers(sum(least.values()), sum(most.values()))), weights, least, most


@given(bounded())
def test_bounded_parts_sum_to_the_total_within_their_bounds(
    drawn: tuple[int, dict[int, int], dict[int, int], dict[int, int]],
) -> None:
    total, weights, least, most = drawn
    exact = shares(total, weights, least=least, most=most)
    parts = apportion(total, weights, least=least, most=most)
    assert sum(exact.values()) == sum(parts.values()) == total
    assert all(least[party] <= part <= most[party] for party, part in parts.items())
    assert all(abs(parts[party] - exact[party]) < 1 for party in parts)


@given(bounded())
def test_parties_between_their_bounds_share_in_proportion(
    drawn: tuple[int, dict[int, int], dict[int, int], dict[int, int]],
) -> None:
    total, weights, least, most = drawn
    exact = shares(total, weights, least=least, most=most)
    free = {party: share / weights[party] for party, share in exact.items() if least[party] < share < most[party]}
    assert len(set(free.values())) <= 1
    for level in free.values():
        assert all(
            exact[party] / weights[party] >= level for party in exact if exact[party] == least[party] < most[party]
        )
        assert all(
            exact[party] / weights[party] <= level for party in exact if exact[party] == most[party] > least[party]
        )


# Limits.


def test_a_limit_is_divided_in_proportion_to_what_is_asked() -> None:
    assert within(100, {"a": 300, "b": 100}) == {"a": 75, "b": 25}
    assert within(400, {"a": 300, "b": 100}) == {"a": 300, "b": 100}
    assert within(0, {"a": 300, "b": 100}) == {"a": 0, "b": 0}
    assert within(-7, {"a": 300}) == {"a": 0}
    assert within(5, {}) == {}


@given(st.integers(-100, 5000), st.dictionaries(st.integers(0, 9), st.integers(0, 1000), max_size=8))
def test_nobody_gets_more_than_it_asks_for(limit: int, amounts: dict[int, int]) -> None:
    allowed = within(limit, amounts)
    assert all(0 <= allowed[party] <= amount for party, amount in amounts.items())
    assert sum(allowed.values()) == min(max(0, limit), sum(amounts.values()))
