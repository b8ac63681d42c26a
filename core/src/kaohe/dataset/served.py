"""Who assesses whom, where a dataset does not count the persons served."""

from __future__ import annotations

import polars as pl
from attrs import evolve

from kaohe.dataset.model import Dataset

SERVED = {"institution": pl.String, "scorer": pl.String, "persons": pl.Int64}


def with_served(dataset: Dataset) -> Dataset:
    """The dataset with a table `served`.

    Without one, every scorer but `self` assesses all institutions, or, where the scorer has a region, those of its
    region; each counts as one person.
    """
    if "served" in dataset.tables:
        return dataset
    served = pl.LazyFrame(schema=SERVED)
    if "scorers" in dataset.tables:
        scorers = dataset.tables["scorers"].filter(pl.col("role") != "self").select("scorer", of="region")
        pairs = dataset.tables["institutions"].select("institution", "region").join(scorers, how="cross")
        own = pairs.filter(pl.col("of").is_null() | (pl.col("of") == pl.col("region")))
        served = own.select("institution", "scorer", persons=pl.lit(1, pl.Int64))
    return evolve(dataset, tables={**dataset.tables, "served": served})
