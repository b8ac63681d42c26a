"""Raw tables into a checked dataset: every fault of every table at once, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from attrs import define, evolve, field

from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.findings import Fault, Findings
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
    raws: Mapping[str, Raw], files: Mapping[str, str], name: str, facts: Mapping[str, Fact], needs: Needs
) -> tuple[Dataset | None, list[Problem]]:
    """The checked dataset, or None where there are errors, and everything that was found.

    `name` is the dataset's where it does not give itself one; `files` are kept with it.
    """
    checking = _Check(facts)
    for table in needs.tables:
        if table not in raws:
            message = text("the table “{table}” ({title}) is missing", table=table, title=CONTRACT[table])
            fault = Fault("table", message, text("add it; with headings only where nothing happened"))
            checking.findings.table(table, fault)
    for table, raw in raws.items():
        checking.tables[table] = typed(raw, facts, needs.columns.get(table, {}), checking.findings)
    year = checking.year()
    checking.dates()
    checking.references()
    if year is not None:
        checking.events(year)
        checking.metrics(year)
    checking.sheets()
    problems = checking.findings.problems
    if year is None or errors(problems):
        return None, problems
    frames = {table: content.frame for table, content in checking.tables.items() if table != "dataset"}
    own_name = checking.tables["dataset"].frame["name"][0]
    return Dataset(own_name or name, *year, frames, files), problems


@define
class _Check:
    """One check of one dataset against a vocabulary; what it finds between the tables."""

    facts: Mapping[str, Fact]
    findings: Findings = field(factory=Findings)
    tables: dict[str, Typed] = field(factory=dict)

    def year(self) -> Year | None:
        """The first and last day that the dataset covers."""
        remedy = text("say in the table “dataset” (dataset.toml in a folder): name, from, to")
        if "dataset" not in self.tables:
            self.findings.table("dataset", Fault("table", text("the assessment year is not given"), remedy))
            return None
        table = self.tables["dataset"]
        file = table.raw.files[0]
        if not {"from", "to"} <= set(table.headings):
            return None
        if len(table.frame) != 1:
            message = text("the table “dataset” must have exactly one row")
            self.findings.table("dataset", Fault("dataset", message, remedy), file=file)
            return None
        begins, ends = table.frame["from"][0], table.frame["to"][0]
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
                wrong = table.frame[second] < table.frame[first]
                message = text("this is before the date under “{first}”", first=table.heading(first))
                fault = Fault("order", message, text("correct one of the two"))
                self.findings.rows(table.raw, wrong, fault, table.heading(second), table.frame[second])

    def references(self) -> None:
        """Codes that must stand in another table."""
        for table in self.tables.values():
            for name, column in CONTRACT[table.raw.table].columns.items():
                if column.refers in self.tables and name in table.headings:
                    known = self.tables[column.refers].frame[CONTRACT[column.refers].key[0]].drop_nulls()
                    values = table.frame[name]
                    title = CONTRACT[column.refers]
                    message = text("this is not in the table “{table}” ({title})", table=column.refers, title=title)
                    fault = Fault("unknown", message, text("correct it, or add it there"))
                    wrong = values.is_not_null() & ~values.is_in(known.implode())
                    self.findings.rows(table.raw, wrong, fault, table.heading(name), values)

    def events(self, year: Year) -> None:
        """Events of the right facts, placed within the year by the date they were handled, or happened."""
        if "events" not in self.tables:
            return
        table = self.tables["events"]
        rows = self._declared(table)
        begins, ends = year
        placed = table.frame.select(pl.coalesce("handled", "date")).to_series()
        outside = (placed < begins) | ((placed > ends) & (rows["_period"] != "assessment"))
        handled = table.frame["handled"].is_not_null()
        message = text("this is outside the assessment year, {begins} to {ends}", begins=begins, ends=ends)
        fault = Fault("year", message, text("correct the date, or move the event to the year it belongs to"))
        self.findings.rows(table.raw, outside & handled, fault, table.heading("handled"), placed)
        self.findings.rows(table.raw, outside & ~handled, fault, table.heading("date"), placed)
        frame = table.frame.with_columns(pl.col("count").fill_null(1), pl.col("status").fill_null("confirmed"))
        if (total := frame["count"].sum()) > MOST_CASES:
            message = text("{total} cases are more than {most}", total=total, most=MOST_CASES)
            self.findings.table("events", Fault("bound", message, text("split the dataset")), file=table.raw.files[0])
        self.tables["events"] = evolve(table, frame=frame)

    def metrics(self, year: Year) -> None:
        """Metrics of the right facts, periods and numbers; afterwards only ratios have a denominator."""
        if "metrics" not in self.tables:
            return
        table = self.tables["metrics"]
        rows = self._declared(table).with_columns(_given=table.given("denominator"))
        for column, wrong, fault in _metric_faults(rows, year):
            heading = table.heading(column)
            values = table.raw.frame[heading].cast(pl.String) if column in table.headings else None
            self.findings.rows(table.raw, wrong, fault, heading, values)
        ratio = rows["_measure"].is_in(["share", "ratio"])
        top, bottom = rows["numerator"], rows["denominator"]
        frame = table.frame.with_columns(
            numerator=pl.when(ratio).then(top).otherwise(top // UNITS_PER_POINT),
            denominator=pl.when(ratio).then(bottom.fill_null(UNITS_PER_POINT)),
            status=pl.col("status").fill_null("confirmed"),
        )
        self.tables["metrics"] = evolve(table, frame=frame)
        self._compared(rows, table)

    def _compared(self, rows: pl.DataFrame, table: Typed) -> None:
        """Shares that are compared with peers: what a period has of them together is bounded."""
        compared = rows.filter(pl.col("denominator") <= pl.col("_most") * UNITS_PER_POINT)
        bounds = ((["fact", "period"], MOST_COMPARED), (["institution", "fact", "period"], MOST_OF_ONE))
        for key, most in bounds:
            together = compared.group_by(key).agg(pl.col("denominator").sum()).sort(key)
            for *named, _ in together.filter(pl.col("denominator") > most * UNITS_PER_POINT).rows():
                message = text("{named}: more than {most} together", named=listing(named), most=most)
                fault = Fault("bound", message, text("split the dataset"))
                self.findings.table("metrics", fault, file=table.raw.files[0])

    def sheets(self) -> None:
        """A scorer that serves nobody of an institution has no sheet on which its facts would count."""
        if "served" not in self.tables:
            return
        served = self.tables["served"].frame.select("institution", "scorer", "persons")
        if served.null_count().sum_horizontal().item():
            return  # its own faults come first
        served = served.filter(pl.col("persons") > 0).select("institution", "scorer", _sheet=True).unique()
        remedy = text("correct it, or add the persons to the table “served” ({title})", title=CONTRACT["served"])
        fault = Fault("scorer", text("this scorer serves nobody of this institution"), remedy)
        for table in (self.tables[name] for name in ("events", "metrics") if name in self.tables):
            rows = table.frame.join(served, on=["institution", "scorer"], how="left", maintain_order="left")
            anybody = [fact.fact for fact in self.facts.values() if fact.scope == "any"]
            named = rows["institution"].is_not_null() & rows["scorer"].is_not_null() & ~rows["fact"].is_in(anybody)
            for code in ("institution", "scorer"):
                if f"{code}s" in self.tables:  # a code that is not there has been complained of
                    named &= rows[code].is_in(self.tables[f"{code}s"].frame[code].drop_nulls().implode())
            self.findings.rows(
                table.raw, named & rows["_sheet"].is_null(), fault, table.heading("scorer"), rows["scorer"]
            )

    def _declared(self, table: Typed) -> pl.DataFrame:
        """The table's rows with what the vocabulary declares of their fact; complains of facts out of place."""
        declared = pl.DataFrame(
            [
                (fact.fact, fact.table, fact.measure, fact.period, fact.scope, fact.empty, fact.most)
                for fact in self.facts.values()
            ],
            schema={
                **dict.fromkeys(["fact", "_table", "_measure", "_period", "_scope", "_empty"], pl.String),
                "_most": pl.Int64,
            },
            orient="row",
        )
        rows = table.frame.join(declared, on="fact", how="left", maintain_order="left")
        for other in (name for name in ("institutions", "events", "metrics", "marks") if name != table.raw.table):
            message = text("this fact stands in the table “{table}” ({title})", table=other, title=CONTRACT[other])
            fault = Fault("fact", message, text("move it there"))
            self.findings.rows(table.raw, rows["_table"] == other, fault, table.heading("fact"), rows["fact"])
        scorer, heading = rows["scorer"], table.heading("scorer")
        nobody = Fault("scorer", text("this fact needs the scorer who recorded it"), text("fill it in"))
        somebody = Fault("scorer", text("this fact is recorded once for the city"), text("leave the scorer blank"))
        self.findings.rows(table.raw, (rows["_scope"] == "scorer") & scorer.is_null(), nobody, heading, rows["fact"])
        self.findings.rows(table.raw, (rows["_scope"] == "city") & scorer.is_not_null(), somebody, heading, scorer)
        return rows


def _metric_faults(rows: pl.DataFrame, year: Year) -> list[tuple[str, pl.Series, Fault]]:
    """What can be wrong with a metric of a known fact: the column, the rows, and what to say."""
    label, first, last = str(year[0].year), f"{year[0]:%Y-%m}", f"{year[1]:%Y-%m}"
    period, top, bottom = rows["period"], rows["numerator"], rows["denominator"]
    monthly, yearly = rows["_period"] == "month", rows["_period"] != "month"
    share, ratio = rows["_measure"] == "share", rows["_measure"].is_in(["share", "ratio"])
    by_month = period.str.len_chars() == 7
    may_be_empty, most = rows["_empty"] == "nothing", rows["_most"]
    outside = text("this is outside the assessment year, {begins} to {ends}", begins=first, ends=last)
    return [
        (
            "period",
            yearly & (period != label),
            Fault("period", text("this fact is recorded for the year"), text("write {year}", year=label)),
        ),
        (
            "period",
            monthly & ~by_month,
            Fault("period", text("this fact is recorded by month"), text("write a month such as {month}", month=first)),
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
            share & (top > bottom.fill_null(UNITS_PER_POINT)) & ((bottom > 0) | ~rows["_given"]),
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
