"""Whether two answers are the same: rows of one that the other has not, table by table."""

from __future__ import annotations

from pathlib import Path

import polars as pl

COLUMNS = {
    "trace": [
        *("institution", "scorer", "rubric", "item", "clause", "period", "quantity", "denominator"),
        *("reference_quantity", "reference_denominator", "points", "status"),
    ],
    "items": ["institution", "scorer", "item", "raw", "points", "low", "high"],
    "scores": ["institution", "scorer", "score", "low", "high"],
    "results": ["institution", "kind", "score", "low", "high", "rank", "grade", "basis", "status"],
}


def differing(answer: Path, expected: Path, leave_out: set[str] = frozenset()) -> dict[str, int]:
    """For each table, how many rows stand in only one of the two folders, each row as often as it is there."""
    return {table: _differing(answer, expected, table, leave_out) for table in COLUMNS}


def _differing(answer: Path, expected: Path, table: str, leave_out: set[str]) -> int:
    columns = [name for name in COLUMNS[table] if name not in leave_out]
    counted = [
        pl.scan_parquet(folder / f"{table}.parquet").select(columns).group_by(columns).len(name)
        for folder, name in ((answer, "here"), (expected, "there"))
    ]
    both = counted[0].join(counted[1], on=columns, how="full", nulls_equal=True, coalesce=True)
    here, there = (pl.col(name).fill_null(0).cast(pl.Int64) for name in ("here", "there"))
    return int(both.select((here - there).abs().sum()).collect().item())
