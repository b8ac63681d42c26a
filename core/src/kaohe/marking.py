"""What must hold of marks: that the item is marked, by whom it may be, within its scale, and without an interest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from kaohe.dataset import CONTRACT, Dataset
from kaohe.dataset.places import Row, at_rows
from kaohe.dataset.served import with_served
from kaohe.messages import Text, listing, text
from kaohe.model import Mark, Rules, points, units
from kaohe.problems import Problem, Severity

ALLOWED: dict[str, Any] = {"kind": pl.String, "item": pl.String, "most": pl.Int64, "who": pl.List(pl.String)}


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Everything wrong with the marks of a dataset under a scheme.

    Marks by `self`, and of institutions that no table assesses, are not looked at; nor are marks on items that are
    computed from facts, where a scheme's scorers do not have roles. Who has an interest does not mark; where the
    scheme has no such article, that is only told.
    """
    if not {"marks", "institutions"} <= dataset.tables.keys() or not rules.rubrics or not dataset.sound("scorers"):
        return
    scorers = dataset.tables.get("scorers", pl.LazyFrame(schema={"scorer": pl.String, "role": pl.String}))
    own = dataset.tables["marks"].filter(pl.col("status").fill_null("confirmed") != "withdrawn")
    marks = (
        own.join(scorers.select("scorer", "role"), on="scorer", how="left")
        .filter(pl.col("role").fill_null("") != "self")
        .join(dataset.tables["institutions"].select("institution", "kind"), on="institution")
        .filter(pl.col("kind").is_in(list(rules.kinds)))
        .join(allowed(rules).lazy(), on=["kind", "item"], how="left")
        .collect()
    )

    def fault(
        rows: pl.DataFrame, column: str, said: Text | Callable[[Row], Text], remedy: Text, severity: Severity = "error"
    ) -> Iterator[Problem]:
        return at_rows(dataset, "marks", rows, column, said, remedy, code="mark", severity=severity)

    if rules.scheme.scorers != "persons":
        unmarked = marks.filter(pl.col("most").is_null())
        yield from fault(unmarked, "item", _not_marked, text("see kaohe rubric, or the year's plan"))
    yield from fault(marks.filter(pl.col("points") > pl.col("most")), "points", _too_high, text("correct it"))
    meant = pl.col("who").list.contains(pl.col("scorer")) | pl.col("who").list.contains(pl.col("role").fill_null(""))
    others = marks.filter(pl.col("who").list.len() > 0, ~meant)
    yield from fault(others, "scorer", _not_theirs, text("correct the scorer, or the plan"))
    if rules.scheme.scorers != "persons":
        served = with_served(dataset).tables["served"].filter(pl.col("persons") > 0).collect()
        nowhere = marks.join(served, on=["institution", "scorer"], how="anti")
        remedy = text("correct the scorer, its region, or the table “served” ({title})", title=CONTRACT["served"])
        yield from fault(nowhere, "scorer", _no_sheet, remedy)
    interests = dataset.held("interests")
    if interests is None:
        return
    interested = marks.join(interests, left_on=["by", "institution"], right_on=["person", "institution"])
    persons = interests.group_by("institution").agg(pl.col("person").sort())
    unsaid = marks.filter(pl.col("by").is_null()).join(persons, on="institution")
    if article := rules.scheme.recusal:
        somebody_else = text("let somebody else mark it, by {article}", article=article)
        yield from fault(interested, "by", _interested, somebody_else)
        yield from fault(unsaid, "by", _unsaid, text("say who marked it, by {article}", article=article))
    else:
        counts = text("no article of the scheme forbids it: the mark counts")
        yield from fault(interested, "by", _interest, counts, "warning")
        yield from fault(unsaid, "by", _unsaid, counts, "warning")


def allowed(rules: Rules) -> pl.DataFrame:
    """Each marked item of each kind with its highest mark in units, and who marks it (nobody named: everybody)."""
    key = rules.value("marks.roles") if "marks.roles" in rules.parameters else "by"
    rows = [
        (kind, item.item, units(clause.out_of or item.full_score), clause.by if key == "by" else clause.of)
        for kind, code in rules.kinds.items()
        for item, clause in rules.rubrics[code].clauses
        if isinstance(clause, Mark)
    ]
    return pl.DataFrame(rows, ALLOWED, orient="row")


def _not_marked(row: Row) -> Text:
    return text("“{item}”: this item is not marked", item=row["item"])


def _too_high(row: Row) -> Text:
    return text(
        "{points} is more than the highest mark, {most}", points=points(row["points"]), most=points(row["most"])
    )


def _not_theirs(row: Row) -> Text:
    return text("{scorer} does not mark the item {item}; {allowed} does",
                scorer=row["scorer"], item=row["item"], allowed=listing(row["who"]))  # fmt: skip


def _no_sheet(row: Row) -> Text:
    return text("{scorer} does not assess {institution}: the mark would count nowhere",
                scorer=row["scorer"], institution=row["institution"])  # fmt: skip


def _interested(row: Row) -> Text:
    return text("{person} has an interest in {institution} ({relation}) and does not mark",
                person=row["by"], institution=row["institution"], relation=row["relation"])  # fmt: skip


def _interest(row: Row) -> Text:
    return text("{person} has an interest in {institution} ({relation}) and marked it",
                person=row["by"], institution=row["institution"], relation=row["relation"])  # fmt: skip


def _unsaid(row: Row) -> Text:
    return text("who marked is not said, and {persons} has an interest in {institution}",
                persons=listing(row["person"]), institution=row["institution"])  # fmt: skip
