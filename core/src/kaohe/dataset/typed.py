"""One raw table typed by the contract: headings matched, cells parsed, and the rules that its rows must keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import polars as pl
from attrs import define, evolve, field

from kaohe.dataset.cells import Parsed, as_it_is, dtype, parse
from kaohe.dataset.contract import CONTRACT, Table, extended, fact_columns
from kaohe.dataset.findings import Fault, Findings, Rule, masked
from kaohe.dataset.raw import FILE, ROW, Raw
from kaohe.messages import text
from kaohe.model import Column, Fact
from kaohe.problems import Severity

PLACES = [FILE, ROW]
CELL, CONTENT, WRONG = "_cell:", "_content:", "_wrong:"
"""Before a column's name: its cells as found; what stands in them, null for a blank; before a number: a broken rule."""


@define(eq=False)
class Typed:
    """A raw table and what its columns are.

    `names`: the headings of each column that was found. `values`: the columns of the dataset's table. `changed`: where
    a text of a file is not its cell as it stands there. `noted`: values that several rules ask for, computed once for
    all of them. `totals`: what a pass adds up. `retyped` makes `typed` anew where some columns' cells are their values.
    """

    raw: Raw
    contents: Table
    names: Mapping[str, list[str]]
    values: list[str]
    rules: list[Rule]
    changed: Mapping[str, pl.Expr]
    typed: pl.LazyFrame
    retyped: Callable[[Collection[str]], pl.LazyFrame]
    noted: dict[str, pl.Expr] = field(factory=dict)
    totals: dict[str, pl.Expr] = field(factory=dict)

    @property
    def rows(self) -> pl.LazyFrame:
        """The places, cells (CELL), contents (CONTENT), values by name, broken rules of cells (WRONG), what is noted.

        Of a table in memory they are computed, of files they are whenever they are asked.
        """
        return self.typed.with_columns(**self.noted)

    def heading(self, column: str) -> str:
        """The column's heading as the user wrote it, or our name for it."""
        return self.names[column][0] if column in self.names else column

    def shown(self, column: str) -> pl.Expr | None:
        """The column's cells as they were found; None where there is no such column."""
        return pl.col(CELL + column) if column in self.names else None

    def given(self, column: str) -> pl.Expr:
        """Whether something stands in the column, sound or not."""
        return pl.col(CONTENT + column).is_not_null() if column in self.names else pl.lit(False)

    def tally(self, findings: Findings) -> dict[str, Any] | None:
        """Hold the table against all its rules in one pass: the totals, or None where its file cannot be read.

        Columns whose cells turn out to be the values are taken as they are from then on.
        """
        also = {CELL + name: changed.any() for name, changed in self.changed.items()}
        tally = findings.tally(self.raw, self.rows, self.rules, also | self.totals)
        if tally is not None and self.changed:
            self.typed = self.retyped([name for name in self.changed if not tally[CELL + name]])
        return tally

    @property
    def frame(self) -> pl.LazyFrame:
        """The columns of the dataset's table, without what they were made of."""
        return self.typed.select(self.values)


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
    columns = {name: dtype(column) for name, column in table.columns.items()}
    values = {name: pl.lit(None, kind) for name, kind in columns.items()}
    rules: list[Rule] = []
    changed: dict[str, pl.Expr] = {}
    texts: list[str] = []
    for name, (heading, *_) in names.items():
        column, kind, content = table.columns.get(name), kinds[CELL + name], pl.col(CONTENT + name)
        parsed = Parsed(content, [])
        if column is not None:
            parsed = parse(content, kind, column, accepted)
            rules += _rules(raw, name, heading, column, parsed)
        values[name] = parsed.values
        if column is None or not as_it_is(kind, column):
            texts.append(name)
            # What nobody checks is only read when it is asked for.
            if kind == pl.String == columns.get(name) and column and column.type != "text" and not raw.held:
                changed[name] = pl.col(CELL + name).ne_missing(content) | parsed.translated
    wrong = {f"{WRONG}{position}": rule.wrong for position, rule in enumerate(rules)}

    def retyped(unchanged: Collection[str]) -> pl.LazyFrame:
        """The rows, where these columns' cells are their contents and values."""
        contents = _contents(cells, list(names), [name for name in texts if name not in unchanged])
        found = {name: pl.col(CELL + name) for name in unchanged}
        return contents.with_columns(**(values | found), **wrong)

    rows = retyped([])
    rules = [evolve(rule, wrong=pl.col(name)) for name, rule in zip(wrong, rules, strict=True)]
    if raw.held:
        rows = rows.collect().lazy()
    return Typed(raw, table, names, list(values), rules, changed, rows, retyped)


def _contents(cells: pl.LazyFrame, names: list[str], texts: list[str]) -> pl.LazyFrame:
    """The cells with what stands in them: text without the space around it; what is only space is blank."""
    stripped = [pl.col(CELL + name).cast(pl.String).str.strip_chars().alias(CONTENT + name) for name in texts]
    blanked = [pl.when(pl.col(CONTENT + name) != "").then(CONTENT + name).alias(CONTENT + name) for name in texts]
    taken = [pl.col(CELL + name).alias(CONTENT + name) for name in names if name not in texts]
    return cells.with_columns(stripped).with_columns(*blanked, *taken)


def _rules(raw: Raw, name: str, heading: str, column: Column, parsed: Parsed) -> Iterator[Rule]:
    """What the cells of a column must keep."""
    if column.type in ("code", "identity") and heading in raw.numeric:
        message = text("a code must be a text cell: as a number it may have lost digits")
        fault = Fault("code", message, text("format the column as text and type it again"))
        yield Rule(fault, pl.col(ROW).is_in(raw.numeric[heading]), heading)
    shown = pl.col(CELL + name).cast(pl.String)
    if column.type == "identity":
        shown = shown.map_elements(masked, return_dtype=pl.String)
    for fault, wrong in parsed.faults:
        yield Rule(fault, wrong, heading, shown)
    if column.required:
        blank = Fault("blank", text("this must not be blank"), text("fill it in"))
        yield Rule(blank, pl.col(CONTENT + name).is_null(), heading)


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
