"""The year's dataset with what the forms say: self-scores, staff, declarations and materials, each taken once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from kaohe.dataset import CONTRACT
from kaohe.messages import language
from kaohe.model import Column
from kaohe.store.tables import input_text
from kaohe.workbook import Book
from kaohe.workbook import Column as Listed
from kaohe_office.forms.incoming import Collected, Returned
from kaohe_office.forms.issue import due
from kaohe_office.forms.outgoing import Register
from kaohe_office.messages import text

MATERIALS = "materials"
REPLACED = {"marks": ("institution", "scorer"), "staff": ("institution",), "steps": ("institution", "step")}
"""The columns by which what a form says takes the place of what the dataset held."""


def tables(register: Register, collected: Collected, *, closed: bool) -> dict[str, pl.DataFrame]:
    """Every table of the dataset as text, with the rows of the returns that are taken in the place of older ones.

    `closed`: whoever returned nothing has not declared: a row without a date.
    """
    dataset = register.dataset
    found = {name: input_text(name, frame.collect()) for name, frame in dataset.tables.items() if name != "dataset"}
    steps = _steps(register, collected.taken) + (_undeclared(register, collected) if closed else [])
    new = {"marks": _marks(collected.taken), "steps": steps, "staff": _staff(collected.taken)}
    for name, rows in new.items():
        columns = dict.fromkeys(CONTRACT[name].columns, pl.String)
        added = pl.DataFrame(rows, schema=dict.fromkeys([*columns, *(key for row in rows for key in row)], pl.String))
        if added.is_empty():
            continue
        held = found.get(name, pl.DataFrame(schema=columns)).select(pl.all().cast(pl.String))
        gone = added.select(REPLACED[name]).unique()
        kept = held.join(gone, on=list(REPLACED[name]), how="anti")
        found[name] = pl.concat([kept, added], how="diagonal")
    return found


def _marks(taken: Iterable[Returned]) -> list[dict[str, str]]:
    rows = []
    for one in taken:
        for item, points in one.scores.points.items():
            rows.append(
                {
                    "institution": one.institution,
                    "scorer": one.issue.scorer if one.issue else "",
                    "item": item,
                    "points": f"{points.normalize():f}",
                    "by": one.scores.by,
                    "evidence": one.scores.evidence.get(item, ""),
                    str(text("Stated facts")): one.scores.facts.get(item, ""),
                }
            )
    return rows


def _staff(taken: Iterable[Returned]) -> list[dict[str, str]]:
    return [
        {"institution": one.institution, "number": str(person.number), **person.values}
        for one in taken
        for person in one.people
    ]


def _steps(register: Register, taken: Iterable[Returned]) -> list[dict[str, str]]:
    """The declaration on the day it came in, and the materials where there is a checklist: done when whole."""
    rows = []
    for one in taken:
        papers = one.issue.papers if one.issue else None
        if papers is None or one.received is None:
            continue
        known = {"institution": one.institution, "done": one.received.isoformat()}
        if papers.declaration.step:
            day = due(register.rules, papers)
            vetoes = "、".join(one.scores.vetoes)
            outcome = str(text("names vetoes of itself: {vetoes}", vetoes=vetoes)) if vetoes else ""
            rows.append({**known, "step": papers.declaration.step, "due": str(day or ""), "outcome": outcome})
        if papers.materials is not None:
            left = "、".join(one.checklist.open)
            outcome = str(text("not handed in: {numbers}", numbers=left)) if left else ""
            rows.append({**known, "step": MATERIALS, "outcome": outcome, **({"done": ""} if left else {})})
    return rows


def _undeclared(register: Register, collected: Collected) -> list[dict[str, str]]:
    return [
        {"institution": issue.institution, "step": step, "due": str(due(register.rules, issue.papers) or "")}
        for issue in collected.missing
        if (step := issue.papers.declaration.step)
    ]


def write(book: Book, register: Register, found: Mapping[str, pl.DataFrame]) -> None:
    """The dataset as a workbook, a sheet a table, in the words of the language; raises Refused where it is too long."""
    dataset = register.dataset
    about = {"name": dataset.name, "from": str(dataset.begins), "to": str(dataset.ends), "currency": "CNY"}
    _sheet(book, "dataset", pl.DataFrame({name: [value] for name, value in about.items()}), {})
    needs = register.rules.scheme.needs.columns
    for name, frame in found.items():
        _sheet(book, name, frame, needs.get(name, {}))


def _sheet(book: Book, name: str, frame: pl.DataFrame, more: Mapping[str, Column]) -> None:
    columns = {**CONTRACT[name].columns, **more}
    headings = [Listed(str(columns.get(heading, heading)), 14) for heading in frame.columns]
    book.listed(str(CONTRACT[name]), headings, frame.select(_shown(frame[n], columns.get(n)) for n in frame.columns))


def _shown(values: pl.Series, column: Column | None) -> pl.Series:
    """Coded values by their Chinese names, where Chinese is spoken: a reader of datasets takes either."""
    values = values.cast(pl.String)
    if column is None or not column.values or language() == "en":
        return values
    coded = values.unique().drop_nulls()
    named = ["、".join(column.values.get(part, part) for part in value.split(";")) for value in coded]
    return values.replace(coded, pl.Series(named, dtype=pl.String))
