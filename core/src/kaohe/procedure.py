"""The procedure: which steps of the scheme's calendar each assessee has taken, late, or not at all."""

from __future__ import annotations

from typing import Literal

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
    institutions = dataset.tables["institutions"].filter(pl.col("kind").is_in(list(rules.kinds)))
    nothing = pl.LazyFrame(schema={"institution": pl.String, "step": pl.String, "due": pl.Date, "done": pl.Date})
    recorded = dataset.tables.get("steps", nothing)
    parts = [pl.LazyFrame(schema=SCHEMA)]
    for deadline in rules.scheme.calendar:
        concerned = institutions.filter(pl.col("kind").is_in(deadline.kinds or list(rules.kinds))).select("institution")
        rows = recorded.filter(pl.col("step") == deadline.step)
        first = rows.group_by("institution").agg(
            pl.col("done").min(), pl.col("due").max().alias("own_due"), there=pl.lit(True)
        )
        due = pl.coalesce("own_due", pl.lit(deadline.due, pl.Date))
        state = (
            pl.when(pl.col("there").is_null()).then(pl.lit("unrecorded"))
            .when(pl.col("done").is_null()).then(pl.lit("missing"))
            .when(pl.col("done") > due).then(pl.lit("late"))
            .otherwise(pl.lit("done"))
        )  # fmt: skip
        how: Literal["left", "inner"] = "left" if deadline.everyone else "inner"
        parts.append(
            concerned.join(first, on="institution", how=how)
            .with_columns(step=pl.lit(deadline.step), due=due, state=state, article=pl.lit(deadline.article))
            .select(list(SCHEMA))
        )
    return pl.concat(parts)
