"""What a set of forms is made for, and the hidden sheet by which a returned one is known."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from attrs import asdict, field, frozen

from kaohe.model import Rubric, Rules
from kaohe.workbook import Book
from kaohe_office.messages import text
from kaohe_office.papers import Papers
from kaohe_office.returned import Grid

SHEET = "kaohe"
"""The hidden sheet that says what the form is."""


@frozen
class Mark:
    """What a form is: its scheme, year, institution and scorer, and the table it was made from."""

    scheme: str
    year: str
    rubric: str
    digest: str
    institution: str
    scorer: str


@frozen
class Past:
    """A result of last year, under a scheme; what is not known is empty."""

    scheme: str
    score: str | None
    grade: str | None

    def __str__(self) -> str:
        score = str(text("{points} points", points=self.score)) if self.score else ""
        grade = str(text("grade {grade}", grade=self.grade)) if self.grade else ""
        return f"{'、'.join(part for part in (score, grade) if part)} ({self.scheme})"


@frozen(kw_only=True)
class Issue:
    """One institution's forms: its table, its name, its past results, and the day by which they are due."""

    rules: Rules
    papers: Papers
    rubric: Rubric
    kind: str
    year: str
    institution: str = ""
    name: str = ""
    scorer: str = ""
    region: str = ""
    past: list[Past] = field(factory=list)

    @property
    def mark(self) -> Mark:
        """What the hidden sheet says."""
        return Mark(
            self.rules.scheme.scheme, self.year, self.rubric.rubric, digest(self.rubric), self.institution, self.scorer
        )

    @property
    def due(self) -> date | None:
        """The day by which the forms come back, where the document names one."""
        return due(self.rules, self.papers)


def due(rules: Rules, papers: Papers) -> date | None:
    """The day by which the forms come back, where the document names one."""
    days = [deadline.due for deadline in rules.scheme.calendar if deadline.step == papers.declaration.step]
    return next(iter(days), None)


def digest(rubric: Rubric) -> str:
    """A rubric as it is printed, in twelve characters: another one means that the table was changed."""
    printed = json.dumps(asdict(rubric), default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(printed.encode()).hexdigest()[:12]


def write(book: Book, mark: Mark) -> None:
    """Put the mark into the hidden sheet."""
    worksheet: Any = book.sheet(SHEET)
    for row, (name, value) in enumerate(asdict(mark).items()):
        worksheet.write_string(row, 0, name)
        worksheet.write_string(row, 1, value)
    worksheet.protect()
    worksheet.very_hidden()


def read(sheets: dict[str, Grid]) -> Mark | None:
    """What a returned workbook says that it is; None where it is no form."""
    if SHEET not in sheets:
        return None
    grid = sheets[SHEET]
    said = {grid.said((row, 0)): grid.said((row, 1)) for row in range(len(grid.rows))}
    try:
        return Mark(**said)
    except TypeError:
        return None
