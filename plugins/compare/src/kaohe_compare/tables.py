"""A comparison as plain tables: what is written to a workbook or a database, and printed as JSON."""

from __future__ import annotations

from typing import Any

import polars as pl

from kaohe.run import decimals
from kaohe_compare.comparing import Comparison
from kaohe_compare.coverage import by_item, by_kind

YUAN = 100
MONEY = ("amount", "forfeited")


def tables(comparison: Comparison) -> dict[str, pl.DataFrame]:
    """Every table of a comparison; coverage comes before any number. Points and yuan are exact decimals.

    `sides`, `assumptions`, `left_open` (by side), `coverage` (by side, kind and item), `clauses` (every clause of it),
    `results`, `money`, `score_parts` and `money_parts` (the first side with each of the others).
    """
    parts = {pair: comparison.why(*pair) for pair in comparison.pairs}
    scores = [_of_pair(*pair, decimals(found.scores)) for pair, found in parts.items()]
    money = [_of_pair(*pair, found.money) for pair, found in parts.items()]
    return {
        "sides": _sides(comparison),
        "assumptions": _assumptions(comparison),
        "left_open": _left_open(comparison),
        "coverage": _covered(comparison),
        "clauses": comparison.coverage,
        "results": _in_yuan(comparison.results),
        "money": _in_yuan(comparison.money),
        "score_parts": pl.concat(scores),
        "money_parts": _in_yuan(pl.concat(money)),
    }


def document(comparison: Comparison) -> dict[str, Any]:
    """The same as plain data, with points and yuan as text."""
    found = {name: plain(table).to_dicts() for name, table in tables(comparison).items()}
    return {"dataset": comparison.dataset.name, **found}


def plain(table: pl.DataFrame) -> pl.DataFrame:
    """Decimals as text without trailing zeros; money keeps its two places."""
    named = [
        pl.col(name).cast(pl.String)
        if name in MONEY
        else pl.col(name).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
        for name, kind in table.schema.items()
        if isinstance(kind, pl.Decimal)
    ]
    return table.with_columns(named)


def _of_pair(left: str, right: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.lit(left).alias("left"), pl.lit(right).alias("right"), pl.all())


def _in_yuan(rows: pl.DataFrame) -> pl.DataFrame:
    there = [name for name in MONEY if name in rows.columns]
    return rows.with_columns((pl.col(name).cast(pl.Decimal(38, 2)) / YUAN).cast(pl.Decimal(38, 2)) for name in there)


def _sides(comparison: Comparison) -> pl.DataFrame:
    rows = [
        (side.name, stage, source.rules.scheme.scheme)
        for side in comparison.sides.values()
        for stage, source in side.chosen.stages.items()
    ]
    return pl.DataFrame(rows, {"side": pl.String, "stage": pl.String, "scheme": pl.String}, orient="row")


def _assumptions(comparison: Comparison) -> pl.DataFrame:
    rows = [(side, str(assumption.said)) for assumption in comparison.assumptions for side in assumption.sides]
    return pl.DataFrame(rows, {"side": pl.String, "message": pl.String}, orient="row")


def _left_open(comparison: Comparison) -> pl.DataFrame:
    rows = [
        (side, problem.severity, problem.code, str(problem.message), str(problem.remedy or ""))
        for side, problems in comparison.left_open.items()
        for problem in problems
    ]
    return pl.DataFrame(rows, dict.fromkeys(("side", "severity", "code", "open", "remedy"), pl.String), orient="row")


def _covered(comparison: Comparison) -> pl.DataFrame:
    """Coverage by item, and what part of the table's full score has data, in percent rounded down."""
    known = by_kind(comparison.coverage)
    rows = [
        (side, kind, None if part is None else 100 * part.numerator // part.denominator)
        for (side, kind), part in known.items()
    ]
    percent = pl.DataFrame(rows, {"side": pl.String, "kind": pl.String, "table_percent": pl.Int64}, orient="row")
    return by_item(comparison.coverage).join(percent, on=["side", "kind"], how="left", maintain_order="left")
