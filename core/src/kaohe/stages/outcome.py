"""The tables that the stages computed, read whole or portion by portion, in an order of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import polars as pl
import polars.selectors as cs
from attrs import define, field, frozen

from kaohe.model import Rules
from kaohe.spans import spans
from kaohe.stages.engines import Engine, Frame, engine
from kaohe.stages.frames import Tables, rule_tables

PORTION = 50_000
"""Sheets that are put in order at a time."""

NUMBERS = {"trace": ("clause_no", "period_no"), "items": ("item_no",)}
"""The numbers by which a sheet's rows are in order; of 16 bits each, with the sheet's they are one of 64."""


@frozen
class Numbered:
    """A table in numbers alone: its rows by sheet, the codes of each number from 0 on, and its rows of no sheet.

    Rows are put in order before their codes are looked up, which takes half the time of ordering text.
    """

    rows: Frame
    codes: Mapping[str, Frame]
    others: Frame | None = None


def in_numbers(table: str, tables: Tables, rules: Rules) -> Numbered | None:
    """The table in numbers, if its stage left it so."""
    if table == "trace" and {"scored", "vetoes"} <= tables.keys():
        codes = {
            "sheet_no": tables["sheets"].select("sheet_no", "institution", "scorer", "rubric"),
            "clause_no": rule_tables(rules)["clauses"].select("clause_no", "item", "clause"),
            "period_no": tables["periods"].select("period_no", "period"),
        }
        return Numbered(tables["scored"], codes, tables["vetoes"])
    if table == "items" and {"summed", "summed_on"} <= tables.keys():
        codes = {"sheet_no": tables["summed_on"], "item_no": rule_tables(rules)["items"].select("item_no", "item")}
        return Numbered(tables["summed"], codes)
    return None


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
    numbered: dict[str, Numbered] = field(factory=dict)
    read: dict[str, pl.DataFrame] = field(factory=dict)

    def put(self, table: str, frame: Frame, columns: Iterable[str], numbered: Numbered | None = None) -> None:
        """Keep a computed table with the columns that it shows, and as it is in numbers."""
        self.frames[table], self.columns[table] = frame, list(columns)
        self.numbered.pop(table, None)
        self.read.pop(table, None)
        if numbered is not None:
            self.numbered[table] = numbered

    def add(self, table: str, rows: pl.DataFrame) -> None:
        """Keep a table that was computed beside the stages, in place of one of that name."""
        self.put(table, self.engine.table(rows.lazy()), rows.columns)

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

    def parts(self, table: str) -> Iterator[pl.LazyFrame]:
        """The table's rows in no order, a part at a time where it is large; no institution is in two parts."""
        if table not in self.numbered:
            yield self.lazy(table)
            return
        frame, columns, number = self.engine.polars(self.frames[table]), self.columns[table], pl.col("sheet_no")
        sheets = self.engine.polars(self.numbered[table].codes["sheet_no"])
        firsts = (
            sheets.group_by("institution")
            .agg(number.min())
            .group_by(number // PORTION)
            .agg(number.min().alias("first"))
        )
        starts = firsts.collect()["first"].sort().to_list()
        for first, end in pairwise([*starts, None]):
            here = number >= first if end is None else (number >= first) & (number < end)
            yield frame.filter(here).select(columns)
        yield frame.filter(number.is_null()).select(columns)

    def portions(self, table: str) -> Iterator[pl.DataFrame]:
        """The table in order, some ten thousand sheets at a time."""
        if table in self.numbered:
            yield from self._named(self.numbered[table], table)
            return
        frame, columns = self.engine.polars(self.frames[table]), self.columns[table]
        if table == "procedure":
            for institutions in spans(frame, PORTION):
                yield _sorted(frame.filter(institutions).select(columns))
            return
        if "sheet_no" not in frame.collect_schema().names():
            yield _sorted(frame.select(columns))
            return
        for portion in self._ordered(frame, table):
            yield portion.select(columns)
        yield _sorted(frame.filter(pl.col("sheet_no").is_null()).select(columns))

    def _named(self, numbered: Numbered, table: str) -> Iterator[pl.DataFrame]:
        """The table in order, and then its numbers as the codes that they stand for."""
        columns = self.columns[table]
        known = [
            (number, self.engine.polars(frame).collect().sort(number).drop(number))
            for number, frame in numbered.codes.items()
        ]
        for portion in self._ordered(self.engine.polars(numbered.rows), table):
            said = (
                codes[name].gather(portion[number]).alias(name) for number, codes in known for name in codes.columns
            )
            # A sheet that is not reported has no item, clause or period.
            yield portion.with_columns(said).select(columns).with_columns(cs.string().fill_null(""))
        if numbered.others is not None:
            yield _sorted(self.engine.polars(numbered.others).select(columns))

    def _ordered(self, frame: pl.LazyFrame, table: str) -> Iterator[pl.DataFrame]:
        """The rows of sheets in order, a portion at a time; one without rows where there are none."""
        place = pl.col("sheet_no").cast(pl.Int64)
        for name in NUMBERS.get(table, ()):
            place = place * 2**16 + pl.col(name).fill_null(0)
        last = frame.select(pl.col("sheet_no").max()).collect(engine="streaming").item()
        for first in range(0, 1 if last is None else last + 1, PORTION):
            sheets = (pl.col("sheet_no") >= first) & (pl.col("sheet_no") < first + PORTION)
            yield frame.filter(sheets).collect(engine="streaming").sort(place)


def _sorted(rows: pl.LazyFrame) -> pl.DataFrame:
    return rows.collect(engine="streaming").sort(rows.collect_schema().names(), nulls_last=True)
