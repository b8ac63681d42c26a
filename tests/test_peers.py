"""Comparison with peers against plain fractions: the mean of rounded shares or the pooled share, with or without
the institution itself, with or without those that had nothing to count."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaohe.model import Name, Rules, Scheme
from kaohe.parameters import DECLARED, declare
from kaohe.stages.peers import compared

BILLION = 10**9
Record = tuple[int, int]
"""Returned and reviewed orders."""

counts = st.integers(0, 40) | st.integers(0, 1_000_000)
records = st.tuples(counts, counts).map(lambda pair: (min(pair), max(pair)))
readings = st.fixed_dictionaries(
    {
        "peers.average": st.sampled_from(["mean", "pooled"]),
        "peers.itself": st.sampled_from(["with", "without"]),
        "peers.empty": st.sampled_from(["left_out", "zero"]),
    }
)
steps = st.sampled_from([Fraction(1, 1000), Fraction(1, 100), Fraction(1, 3), Fraction(3, 500), Fraction(1)])


def rules(chosen: dict[str, str]) -> Rules:
    declared = declare(DECLARED, {})
    parameters = {
        name: evolve(parameter, value=chosen.get(name, parameter.value)) for name, parameter in declared.items()
    }
    scheme = Scheme(scheme="test/1", name=Name("测试", "test"), documents=[], reviewed=date(2022, 1, 1))
    return Rules(scheme=scheme, rubrics={}, kinds={}, facts={}, parameters=parameters)


def engine(peers: list[Record], chosen: dict[str, str], step: Fraction) -> list[int]:
    """Points of each, a point being 10,000 units taken for each full step."""
    numbers = pl.Series(range(len(peers)), dtype=pl.Int32)
    rows = pl.DataFrame(
        {
            "sheet_no": numbers,
            "quantity": [10_000 * top for top, _ in peers],
            "denominator": [10_000 * bottom for _, bottom in peers],
        }
    ).with_columns(
        clause_no=pl.lit(1), period_no=pl.lit(1), worth=pl.lit(-10_000), step=pl.lit(step.numerator),
        step_unit=pl.lit(step.denominator),
    )  # fmt: skip
    sheets = nw.from_native(pl.LazyFrame({"sheet_no": numbers, "scorer": ["s"] * len(peers)}))
    result: Any = compared(nw.from_native(rows.lazy()), sheets, rules(chosen)).collect().to_native()
    return [units // -10_000 for units in result.sort("sheet_no")["points"]]


def by_hand(peers: list[Record], chosen: dict[str, str], step: Fraction) -> list[int]:
    """The same by the words of docs/scoring.md."""
    return [_steps_above(number, peers, chosen, step) for number in range(len(peers))]


def _steps_above(number: int, peers: list[Record], chosen: dict[str, str], step: Fraction) -> int:
    top, bottom = peers[number]
    others = [peer for place, peer in enumerate(peers) if chosen["peers.itself"] == "with" or place != number]
    if bottom == 0:
        return 0
    if chosen["peers.average"] == "pooled":
        whole = sum(entry for _, entry in others)
        if whole == 0:
            return 0
        average, own = Fraction(sum(entry for entry, _ in others), whole), Fraction(top, bottom)
    else:
        shares = [_rounded(*peer) for peer in others if peer[1] or chosen["peers.empty"] == "zero"]
        if not shares:
            return 0
        average, own = sum(shares, Fraction(0)) / len(shares), _rounded(top, bottom)
        return math.floor((own - average + Fraction(1, BILLION)) / step) if own > average else 0
    return max(0, math.floor((own - average) / step))


def _rounded(top: int, bottom: int) -> Fraction:
    return Fraction(math.floor(Fraction(top, bottom) * BILLION + Fraction(1, 2)), BILLION) if bottom else Fraction(0)


@given(st.lists(records, min_size=1, max_size=8), readings, steps)
def test_points_are_those_of_plain_fractions(peers: list[Record], chosen: dict[str, str], step: Fraction) -> None:
    assert engine(peers, chosen, step) == by_hand(peers, chosen, step)


@given(st.lists(records, min_size=1, max_size=8), readings)
def test_who_is_alone_or_like_all_others_loses_nothing(peers: list[Record], chosen: dict[str, str]) -> None:
    assert engine([peers[0]] * len(peers), chosen, Fraction(1, 1000)) == [0] * len(peers)


def test_shares_that_have_no_exact_decimal_still_reach_the_step_that_they_reach() -> None:
    """18/275 − (18/275 + 3/33 + 1/40)/3 is exactly 0.005: five steps of 0.001."""
    chosen = {"peers.average": "mean", "peers.itself": "with", "peers.empty": "left_out"}
    assert Fraction(18, 275) - (Fraction(18, 275) + Fraction(3, 33) + Fraction(1, 40)) / 3 == Fraction(5, 1000)
    assert engine([(18, 275), (3, 33), (1, 40)], chosen, Fraction(1, 1000))[0] == 5


def test_at_the_bounds_nothing_overflows() -> None:
    """One that returned every order beside 999 that returned none, each of a million: 99.9 points above the mean."""
    peers = [(1_000_000, 1_000_000)] + [(0, 1_000_000)] * 999
    for average in ("mean", "pooled"):
        chosen = {"peers.average": average, "peers.itself": "with", "peers.empty": "left_out"}
        assert engine(peers, chosen, Fraction(1, 1000)) == [999] + [0] * 999
