"""Records: events, metrics and columns of institutions as one table of numbers."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.frames import SMALL, Frame, Tables, materialised, nothing

RECORD = ["sheet_no", "table_no", "fact_no", "period_no", "quantity", "denominator", "disputed"]


def events(tables: Tables, facts: Frame) -> Frame:
    """The events that count, each with its fact's number, its period's, and whether the fact must be shown.

    Withdrawn events do not count, disputed ones do. Period 0 is the year, 1 its first month.
    """
    period = nw.when(nw.col("monthly")).then(nw.col("month_no")).otherwise(nw.lit(0))
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
    parts = []
    if "events" in tables:
        own, citys = _by_scope(events(tables, facts))
        on_sheets = own.join(sheet, on=["institution", "scorer"])
        parts.append(_added(on_sheets, "sheet_no", "table_no"))
        parts.append(_added(citys, "institution").join(sheet.drop("scorer"), on="institution"))
    if "metrics" in tables:
        metrics = (
            tables["metrics"]
            .filter(nw.col("status") != "withdrawn")
            .join(facts, on="fact")
            .join(tables["periods"].select("period", "period_no"), on="period")
            .with_columns(quantity=nw.col("numerator"), disputed=(nw.col("status") == "disputed").cast(SMALL))
        )
        own, citys = _by_scope(metrics)
        parts.append(own.join(sheet, on=["institution", "scorer"]))
        parts.append(citys.drop("scorer").join(sheet.drop("scorer"), on="institution"))
    parts += _columns(tables, rules, facts, sheet)
    # One after the other: together they would hold all their intermediate rows at the same time.
    return nw.concat([materialised(part.select(RECORD)) for part in parts])


def _by_scope(rows: Frame) -> tuple[Frame, Frame]:
    return rows.filter(nw.col("scorer") != ""), rows.filter(nw.col("scorer") == "")


def _added(events: Frame, *place: str) -> Frame:
    """The events of each place, fact and period together."""
    together = events.group_by(*place, "fact_no", "period_no").agg(
        nw.col("count").sum().cast(nw.Int64).alias("quantity"), nw.col("disputed").max(), nw.col("shown").max()
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
        rows = known.select("institution", "fact", *RECORD[3:]).join(facts, on="fact")
        parts.append(rows.join(sheet.drop("scorer"), on="institution"))
    return parts
