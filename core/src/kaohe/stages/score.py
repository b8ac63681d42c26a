"""Score: facts joined to clauses once; the trace says which clause, in which period, on what quantity."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.contract import TRACE
from kaohe.stages.frames import Frame, Tables, nothing, rule_tables
from kaohe.stages.marks import marks
from kaohe.stages.points import with_points
from kaohe.stages.sheets import sheets, with_reports

KEY = ["institution", "scorer", "rubric", "item", "clause", "period"]


def score(tables: Tables, rules: Rules) -> Tables:
    """The trace of every sheet: clauses that facts touch, clauses whose fact is missing, sheets not reported.

    Reads institutions, served, periods, and where they are there steps, events, metrics. Withdrawn records
    do not count, disputed ones do. A fact of city scope counts on every sheet.
    """
    rule = rule_tables(rules)
    clauses = rule["clauses"]
    # Where scorers have roles they give marks, and a mark that is not there is missing by itself.
    steps = tables if rules.scheme.scorers == "persons" else {name: tables[name] for name in tables if name != "steps"}
    all_sheets = with_reports(sheets(tables, rule["kinds"]), steps)
    reported = all_sheets.filter(nw.col("reported")).select("institution", "scorer", "rubric")
    observed = _observed(tables, rules)
    of_items = clauses.filter((nw.col("veto") == "") & (nw.col("shape") != "mark"))
    by_scorer = observed.join(reported, on=["institution", "scorer"]).join(
        of_items.filter(nw.col("scope") == "scorer"), on=["rubric", "fact"]
    )
    by_city = (
        observed.drop("scorer")
        .join(reported, on="institution")
        .join(of_items.filter(nw.col("scope") == "city"), on=["rubric", "fact"])
    )
    kinds = tables["institutions"].select("institution", "kind").join(rule["kinds"], on="kind").drop("kind")
    vetoed = observed.join(kinds, on="institution").join(clauses.filter(nw.col("veto") != ""), on=["rubric", "fact"])
    touched = with_points(nw.concat([by_scorer, by_city.select(by_scorer.columns)]), rule["bands"], rules)
    counted = touched.with_columns(
        status=nw.when(nw.col("disputed") > 0).then(nw.lit("disputed")).otherwise(nw.lit("counted"))
    )
    effects = vetoed.filter(nw.col("quantity") >= 1).with_columns(points=nw.col("worth"), status=nw.lit("veto"))
    lacking = _lacking(reported, of_items, counted, tables)
    missing = lacking.filter(nw.col("absent") == "missing").with_columns(**UNKNOWN, status=nw.lit("missing"))
    none = lacking.filter(nw.col("absent") == "none").with_columns(
        **UNKNOWN | {"quantity": nw.lit(0).cast(nw.Int64), "points": nw.col("at_zero")}, status=nw.lit("counted")
    )
    silent = all_sheets.filter(~nw.col("reported")).with_columns(
        **UNKNOWN, item=nw.lit(""), clause=nw.lit(""), period=nw.lit(""), status=nw.lit("unreported")
    )
    effects = effects.with_columns(**NO_REFERENCE)
    parts = (counted, none, effects, missing, silent, marks(reported, tables, rules))
    return {"trace": nw.concat([part.select(list(TRACE)) for part in parts])}


NO_REFERENCE = {name: nothing(nw.Int64) for name in ("reference_quantity", "reference_denominator")}
UNKNOWN = {name: nothing(nw.Int64) for name in ("quantity", "denominator", "points")} | NO_REFERENCE


def _lacking(reported: Frame, of_items: Frame, counted: Frame, tables: Tables) -> Frame:
    """Each reported sheet's clauses and periods without a record, where that matters.

    It does where the fact must be shown, and where a quantity of zero is worth something. A monthly fact is
    expected for the months in which the institution was active.
    """
    key = ["institution", "scorer", "clause", "period"]
    matters = (nw.col("absent") == "missing") | (nw.col("at_zero") != 0)
    expected = reported.join(of_items.filter(matters), on="rubric").join(tables["periods"], on="period_kind")
    active = tables["institutions"].select("institution", "first_month", "last_month")
    month = nw.col("period")
    in_time = (nw.col("period_kind") == "year") | ((month >= nw.col("first_month")) & (month <= nw.col("last_month")))
    return expected.join(active, on="institution").filter(in_time).join(counted.select(key), on=key, how="anti")


def _observed(tables: Tables, rules: Rules) -> Frame:
    """All facts in one form: institution, scorer, fact, period, quantity, denominator, disputed."""
    columns = ["institution", "scorer", "fact", "period", "quantity", "denominator", "disputed"]
    monthly = [fact.fact for fact in rules.facts.values() if fact.period == "month"]
    shown = [fact.fact for fact in rules.facts.values() if fact.absent == "missing"]
    parts = []
    if "events" in tables:
        events = tables["events"].filter(nw.col("status") != "withdrawn")
        period = nw.when(nw.col("fact").is_in(monthly)).then(nw.col("month")).otherwise(nw.col("year"))
        grouped = (
            events.with_columns(period=period, disputed=(nw.col("status") == "disputed").cast(nw.Int64))
            .group_by("institution", "scorer", "fact", "period")
            .agg(nw.col("count").sum().cast(nw.Int64).alias("quantity"), nw.col("disputed").max().cast(nw.Int64))
        )
        # No case is a record only of what must be shown.
        recorded = grouped.filter((nw.col("quantity") > 0) | nw.col("fact").is_in(shown))
        parts.append(recorded.with_columns(denominator=nothing(nw.Int64)).select(columns))
    if "metrics" in tables:
        metrics = (
            tables["metrics"]
            .filter(nw.col("status") != "withdrawn")
            .with_columns(quantity=nw.col("numerator"), disputed=(nw.col("status") == "disputed").cast(nw.Int64))
        )
        parts.append(metrics.select(columns))
    institutions = tables["institutions"]
    held = set(institutions.collect_schema().names())
    for fact in rules.facts.values():
        if fact.table == "institutions" and fact.fact in held:
            known = institutions.filter(~nw.col(fact.fact).is_null()).with_columns(
                scorer=nw.lit(""),
                fact=nw.lit(fact.fact),
                period=nw.col("year"),
                quantity=nw.col(fact.fact),
                denominator=nothing(nw.Int64),
                disputed=nw.lit(0).cast(nw.Int64),
            )
            parts.append(known.select(columns))
    return nw.concat(parts)
