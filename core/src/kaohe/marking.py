"""What must hold of marks: that the item is marked, by whom it may be, within its scale, and without an interest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from kaohe.dataset import Dataset
from kaohe.messages import Text, listing, text
from kaohe.model import Mark, Rules, points, units
from kaohe.problems import Problem

Row = dict[str, Any]
LISTED = 20
"""Faults of one kind that are listed one by one."""
ALLOWED: dict[str, Any] = {"kind": pl.String, "item": pl.String, "most": pl.Int64, "who": pl.List(pl.String)}


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Everything wrong with the marks of a dataset under a scheme.

    Marks by `self`, and of institutions that no table assesses, are not looked at; nor are marks on items that are
    computed from facts, where a scheme's scorers do not have roles.
    """
    if "marks" not in dataset.tables or not rules.rubrics:
        return
    scorers = dataset.tables.get("scorers", pl.LazyFrame(schema={"scorer": pl.String, "role": pl.String}))
    own = dataset.tables["marks"].filter(pl.col("status").fill_null("confirmed") != "withdrawn")
    marks = (
        own.join(scorers.select("scorer", "role"), on="scorer", how="left")
        .filter(pl.col("role").fill_null("") != "self")
        .join(dataset.tables["institutions"].select("institution", "kind"), on="institution")
        .filter(pl.col("kind").is_in(list(rules.kinds)))
        .join(_allowed(rules).lazy(), on=["kind", "item"], how="left")
        .sort("institution", "scorer", "item", "by")
        .collect()
    )
    if rules.scheme.scorers != "persons":
        unmarked = marks.filter(pl.col("most").is_null())
        yield from _each(unmarked, _not_marked, text("see kaohe rubric, or the year's plan"))
    yield from _each(marks.filter(pl.col("points") > pl.col("most")), _too_high, text("correct it"))
    meant = pl.col("who").list.contains(pl.col("scorer")) | pl.col("who").list.contains(pl.col("role").fill_null(""))
    others = marks.filter(pl.col("who").list.len() > 0, ~meant)
    yield from _each(others, _not_theirs, text("correct the scorer, or the plan"))
    interests = dataset.held("interests")
    if interests is not None and rules.scheme.recusal:
        interested = marks.join(interests, left_on=["by", "institution"], right_on=["person", "institution"])
        yield from _each(
            interested, _interested, text("let somebody else mark it, by {article}", article=rules.scheme.recusal)
        )


def _allowed(rules: Rules) -> pl.DataFrame:
    """Each marked item of each kind with its highest mark in units, and who marks it (nobody named: everybody)."""
    key = rules.value("marks.roles") if "marks.roles" in rules.parameters else "by"
    rows = [
        (kind, item.item, units(clause.out_of or item.full_score), clause.by if key == "by" else clause.of)
        for kind, code in rules.kinds.items()
        for item, clause in rules.rubrics[code].clauses
        if isinstance(clause, Mark)
    ]
    return pl.DataFrame(rows, ALLOWED, orient="row")


def _not_marked(_: Row) -> Text:
    return text("this item is not marked")


def _too_high(row: Row) -> Text:
    return text(
        "{points} is more than the highest mark, {most}", points=points(row["points"]), most=points(row["most"])
    )


def _not_theirs(row: Row) -> Text:
    return text("this scorer does not mark the item; {allowed} does", allowed=listing(row["who"]))


def _interested(row: Row) -> Text:
    return text(
        "{person} has an interest here ({relation}) and does not mark", person=row["by"], relation=row["relation"]
    )


def _each(rows: pl.DataFrame, said: Callable[[Row], Text], remedy: Text) -> Iterator[Problem]:
    """A fault for each row by its place; beyond a few they are counted."""
    for row in rows.head(LISTED).to_dicts():
        place = " / ".join(str(row[name]) for name in ("institution", "scorer", "item", "by") if row[name])
        message = text("mark {place}: {message}", place=place, message=said(row))
        yield Problem("mark", message, remedy, table="marks", key=place)
    if (more := rows.height - LISTED) > 0:
        message = text("{n} more rows like these: {message}", n=more, message=said(rows.row(-1, named=True)))
        yield Problem("mark", message, remedy, table="marks")
