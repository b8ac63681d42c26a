"""How long a job still takes, by how long each step of the last one of its kind took."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

ENOUGH = 0.2
"""Seconds from which on what was done tells how much longer or shorter this job is than the last one."""


@frozen
class Pace:
    """What the last job of a kind took: seconds by step, in their order."""

    took: dict[str, float]

    @classmethod
    def of(cls, steps: Sequence[str], moments: Sequence[float], end: float) -> Pace:
        """That of a job that is done: its steps, when they began (a clock's seconds), and when the last ended."""
        took: dict[str, float] = {}
        for step, begins, ends in zip(steps, moments, [*moments[1:], end], strict=True):
            took[step] = took.get(step, 0.0) + ends - begins
        return cls(took)

    def left(self, steps: Sequence[str], moments: Sequence[float], now: float) -> float | None:
        """Seconds that a job of this kind still takes, from the steps it has begun; None where that cannot be known."""
        if not steps or any(step not in self.took for step in steps):
            return None
        *done, current = dict.fromkeys(steps)
        usual, spent = sum(self.took[step] for step in done), moments[steps.index(current)] - moments[0]
        scale = spent / usual if min(usual, spent) >= ENOUGH else 1.0
        coming = [took for step, took in self.took.items() if step not in steps]
        rest = scale * self.took[current] - (now - moments[steps.index(current)])
        return max(0.0, rest) + scale * sum(coming)
