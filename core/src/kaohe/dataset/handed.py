"""Tables handed in from Python, whatever library made them, as raw tables to be checked like files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw
import polars as pl
from attrs import frozen

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


@frozen(eq=False)
class Kind:
    """The kind of frames that a caller handed in, and one of them: what is answered belongs where that one does."""

    library: str = "polars"
    frame: Any = None

    @property
    def engine(self) -> str:
        """The engine that computes on such frames."""
        return "polars" if self.library == "pandas" else self.library

    def of(self, rows: pl.DataFrame) -> Any:
        """The rows as a frame of this kind, in the same DuckDB connection or Spark session."""
        if self.library == "pandas":
            return rows.to_pandas()
        arrow = rows.to_arrow()
        if self.library == "duckdb":
            return self.frame.query("kaohe_frame", "select * from arrow")
        if self.library == "spark":
            return self.frame.sparkSession.createDataFrame(arrow)
        return rows


def handed(tables: Mapping[str, Any]) -> tuple[dict[str, Raw], Kind, list[Problem]]:
    """The raw tables by name, the kind of frames they are, and what is wrong with them.

    Tables are named as in a dataset; `dataset` may be a mapping of its columns (name, from, to). A row is
    numbered from 1. Where several libraries are mixed, the first that is not Polars is the kind.
    """
    raws: dict[str, Raw] = {}
    kind = Kind()
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
        kind = Kind(library, content) if kind.library == "polars" != library else kind
        rows = _INTO_POLARS[library](frame)
        columns = rows.collect_schema().names()
        numbered = rows.with_row_index(ROW, 1).with_columns(pl.lit(0, pl.UInt32).alias(FILE))
        raws[table] = Raw(table, numbered, [name], [columns], held=library != "polars")
    return raws, kind, problems


def _is_frame(value: object) -> bool:
    return isinstance(nw.from_native(value, pass_through=True), nw.DataFrame | nw.LazyFrame)
