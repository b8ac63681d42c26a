"""How long a job still takes, worked by hand from how long the last one took."""

from __future__ import annotations

import pytest

from kaohe_serve.pace import Pace

STEPS = ["reading", "scoring", "writing"]
LAST = Pace({"reading": 2.0, "scoring": 3.0, "writing": 10.0})
"""Read from 0 to 2, scored to 5, written to 15."""


def test_a_pace_is_how_long_each_step_took() -> None:
    assert Pace.of(STEPS, [0.0, 2.0, 5.0], 15.0) == LAST


@pytest.mark.parametrize(
    ("moments", "now", "left"),
    [
        ([0.0], 0.5, 14.5),  # nothing is done yet that would say more than the last time: 1.5 + 3 + 10
        ([0.0, 2.0], 3.0, 12.0),  # as fast as the last time: 2 + 10
        ([0.0, 4.0], 5.0, 25.0),  # reading took twice as long: 6 − 1 + 20
        ([0.0, 4.0, 10.0], 10.0, 20.0),
        ([0.0, 4.0, 10.0], 99.0, 0.0),  # longer than ever
    ],
)
def test_what_is_left_is_as_much_longer_as_what_was_done(moments: list[float], now: float, left: float) -> None:
    assert LAST.left(STEPS[: len(moments)], moments, now) == left


def test_a_step_that_the_last_job_did_not_have_tells_nothing() -> None:
    assert LAST.left(["reading", "correcting"], [0.0, 2.0], 3.0) is None
    assert LAST.left([], [], 3.0) is None
