"""One raw table typed by the contract: headings matched, cells parsed, and the rules that its rows must keep."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import polars as pl
from attrs import define, evolve, field

from kaohe.dataset.cells import dtype, filled, parse
from kaohe.dataset.contract import CONTRACT, Table, extended, fact_columns
from kaohe.dataset.findings import Fault, Findings, Rule, masked
from kaohe.dataset.raw import FILE, ROW, Raw
from kaohe.messages import text
from kaohe.model import Column, Fact
from kaohe.problems import Severity

PLACES = [FILE, ROW]
CELL, WRONG, CHANGED = "_cell:", "_wrong:", "_changed:"
"""Before a column's name: its cells as found, and whether any value is not its cell; before a number: a broken rule."""


@define(eq=False)
class Typed:
    """A raw table and what its columns are.

    `names`: the headings of each column that was found. `rows`: the places, the cells (CELL), the values under the
    columns' names, and which rows break the rules of cells (WRONG); computed once of a table in memory, otherwise
    whenever it is asked. `totals`: what is added up beside.
    """

    raw: Raw
    contents: Table
    names: Mapping[str, list[str]]
    cells: pl.LazyFrame
    values: Mapping[str, pl.Expr]
    rows: pl.LazyFrame
    rules: list[Rule]
    totals: dict[str, pl.Expr] = field(factory=dict)

    def heading(self, column: str) -> str:
        """The column's heading as the user wrote it, or our name for it."""
        return self.names[column][0] if column in self.names else column

    def shown(self, column: str) -> pl.Expr | None:
        """The column's cells as they were found; None where there is no such column."""
        return pl.col(CELL + column) if column in self.names else None

    def given(self, column: str) -> pl.Expr:
        """Whether something stands in the column, sound or not."""
        if column not in self.names:
            return pl.lit(False)
        return filled(CELL + column, self.cells.collect_schema()[CELL + column])

    def tally(self, findings: Findings) -> dict[str, Any] | None:
        """Hold the table against all its rules in one pass: the totals, or None where its file cannot be read.

        Columns of a file whose cells turn out to be the values are read as they are from then on.
        """
        compared: dict[str, pl.Expr] = {}
        if not self.raw.held:
            kinds = self.cells.collect_schema()
            texts = [name for name in self.names if kinds[CELL + name] == pl.String == self._kind(name)]
            compared = {name: pl.col(name).ne_missing(pl.col(CELL + name)).any() for name in texts}
        also = {f"{CHANGED}{name}": changed for name, changed in compared.items()} | self.totals
        tally = findings.tally(self.raw, self.rows, self.rules, also)
        if tally is not None and compared:
            same = {name: pl.col(CELL + name) for name in compared if not tally[CHANGED + name]}
            self.values = {**self.values, **same}
            self.rows = _valued(self.cells, self.values)
        return tally

    def _kind(self, name: str) -> pl.DataType:
        return dtype(self.contents.columns[name]) if name in self.contents.columns else pl.String()

    @property
    def frame(self) -> pl.LazyFrame:
        """The columns of the dataset's table, without what they were made of."""
        return self.rows.select(list(self.values))


def typed(raw: Raw, facts: Mapping[str, Fact], more: Mapping[str, Column], findings: Findings) -> Typed:
    """The table with the contract's columns and types, and `more` that the scheme declares.

    A further column must be there, but may be blank.
    """
    table = CONTRACT[raw.table]
    if raw.table == "institutions":
        table = extended(table, fact_columns(facts.values()))
    table = extended(table, {name: evolve(column, required=False) for name, column in more.items()})
    names = _names(raw, table, list(more), findings)
    accepted = {name: fact.fact for fact in facts.values() for name in (fact.fact, fact.name.zh_CN, fact.name.en)}
    cells = raw.frame.select(*PLACES, *(pl.coalesce(found).alias(CELL + name) for name, found in names.items()))
    kinds = cells.collect_schema()
    values: dict[str, pl.Expr] = {}
    rules: list[Rule] = []
    for name, found in names.items():
        column = table.columns.get(name)
        values[name] = pl.col(CELL + name).cast(pl.String)
        if column is not None:
            values[name] = _column(raw, name, found[0], kinds[CELL + name], column, accepted, rules)
    missing = {name: pl.lit(None, dtype(column)) for name, column in table.columns.items() if name not in names}
    values |= missing
    rows = _valued(cells, values, rules)
    if raw.held:
        rows = rows.collect().lazy()
    rules = [evolve(rule, wrong=pl.col(f"{WRONG}{position}")) for position, rule in enumerate(rules)]
    return Typed(raw, table, names, cells, values, rows, rules)


def _valued(cells: pl.LazyFrame, values: Mapping[str, pl.Expr], rules: list[Rule] | None = None) -> pl.LazyFrame:
    broken = [rule.wrong.alias(f"{WRONG}{position}") for position, rule in enumerate(rules or ())]
    return cells.with_columns(*(value.alias(name) for name, value in values.items()), *broken)


def _names(raw: Raw, table: Table, wanted: list[str], findings: Findings) -> dict[str, list[str]]:
    """Column → headings; complains of missing columns and of two headings for one column.

    The files of one table may call a column differently. A column that may be missing is asked after where a
    heading that nobody knows comes close to its name.
    """
    meanings = {heading.casefold(): name for heading, name in table.headings().items()}
    names: dict[str, list[str]] = {}
    for file, headings in zip(raw.files, raw.headings, strict=True):
        own: set[str] = set()
        for heading in headings:
            name = meanings.get(heading.strip().casefold(), heading)
            if name in own:
                fault = Fault(
                    "heading", text("two headings mean the column “{column}”", column=name), text("remove one")
                )
                findings.table(raw.table, fault, file=file, column=heading)
            elif heading not in names.setdefault(name, []):
                names[name].append(heading)
            own.add(name)
    unknown = [headings[0] for name, headings in names.items() if name not in table.columns]
    for name in dict.fromkeys([*table.columns, *wanted]):
        column = table.columns.get(name)
        needed = name in wanted or (column is not None and column.required)
        close = _closest([name, column.zh, column.en] if column else [name], unknown)
        if name not in names and (needed or close):
            remedy = text("is “{close}” that column?", close=close) if close else text("add it")
            message = text("the column “{column}” ({title}) is missing", column=name, title=str(column or name))
            severity: Severity = "error" if needed else "warning"
            findings.table(raw.table, Fault("column", message, remedy), file=raw.files[0], severity=severity)
    return names


def _closest(names: list[str], headings: list[str]) -> str | None:
    """The heading that could be a slip for one of the names."""
    for name in names:
        for heading in get_close_matches(name.casefold(), [heading.casefold() for heading in headings], n=1):
            return next(found for found in headings if found.casefold() == heading)
    return None


def _column(
    raw: Raw, name: str, heading: str, kind: pl.DataType, column: Column, facts: Mapping[str, str], rules: list[Rule]
) -> pl.Expr:
    """The column's values; what its cells must keep is added to the rules."""
    cell = CELL + name
    if column.type in ("code", "identity") and heading in raw.numeric:
        message = text("a code must be a text cell: as a number it may have lost digits")
        fault = Fault("code", message, text("format the column as text and type it again"))
        rules.append(Rule(fault, pl.col(ROW).is_in(raw.numeric[heading]), heading))
    parsed = parse(cell, kind, column, facts)
    shown = pl.col(cell).cast(pl.String)
    if column.type == "identity":
        shown = shown.map_elements(masked, return_dtype=pl.String)
    rules += [Rule(fault, wrong, heading, shown) for fault, wrong in parsed.faults]
    if column.required:
        blank = Fault("blank", text("this must not be blank"), text("fill it in"))
        rules.append(Rule(blank, ~filled(cell, kind), heading))
    return parsed.values
