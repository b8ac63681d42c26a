"""Frames handed in from Python: checked like files, and answered in kind (Spark: test_examples)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from project import clean_year

import kaohe
from kaohe.messages import speaking

YEAR = {"name": "某年", "from": date(2022, 1, 1), "to": date(2022, 12, 31)}
SCHEME = "changzhou/2022"


def frames() -> dict[str, pl.DataFrame]:
    return {table: pl.DataFrame(rows).cast(pl.String) for table, rows in clean_year().items() if rows}


SCORE = Decimal("78.5")
"""80 without events; one complaint costs 2 on the sheet of 30 of the 40 persons."""


LIBRARIES: Mapping[str, tuple[Callable[[pl.DataFrame], Any], type]] = {
    "polars": (lambda frame: frame, pl.DataFrame),
    "lazy": (lambda frame: frame.lazy(), pl.DataFrame),
    "pandas": (lambda frame: frame.to_pandas(), pd.DataFrame),
    "duckdb": (lambda frame: duckdb.from_arrow(frame.to_arrow()), duckdb.DuckDBPyRelation),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_results_are_of_the_kind_that_was_handed_in(library: str) -> None:
    made, kind = LIBRARIES[library]
    run = kaohe.assess({"dataset": YEAR, **{table: made(frame) for table, frame in frames().items()}}, SCHEME)
    assert isinstance(run.results, kind)
    rows = run.results.pl() if library == "duckdb" else pl.DataFrame(run.results)
    assert rows.select("institution", "score").rows() == [("N1", SCORE)]


def test_what_is_wrong_is_said_with_its_row() -> None:
    handed = {"dataset": YEAR, **frames(), "rooms": pl.DataFrame({"a": [1]}), "events": [1, 2]}
    handed["served"] = handed["served"].with_columns(persons=pl.lit("-3"))
    with pytest.raises(kaohe.Refused) as refused, speaking("en"):
        kaohe.assess(handed, SCHEME)
    with speaking("en"):
        said = [str(problem) for problem in refused.value.problems]
    assert any("“rooms” is not a table of a dataset" in line for line in said)
    assert any("a table is a frame of polars, pandas, duckdb" in line for line in said)
    assert any("served" in line and "a count cannot be below 0" in line for line in said)
