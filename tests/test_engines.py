"""The same outcome, row for row, whichever engine computes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from computing import loaded, part, resolved
from engines import assert_same_tables, computing_on, needs_spark, started
from hypothesis import given
from hypothesis import strategies as st
from oracle import Case
from strategies import CHOICES, Shape, case, cases

import kaohe
from kaohe.compute import compute, silent
from kaohe.plugin.manager import City
from kaohe.stages.engines import Engine
from kaohe.stages.outcome import Outcome


def computed(case: Case, engine: Engine) -> Outcome:
    with computing_on(engine):
        return compute(loaded(case, 0, 1), resolved(case), silent)


@pytest.fixture(scope="module")
def duckdb() -> Engine:
    return started("duckdb")


@pytest.fixture(scope="module")
def spark() -> Engine:
    return started("spark")


@part(20)
@given(case=cases(st.integers(1, 12)))
def test_duckdb_computes_what_polars_does(duckdb: Engine, case: Case) -> None:
    assert_same_tables(computed(case, duckdb), computed(case, started("polars")))


@needs_spark
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("combining", ["mean", "pooled"])
def test_spark_computes_what_polars_does(spark: Engine, combining: str) -> None:
    chosen = {name: values[-1] for name, values in CHOICES.items()}
    shape = Shape(len(combining), 6, 3, 2, 3, 6, 4, 20, 20, 0)
    drawn = case(shape, {**chosen, "combine.scorers": combining, "missing.counts": None})
    assert_same_tables(computed(drawn, spark), computed(drawn, started("polars")))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=needs_spark)])
def test_the_example_year_is_the_same(engine: str, tmp_path: Path) -> None:
    City.named("changzhou").demo(tmp_path, 2022)
    found, expected = (kaohe.assess(tmp_path, "changzhou/2022", engine=name) for name in (engine, "polars"))
    assert_same_tables(found.tables, expected.tables)
