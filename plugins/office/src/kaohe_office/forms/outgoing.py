"""Forms out: a workbook for each institution that a table assesses, or one for each table without a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
from attrs import evolve, frozen

from kaohe.compute import exempted
from kaohe.dataset import Dataset
from kaohe.messages import Text
from kaohe.model import Rules, points
from kaohe.plugin.manager import City
from kaohe.problems import Problem, Refused
from kaohe.run import open_dataset
from kaohe.workbook import Book
from kaohe_office.files import file_name, new_folder
from kaohe_office.forms import issue, materials, roster, scores
from kaohe_office.forms.issue import Issue, Past
from kaohe_office.messages import text
from kaohe_office.papers import Papers

SELF = ("self", "agency")
"""Roles of scorers under which an institution marks itself."""


@frozen(eq=False)
class Register:
    """A year's institutions that a table assesses, and what their forms are made for."""

    dataset: Dataset
    rules: Rules
    issues: dict[str, Issue]


def register(path: Path, rules: Rules, city: City, papers: Papers) -> Register:
    """The institutions of a dataset that need not hold the year's facts yet; raises Refused with its faults."""
    _refuse_without_tables(rules)
    needs = evolve(rules.scheme.needs, tables=["institutions"])
    dataset, problems = open_dataset(path, evolve(rules, scheme=evolve(rules.scheme, needs=needs)), city)
    if dataset is None:
        raise Refused(problems)
    left_out = set(exempted(dataset, rules, city)["institution"])
    past = _past(dataset)
    scorers = _scorers(dataset)
    issues = {}
    for row in dataset.tables["institutions"].sort("institution").collect().rows(named=True):
        code, kind = row["institution"], row["kind"]
        if kind in rules.kinds and code not in left_out:
            issues[code] = Issue(
                rules=rules,
                papers=papers,
                rubric=rules.rubrics[rules.kinds[kind]],
                kind=kind,
                year=dataset.year,
                institution=code,
                name=row["name"],
                scorer=scorers.get(row["region"] or "") or scorers.get("", ""),
                region=row["region"] or "",
                past=past.get(code, []),
            )
    if not issues:
        message = text("no institution of the dataset is assessed by a table of {scheme}", scheme=rules.scheme.scheme)
        remedy = text("look at the kinds of institution, and at the plan")
        raise Refused([Problem("forms", message, remedy, file=str(path))])
    return Register(dataset, rules, issues)


def _refuse_without_tables(rules: Rules) -> None:
    if not rules.rubrics:
        message = text("{scheme} has no table to print", scheme=rules.scheme.scheme)
        remedy = text("give the year's plan (--plan FILE), if the scheme has one")
        raise Refused([Problem("forms", message, remedy)])


def _past(dataset: Dataset) -> dict[str, list[Past]]:
    """Last year's results of each institution."""
    history = dataset.held("history")
    found: dict[str, list[Past]] = {}
    if history is None:
        return found
    last = history.filter(pl.col("year") == str(dataset.begins.year - 1)).sort("institution", "scheme")
    for row in last.rows(named=True):
        score = None if row["score"] is None else f"{points(row['score'])}"
        found.setdefault(row["institution"], []).append(Past(row["scheme"], score, row["grade"]))
    return found


def _scorers(dataset: Dataset) -> dict[str, str]:
    """The scorer under which an institution's own marks stand, by region; without a region, of all."""
    table = dataset.held("scorers")
    if table is None:
        return {}
    for role in SELF:
        own = table.filter(pl.col("role") == role).sort("scorer")
        if len(own):
            return {row["region"] or "": row["scorer"] for row in own.rows(named=True)}
    return {}


def blank(rules: Rules, papers: Papers) -> list[Issue]:
    """Forms without a name, one for each table of the scheme; raises Refused where it has none."""
    _refuse_without_tables(rules)
    year = str(rules.scheme.begins.year) if rules.scheme.begins else ""
    return [
        Issue(rules=rules, papers=papers, rubric=rubric, kind=rubric.kind, year=year)
        for rubric in rules.rubrics.values()
    ]


def write(issues: list[Issue], folder: Path, progress: Callable[[Text], None]) -> list[str]:
    """Write the forms into a new or empty folder, all or none, and return their names; raises Refused."""
    named = dict(_named(issues))
    with new_folder(folder) as draft:
        for done, (name, issued) in enumerate(named.items(), 1):
            progress(text("writing form {done} of {all}", done=done, all=len(issues)))
            write_one(issued, draft / name)
    return list(named)


def write_one(issued: Issue, target: Path, room: int = roster.ROOM) -> None:
    """Write one form, with so many lines for the staff."""
    book, papers = Book(target), issued.papers
    scores.write(book, issued)
    if papers.roster is not None:
        roster.write(book, issued, papers.roster, room)
    if papers.materials is not None:
        materials.write(book, issued, papers.materials)
    issue.write(book, issued.mark)
    book.close()


def _named(issues: list[Issue]) -> Iterator[tuple[str, Issue]]:
    """The file name of each: code and name, or the table's, without what a file system does not take."""
    for issued in issues:
        whose = (issued.institution, issued.name) if issued.institution else (issued.rubric.annex, issued.rubric.name)
        said = " ".join(map(str, whose))
        yield file_name(said, ".xlsx"), issued
