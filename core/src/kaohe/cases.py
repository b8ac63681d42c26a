"""Cases under investigation: the one year to which each belongs, whenever it is dealt with.

An investigation that is open when an assessment year ends, or is opened before that year's assessment is concluded,
holds the year's result up; what it finds then counts in that year. Any other case counts in the year in which it is
dealt with. Schemes whose events name an investigation have this.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from kaohe.dataset import Dataset
from kaohe.dataset.places import Row, at_rows
from kaohe.messages import Text, text
from kaohe.model import Rules
from kaohe.problems import Problem

BELONGS: dict[str, Any] = {"belongs": pl.String, "known": pl.Boolean}
"""Of an event: the year to which its investigation gives it (null: that in which it is dealt with); whether that can
be told at all."""


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Events of investigations that belong to another year, or of which that cannot be told."""
    if not dataset.sound("investigations", "steps", "institutions"):
        return
    linked = _linked(dataset, rules)
    if linked is None:
        return

    def fault(rows: pl.DataFrame, column: str, said: Any, remedy: Any) -> Iterator[Problem]:
        return at_rows(dataset, "events", rows, column, said, remedy, code="case")

    article = rules.scheme.standing.pending if rules.scheme.standing else ""
    named = pl.col("opened").is_not_null()
    yield from fault(linked.filter(~named), "investigation", _unknown, text("correct it, or add it there"))
    remedy = text("say in the column “year” of “investigations” to which year its cases belong")
    yield from fault(linked.filter(named, ~pl.col("known")), "investigation", _open_year, remedy)
    told = linked.filter(named, pl.col("known"))
    elsewhere = told.filter(pl.col("belongs") != dataset.year)
    remedy = text("remove it here and run that year with it (a settled one with --corrects), by {article}",
                  article=article)  # fmt: skip
    yield from fault(elsewhere, "investigation", _elsewhere, remedy)
    here = told.filter(pl.col("belongs").fill_null(dataset.year) == dataset.year)
    day = pl.when(pl.col("belongs").is_null()).then(pl.coalesce("handled", "date")).otherwise("date")
    outside = here.filter((day > dataset.ends) | (pl.col("belongs").is_null() & (day < dataset.begins)))
    message = text("this is outside the assessment year, {begins} to {ends}", begins=dataset.begins, ends=dataset.ends)
    remedy = text("correct the date, or move the event to the year it belongs to")
    yield from fault(outside, "date", message, remedy)


def remarks(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Which cases count in this year although they were dealt with in another; and which may belong to an earlier."""
    linked = _linked(dataset, rules)
    if linked is None or rules.scheme.standing is None:
        return
    article = rules.scheme.standing.pending
    placed = pl.coalesce("handled", "date").is_between(dataset.begins, dataset.ends)
    for row in linked.filter(pl.col("belongs") == dataset.year, ~placed).sort("event").to_dicts():
        message = text("{event} counts in {year}, whose result the investigation {investigation} held up",
                       event=row["event"], year=dataset.year, investigation=row["investigation"])  # fmt: skip
        yield Problem("case", message, text("by {article}", article=article), "note", table="events")
    investigations, events = dataset.held("investigations"), dataset.held("events")
    if investigations is None or events is None:
        return
    open_then = (pl.col("opened") < dataset.begins) & (
        pl.col("closed").is_null() | (pl.col("closed") >= dataset.begins)
    )
    held = investigations.filter(open_then).select("institution", held="investigation")
    unnamed = events.filter(
        pl.col("investigation").is_null(), pl.col("status") != "withdrawn", pl.col("date") < dataset.begins
    )
    for row in unnamed.join(held, on="institution").unique("event").sort("event").to_dicts():
        message = text("{event} happened before the year and counts in it; if the investigation {investigation} "
                       "found it, it belongs to the year that was held up",
                       event=row["event"], investigation=row["held"])  # fmt: skip
        remedy = text("name the investigation then, by {article}", article=article)
        yield Problem("case", message, remedy, "warning", table="events")


def _linked(dataset: Dataset, rules: Rules) -> pl.DataFrame | None:
    """The events that name an investigation and count, each with it and with the year to which it belongs."""
    if "investigation" not in rules.scheme.needs.columns.get("events", {}):
        return None
    events = dataset.held("events")
    if events is None or "investigation" not in events.columns:  # checked for another scheme, whose stage is mixed in
        return None
    schema = {"investigation": pl.String, "institution": pl.String, "opened": pl.Date, "closed": pl.Date,
              "year": pl.String}  # fmt: skip
    investigations = dataset.held("investigations")
    known = pl.DataFrame(schema=schema) if investigations is None else investigations.select(list(schema))
    linked = events.filter(pl.col("status") != "withdrawn", pl.col("investigation").is_not_null())
    joined = linked.join(known, on=["investigation", "institution"], how="left")
    concluded = _concluded(dataset)
    rows = [_belongs(row, dataset, concluded.get(row["institution"])) for row in joined.to_dicts()]
    return joined.hstack(pl.DataFrame(rows, BELONGS, orient="row"))


def _concluded(dataset: Dataset) -> dict[str, date]:
    """The day on which each institution's assessment of this year was concluded, as far as it is recorded."""
    steps = dataset.held("steps")
    if steps is None:
        return {}
    done = steps.filter(
        pl.col("step") == "evaluation", pl.col("done").is_not_null(), pl.col("institution").is_not_null()
    )
    return dict(done.group_by("institution").agg(pl.col("done").min()).rows())


def _belongs(row: Row, dataset: Dataset, concluded: date | None) -> tuple[str | None, bool]:
    """The year to which an event belongs by its investigation (none: that in which it is dealt with), and whether
    that is known.

    It is the first that the investigation held up and in which, or before which, the event happened. Where the
    investigation began in the year after the event's, that may be the one before: only the day on which that year's
    assessment was concluded tells, or the column `year`.
    """
    if row["opened"] is None:
        return None, False
    if row["year"] is not None:
        return row["year"], True
    own = dataset.begins.year

    def year_of(day: date) -> int:
        return day.year - ((day.month, day.day) < (dataset.begins.month, dataset.begins.day))

    happened, opened = year_of(row["date"]), year_of(row["opened"])
    closed = None if row["closed"] is None else year_of(row["closed"])
    if happened < opened:
        if own == opened - 1:
            if concluded is None:
                return None, False
            if row["opened"] <= concluded:
                return str(own), True
        elif own == opened or closed == opened:
            return None, False
    first = max(happened, opened)
    return (str(first) if closed is None or closed > first else None), True


def _unknown(row: Row) -> Text:
    return text("{institution} has no such investigation: {investigation}",
                institution=row["institution"], investigation=row["investigation"])  # fmt: skip


def _open_year(row: Row) -> Text:
    return text("{event}: whether the investigation {investigation} held up the year before is not known",
                event=row["event"], investigation=row["investigation"])  # fmt: skip


def _elsewhere(row: Row) -> Text:
    return text("{event}: the investigation {investigation} held up {year}, to which this case belongs",
                event=row["event"], investigation=row["investigation"], year=row["belongs"])  # fmt: skip
