"""Raw tables into a checked dataset: every fault of every table at once, before anything is computed.

What can be said of a row by itself is a rule, and all rules of a table are counted in one pass over it. What needs
other rows (keys, codes of other tables, sums) follows where the tables could be read. Nothing of a table that lies
in files is held.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl
from attrs import define, field

from kaohe.dataset import bounds
from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.findings import Fault, Findings, Rule
from kaohe.dataset.keys import duplicates
from kaohe.dataset.model import Dataset
from kaohe.dataset.raw import Raw
from kaohe.dataset.records import RECORDS, Records, Year
from kaohe.dataset.references import References
from kaohe.dataset.typed import Typed, typed
from kaohe.messages import text
from kaohe.model import Fact, Needs
from kaohe.problems import Problem, errors

IN_ORDER = (
    ("institutions", "active_from", "active_to"),
    ("agreements", "from", "to"),
    ("events", "date", "handled"),
    ("investigations", "opened", "closed"),
    ("appeals", "filed", "answered"),
)


def check(
    raws: Mapping[str, Raw],
    files: Mapping[str, str],
    name: str,
    facts: Mapping[str, Fact],
    needs: Needs,
    unreadable: Collection[str] = (),
) -> tuple[Dataset | None, list[Problem]]:
    """The checked dataset, without the tables that have errors, and everything that was found.

    None where it cannot even be said which year it is about.
    `name` is the dataset's where it does not give itself one; `files` are kept with it. `unreadable`: tables of
    which it has been said already that they cannot be read.
    """
    checking = _Check(facts)
    for table in needs.tables:
        if table not in raws and table not in unreadable:
            message = text("the table “{table}” ({title}) is missing", table=table, title=CONTRACT[table])
            fault = Fault("table", message, text("add it; with headings only where nothing happened"))
            checking.findings.table(table, fault)
    for table, raw in raws.items():
        checking.tables[table] = typed(raw, facts, needs.columns.get(table, {}), checking.findings)
    of_year = Findings()
    year = checking.year(of_year, unreadable)
    checking.dates()
    checking.measures(year)
    checking.rows()
    checking.findings.problems += of_year.problems
    served = None if "served" in checking.faulty else checking.tables.get("served")
    References(checking.tables, checking.records, served, checking.findings).check()
    problems = checking.findings.problems
    faulty = frozenset(problem.table for problem in errors(problems))
    if year is None or "dataset" in faulty:
        return None, problems
    tables = {table: typed for table, typed in checking.tables.items() if table not in faulty | {"dataset"}}
    frames = {table: checking.frame(table) for table in tables}
    if "institutions" in needs.tables and "institutions" in frames:
        problems += _nobody(frames["institutions"])
    own_name = checking.tables["dataset"].frame.select("name").collect().item()
    return Dataset(own_name or name, *year, frames, files, faulty, tables), problems


def _nobody(institutions: pl.LazyFrame) -> list[Problem]:
    """That a dataset has nobody to assess, as a workbook has that was not filled in."""
    if institutions.select(pl.len()).collect().item():
        return []
    message = text("the table “{table}” has no row: there is nobody to assess", table=CONTRACT["institutions"])
    return [Problem("empty", message, text("fill it in"), "warning", table="institutions")]


@define
class _Check:
    """One check of one dataset against a vocabulary; what it finds between the tables.

    `faulty`: tables with rows that break a rule.
    """

    facts: Mapping[str, Fact]
    findings: Findings = field(factory=Findings)
    tables: dict[str, Typed] = field(factory=dict)
    records: dict[str, Records] = field(factory=dict)
    faulty: set[str] = field(factory=set)

    def year(self, findings: Findings, unreadable: Collection[str]) -> Year | None:
        """The first and last day that the dataset covers."""
        remedy = text("say in the table “dataset” (dataset.toml in a folder): name, from, to")
        if "dataset" not in self.tables:
            if "dataset" not in unreadable:
                findings.table("dataset", Fault("table", text("the assessment year is not given"), remedy))
            return None
        table = self.tables["dataset"]
        file = table.raw.files[0]
        if not {"from", "to"} <= table.names.keys():
            return None
        try:
            rows = table.frame.select("from", "to").collect().rows()
        except pl.exceptions.PolarsError:
            return None  # as is said when the table's turn comes
        if len(rows) != 1:
            message = text("the table “dataset” must have exactly one row")
            findings.table("dataset", Fault("dataset", message, remedy), file=file)
            return None
        begins, ends = rows[0]
        if begins is None or ends is None:
            return None
        if ends < begins:
            message = text("the year ends ({ends}) before it begins ({begins})", begins=begins, ends=ends)
            findings.table("dataset", Fault("dataset", message, text("correct the dates")), file=file)
            return None
        return begins, ends

    def dates(self) -> None:
        """Pairs of dates of which the second cannot come before the first."""
        for name, first, second in IN_ORDER:
            if name in self.tables:
                table = self.tables[name]
                message = text("this is before the date under “{first}”", first=table.heading(first))
                fault = Fault("order", message, text("correct one of the two"))
                wrong = pl.col(second) < pl.col(first)
                table.rules.append(Rule(fault, wrong, table.heading(second), pl.col(second)))

    def measures(self, year: Year | None) -> None:
        """Events and metrics of the right facts, at the right time."""
        for name in (name for name in RECORDS if name in self.tables):
            table = self.tables[name]
            self.records[name] = Records.of(table, self.facts)
            if year is not None:
                table.rules += self.records[name].rules(year)

    def rows(self) -> None:
        """Every table by itself; one whose file turns out to be damaged is left out from then on."""
        for name, table in list(self.tables.items()):
            before = len(self.findings.problems)
            table.totals |= bounds.totals(table)
            totals = table.tally(self.findings)
            if len(self.findings.problems) > before:
                self.faulty.add(name)
            if totals is None:
                del self.tables[name]
                self.records.pop(name, None)
                continue
            duplicates(table, self.findings)
            bounds.broken(table, totals, self.findings)

    def frame(self, name: str) -> pl.LazyFrame:
        """A table as the dataset holds it."""
        frame = self.records[name].frame() if name in self.records else self.tables[name].frame
        return frame.collect().lazy() if self.tables[name].raw.held else frame
