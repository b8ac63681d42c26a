"""A difference is divided without rest, to the hundredth of a point and the fen; what is alike has no part."""

from __future__ import annotations

import os

import polars as pl
import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from random_sides import Drawn, drawn

from kaohe import Dataset
from kaohe.compute import compute
from kaohe_compare.attribution import ACCOUNT, CENT, Attribution, attribute
from kaohe_compare.mixes import PLAYERS, TOGETHER
from kaohe_compare.sides import Side

EXAMPLES = int(os.environ.get("KAOHE_EXAMPLES", "200"))


def part(share: int) -> settings:
    """A part of the examples, as they are drawn: each computes up to 32 mixes."""
    return settings(
        max_examples=max(2, EXAMPLES // share), deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


def scores(dataset: Dataset, side: Side) -> dict[str, int]:
    results = compute(dataset, side.chosen.stages)["results"]
    return dict(results.select("institution", "score").drop_nulls().rows())


def balances(dataset: Dataset, side: Side) -> dict[tuple[str, ...], int]:
    journal = compute(dataset, side.chosen.stages)["journal"].with_columns(
        pl.col("institution", "region").fill_null("")
    )
    return {tuple(key): amount for *key, amount in journal.group_by(ACCOUNT).agg(pl.col("amount").sum()).rows()}


def assert_adds_up(found: Attribution, dataset: Dataset, left: Side, right: Side) -> None:
    ours, theirs = scores(dataset, left), scores(dataset, right)
    parts = dict(found.scores.group_by("institution").agg(pl.col("points").sum()).rows())
    both = ours.keys() & theirs.keys()
    assert parts.keys() <= both
    assert {name: parts.get(name, 0) for name in both} == {name: theirs[name] - ours[name] for name in both}
    whole = found.scores.filter(
        pl.col("institution").is_in([name for name in both if (theirs[name] - ours[name]) % CENT == 0])
    )
    assert whole.filter(pl.col("points") % CENT != 0, pl.col("stage") != TOGETHER).is_empty()
    here, there = balances(dataset, left), balances(dataset, right)
    money = {tuple(key): amount for *key, amount in found.money.group_by(ACCOUNT).agg(pl.col("amount").sum()).rows()}
    for account in here.keys() | there.keys() | money.keys():  # what one stage moves another may move back
        assert money.get(account, 0) == there.get(account, 0) - here.get(account, 0)


@part(50)
@given(drawn())
def test_parts_add_up_to_the_difference(made: Drawn) -> None:
    pair = made.pair()
    assert_adds_up(attribute(*pair), *pair)


@part(50)
@given(drawn(*PLAYERS))
def test_sides_that_are_alike_differ_in_nothing(made: Drawn) -> None:
    pair = made.pair()
    dataset, left, right = pair
    found = attribute(dataset, left, evolve(right, name="again"))
    assert found.scores.is_empty()
    assert found.money.is_empty()


@pytest.mark.parametrize("stage", PLAYERS)
def test_a_stage_that_is_alike_has_no_part(stage: str) -> None:
    @part(100)
    @given(drawn(stage))
    def check(made: Drawn) -> None:
        pair = made.pair()
        found = attribute(*pair)
        assert stage not in set(found.scores["stage"])
        assert stage not in set(found.money["stage"])
        assert_adds_up(found, *pair)

    check()


@pytest.mark.parametrize("stage", PLAYERS)
def test_a_difference_in_one_stage_is_that_stage_s(stage: str) -> None:
    @part(80)
    @given(drawn(*(player for player in PLAYERS if player != stage)))
    def check(made: Drawn) -> None:
        pair = made.pair()
        found = attribute(*pair)
        assert set(found.scores["stage"]) <= {stage, TOGETHER}
        assert set(found.money["stage"]) <= {stage}
        assert_adds_up(found, *pair)

    check()
