"""Sources used in order until needs are met; a rest shared by assessment."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from kaohe.waterfall import Common, Own, by_score, cover, shared

PARTIES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 10**6), min_size=1)
SCORES = st.integers(0, 100)


def test_each_source_is_used_for_what_the_ones_before_left() -> None:
    # a needs 100, b 50: own deposits 30 and 60 leave 70 and 0; the reserve of 40 goes to a; 30 stay open.
    outcome = cover({"a": 100, "b": 50}, [Own("deposits", {"a": 30, "b": 60}), Common("reserve", 40, {"a": 1, "b": 1})])
    assert [(use.source, use.party, use.need, use.paid, use.left) for use in outcome.uses] == [
        ("deposits", "a", 100, 30, 70),
        ("deposits", "b", 50, 50, 0),
        ("reserve", "a", 70, 40, 30),
        ("reserve", "b", 0, 0, 0),
    ]
    assert outcome.open == {"a": 30, "b": 0}
    assert outcome.unused == {"deposits": 10, "reserve": 0}


def test_a_short_source_is_divided_by_its_weights_but_never_above_a_need() -> None:
    # 90 in equal parts would be 30 each; a needs 10 only, so b and c get 40.
    outcome = cover({"a": 10, "b": 60, "c": 60}, [Common("reserve", 90, {"a": 1, "b": 1, "c": 1})])
    assert outcome.open == {"a": 0, "b": 20, "c": 20}


def test_who_has_no_weight_comes_after_those_who_have() -> None:
    outcome = cover({"a": 10, "b": 60}, [Common("reserve", 30, {"a": 5, "b": 0})])
    assert outcome.open == {"a": 0, "b": 40}


def test_a_score_of_full_marks_pays_nothing_unless_all_have_them() -> None:
    assert by_score({"a": 10, "b": 10}, {"a": 100, "b": 90}, 100, "lost") == {"a": 0, "b": 100}
    assert by_score({"a": 10, "b": 30}, {"a": 100, "b": 100}, 100, "lost") == {"a": 10, "b": 30}
    assert by_score({"a": 10, "b": 10}, {"a": 100, "b": 0}, 100, "surcharge") == {"a": 1000, "b": 2000}


def test_without_any_weight_parts_are_equal() -> None:
    assert shared(10, {"a": 0, "b": 0}) == {"a": 5, "b": 5}


@given(PARTIES, PARTIES, st.integers(0, 10**6), PARTIES)
def test_nothing_is_lost(needs: dict[str, int], own: dict[str, int], amount: int, weights: dict[str, int]) -> None:
    outcome = cover(needs, [Own("own", own), Common("common", amount, weights)])
    paid = {source: sum(use.paid for use in outcome.uses if use.source == source) for source in ("own", "common")}
    assert sum(needs.values()) == sum(paid.values()) + sum(outcome.open.values())
    assert paid["own"] + outcome.unused["own"] == sum(own.values())
    assert paid["common"] + outcome.unused["common"] == amount
    assert all(0 <= use.paid <= use.need for use in outcome.uses)
    assert not (outcome.unused["common"] and any(outcome.open.values()))


@given(PARTIES, st.integers(0, 10**6), st.integers(0, 10**5), PARTIES)
def test_more_reserve_leaves_nobody_more_to_bear(
    needs: dict[str, int], amount: int, more: int, weights: dict[str, int]
) -> None:
    """A fen may go to another party by rounding; not more."""
    less = cover(needs, [Common("reserve", amount, weights)]).open
    later = cover(needs, [Common("reserve", amount + more, weights)]).open
    assert all(later[party] <= less[party] + 1 for party in needs)
    assert sum(later.values()) <= sum(less.values())


@given(PARTIES, st.data(), st.sampled_from(["lost", "surcharge"]))
def test_a_worse_score_never_pays_less(base: dict[str, int], data: st.DataObject, rule: str) -> None:
    scores = {party: data.draw(SCORES) for party in base}
    party = data.draw(st.sampled_from(sorted(base)))
    worse = {**scores, party: data.draw(st.integers(0, scores[party]))}
    before = by_score(base, scores, 100, rule)  # type: ignore[arg-type]
    after = by_score(base, worse, 100, rule)  # type: ignore[arg-type]
    assume(any(before.values()))
    assert Fraction(after[party], sum(after.values())) >= Fraction(before[party], sum(before.values()))
