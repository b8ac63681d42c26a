"""What must hold of marks: that the item is marked, by whom it may be, within its scale, and without an interest."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kaohe.dataset import Dataset
from kaohe.messages import Text, listing, text
from kaohe.model import Mark, Rules, points, units
from kaohe.problems import Problem


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Everything wrong with the marks of a dataset under a scheme; marks by `self` are not looked at."""
    if "marks" not in dataset.tables or not rules.rubrics:
        return
    scorers = dataset.tables.get("scorers", pl.DataFrame(schema={"scorer": pl.String, "role": pl.String}))
    kinds = dataset.tables["institutions"].select("institution", "kind")
    marks = (
        dataset.tables["marks"]
        .filter(pl.col("status").fill_null("confirmed") != "withdrawn")
        .join(scorers.select("scorer", "role"), on="scorer", how="left")
        .filter(pl.col("role").fill_null("") != "self")
        .join(kinds, on="institution")
        .sort("institution", "scorer", "item", "by")
    )
    marked = {
        (kind, item.item): (clause, clause.out_of or item.full_score)
        for kind, code in rules.kinds.items()
        for item, clause in (rules.rubrics[code].clauses if code in rules.rubrics else ())
        if isinstance(clause, Mark)
    }
    key = rules.value("marks.roles") if "marks.roles" in rules.parameters else "by"
    for row in marks.to_dicts():
        if (row["kind"], row["item"]) not in marked:
            if rules.scheme.scorers != "persons":
                yield _fault(row, text("this item is not marked"), text("see kaohe rubric, or the year's plan"))
            continue
        clause, most = marked[row["kind"], row["item"]]
        if row["points"] > units(most):
            message = text("{points} is more than the highest mark, {most}", points=points(row["points"]), most=most)
            yield _fault(row, message, text("correct it"))
        allowed = clause.by if key == "by" else clause.of
        if allowed and row["scorer"] not in allowed and row["role"] not in allowed:
            message = text("this scorer does not mark the item; {allowed} does", allowed=listing(allowed))
            yield _fault(row, message, text("correct the scorer, or the plan"))
    yield from _interested(marks, dataset, rules)


def _interested(marks: pl.DataFrame, dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Marks by persons with an interest in the institution."""
    if "interests" not in dataset.tables or not rules.scheme.recusal:
        return
    own = marks.join(dataset.tables["interests"], left_on=["by", "institution"], right_on=["person", "institution"])
    for row in own.sort("institution", "scorer", "item", "by").to_dicts():
        message = text(
            "{person} has an interest here ({relation}) and does not mark", person=row["by"], relation=row["relation"]
        )
        yield _fault(row, message, text("let somebody else mark it, by {article}", article=rules.scheme.recusal))


def _fault(row: dict[str, object], message: Text, remedy: Text) -> Problem:
    place = " / ".join(str(row[name]) for name in ("institution", "scorer", "item", "by") if row[name])
    said = text("mark {place}: {message}", place=place, message=message)
    return Problem("mark", said, remedy, table="marks", key=place)
