"""The parts of the printed report: each a heading, words, a chart, a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from attrs import field, frozen
from markupsafe import Markup

from kaohe.accounts import ACCOUNTS, named
from kaohe.command.basis import basis_said
from kaohe.dataset import CONTRACT
from kaohe.letter import FundYear
from kaohe.messages import Text
from kaohe.store import left_open
from kaohe.values import value_said
from kaohe_office.messages import plural, text
from kaohe_office.report import charts
from kaohe_office.report.figures import Figures

MOST = 12
"""Clauses that are shown among the most frequent deductions."""


@frozen
class Table:
    """Headings and rows of texts; columns in `numbers` stand to the right. `widths`: of the columns, in hundredths."""

    headings: list[str]
    rows: list[list[str]]
    numbers: set[int] = field(factory=set)
    widths: list[int] = field(factory=list)


@frozen
class Section:
    """One part of the report."""

    title: str
    lead: list[str] = field(factory=list)
    charts: list[tuple[str, Markup]] = field(factory=list)
    tables: list[Table] = field(factory=list)


def sections(figures: Figures, progress: Callable[[Text], None]) -> Iterator[Section]:
    """Everything there is to say of the run, in the order in which it is read."""
    parts: list[Callable[[Figures], Section | None]] = [
        _summary, _distribution, _grades, _deductions, _districts, _regions, _money, _consequences, _open, _results,
    ]  # fmt: skip
    for done, part in enumerate(parts, 1):
        progress(step(done, len(parts)))
        made = part(figures)
        if made is not None:
            yield made


def step(done: int, steps: int) -> Text:
    """At which part of the report it is."""
    return text("writing the report, part {done} of {all}", done=done, all=steps)


def kind_named(kind: str) -> str:
    """A kind of institution, for people."""
    return CONTRACT["institutions"].columns["kind"].shown(kind)


def _summary(figures: Figures) -> Section:
    tables = [outcomes(figures), settings(figures)]
    return Section(str(text("Summary")), lead(figures), [], [table for table in tables if table is not None])


def lead(figures: Figures) -> list[str]:
    """By which scheme, from when to when, whether it is closed, and on which assumptions it rests."""
    about = figures.run.about
    values = {"scheme": about["scheme"], "first": about["from"], "last": about["to"]}
    said = [str(text("Scheme: {scheme}; from {first} to {last}", **values))]
    if about["closed"]:
        said.append(str(text("Closed on {day}", day=about["closed"])))
    assumed = [entry for entry in figures.parameters.values() if entry["given"] and entry["provenance"] == "assumption"]
    return said + [
        str(text("Rests on an assumption, not on a published value: {name}", name=entry["name"])) for entry in assumed
    ]


def outcomes(figures: Figures) -> Table:
    """How many institutions have a result, and of what state."""
    rows = [[figures.states.get(status, status), str(number)] for status, number in figures.statuses().items()]
    exempt = len(figures.run.rows("exempt"))
    if exempt:
        rows.append([str(text("not assessed by a table of their own")), str(exempt)])
    return Table([str(text("Results")), str(text("Institutions"))], rows, {1})


def settings(figures: Figures) -> Table | None:
    """The parameters that were given, the readings that were chosen, and where each comes from."""
    rows = [
        [str(entry["name"]), str(entry["option"] or value_said(entry["value"])), str(entry["source"] or "")]
        for entry in figures.parameters.values()
        if entry["value"] is not None and (entry["reading"] or entry["given"])
    ]
    return Table([str(text("Parameter")), str(text("Value")), str(text("Source"))], rows) if rows else None


def _distribution(figures: Figures) -> Section | None:
    found = []
    for kind in figures.kinds():
        bins = figures.distribution(kind)
        if bins:
            last = bins[-1][0]
            named_bins = [(f"{low}–" + (f"{low + 5}" if low == last else ""), number) for low, number in bins]
            title = text(
                "{kind}: institutions by score, each band from its first value to below the next", kind=kind_named(kind)
            )
            found.append((str(title), charts.histogram(str(title), named_bins)))
    return Section(str(text("Distribution of scores")), [], found) if found else None


def _grades(figures: Figures) -> Section | None:
    table = grades(figures)
    if table is None:
        return None
    classes, found = figures.grades()
    title = str(text("Grades"))
    rows = {kind_named(kind): numbers for kind, numbers in found.items()}
    return Section(title, [], [(title, charts.stacked(title, classes, rows))], [table])


def grades(figures: Figures) -> Table | None:
    """How many institutions of each kind have each grade; None where nobody has one."""
    classes, found = figures.grades()
    if len(classes) == 1:
        return None
    rows = [
        [kind_named(kind), *map(str, numbers.values()), str(sum(numbers.values()))] for kind, numbers in found.items()
    ]
    return Table([str(text("Kind")), *classes, str(text("Total"))], rows, set(range(1, len(classes) + 2)))


def _deductions(figures: Figures) -> Section | None:
    found = figures.deductions(MOST)
    if not found:
        return None
    title = str(text("The most frequent deductions"))
    bars = [(entry.place, entry.institutions, _institutions(entry.institutions)) for entry in found]
    headings = [text("Clause"), text("Words"), text("Institutions"), text("Points taken")]
    rows = [[entry.place, entry.words, str(entry.institutions), f"{entry.points.normalize():f}"] for entry in found]
    return Section(title, [], [(title, charts.bars(title, bars))], [Table(list(map(str, headings)), rows, {2, 3})])


def _institutions(number: int) -> str:
    return str(plural(number, "{n} institution", "{n} institutions"))


def _districts(figures: Figures) -> Section | None:
    found = figures.spreads()
    if len({spread.scorer for spread in found}) < 2:
        return None
    title = str(text("Scorers against each other"))
    lead = [str(text("The lowest, mean (mark) and highest score that each gave; the mean is rounded for reading."))]
    pictures, rows = [], []
    for kind in dict.fromkeys(spread.kind for spread in found):
        own = [spread for spread in found if spread.kind == kind]
        lines = [(spread.scorer, spread.low, spread.mean, spread.high) for spread in own]
        pictures.append((kind_named(kind), charts.ranges(kind_named(kind), lines)))
        rows += [
            [kind_named(kind), s.scorer, str(s.sheets), f"{s.low:.2f}", f"{s.mean:.2f}", f"{s.high:.2f}"] for s in own
        ]
    headings = [text("Kind"), text("Scorer"), text("Sheets"), text("lowest"), text("mean"), text("highest")]
    return Section(title, lead, pictures, [Table(list(map(str, headings)), rows, {2, 3, 4, 5})])


def _regions(figures: Figures) -> Section | None:
    """Budgets as they flowed to the regions, and who bears each overspend."""
    if not figures.regions:
        return None
    pictures = []
    for fund in dict.fromkeys(year.fund for told in figures.regions for year in told.funds):
        flows = {
            str(text("{fund}: budgets", fund=fund)): budgets(figures, fund),
            str(text("{fund}: who bears the overspend", fund=fund)): borne(figures, fund),
        }
        pictures += [(title, charts.flows(title, links)) for title, links in flows.items() if links]
    return Section(str(text("Budgets and overspends, in yuan")), [], pictures, [regions(figures)])


def regions(figures: Figures) -> Table:
    """Each region's budget and overspend in each fund, and who bears it."""
    headings = [
        text("Fund"), text("Region"), text("Budget"), text("Overspend"), text("covered"), text("borne by the region"),
        text("Left of the budget"),
    ]  # fmt: skip
    rows = [
        [fund, name, *(f"{amount:,.2f}" for amount in _amounts(year))]
        for fund in dict.fromkeys(year.fund for told in figures.regions for year in told.funds)
        for name, year in _years(figures, fund)
    ]
    return Table(list(map(str, headings)), rows, {2, 3, 4, 5, 6})


def _years(figures: Figures, fund: str) -> Iterator[tuple[str, FundYear]]:
    """Each region's name and year under a fund."""
    for told in figures.regions:
        for year in told.funds:
            if year.fund == fund:
                yield told.name or told.region, year


def _amounts(year: FundYear) -> list[Decimal]:
    covered = sum((cover.amount for cover in year.covers), Decimal(0))
    return [_budget(year), year.overspend, covered, year.shared, year.unused]


def _budget(year: FundYear) -> Decimal:
    return next((step.amount for step in year.steps if step.step == "budget"), Decimal(0))


def budgets(figures: Figures, fund: str) -> list[tuple[str, str, Decimal]]:
    """From the fund's budget to each region and the reserve."""
    years = list(_years(figures, fund))
    links = [(str(text("budget")), name, _budget(year)) for name, year in years]
    reserve = next((abs(step.amount) for _, year in years for step in year.whole if step.step == "reserve"), Decimal(0))
    links.append((str(text("budget")), named(ACCOUNTS, "reserve"), reserve))
    return [link for link in links if link[2]]


def borne(figures: Figures, fund: str) -> list[tuple[str, str, Decimal]]:
    """From each source to the regions whose overspend it bears."""
    return [
        (named(ACCOUNTS, cover.source), name, cover.amount)
        for name, year in _years(figures, fund)
        for cover in year.covers
        if cover.amount
    ]


def balances(figures: Figures) -> Table | None:
    """What stands on each account of each fund."""
    rows = [[fund, named(ACCOUNTS, account), f"{amount:,.2f}"] for fund, account, amount in figures.balances()]
    headings = [str(text("Fund")), str(text("Account")), str(text("yuan, debit positive"))]
    return Table(headings, rows, {2}) if rows else None


def _money(figures: Figures) -> Section | None:
    table = balances(figures)
    if table is None:
        return None
    title = str(text("Money between accounts"))
    links = [
        (named(ACCOUNTS, source), named(ACCOUNTS, target), amount) for source, target, amount in figures.movements()
    ]
    pictures = [] if figures.regions or not links else [(title, charts.flows(title, links))]
    return Section(str(text("The journal")), [], pictures, [table])


def _consequences(figures: Figures) -> Section | None:
    found = figures.run.rows("consequences")
    if not found:
        return None
    headings = [text("Institution"), text("Name"), text("Consequence"), text("Article"), text("By")]
    rows = [
        [
            row["institution"], figures.institutions.get(row["institution"], ""),
            figures.consequences.get(row["consequence"], row["consequence"]), row["article"], row["due"] or "",
        ]
        for row in found
    ]  # fmt: skip
    return Section(str(text("Consequences")), [], [], [Table(list(map(str, headings)), rows)])


def _open(figures: Figures) -> Section | None:
    found = [row for row in left_open(figures.run) if row["severity"] != "error"]
    if not found:
        return None
    rows = [[row["message"], row["remedy"] or ""] for row in found]
    table = Table([str(text("Left open")), str(text("What to do"))], rows)
    return Section(str(text("Left open")), [], [], [table])


def result_row(figures: Figures, row: Any) -> list[str]:
    """A result, for people: code, name, kind, score or its range, rank, grade, status, basis."""
    ends = [row["score"]] if row["score"] is not None else [row["low"], row["high"]]
    score = "–".join(aligned(end) for end in ends if end is not None)
    basis = str(text("; ")).join(basis_said(code, figures.parameters) for code in (row["basis"] or "").split())
    return [
        row["institution"], figures.institutions.get(row["institution"], ""), kind_named(row["kind"]), score,
        "" if row["rank"] is None else str(row["rank"]), row["grade"] or "–",
        figures.states.get(row["status"], row["status"]), basis,
    ]  # fmt: skip


def aligned(points: str) -> str:
    """Points with two decimals at least, so that a column of them can be read."""
    exact = Decimal(points)
    return f"{exact:f}" if exact != round(exact, 2) else f"{exact:.2f}"


def result_headings() -> list[str]:
    """The headings of results."""
    said = [text("Institution"), text("Name"), text("Kind"), text("Score"), text("Rank"), text("Grade"), text("State")]
    return [*map(str, said), str(text("Basis"))]


def _results(figures: Figures) -> Section:
    rows = [result_row(figures, row)[:7] for row in figures.results]
    return Section(str(text("Results")), [], [], [Table(result_headings()[:7], rows, {3, 4})])
