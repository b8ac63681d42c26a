"""Faults at the place where they are: the rows of a dataset that have any, each cell with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import polars as pl
from attrs import field, frozen

from kaohe import Problem, Refused
from kaohe.dataset.raw import FILE, ROW, Raw
from kaohe.dataset.read import read
from kaohe_serve.problems import ProblemEntry, entries

MOST_ROWS = 60
"""Rows that are shown of one file; the others are listed only."""
UNSHOWN = ("staff",)
"""Tables of persons: their rows are not shown."""


@frozen
class Cell:
    """One cell: what stands there, and what is wrong with it."""

    value: str
    faults: list[ProblemEntry]


@frozen
class Row:
    """One row with a fault: its number, its cells, and what is wrong with it as a whole."""

    row: int
    cells: list[Cell]
    faults: list[ProblemEntry]


@frozen
class Place:
    """A file (or a sheet) with faulty rows, under its headings."""

    table: str
    file: str
    headings: list[str]
    rows: list[Row]
    further: int


@frozen
class Found:
    """Everything that was found: what can be shown at its place, and the rest in words."""

    places: list[Place] = field(factory=list)
    others: list[ProblemEntry] = field(factory=list)


def located(path: Path, problems: Sequence[Problem]) -> Found:
    """The problems of a dataset, where they are."""
    if not any(problem.row is not None for problem in problems):
        return Found([], entries(problems))
    try:
        raws, _, _ = read(path)
    except Refused:
        return Found([], entries(problems))
    places, others = [], []
    placed = sorted(problems, key=lambda problem: (problem.table, problem.file))
    for (table, file), group in groupby(placed, key=lambda problem: (problem.table, problem.file)):
        of_file = list(group)
        in_rows = [problem for problem in of_file if problem.row is not None]
        raw = raws.get(table)
        if raw is None or file not in raw.files or table in UNSHOWN or not in_rows:
            others += entries(of_file)
            continue
        others += entries(problem for problem in of_file if problem.row is None)
        places.append(_place(table, file, raw, in_rows))
    return Found(places, others)


def _place(table: str, file: str, raw: Raw, problems: Sequence[Problem]) -> Place:
    wanted = sorted({problem.row for problem in problems if problem.row is not None})
    chosen = pl.col(ROW).is_in(wanted[:MOST_ROWS]) & (pl.col(FILE) == raw.files.index(file))
    found = raw.frame.filter(chosen).collect().sort(ROW)
    headings = [name for name in found.columns if name not in (ROW, FILE)]
    rows = [_row(cells, headings, problems) for cells in found.to_dicts()]
    return Place(table, file, headings, rows, max(0, len(wanted) - MOST_ROWS))


def _row(cells: dict[str, object], headings: Sequence[str], problems: Iterable[Problem]) -> Row:
    own = [problem for problem in problems if problem.row == cells[ROW]]
    said = {heading: entries(problem for problem in own if problem.column == heading) for heading in headings}
    shown = [Cell("" if cells[name] is None else str(cells[name]), said[name]) for name in headings]
    return Row(int(str(cells[ROW])), shown, entries(problem for problem in own if problem.column not in said))
