"""The dataset's tables as the stages read them, whatever engine holds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import narwhals as nw

from kaohe.stages.frames import SMALL, Frame, small_table

MOST = 1_000
"""Months that are told apart; the bits of a period number in the order of rows hold them."""


def prepared(tables: Mapping[str, Frame], begins: date, ends: date) -> dict[str, Frame]:
    """The tables with numbered months, without null scorers of facts, and the year's periods.

    `year` has the first and the last day of the year, as text: begins, ends. `periods` has period_kind, period and
    period_no: 0 is the year, 1 its first month. Institutions have first_no and
    last_no, the months in which they were active; events month_no; agreements in_force, whether they are in
    force on a day of the year.
    """
    frames = dict(tables)
    months = _number(ends) - _number(begins) + 1
    institutions = frames["institutions"]
    frames["institutions"] = institutions.with_columns(
        first_no=_month_no("active_from", begins, otherwise=1), last_no=_month_no("active_to", begins, otherwise=months)
    )
    if "events" in frames:
        placed = frames["events"].with_columns(_day=nw.coalesce("handled", "date"))
        frames["events"] = placed.with_columns(_scorer(), month_no=_month_no("_day", begins, otherwise=0)).drop("_day")
    if "metrics" in frames:
        frames["metrics"] = frames["metrics"].with_columns(_scorer())
    if "agreements" in frames:
        in_force = (nw.col("from") <= nw.lit(ends)) & (nw.col("to") >= nw.lit(begins))
        frames["agreements"] = frames["agreements"].with_columns(in_force=in_force)
    if "marks" in frames:
        status = nw.when(nw.col("status").is_null()).then(nw.lit("confirmed")).otherwise(nw.col("status"))
        frames["marks"] = frames["marks"].with_columns(status=status)
    days = {"begins": [begins.isoformat()], "ends": [ends.isoformat()]}
    frames["year"] = small_table(days, {"begins": nw.String, "ends": nw.String})
    periods = [("year", str(begins.year), 0)]
    periods += [("month", _name(_number(begins) + number), number + 1) for number in range(months)]
    columns = zip(("period_kind", "period", "period_no"), map(list, zip(*periods, strict=True)), strict=True)
    frames["periods"] = small_table(dict(columns), {"period_kind": nw.String, "period": nw.String, "period_no": SMALL})
    return frames


def _number(day: date) -> int:
    """The month's number since the year 0."""
    return day.year * 12 + day.month - 1


def _name(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02}"


def _month_no(column: str, begins: date, otherwise: int) -> nw.Expr:
    """Which month of the year a date is in, from 1; below 1 and above the last are outside."""
    day = nw.col(column)
    number = day.dt.year().cast(nw.Int32) * 12 + day.dt.month().cast(nw.Int32) - _number(begins)
    # A month before the year is 0, one far after it is as good as any.
    within = nw.when(number < 0).then(nw.lit(0)).when(number > MOST).then(nw.lit(MOST)).otherwise(number)
    return nw.when(day.is_null()).then(nw.lit(otherwise)).otherwise(within).cast(SMALL)


def _scorer() -> nw.Expr:
    """A fact of the city has the empty text for a scorer."""
    scorer = nw.col("scorer")
    return nw.when(scorer.is_null()).then(nw.lit("")).otherwise(scorer).alias("scorer")
