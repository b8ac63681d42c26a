"""The computed tables, whole and a portion at a time: nothing is lost or doubled where one portion ends."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

import kaohe
from kaohe.plugin.manager import City
from kaohe.run import Run
from kaohe.stages import outcome

SCHEME = "changzhou/2022"


@pytest.fixture(scope="module", params=["weighted", "pooled"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The example year; where facts are pooled, an institution has one sheet in place of several."""
    folder = tmp_path_factory.mktemp("year")
    City.named("changzhou").demo(folder, 2022)
    return kaohe.assess(folder, SCHEME, readings={"combine.scorers": request.param})


def rows(frame: pl.DataFrame) -> Counter[tuple[object, ...]]:
    return Counter(frame.rows())


@pytest.mark.parametrize("table", ["trace", "items", "scores", "results"])
def test_portions_are_the_whole_table_in_the_same_order(table: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pl.concat(list(run.tables.portions(table)))
    monkeypatch.setattr(outcome, "PORTION", 7)
    small = list(run.tables.portions(table))
    assert len(small) > 10 or table == "results"
    assert pl.concat(small).equals(whole)
    assert rows(whole) == rows(run.tables.lazy(table).collect())
    assert len(whole) > 90


@pytest.mark.parametrize("table", ["trace", "items"])
def test_parts_are_the_whole_table_and_no_institution_is_in_two(
    table: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "PORTION", 7)
    parts = [part.collect() for part in run.tables.parts(table)]
    assert len(parts) > 10
    assert rows(pl.concat(parts)) == rows(run.tables[table])
    *of_sheets, _ = parts
    institutions = Counter(name for part in of_sheets for name in part["institution"].unique())
    assert institutions.total() == len(institutions)
