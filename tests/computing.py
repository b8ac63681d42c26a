"""What the engine makes of a random case, fed with files; and how many cases a test tries."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import evolve
from hypothesis import settings
from oracle import Case, Row
from years import write

from kaohe.compute import compute, silent
from kaohe.dataset.check import check
from kaohe.dataset.model import Dataset
from kaohe.dataset.read import read
from kaohe.model import UNITS_PER_POINT, Needs, Rules, Scheme
from kaohe.parameters import DECLARED, declare
from kaohe.plugin.manager import City
from kaohe.plugin.spec import hookimpl
from kaohe.problems import errors
from kaohe.run import POINTS
from kaohe.sources import Resolved
from kaohe.stages.contract import STAGES

COMPARED = ("trace", "items", "scores", "results")
Tables = dict[str, list[Row]]


def part(share: int) -> settings:
    """A part of the profile's examples, for a test that computes more for each."""
    return settings(max_examples=max(1, settings.default.max_examples // share))


class Nowhere:
    """A city with nothing of its own: all stages are the core's."""

    @hookimpl
    def schemes(self) -> list[Path]:
        return []


def rules_of(case: Case) -> Rules:
    declared = declare(DECLARED, {})
    parameters = {name: evolve(declared[name], value=value) for name, value in case.parameters.items()}
    name = next(iter(case.facts.values())).name
    return Rules(
        scheme=Scheme(scheme="test/2022", name=name, documents=[], reviewed=date(2022, 1, 1)),
        rubrics=case.rubrics,
        kinds=case.kinds,
        facts=case.facts,
        parameters={**declared, **parameters},
    )


def loaded(case: Case, seed: int, parts: int) -> Dataset:
    """The case's dataset, by way of CSV files."""
    with tempfile.TemporaryDirectory() as folder:
        write(case, Path(folder), random.Random(seed), parts)
        raws, files, problems = read(Path(folder))
        dataset, found = check(raws, files, "", case.facts, Needs())
    assert dataset is not None
    assert not errors(found), [str(problem) for problem in problems + found]
    return dataset


def resolved(case: Case) -> dict[str, Resolved]:
    """All stages from the core, by the case's rules."""
    return dict.fromkeys(STAGES, Resolved(City.of("test", Nowhere()), rules_of(case)))


def engine(case: Case, seed: int = 0, parts: int = 1) -> Tables:
    """What the engine makes of the case, with points as decimals. The seed is for how the files are written."""
    computed = compute(loaded(case, seed, parts), resolved(case), silent)
    return {table: [in_points(row) for row in computed[table].to_dicts()] for table in COMPARED}


def in_points(row: Mapping[str, Any]) -> Row:
    return {
        name: Decimal(value) / UNITS_PER_POINT if name in POINTS and value is not None else value
        for name, value in row.items()
    }
