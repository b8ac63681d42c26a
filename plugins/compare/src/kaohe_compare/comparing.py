"""Comparing: a dataset read and checked once, computed under every scheme, and laid side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import chain, product
from pathlib import Path
from string import ascii_uppercase

import polars as pl
from attrs import define, field

from kaohe import Dataset, Problem, Run
from kaohe.appeals import decided
from kaohe.compute import Kept, Progress, silent
from kaohe.dataset.served import with_served
from kaohe.run import Handed, opened, perform
from kaohe_compare.assumed import Assumption, assumptions
from kaohe_compare.attribution import Attribution, attribute
from kaohe_compare.comparable import comparable
from kaohe_compare.coverage import coverage
from kaohe_compare.results import money, results
from kaohe_compare.sides import Content, Side, sides
from kaohe_compare.words import text


@define(eq=False, slots=False)
class Comparison:
    """One dataset under several schemes. Points are decimals, money whole fen; every frame names the side.

    `coverage`: a row for each side, kind and clause, to be read before any number (`kaohe_compare.coverage`).
    `results`: a row for each institution and side. `money`: each account's balance. `assumptions`: what all this rests
    on. `problems`: what was found when the dataset was checked. `left_open`: what each side could not determine.
    """

    dataset: Dataset
    sides: Mapping[str, Side]
    runs: Mapping[str, Run]
    problems: list[Problem]
    _kept: Kept
    _attributed: dict[tuple[str, str, frozenset[str] | None], Attribution] = field(factory=dict)

    @cached_property
    def letters(self) -> dict[str, str]:
        """A letter for each side, or two: as it is called where its name has no room."""
        pairs = map("".join, product(ascii_uppercase, repeat=2))
        return dict(zip(self.sides, chain(ascii_uppercase, pairs), strict=False))

    @cached_property
    def assumptions(self) -> list[Assumption]:
        """What is assumed, and on which sides."""
        return assumptions(self.sides.values(), self.dataset)

    @cached_property
    def left_open(self) -> dict[str, list[Problem]]:
        """What each side leaves open, and why; what it assumes is among the assumptions."""
        return {
            side: [problem for problem in run.problems if problem.code != "assumption"]
            for side, run in self.runs.items()
        }

    @cached_property
    def coverage(self) -> pl.DataFrame:
        """Which clauses have data, have none, or do not apply."""
        return coverage(self.dataset, list(self.sides.values()))

    @cached_property
    def results(self) -> pl.DataFrame:
        """Score, low, high, rank, grade, status, consequences, what is forfeited, comparable totals."""
        totals = comparable(decided(self.dataset), list(self.sides.values()), self._kept)
        return results(self.dataset, self.runs, totals)

    @cached_property
    def money(self) -> pl.DataFrame:
        """The balance of every account, in fen: side, fund, account, institution, region, amount."""
        return money(self.runs)

    def why(self, left: str, right: str, institutions: Collection[str] | None = None) -> Attribution:
        """Why two sides differ; scoring fact by fact for these institutions (by default all)."""
        key = left, right, None if institutions is None else frozenset(institutions)
        if (left, right, None) in self._attributed:
            return self._attributed[left, right, None]
        if key not in self._attributed:
            self._attributed[key] = attribute(
                decided(self.dataset), self.sides[left], self.sides[right], institutions, self._kept
            )
        return self._attributed[key]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The first side with each of the others."""
        first, *others = self.sides
        return [(first, other) for other in others]


def compare(
    dataset: Handed,
    schemes: Sequence[str],
    *,
    kinds: Mapping[str, str] | None = None,
    plans: Mapping[str, Sequence[Path]] | None = None,
    parameters: Mapping[str, Content] | None = None,
    readings: Mapping[str, Mapping[str, str]] | None = None,
    plugins: Mapping[str, object] | None = None,
    faults: Sequence[Problem] = (),
    progress: Progress = silent,
) -> Comparison:
    """Compute a dataset under two schemes or more, and mixes of them (`A+settle=B`).

    `dataset`: as `kaohe.assess` takes it; it is read and checked once. `plans`, `parameters`, `readings`: by scheme;
    they hold wherever that scheme is used. `kinds`: by which kind's table a kind is assessed where a scheme has
    none for it: an assumption. Days on which a scheme is in force do not bind a comparison; that is said among
    the assumptions. Raises Refused with every fault of the data or the rules of all sides, after `faults`, which were
    found in what the caller was given.
    """
    progress(text("reading the rules"))
    compared = sides(
        schemes,
        plans=plans or {},
        parameters=parameters or {},
        readings=readings or {},
        kinds=kinds or {},
        plugins=plugins,
        faults=[*faults, *_few(schemes)],
    )
    progress(text("reading and checking the dataset"))
    year, problems, _ = opened(dataset, [side.chosen for side in compared])
    year = with_served(year)
    runs: dict[str, Run] = {}
    kept = Kept()
    for side in compared:
        progress(text("computing {side}", side=side.name))
        runs[side.name] = perform(side.chosen, year, kept=kept)
    return Comparison(year, {side.name: side for side in compared}, runs, problems, kept)


def _few(names: Sequence[str]) -> list[Problem]:
    if len(names) > 1:
        return []
    return [Problem("scheme", text("a comparison has at least two sides"), text("name another scheme"))]
