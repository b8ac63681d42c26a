"""Whether two answers are the same: python compare.py {"NAME": "FOLDER", …} prints the rows that differ, as JSON."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Collection
from contextlib import closing
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
"""What is compared; a run has further columns, and points as decimal text."""
POINTS = ("points", "raw", "score", "low", "high")
UNIT = 10_000
QUANTITIES = {"quantity", "denominator", "reference_quantity", "reference_denominator"}
SEEN = {"oracle": {"basis"}, "openfisca": {"basis", "reference_quantity", "reference_denominator"}}
"""Columns that an answer does not have, and that are not asked of it."""


def differing(answer: Path, expected: Path, leave_out: Collection[str] = ()) -> dict[str, int]:
    """For each table of the answer, how many rows stand in only one of the two, each as often as it is there."""
    return {
        table: _differing(answer, expected, table, leave_out)
        for table in COLUMNS
        if (answer / f"{table}.parquet").exists()
    }


def _differing(answer: Path, expected: Path, table: str, leave_out: Collection[str]) -> int:
    columns = [name for name in COLUMNS[table] if name not in leave_out]
    counted = [
        _in_units(pl.scan_parquet(folder / f"{table}.parquet")).select(columns).group_by(columns).len(name)
        for folder, name in ((answer, "here"), (expected, "there"))
    ]
    both = counted[0].join(counted[1], on=columns, how="full", nulls_equal=True, coalesce=True)
    here, there = (pl.col(name).fill_null(0).cast(pl.Int64) for name in ("here", "there"))
    return int(both.select((here - there).abs().sum()).collect().item())


def _in_units(rows: pl.LazyFrame) -> pl.LazyFrame:
    """A run's decimal text as the engine's whole units."""
    schema = rows.collect_schema()
    written = [name for name in POINTS if schema.get(name) == pl.String]
    exact = (pl.col(written).cast(pl.Decimal(38, 4)) * UNIT).cast(pl.Int64) if written else []
    return rows.with_columns(exact)


def from_sqlite(folder: Path) -> Path:
    """The scores and results of the SQLite run in the folder, beside it as Parquet."""
    with closing(sqlite3.connect(folder / "run.db")) as database:
        for table in ("scores", "results"):
            columns = ", ".join(COLUMNS[table])
            rows = pl.read_database(f"select {columns} from {table}", database, infer_schema_length=None)
            rows.write_parquet(folder / f"{table}.parquet")
    return folder


def main(answers: str) -> None:
    """Compare each of the answers with the engine's; a run has quantities as text, which are left out."""
    folders = {name: Path(folder) for name, folder in json.loads(answers).items()}
    expected = folders["engine"]
    found: dict[str, dict[str, int]] = {}
    for name, folder in folders.items():
        match name:
            case "engine" | "floor":
                continue
            case "csv":
                found[name] = differing(from_sqlite(folder), expected)
            case "parquet":
                found[name] = differing(folder / "run", expected, QUANTITIES)
            case _:
                found[name] = differing(folder, expected, SEEN.get(name, ()))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
