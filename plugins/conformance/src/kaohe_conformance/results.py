"""What came out of a scheme's cases, computed when it is first asked for, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import polars as pl
from attrs import define, field

from kaohe.run import Run
from kaohe_conformance.comparing import Compared, compared
from kaohe_conformance.observed import Observed
from kaohe_conformance.regime import Regime, Work
from kaohe_conformance.running import Ran, batches, run_alone, run_together


@define(eq=False, slots=False)
class Results:
    """The runs of a scheme's cases, and what of their expectations does not hold."""

    regime: Regime
    _batch: dict[str, list[Work]] = field(factory=dict)
    _ran: dict[str, list[Ran]] = field(factory=dict)
    _together: dict[str, Ran] = field(factory=dict)
    _wrong: dict[str, list[Compared]] = field(factory=dict)

    def ran(self, work: Work) -> list[Ran]:
        """The case's run, and its later one where it has one."""
        if not self._batch:
            for batch in batches(self.regime, self.regime.works):
                self._batch |= {one.key: batch for one in batch}
        if work.key not in self._ran:
            batch = self._batch[work.key]
            shared = run_together(self.regime, batch) if len(batch) > 1 else None
            self._ran |= {one.key: [ran] for one, ran in zip(batch, shared or (), strict=False)}
            self._together |= {one.key: ran for one, ran in zip(batch, shared or (), strict=False)}
        if work.key not in self._ran:
            self._ran[work.key] = run_alone(self.regime, work)
        return self._ran[work.key]

    def wrong(self, work: Work) -> list[Compared]:
        """What the case expects and did not come out.

        A remark that counts several institutions names none: what does not hold in a shared dataset is tried alone.
        """
        if work.key not in self._wrong:
            wrong = differences(work, self.ran(work))
            if wrong and self._ran[work.key][0].suffix:
                self._ran[work.key] = run_alone(self.regime, work)
                wrong = differences(work, self._ran[work.key])
            self._wrong[work.key] = wrong
        return self._wrong[work.key]

    def all(self) -> Iterator[tuple[Work, Ran]]:
        """Every case with its run, and with its later one."""
        for work in self.regime.works:
            for ran in self.ran(work):
                yield work, ran

    def shared(self, batch: list[Work]) -> Ran | None:
        """The run that the cases of a batch share, or the only one's own; None where they had to run alone."""
        found = {id(ran.run): ran for work in batch for ran in self._first(work)}
        return next(iter(found.values())) if len(found) == 1 else None

    def _first(self, work: Work) -> list[Ran]:
        """The case's run as it was computed first, before a remark sent it off alone."""
        self.ran(work)
        return [self._together.get(work.key, self._ran[work.key][0])]

    def touched(self, rubric: str, clause: str, when: str = "") -> bool:
        """Whether a clause moved points in a case (under its reading, where it has one), or a veto was recorded."""
        name, _, option = when.partition("=")
        return any(
            (rubric, clause) in found and (not when or str(run.rules.value(name)) == option)
            for run, found in self.moved
        )

    @cached_property
    def runs(self) -> list[Run]:
        """Every run of the cases once."""
        return list({id(ran.run): ran.run for _, ran in self.all() if ran.run is not None}.values())

    @cached_property
    def observed(self) -> Observed:
        """What all runs show together."""
        return Observed(self.runs)

    @cached_property
    def moved(self) -> list[tuple[Run, set[tuple[str, str]]]]:
        """The clauses, by rubric, that moved points in each run, and the vetoes that were recorded."""
        counts = (pl.col("points") != 0) | (pl.col("status") == "veto")
        return [
            (run, set(run.tables["trace"].filter(counts).select("rubric", "clause").unique().rows()))
            for run in self.runs
        ]


def differences(work: Work, rans: list[Ran]) -> list[Compared]:
    """What the case expects and did not come out, of its run and of its later one."""
    expected = [work.case.expect, *([work.case.later.expect] if work.case.later else [])]
    return [
        found
        for expect, ran in zip(expected, rans, strict=False)
        for found in compared(work, expect, ran)
        if found[1] != found[2]
    ]
