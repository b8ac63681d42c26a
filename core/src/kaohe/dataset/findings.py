"""Collects what is wrong with a table: rows of a mask become problems with file, row and column."""

from __future__ import annotations

import polars as pl
from attrs import define, field, frozen

from kaohe.dataset.raw import FILE, ROW, Raw
from kaohe.messages import Text, plural, text
from kaohe.problems import Problem

LISTED = 100
"""Faults of one kind in one column that are listed one by one; the others are counted."""


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
        places = raw.frame.select(FILE, ROW)[first.to_list()].rows()
        shown = values.gather(first).to_list() if values is not None else [None] * len(first)
        for (file, row), value in zip(places, shown, strict=True):
            said = fault.message if value is None else text("“{value}”: {message}", value=value, message=fault.message)
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

    def table(self, table: str, fault: Fault, *, file: str = "", column: str = "") -> None:
        """A problem of a whole table or column."""
        self.problems.append(Problem(fault.code, fault.message, fault.remedy, "error", file, table, None, column))

    def _add(self, fault: Fault, said: Text, raw: Raw, file: str, row: int | None, heading: str) -> None:
        self.problems.append(Problem(fault.code, said, fault.remedy, "error", file, raw.table, row, heading))
