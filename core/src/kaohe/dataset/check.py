"""Raw tables into a checked dataset: every fault of every table at once, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches

import polars as pl
from attrs import define, field, frozen

from kaohe.dataset.cells import masked, parse
from kaohe.dataset.contract import CONTRACT, Column, Table, with_fact_columns
from kaohe.dataset.findings import Findings
from kaohe.dataset.model import Dataset
from kaohe.dataset.read import FILE, ROW, Raw
from kaohe.messages import text
from kaohe.model import Fact, Needs
from kaohe.problems import Problem

MOST_CASES = 10**11
"""All cases of a dataset together; times the most points of a clause they stay within 64 bits."""

DECIMAL_UNIT = 10**4
PLACES = [FILE, ROW]


@frozen(eq=False)
class Typed:
    """A raw table, its typed frame row by row, and the heading under which each column was found."""

    raw: Raw
    frame: pl.DataFrame
    headings: Mapping[str, str]


@define
class Check:
    """One check of one dataset: the vocabulary and needs it is held against, and what was found."""

    facts: Mapping[str, Fact]
    needs: Needs
    findings: Findings = field(factory=Findings)
    tables: dict[str, Typed] = field(factory=dict)

    def run(self, raws: Mapping[str, Raw], files: Mapping[str, str], name: str) -> Dataset | None:
        """The dataset, or None where a fault leaves none; the faults are in `findings`."""
        for table in self.needs.tables:
            if table not in raws:
                self.findings.table(
                    table, "table", text("the table “{table}” ({title}) is missing", table=table, title=CONTRACT[table]),
                    text("add it; with headings only where nothing happened"),
                )  # fmt: skip
        for table, raw in raws.items():
            self.tables[table] = self._typed(raw)
        year = self._year()
        for typed in self.tables.values():
            self._references(typed)
        if year is not None:
            self._events(*year)
            self._metrics(*year)
        self._served()
        if year is None or any(problem.severity == "error" for problem in self.findings.problems):
            return None
        frames = {table: typed.frame for table, typed in self.tables.items() if table != "dataset"}
        title = self.tables["dataset"].frame["name"][0]
        return Dataset(title or name, *year, frames, files)

    # One table.

    def _typed(self, raw: Raw) -> Typed:
        table = CONTRACT[raw.table]
        if raw.table == "institutions":
            table = with_fact_columns(table, self.facts)
        names = self._names(raw, table)
        accepted = {
            name: fact.fact for fact in self.facts.values() for name in (fact.fact, fact.name.zh_CN, fact.name.en)
        }
        columns: list[pl.Series] = []
        for heading, name in names.items():
            cells = raw.frame[heading]
            column = table.columns.get(name)
            if column is None:
                columns.append(cells.cast(pl.String).alias(name))
            else:
                columns.append(self._column(raw, heading, cells, column, accepted).alias(name))
        frame = pl.DataFrame(columns) if columns else pl.DataFrame()
        absent = [
            pl.Series(name, [None] * len(raw.frame), dtype=_dtype(column))
            for name, column in table.columns.items() if name not in names.values()
        ]  # fmt: skip
        frame = frame.with_columns(absent)
        headings = {name: heading for heading, name in names.items()}
        typed = Typed(raw, frame, headings)
        self._duplicates(typed, table.key)
        return typed

    def _names(self, raw: Raw, table: Table) -> dict[str, str]:
        """Heading → column; complains of missing columns and of two headings for one column."""
        meanings = table.headings()
        names: dict[str, str] = {}
        for heading in raw.frame.columns:
            if heading in PLACES:
                continue
            name = meanings.get(heading.strip(), heading)
            if name in names.values():
                self.findings.table(
                    raw.table, "heading", text("two headings mean the column “{column}”", column=name),
                    text("remove one"), file=raw.files[0], column=heading,
                )  # fmt: skip
                continue
            names[heading] = name
        wanted = [name for name, column in table.columns.items() if column.required]
        wanted += self.needs.columns.get(raw.table, [])
        for name in wanted:
            if name not in names.values():
                column = table.columns.get(name)
                close = get_close_matches(str(column or name), list(names), n=1)
                remedy = text("did you mean {close}?", close=close[0]) if close else text("add it")
                message = text("the column “{column}” ({title}) is missing", column=name, title=column or name)
                self.findings.table(raw.table, "column", message, remedy, file=raw.files[0])
        return names

    def _column(
        self, raw: Raw, heading: str, cells: pl.Series, column: Column, facts: dict[str, str]
    ) -> pl.Series:
        if column.type in ("code", "identity") and heading in raw.numeric:
            wrong = set(raw.numeric[heading])
            mask = pl.Series([place in wrong for place in raw.frame.select(PLACES).rows()], dtype=pl.Boolean)
            self.findings.rows(
                raw, mask, "code", text("a code must be a text cell: as a number it may have lost digits"),
                text("format the column as text and type it again"), heading=heading,
            )  # fmt: skip
        parsed = parse(cells, column, facts)
        shown = cells.cast(pl.String)
        if column.type == "identity":
            shown = shown.map_elements(masked, return_dtype=pl.String)
        for code, wrong, message, remedy in parsed.faults:
            self.findings.rows(raw, wrong, code, message, remedy, heading=heading, values=shown)
        if column.required:
            blank = parsed.values.is_null() & (cells.is_null() | (cells.cast(pl.String).str.strip_chars() == ""))
            self.findings.rows(raw, blank, "blank", text("this must not be blank"), text("fill it in"), heading=heading)
        return parsed.values

    def _duplicates(self, typed: Typed, key: list[str]) -> None:
        if not key or not all(name in typed.headings or not CONTRACT[typed.raw.table].columns[name].required for name in key):
            return
        frame = typed.frame.select(key)
        counted = pl.repeat(True, len(frame), eager=True)
        if "status" in typed.frame.columns and typed.raw.table != "events":
            counted = (typed.frame["status"] != "withdrawn").fill_null(True)
        complete = frame.select(
            pl.all_horizontal(pl.col(name).is_not_null() for name in key if CONTRACT[typed.raw.table].columns[name].required)
        ).to_series()
        repeated = (
            frame.with_columns(counted=counted & complete)
            .select(((pl.struct(key).cum_count().over([*key, "counted"]) > 1) & pl.col("counted")).alias("repeated"))
            .to_series()
        )  # fmt: skip
        shown = frame.select(pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in key], separator=" / "))
        self.findings.rows(
            typed.raw, repeated, "duplicate", text("this row stands here already"), text("remove one of the two"),
            heading=" / ".join(typed.headings.get(name, name) for name in key), values=shown.to_series(),
        )  # fmt: skip

    # Between tables.

    def _year(self) -> tuple[date, date] | None:
        remedy = text("say in the table “dataset” (dataset.toml in a folder): name, from, to")
        if "dataset" not in self.tables:
            self.findings.table("dataset", "table", text("the assessment year is not given"), remedy)
            return None
        typed = self.tables["dataset"]
        if len(typed.frame) != 1:
            message = text("the table “dataset” must have exactly one row")
            self.findings.table("dataset", "dataset", message, remedy, file=typed.raw.files[0])
            return None
        begins, ends = typed.frame["from"][0], typed.frame["to"][0]
        if begins is None or ends is None:
            return None
        if ends < begins:
            message = text("the year ends ({ends}) before it begins ({begins})", begins=begins, ends=ends)
            self.findings.table("dataset", "dataset", message, text("correct the dates"), file=typed.raw.files[0])
            return None
        return begins, ends

    def _references(self, typed: Typed) -> None:
        for name, column in CONTRACT[typed.raw.table].columns.items():
            if column.refers and column.refers in self.tables and name in typed.headings:
                known = self.tables[column.refers].frame[CONTRACT[column.refers].key[0]].drop_nulls()
                values = typed.frame[name]
                self.findings.rows(
                    typed.raw, values.is_not_null() & ~values.is_in(known.implode()), "unknown",
                    text("this is not in the table “{table}” ({title})", table=column.refers, title=CONTRACT[column.refers]),
                    text("correct it, or add it there"), heading=typed.headings[name], values=values,
                )  # fmt: skip

    def _facts(self, typed: Typed) -> pl.DataFrame:
        """The table's rows with what the vocabulary declares of their fact."""
        declared = pl.DataFrame(
            [(f.fact, f.table, f.measure, f.period, f.scope) for f in self.facts.values()],
            schema=dict.fromkeys(["fact", "_table", "_measure", "_period", "_scope"], pl.String), orient="row",
        )  # fmt: skip
        rows = typed.frame.join(declared, on="fact", how="left", maintain_order="left")
        heading = typed.headings.get("fact", "fact")
        for table in ("events", "metrics", "institutions"):
            if table != typed.raw.table:
                self.findings.rows(
                    typed.raw, rows["_table"] == table, "fact",
                    text("this fact stands in the table “{table}” ({title})", table=table, title=CONTRACT[table]),
                    text("move it there"), heading=heading, values=typed.frame["fact"],
                )  # fmt: skip
        scorer = typed.headings.get("scorer", "scorer")
        self.findings.rows(
            typed.raw, (rows["_scope"] == "scorer") & rows["scorer"].is_null(), "scorer",
            text("this fact needs the scorer who recorded it"), text("fill it in"), heading=scorer,
        )  # fmt: skip
        self.findings.rows(
            typed.raw, (rows["_scope"] == "city") & rows["scorer"].is_not_null(), "scorer",
            text("this fact is recorded once for the city"), text("leave the scorer blank"), heading=scorer,
            values=rows["scorer"],
        )  # fmt: skip
        return rows

    def _events(self, begins: date, ends: date) -> None:
        if "events" not in self.tables:
            return
        typed = self.tables["events"]
        self._facts(typed)
        placed = typed.frame.select(pl.coalesce("handled", "date")).to_series()
        by_handling = typed.frame["handled"].is_not_null()
        for column, rows in (("handled", by_handling), ("date", ~by_handling)):
            self.findings.rows(
                typed.raw, rows & ((placed < begins) | (placed > ends)), "year",
                text("this is outside the assessment year, {begins} to {ends}", begins=begins, ends=ends),
                text("correct the date, or move the event to the year it belongs to"),
                heading=typed.headings.get(column, column), values=placed,
            )  # fmt: skip
        frame = typed.frame.with_columns(pl.col("count").fill_null(1), pl.col("status").fill_null("confirmed"))
        if (total := frame["count"].sum()) > MOST_CASES:
            message = text("{total} cases are more than {most}", total=total, most=MOST_CASES)
            self.findings.table("events", "bound", message, text("split the dataset"), file=typed.raw.files[0])
        self.tables["events"] = Typed(typed.raw, frame, typed.headings)

    def _metrics(self, begins: date, ends: date) -> None:
        if "metrics" not in self.tables:
            return
        typed = self.tables["metrics"]
        rows = self._facts(typed)
        headings = {name: typed.headings.get(name, name) for name in typed.frame.columns}
        year, first, last = str(begins.year), f"{begins:%Y-%m}", f"{ends:%Y-%m}"
        period, top, bottom = rows["period"], rows["numerator"], rows["denominator"]
        ratio = rows["_measure"].is_in(["share", "ratio"])

        def wrong(mask: pl.Series, code: str, column: str, *said: object) -> None:
            values = typed.raw.frame[headings[column]].cast(pl.String) if column in typed.headings else None
            self.findings.rows(typed.raw, mask, code, *said, heading=headings[column], values=values)  # type: ignore[arg-type]

        wrong((rows["_period"] == "year") & (period != year), "period", "period",
              text("this fact is recorded for the year {year}", year=year), text("write {year}", year=year))
        wrong((rows["_period"] == "month") & (period.str.len_chars() == 4), "period", "period",
              text("this fact is recorded by month"), text("write a month such as {month}", month=first))
        wrong((period.str.len_chars() == 7) & ((period < first) | (period > last)), "year", "period",
              text("this is outside the assessment year, {begins} to {ends}", begins=first, ends=last),
              text("correct it, or move it to the year it belongs to"))
        wrong(bottom <= 0, "number", "denominator", text("a denominator must be above 0"),
              text("leave out a row that counts nothing"))
        wrong((rows["_measure"] == "share") & (top > bottom.fill_null(DECIMAL_UNIT)), "share", "numerator",
              text("a share cannot be above 1"), text("write numerator and denominator, such as 93 and 100, or 0.93"))
        wrong(~ratio & bottom.is_not_null(), "number", "denominator", text("this fact is a plain number"),
              text("leave the denominator blank"))
        wrong(~ratio & (top % DECIMAL_UNIT != 0), "number", "numerator", text("this is not a whole number"),
              text("write digits only, such as 12"))
        frame = typed.frame.with_columns(
            numerator=pl.when(ratio).then(top).otherwise(top // DECIMAL_UNIT),
            denominator=pl.when(ratio).then(bottom.fill_null(DECIMAL_UNIT)),
            status=pl.col("status").fill_null("confirmed"),
        )
        self.tables["metrics"] = Typed(typed.raw, frame, typed.headings)

    def _served(self) -> None:
        """A scorer that serves no insured of an institution has no sheet on which its facts would count."""
        if "served" not in self.tables:
            return
        sheets = self.tables["served"].frame.filter(pl.col("persons") > 0).select("institution", "scorer", _sheet=True)
        for table in ("events", "metrics"):
            if table not in self.tables:
                continue
            typed = self.tables[table]
            rows = typed.frame.join(sheets, on=["institution", "scorer"], how="left", maintain_order="left")
            known = rows["institution"].is_not_null() & rows["scorer"].is_not_null()
            self.findings.rows(
                typed.raw, known & rows["_sheet"].is_null(), "scorer",
                text("this scorer serves nobody of this institution"),
                text("correct it, or add the persons to the table “served” ({title})", title=CONTRACT["served"]),
                heading=typed.headings.get("scorer", "scorer"), values=rows["scorer"],
            )  # fmt: skip


def _dtype(column: Column) -> pl.DataType:
    match column.type:
        case "count" | "number" | "points" | "money" | "rate":
            return pl.Int64()
        case "date":
            return pl.Date()
        case _:
            return pl.String()


def check(
    raws: Mapping[str, Raw], files: Mapping[str, str], name: str, facts: Mapping[str, Fact], needs: Needs
) -> tuple[Dataset | None, list[Problem]]:
    """The checked dataset, or None where there are errors, and everything that was found."""
    checking = Check(facts, needs)
    dataset = checking.run(raws, files, name)
    return dataset, checking.findings.problems
