"""Score: records joined to clauses once; the trace says which clause, in which period, on what quantity."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.contract import TRACE
from kaohe.stages.frames import SHEET, SMALL, Frame, Tables, materialised, nothing, rule_tables
from kaohe.stages.marks import marks
from kaohe.stages.points import with_points
from kaohe.stages.records import events, records

ROW = ["sheet_no", "item_no", "clause_no", "period_no"]
AMOUNTS = ["quantity", "denominator", "reference_quantity", "reference_denominator", "points"]
NO_REFERENCE = {name: nothing(nw.Int64) for name in ("reference_quantity", "reference_denominator")}
UNKNOWN = {name: nothing(nw.Int64) for name in AMOUNTS}


def score(tables: Tables, rules: Rules) -> Tables:
    """The trace of every sheet: clauses that facts touch, clauses whose fact is missing, sheets not reported.

    Reads institutions, sheets, periods, and where they are there events, metrics. Beside the contract's columns
    the trace has sheet_no, item_no, clause_no and period_no, by which it is ordered; `scored` are its rows of
    sheets in these numbers alone, `vetoes` those of institutions.
    """
    rule = rule_tables(rules)
    of_items = rule["clauses"].filter((nw.col("veto") == "") & (nw.col("shape") != "mark"))
    sheets = tables["sheets"]
    reported = sheets.filter(nw.col("reported"))
    recorded = records(tables, rules, rule["facts"], reported)
    touched = recorded.join(of_items.select(CLAUSE), on=["table_no", "fact_no"])
    counted = nw.concat([_kept(part) for part in with_points(touched, rule, sheets, rules)])
    lacking = materialised(_lacking(reported, of_items, counted, tables))
    status = nw.when(nw.col("disputed") > 0).then(nw.lit("disputed")).otherwise(nw.lit("counted"))
    missing = lacking.filter(nw.col("absent") == "missing").with_columns(**UNKNOWN, status=nw.lit("missing"))
    none = lacking.filter(nw.col("absent") == "none").with_columns(
        **UNKNOWN | {"quantity": nw.lit(0).cast(nw.Int64), "points": nw.col("at_zero")}, status=nw.lit("counted")
    )
    silent = sheets.filter(~nw.col("reported")).with_columns(
        **UNKNOWN, item=nw.lit(""), clause=nw.lit(""), period=nw.lit(""), status=nw.lit("unreported"),
        **dict.fromkeys(ROW[1:], nw.lit(None).cast(SMALL)),
    )  # fmt: skip
    rows = [part.select(*ROW, *AMOUNTS, "status") for part in (counted.with_columns(status=status), none, missing)]
    rows += [part.select(*ROW, *AMOUNTS, "status") for part in marks(reported, tables, rules)]
    scored = nw.concat([*rows, silent.select(*ROW, *AMOUNTS, "status")])
    columns = [*TRACE, *ROW]
    named = _named(nw.concat(rows), sheets, rule["clauses"], tables["periods"])
    vetoes = materialised(_vetoes(tables, rules, rule).select(columns))
    trace = nw.concat([named.select(columns), silent.select(columns), vetoes])
    return {"trace": trace, "scored": scored, "vetoes": vetoes.select(list(TRACE))}


def _kept(part: Frame) -> Frame:
    """Scored rows, materialised without columns that hold nothing."""
    columns = [*ROW, *AMOUNTS, "disputed"]
    if "reference_quantity" in part.collect_schema().names():
        return materialised(part.select(columns))
    kept = materialised(part.select(*ROW, "quantity", "denominator", "points", "disputed"))
    return kept.with_columns(**NO_REFERENCE).select(columns)


CLAUSE = ["table_no", "fact_no", "item_no", "clause_no", "shape", "worth", "step", "step_unit"]


def _named(rows: Frame, sheets: Frame, clauses: Frame, periods: Frame) -> Frame:
    """The rows with the codes that their numbers stand for."""
    return (
        rows.join(sheets.select("sheet_no", "institution", "scorer", "rubric"), on="sheet_no")
        .join(clauses.select("clause_no", "item", "clause"), on="clause_no")
        .join(periods.select("period_no", "period"), on="period_no")
    )


def _lacking(reported: Frame, of_items: Frame, counted: Frame, tables: Tables) -> Frame:
    """Each reported sheet's clauses and periods without a record, where that matters.

    It does where the fact must be shown, and where a quantity of zero is worth something. A monthly fact is
    expected for the months in which the institution was active. Sheets that have as many such records as they
    should are not looked at clause by clause.
    """
    matter = of_items.filter((nw.col("absent") == "missing") | (nw.col("at_zero") != 0))
    have = (
        counted.join(matter.select("clause_no"), on="clause_no", how="semi")
        .group_by("sheet_no")
        .agg(nw.col("clause_no").count().cast(nw.Int64).alias("have"))
    )
    months = tables["periods"].select(nw.col("period_no").max().alias("months"))
    should = nw.col("expected_year") + nw.col("expected_month") * nw.col("months")
    always = (nw.col("first_no") <= 1) & (nw.col("last_no") >= nw.col("months"))
    complete = always & ~nw.col("have").is_null() & (nw.col("have") >= should)
    suspect = (
        reported.join(have, on="sheet_no", how="left")
        .join(months, how="cross")
        .filter(~complete, should > 0)
        .select("sheet_no", "table_no", "first_no", "last_no")
    )
    expected = suspect.join(matter, on="table_no").join(tables["periods"], on="period_kind")
    month = nw.col("period_no")
    in_time = (month == 0) | ((month >= nw.col("first_no")) & (month <= nw.col("last_no")))
    there = counted.join(suspect.select("sheet_no"), on="sheet_no", how="semi")
    return (
        expected.filter(in_time)
        .join(there, on=["sheet_no", "clause_no", "period_no"], how="anti")
        .select(*ROW, "absent", "at_zero")
    )


def _vetoes(tables: Tables, rules: Rules, rule: Tables) -> Frame:
    """One row for each veto, scorer and period of which there is a case, whether or not the scorer reported."""
    effects = (
        rule["clauses"]
        .filter(nw.col("veto") != "")
        .with_columns(**UNKNOWN | {"points": nw.col("worth")}, status=nw.lit("veto"), sheet_no=nw.lit(None).cast(SHEET))
    )
    if "events" not in tables:
        return effects.filter(nw.col("clause_no") < 0).with_columns(
            **dict.fromkeys(["institution", "scorer", "period"], nw.lit("")), period_no=nw.lit(0).cast(SMALL)
        )
    cases = (
        events(tables, rules, rule["facts"].filter(nw.col("vetoes")))
        .group_by("institution", "scorer", "fact_no", "period_no")
        .agg(nw.col("count").sum().cast(nw.Int64).alias("cases"))
        .filter(nw.col("cases") > 0)
    )
    tables_of = tables["institutions"].select("institution", "kind").join(rule["kinds"].drop("rubric"), on="kind")
    return (
        cases.join(tables_of, on="institution")
        .join(effects, on=["table_no", "fact_no"])
        .join(tables["periods"].select("period_no", "period"), on="period_no")
        .with_columns(quantity=nw.col("cases"))
    )
