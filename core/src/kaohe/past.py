"""What must hold of earlier years' results."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kaohe.dataset import Dataset
from kaohe.dataset.places import Row, at_rows
from kaohe.messages import Text, text
from kaohe.model import Rules, points, units
from kaohe.problems import Problem


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Scores of the same scheme above the full score of the institution's table."""
    history = dataset.held("history")
    if history is None or not rules.kinds or "institutions" not in dataset.tables:
        return
    most = pl.DataFrame(
        [(kind, units(rules.rubrics[rubric].full_score)) for kind, rubric in rules.kinds.items()],
        {"kind": pl.String, "most": pl.Int64},
        orient="row",
    )
    kinds = dataset.tables["institutions"].select("institution", "kind").collect().join(most, on="kind")
    own = history.filter(pl.col("scheme") == rules.scheme.scheme).join(kinds, on="institution")
    remedy = text("correct it")
    yield from at_rows(
        dataset, "history", own.filter(pl.col("score") > pl.col("most")), "score", _above, remedy, code="history"
    )


def _above(row: Row) -> Text:
    return text("{points} is more than the full score, {most}", points=points(row["score"]), most=points(row["most"]))
