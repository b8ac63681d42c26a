"""What is wrong with a dataset: rules counted over a table in one pass, and rows shown with file, row and column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import polars as pl
from attrs import define, field, frozen

from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.raw import FILE, ROW, Raw
from kaohe.messages import Text, plural, text
from kaohe.problems import Problem, Severity

SHOWN = 60
"""Characters of a value that a message shows."""
LISTED = 100
"""Faults of one kind in one column that are listed one by one; the others are counted."""


def masked(identity: str) -> str:
    """An identity number that may be shown: the region's first three and the last two characters."""
    return f"{identity[:3]}{'*' * max(len(identity) - 5, 0)}{identity[-2:]}" if len(identity) > 6 else "***"


def in_a_line(value: str, *, private: bool) -> str:
    """A value as a message shows it: on one line, not too long, nothing that a terminal would act upon.

    In a table of persons (`private`) no identity number is shown, whichever column it slipped into.
    """
    if private:
        value = re.sub(r"[0-9]{14,17}[0-9Xx]", lambda found: masked(found[0]), value)
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(value.split()))
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


@frozen
class Fault:
    """One kind of fault: what is wrong, and what to do; of `names` the one closest to the value is suggested."""

    code: str
    message: Text
    remedy: Text | None = None
    names: Sequence[str] = ()

    def remedy_for(self, value: str | None) -> Text | None:
        """What to do about this value."""
        close = get_close_matches(value.strip(), self.names, n=1, cutoff=0.5) if value and self.names else []
        return text("did you mean {close}?", close=close[0]) if close else self.remedy


@frozen(eq=False)
class Rule:
    """A fault of the rows where `wrong` is true, said of a heading with the row's value, if one is to be shown."""

    fault: Fault
    wrong: pl.Expr
    heading: str
    shown: pl.Expr | None = None


def collected(frame: pl.LazyFrame, *, held: bool) -> pl.DataFrame:
    """The rows of a small result; from files they are streamed."""
    return frame.collect(engine="in-memory" if held else "streaming")


def unreadable(table: str, file: str, fault: Exception) -> Problem:
    """A file that its reader cannot take."""
    first = next(iter(str(fault).splitlines()), type(fault).__name__)
    remedy = text("open it in the program that made it and save it again")
    return Problem("file", text("the file cannot be read: {fault}", fault=first), remedy, file=file, table=table)


@define
class Findings:
    """The problems found so far."""

    problems: list[Problem] = field(factory=list)

    def tally(
        self, raw: Raw, rows: pl.LazyFrame, rules: Sequence[Rule], also: Mapping[str, pl.Expr]
    ) -> dict[str, int] | None:
        """One pass over a table's rows: a problem for each row that breaks a rule, and the aggregates of `also`.

        None where the file turns out to be damaged, which is a problem too.
        """
        counts = [rule.wrong.sum().alias(str(position)) for position, rule in enumerate(rules)]
        try:
            tally = collected(
                rows.select(*counts, *(value.alias(name) for name, value in also.items())), held=raw.held
            ).row(0, named=True)
        except pl.exceptions.PolarsError as fault:
            self.problems.append(unreadable(raw.table, raw.files[0], fault))
            return None
        for position, rule in enumerate(rules):
            if number := tally[str(position)]:
                self._listed(raw, rows.filter(rule.wrong), rule.fault, rule.heading, rule.shown, number)
        return {name: tally[name] for name in also}

    def rows(
        self, raw: Raw, rows: pl.LazyFrame, fault: Fault, heading: str, shown: pl.Expr | None = None, *, held: bool
    ) -> None:
        """A problem for each of these rows of a table. `held`: whether all that they come from is in memory."""
        if number := collected(rows.select(pl.len()), held=held).item():
            self._listed(raw, rows, fault, heading, shown, number)

    def _listed(
        self, raw: Raw, rows: pl.LazyFrame, fault: Fault, heading: str, shown: pl.Expr | None, number: int
    ) -> None:
        private = any(column.type == "identity" for column in CONTRACT[raw.table].columns.values())
        value = pl.lit(None, pl.String) if shown is None else shown.cast(pl.String)
        first = rows.select(FILE, ROW, shown=value).sort(FILE, ROW).head(LISTED)
        for file, row, found in collected(first, held=raw.held).iter_rows():
            said = fault.message
            if found is not None:
                said = text("“{value}”: {message}", value=in_a_line(found, private=private), message=said)
            remedy = fault.remedy_for(found)
            self.problems.append(Problem(fault.code, said, remedy, "error", raw.files[file], raw.table, row, heading))
        if more := number - min(number, LISTED):
            said = plural(
                more, "{n} more row like these: {message}", "{n} more rows like these: {message}", message=fault.message
            )
            self.problems.append(
                Problem(fault.code, said, fault.remedy, "error", raw.files[0], raw.table, None, heading)
            )

    def table(
        self, table: str, fault: Fault, *, file: str = "", column: str = "", severity: Severity = "error"
    ) -> None:
        """A problem of a whole table or column."""
        self.problems.append(Problem(fault.code, fault.message, fault.remedy, severity, file, table, None, column))
