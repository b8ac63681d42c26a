"""Problems are values: collected, shown together, kept in the run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import frozen

from kaohe.messages import Text, text

Severity = Literal["error", "warning", "note"]


@frozen
class Problem:
    """One fault or remark: what, where, and what to do about it.

    `file` is what the user handed in (a file, a sheet), `table` our name for it, `row` the row as a
    spreadsheet numbers it (the heading is row 1), `key` the place in a rule file.
    """

    code: str
    message: Text
    remedy: Text | None = None
    severity: Severity = "error"
    file: str = ""
    table: str = ""
    row: int | None = None
    column: str = ""
    key: str = ""

    @property
    def place(self) -> str:
        """Where it is: file, row, column or key, as far as they apply; nothing where no file is meant."""
        place = self.file
        for part in (
            text("row {row}", row=self.row) if self.row is not None else None,
            text("column {column}", column=self.column) if self.column else None,
            text("key {key}", key=self.key) if self.key else None,
        ):
            if place and part is not None:
                place = str(text("{place}, {part}", place=place, part=part))
        return place

    def __str__(self) -> str:
        line = str(self.message)
        if self.place:
            line = str(text("{place}: {message}", place=self.place, message=line))
        return line if self.remedy is None else str(text("{fault} → {remedy}", fault=line, remedy=self.remedy))


class Refused(Exception):
    """The data or the rules have faults; `problems` holds all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[Refused], tuple[list[Problem]]]:
        """How it is handed from one process to another: with its problems."""
        return Refused, (self.problems,)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that forbid going on."""
    return [problem for problem in problems if problem.severity == "error"]


def refuse_errors(problems: Iterable[Problem]) -> None:
    """Raise `Refused` with all problems if any of them is an error."""
    found = list(problems)
    if errors(found):
        raise Refused(found)
