"""Collects what is wrong with a table: rows of a mask become problems with file, row and column."""

from __future__ import annotations

import re

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


def _in_a_line(value: str, *, private: bool) -> str:
    """A value on one line; in a table of persons no identity number is shown, whichever column it slipped into."""
    if private:
        value = re.sub(r"[0-9]{14,17}[0-9Xx]", lambda found: masked(found[0]), value)
    line = " ".join(value.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


@frozen
class Fault:
    """One kind of fault: what is wrong, and what to do."""

    code: str
    message: Text
    remedy: Text | None = None


@define
class Findings:
    """The problems found so far."""

    problems: list[Problem] = field(factory=list)

    def rows(self, raw: Raw, wrong: pl.Series, fault: Fault, heading: str, values: pl.Series | None = None) -> None:
        """A problem for each row where `wrong` is true, with the row's value before the message."""
        positions = wrong.fill_null(False).arg_true()
        if not len(positions):
            return
        first = positions.head(LISTED)
        private = any(column.type == "identity" for column in CONTRACT[raw.table].columns.values())
        places = raw.frame.select(FILE, ROW)[first.to_list()].rows()
        shown = values.gather(first).to_list() if values is not None else [None] * len(first)
        for (file, row), value in zip(places, shown, strict=True):
            found = None if value is None else _in_a_line(str(value), private=private)
            said = fault.message if found is None else text("“{value}”: {message}", value=found, message=fault.message)
            self._add(fault, said, raw, raw.files[file], row, heading)
        if more := len(positions) - len(first):
            self._add(
                fault,
                plural(
                    more,
                    "{n} more row like these: {message}",
                    "{n} more rows like these: {message}",
                    message=fault.message,
                ),
                raw,
                raw.files[0],
                None,
                heading,
            )

    def table(
        self, table: str, fault: Fault, *, file: str = "", column: str = "", severity: Severity = "error"
    ) -> None:
        """A problem of a whole table or column."""
        self.problems.append(Problem(fault.code, fault.message, fault.remedy, severity, file, table, None, column))

    def _add(self, fault: Fault, said: Text, raw: Raw, file: str, row: int | None, heading: str) -> None:
        self.problems.append(Problem(fault.code, said, fault.remedy, "error", file, raw.table, row, heading))
