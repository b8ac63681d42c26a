"""A dataset as the engine takes it: checked, typed frames."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
from attrs import field, frozen

if TYPE_CHECKING:
    from kaohe.dataset.typed import Typed


@frozen(eq=False)
class Dataset:
    """A year of facts: typed Polars lazy frames by table name.

    Money is int64 fen; points, numerators and denominators are int64 ten-thousandths; counts int64; codes
    and choices text, null where blank. Tables that were CSV, sheets or SQLite are in memory; those in Parquet stay
    in their files, which are read as often as a frame is collected: they must not change meanwhile. `files` names
    what was read, with its SHA-256.

    While it is being checked: `faulty`, the tables that are left out because they have faults, and `places`, where the
    rows of the others stand (`kaohe.dataset.places`).
    """

    name: str
    begins: date
    ends: date
    tables: Mapping[str, pl.LazyFrame]
    files: Mapping[str, str]
    faulty: frozenset[str] = frozenset()
    places: Mapping[str, Typed] = field(factory=dict, repr=False)

    @property
    def year(self) -> str:
        """The period of yearly facts: the year in which the dataset begins."""
        return str(self.begins.year)

    def sound(self, *tables: str) -> bool:
        """Whether none of these tables is left out because of its faults; it may be that there is no such table."""
        return self.faulty.isdisjoint(tables)

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: frame.select(pl.len()).collect().item() for name, frame in self.tables.items()}

    def held(self, table: str) -> pl.DataFrame | None:
        """A table's rows in memory; None where there is no such table."""
        return self.tables[table].collect() if table in self.tables else None
