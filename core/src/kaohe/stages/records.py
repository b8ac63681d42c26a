"""Records: events, metrics and columns of institutions as one table of numbers."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.frames import SHEET, SMALL, Frame, Tables, empty, materialised, nothing

RECORD = {
    "sheet_no": SHEET, "table_no": SMALL, "fact_no": SMALL, "period_no": SMALL, "quantity": nw.Int64,
    "denominator": nw.Int64, "disputed": SMALL,
}  # fmt: skip


def events(tables: Tables, rules: Rules, facts: Frame) -> Frame:
    """The events that count, each with its fact's number, its period's, and whether the fact must be shown.

    Withdrawn events do not count, disputed ones do. Period 0 is the year, 1 its first month.
    """
    period = nw.lit(0)
    if any(fact.period == "month" for fact in rules.facts.values() if fact.table == "events"):
        # Otherwise no date of an event is read.
        period = nw.when(nw.col("monthly")).then(nw.col("month_no")).otherwise(period)
    return (
        tables["events"]
        .filter(nw.col("status") != "withdrawn")
        .join(facts, on="fact")
        .with_columns(
            period_no=period.cast(SMALL),
            shown=nw.col("shown").cast(SMALL),
            disputed=(nw.col("status") == "disputed").cast(SMALL),
        )
    )


def records(tables: Tables, rules: Rules, facts: Frame, reported: Frame) -> Frame:
    """What was recorded on reported sheets: one row for each sheet, fact and period, materialised.

    A record with a blank scorer is the city's, and is on every sheet of its institution. Events are added up;
    no case is a record only of what must be shown.
    """
    sheet = reported.select("institution", "scorer", "sheet_no", "table_no")
    places = nw.concat([
        sheet.with_columns(citys=nw.lit(0).cast(SMALL)),
        sheet.with_columns(scorer=nw.lit(""), citys=nw.lit(1).cast(SMALL)),
    ])  # fmt: skip
    parts = []
    if "events" in tables:
        parts.append(_added(events(tables, rules, facts).join(places, on=["institution", "scorer"])))
    if "metrics" in tables:
        metrics = (
            tables["metrics"]
            .filter(nw.col("status") != "withdrawn")
            .join(facts, on="fact")
            .join(tables["periods"].select("period", "period_no"), on="period")
            .with_columns(quantity=nw.col("numerator"), disputed=(nw.col("status") == "disputed").cast(SMALL))
        )
        parts.append(metrics.join(places, on=["institution", "scorer"]))
    parts += _columns(tables, rules, facts, sheet)
    if not parts:
        return empty(RECORD)
    # One after the other: together they would hold all their intermediate rows at the same time.
    return nw.concat([materialised(part.select(list(RECORD))) for part in parts])


def _added(events: Frame) -> Frame:
    """The events of each sheet, fact and period together, a scorer's own apart from the city's."""
    # Grouping by one number takes two thirds of the time of grouping by five; each of them is its own maximum.
    numbers = ["sheet_no", "table_no", "fact_no", "period_no"]
    place = (nw.col("sheet_no").cast(nw.Int64) * 2**16 + nw.col("fact_no")) * 2**16 + nw.col("period_no")
    together = (
        events.select(*numbers, "count", "disputed", "shown", place=place * 2 + nw.col("citys"))
        .group_by("place")
        .agg(
            nw.col("count").sum().cast(nw.Int64).alias("quantity"),
            *(nw.col(name).max() for name in (*numbers, "disputed", "shown")),
        )
    )
    recorded = together.filter((nw.col("quantity") > 0) | (nw.col("shown") > 0))
    return recorded.with_columns(denominator=nothing(nw.Int64))


def _columns(tables: Tables, rules: Rules, facts: Frame, sheet: Frame) -> list[Frame]:
    """The facts that stand in columns of the institutions."""
    institutions = tables["institutions"]
    held = institutions.collect_schema().names()
    of_columns = [fact.fact for fact in rules.facts.values() if fact.table == "institutions" and fact.fact in held]
    parts = []
    for column in of_columns:
        known = institutions.filter(~nw.col(column).is_null()).with_columns(
            fact=nw.lit(column),
            period_no=nw.lit(0).cast(SMALL),
            quantity=nw.col(column),
            denominator=nothing(nw.Int64),
            disputed=nw.lit(0).cast(SMALL),
        )
        rows = known.select("institution", "fact", *list(RECORD)[3:]).join(facts, on="fact")
        parts.append(rows.join(sheet.drop("scorer"), on="institution"))
    return parts
