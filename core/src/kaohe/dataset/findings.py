"""Collects what is wrong with a table: rows of a mask become problems with file, row and column."""

from __future__ import annotations

import polars as pl
from attrs import define, field

from kaohe.dataset.read import FILE, ROW, Raw
from kaohe.messages import Text, plural, text
from kaohe.problems import Problem, Severity

LISTED = 100
"""Faults of one kind in one column that are listed one by one; the others are counted."""


@define
class Findings:
    """The problems found so far."""

    problems: list[Problem] = field(factory=list)

    def rows(
        self, raw: Raw, wrong: pl.Series, code: str, message: Text, remedy: Text | None = None, *,
        heading: str = "", severity: Severity = "error", values: pl.Series | None = None,
    ) -> None:  # fmt: skip
        """A problem for each row where `wrong` is true, with the row's value before the message."""
        positions = wrong.fill_null(False).arg_true()
        if not len(positions):
            return
        first = positions.head(LISTED)
        places = raw.frame.select(FILE, ROW)[first.to_list()].rows()
        shown = values.gather(first).to_list() if values is not None else [None] * len(first)
        for (file, row), value in zip(places, shown, strict=True):
            said = message if value is None else text("“{value}”: {message}", value=value, message=message)
            self.problems.append(Problem(code, said, remedy, severity, raw.files[file], raw.table, row, heading))
        if more := len(positions) - len(first):
            said = plural(more, "{n} more row like these: {message}", "{n} more rows like these: {message}", message=message)
            self.problems.append(Problem(code, said, remedy, severity, raw.files[0], raw.table, None, heading))

    def table(self, name: str, code: str, message: Text, remedy: Text | None = None, *, file: str = "",
              column: str = "", severity: Severity = "error") -> None:  # fmt: skip
        """A problem of a whole table or column."""
        self.problems.append(Problem(code, message, remedy, severity, file, name, None, column))
