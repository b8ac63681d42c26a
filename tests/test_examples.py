"""The examples run, and show what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest
from engines import needs_spark, started
from nbclient import NotebookClient
from project import clean_year
from scripts import loaded

import kaohe

EXAMPLES = Path(__file__).parents[1] / "examples"
YEAR = {"name": "某年", "from": "2022-01-01", "to": "2022-12-31"}


def said(notebook: Any) -> Iterator[list[str]]:
    """What each cell shows, as text."""
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        yield [output.get("text") or output["data"]["text/plain"] for output in outputs]


@pytest.mark.filterwarnings("ignore")  # Jupyter's own
def test_the_analyst_s_notebook_shows_what_it_computes(tmp_path: Path) -> None:
    stored = nbformat.read(EXAMPLES / "analyst.ipynb", as_version=4)
    again = nbformat.from_dict(stored)
    kernel = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(again, timeout=600, kernel_name="python3", resources=kernel).execute()
    assert list(said(again)) == list(said(stored))
    assert sum(len(shown) for shown in said(stored)) >= 8


def tables() -> dict[str, pl.DataFrame]:
    return {"dataset": pl.DataFrame([YEAR]), **{name: pl.DataFrame(rows) for name, rows in clean_year().items()}}


def test_the_platform_s_twenty_lines() -> None:
    assessed = loaded("examples/embedded.py").assessed
    own = {name: frame.to_pandas() for name, frame in tables().items()}
    found = assessed(own, "changzhou/2022")
    assert [(row["institution"], row["score"]) for row in found["results"]] == [("N1", Decimal("78.5"))]
    assert "等级未确定" in found["problems"][0]["message"]
    wrong = assessed({**own, "served": own["served"].assign(persons=-3)}, "changzhou/2022", "en")
    assert wrong["results"] is None
    assert {"table": "served", "row": 1, "column": "persons"}.items() <= wrong["problems"][0].items()
    source = (EXAMPLES / "embedded.py").read_text(encoding="utf-8")
    body = source.partition("\n\n\n")[2]
    assert len([line for line in body.splitlines() if line.strip()]) <= 20


@needs_spark
@pytest.mark.filterwarnings("ignore")
def test_a_city_of_a_province_on_spark_is_what_polars_computes(tmp_path: Path) -> None:
    """Of the two cities in the partitions the one that is asked for."""
    for city, events in (("changzhou", 1), ("tianning", 3)):
        for name, frame in tables().items():
            rows = frame.with_columns(count=pl.lit(events)) if name == "events" else frame
            folder = tmp_path / "province" / name / f"city={city}"
            folder.mkdir(parents=True)
            rows.cast(pl.String).write_parquet(folder / "part-0.parquet")
    session: Any = started("spark")
    schemes = {"tianning": "changzhou/2022"}
    found = loaded("examples/province.py").assessed(session.session, tmp_path / "province", schemes).toPandas()
    own = {
        folder.name: pl.read_parquet(folder / "city=tianning" / "*.parquet", hive_partitioning=False)
        for folder in (tmp_path / "province").iterdir()
    }
    expected = kaohe.assess(own, "changzhou/2022").results
    assert set(found["city"]) == {"tianning"}
    here = pl.from_pandas(found.drop(columns="city"), schema_overrides=expected.schema)
    assert here.rows() == expected.rows()
    # Three complaints cost 6 on the sheet of 30 of 40 persons: (30 × 74 + 10 × 80) / 40.
    assert expected["score"].to_list() == [Decimal("75.5")]
