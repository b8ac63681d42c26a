"""One raw table typed by the contract: headings matched, cells parsed, blanks and duplicates found."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import polars as pl
from attrs import evolve, frozen

from kaohe.dataset.cells import parse
from kaohe.dataset.contract import CONTRACT, Table, extended, fact_columns
from kaohe.dataset.findings import Fault, Findings, masked
from kaohe.dataset.raw import FILE, ROW, Raw
from kaohe.messages import text
from kaohe.model import Column, Fact
from kaohe.problems import Severity

PLACES = [FILE, ROW]


@frozen(eq=False)
class Typed:
    """A raw table, its typed frame row by row, and the heading under which each column was found."""

    raw: Raw
    frame: pl.DataFrame
    headings: Mapping[str, str]

    def heading(self, column: str) -> str:
        """The column's heading as the user wrote it, or our name for it."""
        return self.headings.get(column, column)

    def given(self, column: str) -> pl.Series:
        """Which rows have something in the column, sound or not."""
        if column not in self.headings:
            return pl.repeat(False, len(self.frame), eager=True)
        return self.raw.frame[self.headings[column]].cast(pl.String).str.strip_chars().fill_null("") != ""


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
    columns = [
        _column(raw, heading, table.columns.get(name), accepted, findings).alias(name)
        for heading, name in names.items()
    ]
    columns += [
        pl.Series(name, [None] * len(raw.frame), dtype=_dtype(column))
        for name, column in table.columns.items()
        if name not in names.values()
    ]
    result = Typed(raw, pl.DataFrame(columns), {name: heading for heading, name in names.items()})
    _duplicates(result, table, findings)
    return result


def _names(raw: Raw, table: Table, wanted: list[str], findings: Findings) -> dict[str, str]:
    """Heading → column; complains of missing columns and of two headings for one column.

    A column that may be missing is asked after where a heading that nobody knows comes close to its name.
    """
    meanings = {heading.casefold(): name for heading, name in table.headings().items()}
    names: dict[str, str] = {}
    for heading in raw.frame.columns:
        name = meanings.get(heading.strip().casefold(), heading)
        if heading in PLACES:
            continue
        if name in names.values():
            fault = Fault("heading", text("two headings mean the column “{column}”", column=name), text("remove one"))
            findings.table(raw.table, fault, file=raw.files[0], column=heading)
            continue
        names[heading] = name
    unknown = [heading for heading, name in names.items() if name not in table.columns]
    for name in dict.fromkeys([*table.columns, *wanted]):
        column = table.columns.get(name)
        needed = name in wanted or (column is not None and column.required)
        close = _closest([name, column.zh, column.en] if column else [name], unknown)
        if name not in names.values() and (needed or close):
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


def _column(raw: Raw, heading: str, column: Column | None, facts: dict[str, str], findings: Findings) -> pl.Series:
    cells = raw.frame[heading]
    if column is None:
        return cells.cast(pl.String)
    if column.type in ("code", "identity") and heading in raw.numeric:
        numbers = set(raw.numeric[heading])
        wrong = pl.Series([place in numbers for place in raw.frame.select(PLACES).rows()], dtype=pl.Boolean)
        message = text("a code must be a text cell: as a number it may have lost digits")
        findings.rows(raw, wrong, Fault("code", message, text("format the column as text and type it again")), heading)
    parsed = parse(cells, column, facts)
    shown = cells.cast(pl.String)
    if column.type == "identity":
        shown = shown.map_elements(masked, return_dtype=pl.String)
    for fault, wrong in parsed.faults:
        findings.rows(raw, wrong, fault, heading, shown)
    if column.required:
        blank = cells.is_null() | (cells.cast(pl.String).str.strip_chars() == "")
        findings.rows(raw, blank, Fault("blank", text("this must not be blank"), text("fill it in")), heading)
    return parsed.values


def _duplicates(table: Typed, contents: Table, findings: Findings) -> None:
    """Rows whose key stands there already; a withdrawn row may be followed by the one that replaces it."""
    key = contents.key
    required = [name for name in key if contents.columns[name].required]
    if not key or not all(name in table.headings for name in required):
        return
    complete = pl.all_horizontal(pl.lit(True), *(pl.col(name).is_not_null() for name in required))
    counted = complete
    if "status" in table.frame.columns and "event" not in key:
        counted = complete & (pl.col("status").fill_null("confirmed") != "withdrawn")
    shown = pl.concat_str([pl.col(name).cast(pl.String).fill_null("–") for name in key], separator=" / ")
    marked = table.frame.with_columns(_counted=counted).select(
        (pl.col("_counted") & (pl.int_range(pl.len()).over([*key, "_counted"]) > 0)).alias("repeated"),
        shown.alias("shown"),
    )
    fault = Fault("duplicate", text("this row stands here already"), text("remove one of the two"))
    heading = " / ".join(table.heading(name) for name in key)
    findings.rows(table.raw, marked["repeated"], fault, heading, marked["shown"])


def _dtype(column: Column) -> pl.DataType:
    match column.type:
        case "count" | "number" | "points" | "money" | "rate":
            return pl.Int64()
        case "date":
            return pl.Date()
        case _:
            return pl.String()
