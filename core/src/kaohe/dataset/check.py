"""Raw tables into a checked dataset: every fault of every table at once, before anything is computed.

What can be said of a row by itself is a rule, and all rules of a table are counted in one pass over it. What needs
other rows (keys, codes of other tables, sums) follows where the tables could be read. Nothing of a table that lies
in files is held.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

import polars as pl
from attrs import define, field

from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.findings import Fault, Findings, Rule, collected
from kaohe.dataset.keys import duplicates
from kaohe.dataset.model import Dataset
from kaohe.dataset.raw import Raw
from kaohe.dataset.typed import Typed, typed
from kaohe.messages import listing, text
from kaohe.model import UNITS_PER_POINT, Fact, Needs
from kaohe.problems import Problem, errors

MOST_CASES = 10**11
"""All cases of a dataset together; times the most points of a clause they stay within 64 bits."""

MOST_COMPARED, MOST_OF_ONE = 10**9, 10**6
"""All denominators of a period together, and an institution's, of a share that is compared with peers."""

IN_ORDER = (
    ("institutions", "active_from", "active_to"),
    ("agreements", "from", "to"),
    ("events", "date", "handled"),
    ("investigations", "opened", "closed"),
)

Year = tuple[date, date]


def check(
    raws: Mapping[str, Raw],
    files: Mapping[str, str],
    name: str,
    facts: Mapping[str, Fact],
    needs: Needs,
    unreadable: Collection[str] = (),
) -> tuple[Dataset | None, list[Problem]]:
    """The checked dataset, or None where there are errors, and everything that was found.

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
    year = None if "dataset" in unreadable else checking.year()
    checking.dates()
    if year is not None:
        checking.events(year)
        checking.metrics(year)
    checking.rows()
    checking.references()
    checking.sheets()
    problems = checking.findings.problems
    if year is None or errors(problems):
        return None, problems
    frames = {table: checking.frame(table) for table in checking.tables if table != "dataset"}
    own_name = checking.tables["dataset"].frame.select("name").collect().item()
    return Dataset(own_name or name, *year, frames, files), problems


@define
class _Check:
    """One check of one dataset against a vocabulary; what it finds between the tables.

    `faulty`: tables with rows that break a rule.
    """

    facts: Mapping[str, Fact]
    findings: Findings = field(factory=Findings)
    tables: dict[str, Typed] = field(factory=dict)
    faulty: set[str] = field(factory=set)

    def year(self) -> Year | None:
        """The first and last day that the dataset covers."""
        remedy = text("say in the table “dataset” (dataset.toml in a folder): name, from, to")
        if "dataset" not in self.tables:
            self.findings.table("dataset", Fault("table", text("the assessment year is not given"), remedy))
            return None
        table = self.tables["dataset"]
        file = table.raw.files[0]
        if not {"from", "to"} <= table.names.keys():
            return None
        rows = table.frame.select("from", "to").collect().rows()
        if len(rows) != 1:
            message = text("the table “dataset” must have exactly one row")
            self.findings.table("dataset", Fault("dataset", message, remedy), file=file)
            return None
        begins, ends = rows[0]
        if begins is None or ends is None:
            return None
        if ends < begins:
            message = text("the year ends ({ends}) before it begins ({begins})", begins=begins, ends=ends)
            self.findings.table("dataset", Fault("dataset", message, text("correct the dates")), file=file)
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

    def events(self, year: Year) -> None:
        """Events of the right facts, placed within the year by the date they were handled, or happened."""
        if "events" not in self.tables:
            return
        table = self.tables["events"]
        self._declared(table)
        begins, ends = year
        placed, handled = pl.coalesce("handled", "date"), pl.col("handled").is_not_null()
        outside = (placed < begins) | ((placed > ends) & ~self._of(lambda fact: fact.period == "assessment"))
        message = text("this is outside the assessment year, {begins} to {ends}", begins=begins, ends=ends)
        fault = Fault("year", message, text("correct the date, or move the event to the year it belongs to"))
        table.rules.append(Rule(fault, outside & handled, table.heading("handled"), placed))
        table.rules.append(Rule(fault, outside & ~handled, table.heading("date"), placed))
        table.totals["cases"] = pl.col("count").fill_null(1).sum()

    def metrics(self, year: Year) -> None:
        """Metrics of the right facts, periods and numbers."""
        if "metrics" not in self.tables:
            return
        table = self.tables["metrics"]
        self._declared(table)
        for column, wrong, fault in self._metric_faults(table, year):
            table.rules.append(Rule(fault, wrong, table.heading(column), table.shown(column)))

    def rows(self) -> None:
        """Every table by itself; one whose file turns out to be damaged is left out from then on."""
        for name, table in list(self.tables.items()):
            before = len(self.findings.problems)
            totals = table.tally(self.findings)
            if len(self.findings.problems) > before:
                self.faulty.add(name)
            if totals is None:
                del self.tables[name]
                continue
            duplicates(table, self.findings)
            if (cases := totals.get("cases", 0)) > MOST_CASES:
                message = text("{total} cases are more than {most}", total=cases, most=MOST_CASES)
                fault = Fault("bound", message, text("split the dataset"))
                self.findings.table(name, fault, file=table.raw.files[0])
            if name == "metrics":
                self._compared(table)

    def references(self) -> None:
        """Codes that must stand in another table."""
        for table in self.tables.values():
            for name, column in CONTRACT[table.raw.table].columns.items():
                if column.refers in self.tables and name in table.names:
                    title = CONTRACT[column.refers]
                    message = text("this is not in the table “{table}” ({title})", table=column.refers, title=title)
                    fault = Fault("unknown", message, text("correct it, or add it there"))
                    given = table.rows.filter(pl.col(name).is_not_null())
                    rows = given.join(self._known(column.refers, name), on=name, how="anti")
                    held = self._held(table.raw.table, column.refers)
                    self.findings.rows(table.raw, rows, fault, table.heading(name), pl.col(name), held=held)

    def sheets(self) -> None:
        """A scorer that serves nobody of an institution has no sheet on which its facts would count."""
        if "served" not in self.tables or "served" in self.faulty:
            return  # its own faults come first
        key = ["institution", "scorer"]
        served = self.tables["served"].rows.filter(pl.col("persons") > 0).select(key)
        remedy = text("correct it, or add the persons to the table “served” ({title})", title=CONTRACT["served"])
        fault = Fault("scorer", text("this scorer serves nobody of this institution"), remedy)
        anybody = self._of(lambda fact: fact.scope == "any")
        for name in ("events", "metrics"):
            if name in self.tables:
                table = self.tables[name]
                named = table.rows.filter(pl.col("institution").is_not_null(), pl.col("scorer").is_not_null(), ~anybody)
                rows = named.join(served, on=key, how="anti")
                others = [f"{code}s" for code in key if f"{code}s" in self.tables]
                for other, code in zip(others, key, strict=False):
                    # a code that is not there has been complained of
                    rows = rows.join(self._known(other, code), on=code, how="semi")
                held = self._held(name, "served", *others)
                self.findings.rows(table.raw, rows, fault, table.heading("scorer"), pl.col("scorer"), held=held)

    def frame(self, name: str) -> pl.LazyFrame:
        """A table as the dataset holds it: a blank count is one case, a blank status confirmed.

        Of metrics only ratios have a denominator, and only they are in ten-thousandths.
        """
        table = self.tables[name]
        frame = table.frame
        if name == "events":
            frame = frame.with_columns(pl.col("count").fill_null(1), pl.col("status").fill_null("confirmed"))
        if name == "metrics":
            ratio = self._of(lambda fact: fact.measure in ("share", "ratio"))
            frame = frame.with_columns(
                numerator=pl.when(ratio).then("numerator").otherwise(pl.col("numerator") // UNITS_PER_POINT),
                denominator=pl.when(ratio).then(pl.col("denominator").fill_null(UNITS_PER_POINT)),
                status=pl.col("status").fill_null("confirmed"),
            )
        return frame.collect().lazy() if table.raw.held else frame

    def _known(self, table: str, name: str) -> pl.LazyFrame:
        """The codes that stand in a table, as a column of this name."""
        return self.tables[table].rows.select(pl.col(CONTRACT[table].key[0]).alias(name)).drop_nulls()

    def _held(self, *tables: str) -> bool:
        return all(self.tables[table].raw.held for table in tables)

    def _of(self, declared: Callable[[Fact], bool]) -> pl.Expr:
        """Whether a row's fact is declared so; null for an unknown one."""
        return pl.col("fact").is_in([fact.fact for fact in self.facts.values() if declared(fact)])

    def _highest(self) -> pl.Expr:
        """The highest value that a row's fact takes, where it has one."""
        highest = {fact.fact: fact.most for fact in self.facts.values() if fact.most is not None}
        return pl.col("fact").replace_strict(highest, default=None, return_dtype=pl.Int64)

    def _compared(self, table: Typed) -> None:
        """Shares that are compared with peers: what a period has of them together is bounded."""
        limited = self._of(lambda fact: fact.most is not None)
        compared = table.rows.filter(limited, pl.col("denominator") <= self._highest() * UNITS_PER_POINT)
        bounds = ((["fact", "period"], MOST_COMPARED), (["institution", "fact", "period"], MOST_OF_ONE))
        for key, most in bounds:
            together = compared.group_by(key).agg(pl.col("denominator").sum())
            above = together.filter(pl.col("denominator") > most * UNITS_PER_POINT).sort(key)
            for *named, _ in collected(above, held=table.raw.held).iter_rows():
                message = text("{named}: more than {most} together", named=listing(named), most=most)
                fault = Fault("bound", message, text("split the dataset"))
                self.findings.table("metrics", fault, file=table.raw.files[0])

    def _declared(self, table: Typed) -> None:
        """Facts out of place, and with a scorer where there is none, or none where there must be one."""
        for other in (name for name in ("institutions", "events", "metrics") if name != table.raw.table):
            message = text("this fact stands in the table “{table}” ({title})", table=other, title=CONTRACT[other])
            fault = Fault("fact", message, text("move it there"))
            misplaced = self._of(lambda fact, other=other: fact.table == other)
            table.rules.append(Rule(fault, misplaced, table.heading("fact"), pl.col("fact")))
        scorer, heading = pl.col("scorer"), table.heading("scorer")
        nobody = Fault("scorer", text("this fact needs the scorer who recorded it"), text("fill it in"))
        somebody = Fault("scorer", text("this fact is recorded once for the city"), text("leave the scorer blank"))
        of_scorer, of_city = (self._of(lambda fact, scope=scope: fact.scope == scope) for scope in ("scorer", "city"))
        table.rules.append(Rule(nobody, of_scorer & scorer.is_null(), heading, pl.col("fact")))
        table.rules.append(Rule(somebody, of_city & scorer.is_not_null(), heading, scorer))

    def _metric_faults(self, table: Typed, year: Year) -> list[tuple[str, pl.Expr, Fault]]:
        """What can be wrong with a metric of a known fact: the column, the rows, and what to say."""
        label, first, last = str(year[0].year), f"{year[0]:%Y-%m}", f"{year[1]:%Y-%m}"
        period, top, bottom = pl.col("period"), pl.col("numerator"), pl.col("denominator")
        monthly = self._of(lambda fact: fact.period == "month")
        share, ratio = (
            self._of(lambda fact, measures=measures: fact.measure in measures)
            for measures in (["share"], ["share", "ratio"])
        )
        by_month, most = period.str.len_chars() == 7, self._highest()
        may_be_empty = self._of(lambda fact: fact.empty == "nothing")
        outside = text("this is outside the assessment year, {begins} to {ends}", begins=first, ends=last)
        return [
            (
                "period",
                ~monthly & (period != label),
                Fault("period", text("this fact is recorded for the year"), text("write {year}", year=label)),
            ),
            (
                "period",
                monthly & ~by_month,
                Fault(
                    "period", text("this fact is recorded by month"), text("write a month such as {month}", month=first)
                ),
            ),
            (
                "period",
                monthly & by_month & ((period < first) | (period > last)),
                Fault("year", outside, text("correct it, or move it to the year it belongs to")),
            ),
            (
                "denominator",
                ratio & (bottom == 0) & ~(may_be_empty & (top == 0)),
                Fault("number", text("a denominator must be above 0"), text("leave out a row that counts nothing")),
            ),
            (
                "numerator",
                ratio & ((top > most * UNITS_PER_POINT) | (bottom > most * UNITS_PER_POINT)),
                Fault("bound", text("this is above the highest value that the fact takes"), text("correct it")),
            ),
            (
                "numerator",
                ratio & most.is_not_null() & ((top % UNITS_PER_POINT != 0) | (bottom % UNITS_PER_POINT != 0)),
                Fault("number", text("numerator and denominator of this fact are whole numbers"), text("count them")),
            ),
            (
                "numerator",
                share & (top > bottom.fill_null(UNITS_PER_POINT)) & ((bottom > 0) | ~table.given("denominator")),
                Fault(
                    "share",
                    text("a share cannot be above 1"),
                    text("write numerator and denominator, such as 93 and 100, or 0.93"),
                ),
            ),
            (
                "denominator",
                ~ratio & bottom.is_not_null(),
                Fault("number", text("this fact is a plain number"), text("leave the denominator blank")),
            ),
            (
                "numerator",
                ~ratio & (top % UNITS_PER_POINT != 0),
                Fault("number", text("this is not a whole number"), text("write digits only, such as 12")),
            ),
        ]
