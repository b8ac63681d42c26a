"""The tables that the stages computed, read whole or portion by portion, in an order of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import polars as pl
from attrs import define, field

from kaohe.stages.engines import Engine, Frame, engine

PORTION = 50_000
"""Sheets that are put in order at a time."""

NUMBERS = {"trace": ("clause_no", "period_no"), "items": ("item_no",)}
"""The numbers by which a sheet's rows are in order; of 16 bits each, with the sheet's they are one of 64."""


@define(eq=False, slots=False)
class Outcome(Mapping[str, pl.DataFrame]):
    """Computed tables by name. A table's order does not depend on how it was computed.

    Rows of sheets come in the order of the sheets' and the rubrics' numbers, all others in the order of their text.
    `between`: what stages left for those after them; it is no table of a run.
    """

    frames: dict[str, Frame] = field(factory=dict)
    columns: dict[str, list[str]] = field(factory=dict)
    engine: Engine = field(factory=engine)
    between: dict[str, Frame] = field(factory=dict)
    read: dict[str, pl.DataFrame] = field(factory=dict)

    def put(self, table: str, frame: Frame, columns: Iterable[str]) -> None:
        """Keep a computed table with the columns that it shows."""
        self.frames[table], self.columns[table] = frame, list(columns)

    def add(self, table: str, rows: pl.DataFrame) -> None:
        """Keep a table that was computed beside the stages, in place of one of that name."""
        self.put(table, self.engine.table(rows.lazy()), rows.columns)
        self.read.pop(table, None)

    def __getitem__(self, table: str) -> pl.DataFrame:
        if table not in self.read:
            self.read[table] = pl.concat(list(self.portions(table)))
        return self.read[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def lazy(self, table: str) -> pl.LazyFrame:
        """The table's rows in no order, computed when they are asked for."""
        return self.engine.polars(self.frames[table]).select(self.columns[table])

    @cached_property
    def sheets(self) -> int:
        """How many sheets there are."""
        return int(self.engine.polars(self.frames["scores"]).select(pl.col("sheet_no").max()).collect().item() or 0) + 1

    def portions(self, table: str) -> Iterator[pl.DataFrame]:
        """The table in order, some ten thousand sheets at a time."""
        frame, columns = self.engine.polars(self.frames[table]), self.columns[table]
        names = frame.collect_schema().names()
        if "sheet_no" not in names:
            rows = frame.select(columns).collect(engine="streaming")
            yield rows.sort(columns, nulls_last=True)
            return
        place = pl.col("sheet_no").cast(pl.Int64)
        for name in NUMBERS.get(table, ()):
            place = place * 2**16 + pl.col(name).fill_null(0)
        for first in range(0, self.sheets, PORTION):
            portion = frame.filter(pl.col("sheet_no") >= first, pl.col("sheet_no") < first + PORTION)
            yield portion.collect(engine="streaming").sort(place).select(columns)
        others = frame.filter(pl.col("sheet_no").is_null()).select(columns).collect(engine="streaming")
        yield others.sort(columns, nulls_last=True)
