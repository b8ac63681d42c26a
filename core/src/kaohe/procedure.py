"""The procedure: which steps of the scheme's calendar each assessee has taken, late, or not at all."""

from __future__ import annotations

import polars as pl

from kaohe.dataset import Dataset
from kaohe.model import Rules

SCHEMA = {
    "institution": pl.String, "step": pl.String, "due": pl.Date, "done": pl.Date, "state": pl.String,
    "article": pl.String,
}  # fmt: skip
"""`state`: done; late; missing (a row without a date: not done); unrecorded (no row at all)."""


def procedure(dataset: Dataset, rules: Rules) -> pl.LazyFrame:
    """The state of every step of the calendar for every institution that has a rubric and that it concerns.

    Without a table `steps` no step is recorded. Where a step is taken with several scorers, the first date counts. A
    row's own `due` goes before the calendar's.
    """
    kinds = list(rules.kinds)
    calendar = pl.LazyFrame(
        [
            (kind, deadline.step, deadline.due, deadline.article, deadline.everyone)
            for deadline in rules.scheme.calendar
            for kind in deadline.kinds or kinds
        ],
        {"kind": pl.String, "step": pl.String, "by": pl.Date, "article": pl.String, "everyone": pl.Boolean},
        orient="row",
    )
    nothing = pl.LazyFrame(schema={"institution": pl.String, "step": pl.String, "due": pl.Date, "done": pl.Date})
    first = (
        dataset.tables.get("steps", nothing)
        .group_by("institution", "step")
        .agg(pl.col("done").min(), pl.col("due").max(), there=pl.lit(True))
    )
    due = pl.coalesce("due", "by")
    state = (
        pl.when(pl.col("there").is_null()).then(pl.lit("unrecorded"))
        .when(pl.col("done").is_null()).then(pl.lit("missing"))
        .when(pl.col("done") > due).then(pl.lit("late"))
        .otherwise(pl.lit("done"))
    )  # fmt: skip
    return (
        dataset.tables["institutions"]
        .filter(pl.col("kind").is_in(kinds))
        .select("institution", "kind")
        .join(calendar, on="kind")
        .join(first, on=["institution", "step"], how="left")
        .filter(pl.col("everyone") | pl.col("there").is_not_null())
        .with_columns(due=due, state=state)
        .select(list(SCHEMA))
    )
