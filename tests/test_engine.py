"""The engine against the oracle, and what must hold of it whatever the rules are."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from oracle import Case, Row, assess
from strategies import cases
from years import write

from kaohe.dataset.check import check
from kaohe.dataset.model import Dataset
from kaohe.dataset.read import read
from kaohe.model import UNITS_PER_POINT, Needs, Rules, Scheme
from kaohe.parameters import DECLARED, declare
from kaohe.plugin.manager import City
from kaohe.plugin.spec import hookimpl
from kaohe.run import POINTS, _Resolved, compute, silent
from kaohe.stages.contract import STAGES

COMPARED = ("trace", "items", "scores", "results")
LEFT_OUT = {"self_points", "basis"}
Tables = dict[str, list[Row]]


def loaded(case: Case, chance: random.Random, parts: int = 1) -> Dataset:
    """The case's dataset, by way of CSV files."""
    with tempfile.TemporaryDirectory() as folder:
        write(case, Path(folder), chance, parts)
        raws, files, problems = read(Path(folder))
        dataset, found = check(raws, files, "", case.facts, Needs())
    assert dataset is not None, [str(problem) for problem in problems + found]
    return dataset


class Nowhere:
    """A city with nothing of its own: all stages are the core's."""

    @hookimpl
    def schemes(self) -> list[Path]:
        return []


def rules_of(case: Case) -> Rules:
    declared = declare(DECLARED, {})
    parameters = {name: evolve(declared[name], value=value) for name, value in case.parameters.items()}
    names = next(iter(case.facts.values())).name
    scheme = Scheme(scheme="test/2022", name=names, documents=[], reviewed=date(2022, 1, 1))
    return Rules(scheme=scheme, rubrics=case.rubrics, facts=case.facts, parameters={**declared, **parameters})


def engine(case: Case, seed: int = 0, parts: int = 1) -> Tables:
    """What the engine makes of the case, in the oracle's form."""
    source = _Resolved(City.of("test", Nowhere()), rules_of(case))
    computed = compute(loaded(case, random.Random(seed), parts), dict.fromkeys(STAGES, source), silent)
    return {table: [in_points(row) for row in computed[table].to_dicts()] for table in COMPARED}


def in_points(row: Mapping[str, Any]) -> Row:
    return {
        name: Decimal(value) / UNITS_PER_POINT if name in POINTS and value is not None else value
        for name, value in row.items()
        if name not in LEFT_OUT
    }


def assert_same(found: Tables, expected: Tables) -> None:
    """Both hold the same rows; says which differ."""
    for table in COMPARED:
        there, wanted = (Counter(tuple(sorted(row.items())) for row in tables[table]) for tables in (found, expected))
        extra, lacking = list((there - wanted).elements()), list((wanted - there).elements())
        assert not extra and not lacking, f"{table}: found {extra[:3]}, expected {lacking[:3]}"


def expected(case: Case) -> Tables:
    done = assess(case)
    return {table: getattr(done, table) for table in COMPARED}


@given(cases(st.integers(1, 30)))
def test_engine_is_the_oracle(case: Case) -> None:
    assert_same(engine(case), expected(case))
