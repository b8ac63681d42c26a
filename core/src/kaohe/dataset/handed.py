"""Tables handed in from Python, whatever library made them, as raw tables to be checked like files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw
import polars as pl

from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.raw import FILE, ROW, Raw
from kaohe.messages import listing, text, titled
from kaohe.problems import Problem

LIBRARIES: dict[nw.Implementation, str] = {
    nw.Implementation.POLARS: "polars",
    nw.Implementation.PANDAS: "pandas",
    nw.Implementation.DUCKDB: "duckdb",
    nw.Implementation.PYSPARK: "spark",
}
"""The libraries whose frames may be handed in."""

_INTO_POLARS: dict[str, Callable[[Any], pl.LazyFrame]] = {
    "polars": lambda frame: frame.lazy(),
    "pandas": lambda frame: pl.from_pandas(frame).lazy(),
    "duckdb": lambda relation: relation.pl().lazy(),
    "spark": lambda frame: pl.DataFrame(frame.toArrow()).lazy(),
}


def in_kind(rows: pl.DataFrame, library: str) -> Any:
    """The rows as a frame of the library: a Polars or pandas frame, a DuckDB relation, a Spark data frame."""
    if library == "pandas":
        return rows.to_pandas()
    if library == "duckdb":
        import duckdb

        return duckdb.from_arrow(rows.to_arrow())
    if library == "spark":
        from pyspark.sql import SparkSession

        return SparkSession.active().createDataFrame(rows.to_arrow())
    return rows


def handed(tables: Mapping[str, Any]) -> tuple[dict[str, Raw], str, list[Problem]]:
    """The raw tables by name, the library that made them, and what is wrong with them.

    Tables are named as in a dataset; `dataset` may be a mapping of its columns (name, from, to). A row is
    numbered from 1. Where several libraries are mixed, the first that is not Polars gives the results their kind.
    """
    raws: dict[str, Raw] = {}
    found: list[str] = []
    problems: list[Problem] = []
    for name, content in tables.items():
        table = CONTRACT.named(name)
        if table is None:
            message = text("“{name}” is not a table of a dataset", name=name)
            names = listing(titled(CONTRACT[known], known) for known in CONTRACT)
            remedy = text("tables are named {names}", names=names)
            problems.append(Problem("table", message, remedy, table=name))
            continue
        frame = pl.DataFrame([dict(content)]) if isinstance(content, Mapping) else content
        library = LIBRARIES.get(nw.from_native(frame, pass_through=True).implementation) if _is_frame(frame) else None
        if library is None:
            message = text("a table is a frame of {libraries}", libraries=listing(LIBRARIES.values()))
            problems.append(Problem("table", message, table=table))
            continue
        found += [] if isinstance(content, Mapping) else [library]
        rows = _INTO_POLARS[library](frame)
        columns = rows.collect_schema().names()
        numbered = rows.with_row_index(ROW, 1).with_columns(pl.lit(0, pl.UInt32).alias(FILE))
        raws[table] = Raw(table, numbered, [name], [columns], held=library != "polars")
    others = [library for library in found if library != "polars"]
    return raws, next(iter(others), "polars"), problems


def _is_frame(value: object) -> bool:
    return isinstance(nw.from_native(value, pass_through=True), nw.DataFrame | nw.LazyFrame)
