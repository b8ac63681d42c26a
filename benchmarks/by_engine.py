"""kaohe's own engine: typed Parquet in, Parquet out, with the trace; no checks, which the whole command has."""

from __future__ import annotations

import tomllib
from functools import partial
from importlib import resources
from pathlib import Path

import polars as pl

from kaohe.assembly import assemble
from kaohe.compute import compute, silent
from kaohe.dataset import Dataset
from kaohe.model import UNITS_PER_POINT
from kaohe.plugin.manager import scheme_named
from kaohe.rules import SHARED_FACTS, load_facts
from kaohe.sources import resolve
from kaohe.stages.engines import computing_on, engine_named
from kaohe.store.write import sink

SCHEME = "changzhou/2022"
SETTINGS = Path(str(resources.files("kaohe_changzhou"))) / "2022" / "example-parameters.toml"
TABLES = ("trace", "items", "scores", "results")

CITY, CHOSEN, HOME = scheme_named(SCHEME)
SOURCES = resolve(CITY, assemble(CITY, CHOSEN, HOME, settings=SETTINGS), CHOSEN.stages)
RATIOS = [fact.fact for fact in load_facts(SHARED_FACTS).values() if fact.measure in ("share", "ratio")]


def answer(folder: Path, out: Path, engine: str = "polars") -> None:
    """Write the four tables of the dataset in the folder, computed on the engine of this name."""
    with computing_on(engine_named(engine)):
        computed = compute(typed(folder), SOURCES, silent)
    for table in TABLES:
        sink(partial(computed.portions, table), out / f"{table}.parquet")


def typed(folder: Path) -> Dataset:
    """The dataset as the engine takes it: decimals as whole units, blanks as what they mean."""
    about = tomllib.loads((folder / "dataset.toml").read_text(encoding="utf-8"))
    tables = {path.stem: pl.scan_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    confirmed = pl.col("status").fill_null("confirmed")
    tables["events"] = tables["events"].with_columns(pl.col("count").fill_null(1), confirmed).drop("amount")
    top, bottom = (pl.col(name).to_physical().cast(pl.Int64) for name in ("numerator", "denominator"))
    ratio = pl.col("fact").is_in(RATIOS)
    tables["metrics"] = tables["metrics"].with_columns(
        numerator=pl.when(ratio).then(top).otherwise(top // UNITS_PER_POINT),
        denominator=pl.when(ratio).then(bottom.fill_null(UNITS_PER_POINT)),
        status=confirmed,
    )
    return Dataset(about["name"], about["from"], about["to"], tables, {})
