"""A year too large for the oracle, at a few districts: python sample.py DATASET ENGINE'S prints the rows that differ.

All institutions that a few districts assess, and whoever else is among the peers of theirs, are a dataset of their own.
Ranks are left out: they are of the whole year.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import by_oracle
import polars as pl
from compare import COLUMNS, SEEN, differing

DISTRICTS = 12


def main(dataset: str, engine: str) -> None:
    """Compare the engine's rows of the sample with the oracle's."""
    folder, whole = Path(dataset), Path(engine)
    served = pl.read_parquet(folder / "served.parquet").filter(pl.col("persons") > 0)
    districts = served["scorer"].unique().sort().gather_every(max(1, served["scorer"].n_unique() // DISTRICTS))
    sample = served.filter(pl.col("scorer").is_in(districts.implode()))["institution"].unique()
    compared = served.filter(pl.col("institution").str.starts_with("PG"))
    seen_by = compared.filter(pl.col("institution").is_in(sample.implode()))["scorer"].unique()
    peers = compared.filter(pl.col("scorer").is_in(seen_by.implode()))["institution"]
    kept = pl.concat([sample, peers]).unique()
    with tempfile.TemporaryDirectory() as temporary:
        small, right, own = (Path(temporary) / name for name in ("dataset", "oracle", "engine"))
        for made in (small, right, own):
            made.mkdir()
        for file in folder.glob("*.parquet"):
            rows = pl.scan_parquet(file)
            if "institution" in rows.collect_schema():
                rows = rows.filter(pl.col("institution").is_in(kept.implode()) | pl.col("institution").is_null())
            rows.sink_parquet(small / file.name)
        shutil.copy(folder / "dataset.toml", small)
        by_oracle.answer(small, right)
        for table in COLUMNS:
            for source, target in ((right, right), (whole, own)):
                rows = pl.read_parquet(source / f"{table}.parquet").filter(
                    pl.col("institution").is_in(sample.implode())
                )
                rows.write_parquet(target / f"{table}.parquet")
        print(json.dumps({"institutions": len(sample), "differing": differing(right, own, SEEN["oracle"] | {"rank"})}))


if __name__ == "__main__":
    main(*sys.argv[1:])
