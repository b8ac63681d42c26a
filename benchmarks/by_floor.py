"""The floor: what anything costs that reads the facts, adds them up and writes; it knows no rubric."""

from __future__ import annotations

from pathlib import Path

import polars as pl

KEY = ["institution", "scorer", "fact"]


def answer(folder: Path, out: Path) -> None:
    """Facts grouped by institution, scorer and fact, added up, written."""
    events = pl.scan_parquet(folder / "events.parquet").group_by(KEY).agg(pl.col("count").sum())
    metrics = pl.scan_parquet(folder / "metrics.parquet").group_by(KEY).agg(pl.col("numerator", "denominator").sum())
    pl.collect_all([
        events.sink_parquet(out / "events.parquet", lazy=True), metrics.sink_parquet(out / "metrics.parquet", lazy=True)
    ])  # fmt: skip
