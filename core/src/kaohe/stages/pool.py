"""Pool: what several scorers recorded, made the facts of one sheet, and scored once."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.frames import SHEET, Frame, Tables, materialised, nothing
from kaohe.stages.points import with_points

KEY = ["institution", "clause_no", "period_no"]


def pooled(own_sheets: Frame, trace: Frame, rule: Tables, periods: Frame, rules: Rules) -> tuple[Frame, Frame]:
    """One sheet an institution (its scorer is the empty text), and the scored rows of the pooled facts.

    `sum`: quantities are added up; where one scorer lacks what must be shown, the sum is missing. `once`:
    the largest that a scorer recorded; one record is enough. `latest`: the same of the latest period, where
    ratios are added up. Where a scorer has not reported, what must be shown is missing, and any clause may
    still cost or earn.
    """
    whole = materialised(
        own_sheets.group_by("institution", "rubric", "table_no")
        .agg(nw.col("persons").sum().cast(nw.Int64))
        .with_row_index("sheet_no", order_by=["institution"])
        .with_columns(nw.col("sheet_no").cast(SHEET), scorer=nw.lit(""))
    )
    clauses = rule["clauses"].filter(nw.col("veto") == "")
    trace = trace.select("sheet_no", "clause_no", "period_no", "quantity", "denominator", "points", "status").join(
        own_sheets.select("sheet_no", "institution", "rubric"), on="sheet_no"
    )
    silent = trace.filter(nw.col("status") == "unreported").select("institution", "rubric").unique()
    lacking = trace.filter(nw.col("status") == "missing").select(KEY).unique()
    grouped = _grouped(trace.filter(~nw.col("points").is_null()), clauses)

    open_anyway = silent.join(clauses, on="rubric").join(periods, on="period_kind").select(KEY)
    incomplete = _of_pool(lacking, clauses, "sum")
    of_latest = _of_pool(grouped, clauses, "latest").select("institution", "clause_no")
    unshown = lacking.join(grouped.select(KEY), on=KEY, how="anti").join(
        of_latest, on=["institution", "clause_no"], how="anti"
    )
    missing = nw.concat([open_anyway, incomplete, unshown]).unique()

    must_be_shown = grouped.filter(nw.col("absent") == "missing").select(KEY)
    in_doubt = must_be_shown.join(missing, on=KEY)
    certain = grouped.join(in_doubt, on=KEY, how="anti").join(whole.select("institution", "sheet_no"), on="institution")
    open_rows = (
        missing.join(whole.select("institution", "sheet_no"), on="institution")
        .join(clauses.select("clause_no", "item_no"), on="clause_no")
        .with_columns(status=nw.lit("missing"), points=nothing(nw.Int64))
    )
    columns = ["sheet_no", "item_no", "clause_no", "points", "status"]
    counted = [part.with_columns(status=nw.lit("counted")) for part in with_points(certain, rule, whole, rules)]
    return whole, nw.concat([part.select(columns) for part in (*counted, open_rows)])


def _grouped(known: Frame, clauses: Frame) -> Frame:
    """The pooled quantity of each clause and period, with the clause's columns."""
    of_clause = clauses.drop("rubric", "table_no", "item", "clause", "fact_no")
    rows = known.select(*KEY, "quantity", "denominator").join(of_clause.select("clause_no", "pool"), on="clause_no")
    last = (
        rows.filter(nw.col("pool") == "latest")
        .group_by("institution", "clause_no")
        .agg(nw.col("period_no").max().alias("last"))
    )
    current = rows.join(last, on=["institution", "clause_no"], how="left").filter(
        nw.col("last").is_null() | (nw.col("period_no") == nw.col("last"))
    )
    summed = current.group_by(KEY).agg(
        nw.col("quantity").sum().cast(nw.Int64).alias("total"),
        nw.col("quantity").max().alias("most"),
        nw.col("denominator").sum().cast(nw.Int64).alias("whole"),
        nw.col("denominator").max().alias("base"),
    )
    ratio = ~nw.col("base").is_null()
    added = (nw.col("pool") == "sum") | ((nw.col("pool") == "latest") & ratio)
    return summed.join(of_clause, on="clause_no").with_columns(
        quantity=nw.when(added).then(nw.col("total")).otherwise(nw.col("most")),
        denominator=nw.when(~ratio).then(nw.col("base")).when(added).then(nw.col("whole")).otherwise(nw.col("base")),
    )


def _of_pool(rows: Frame, clauses: Frame, pool: str) -> Frame:
    return rows.select(KEY).join(clauses.filter(nw.col("pool") == pool).select("clause_no"), on="clause_no")
