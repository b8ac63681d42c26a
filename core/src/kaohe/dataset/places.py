"""Faults that only the rules of a scheme find, said with file, row and column like all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.findings import LISTED
from kaohe.dataset.model import Dataset
from kaohe.dataset.raw import FILE, ROW
from kaohe.messages import Text, plural
from kaohe.problems import Problem, Severity

Row = dict[str, Any]


def at_rows(
    dataset: Dataset,
    table: str,
    rows: pl.DataFrame,
    column: str,
    said: Text | Callable[[Row], Text],
    remedy: Text | Callable[[Row], Text | None] | None = None,
    *,
    code: str,
    severity: Severity = "error",
) -> Iterator[Problem]:
    """A fault for each of these rows of a table, under a column; beyond a hundred they are counted.

    `rows` has at least the columns of the table's key; `said` and `remedy` may be functions of a row. Without places
    (a dataset that was not read from anywhere) the key stands in place of file and row.
    """
    if rows.is_empty():
        return
    key = list(CONTRACT[table].key)
    typed = dataset.places.get(table)
    if typed is None:
        placed = rows.with_columns(pl.lit(None, pl.Int64).alias(ROW), pl.lit(None, pl.Int64).alias(FILE)).sort(key)
    else:
        kept = [name for name in rows.columns if name not in (FILE, ROW)]
        places = typed.rows.select(FILE, ROW, *key).join(rows.lazy().select(key), on=key, how="semi", nulls_equal=True)
        placed = rows.select(kept).join(places.collect(), on=key, how="left", nulls_equal=True).sort(FILE, ROW)
    heading = typed.heading(column) if typed is not None else column
    for row in placed.head(LISTED).to_dicts():
        file = typed.raw.files[row[FILE]] if typed is not None and row[FILE] is not None else str(CONTRACT[table])
        named = "" if typed is not None else " / ".join(str(row[name]) for name in key if row[name] is not None)
        message, advice = (what(row) if callable(what) else what for what in (said, remedy))
        assert message is not None
        yield Problem(code, message, advice, severity, file, table, row[ROW], heading, named)
    if (more := placed.height - LISTED) > 0:
        last = placed.row(-1, named=True)
        message, advice = (what(last) if callable(what) else what for what in (said, remedy))
        counted = plural(
            more, "{n} more row like these: {message}", "{n} more rows like these: {message}", message=message
        )
        file = typed.raw.files[0] if typed is not None else str(CONTRACT[table])
        yield Problem(code, counted, advice, severity, file, table, None, heading)
