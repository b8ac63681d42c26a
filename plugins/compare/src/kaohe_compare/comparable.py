"""Comparable totals: what the clauses amount to whose facts all the compared tables count, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl
from attrs import evolve

from kaohe import Dataset
from kaohe.model import Rubric
from kaohe.run import compute
from kaohe.sources import Chosen
from kaohe_compare.coverage import shared_facts
from kaohe_compare.sides import Side, scored_by

COLUMNS = {"institution": pl.String, "comparable": pl.Int64, "comparable_full": pl.Int64}


def comparable(dataset: Dataset, sides: Sequence[Side]) -> dict[str, pl.DataFrame]:
    """By side: each institution's total over the facts that all sides with a table for its kind count, COLUMNS.

    Points are ten-thousandths. Before vetoes; items keep their full score and lose the clauses whose facts others do
    not count, so that the total is out of `comparable_full`. Empty where fewer than two sides have a table.
    """
    tables = [side for side in sides if side.rubrics]
    found = {side.name: pl.DataFrame(schema=COLUMNS) for side in sides}
    if len(tables) < 2:
        return found
    done: dict[tuple[int, ...], pl.DataFrame] = {}
    for side in tables:
        # Sides that score alike (a scheme and its mixes) are computed once.
        alike = tuple(id(side.chosen.stages[stage].rules.rubrics) for stage in ("score", "combine"))
        if alike not in done:
            done[alike] = _totals(dataset, _restricted(side.chosen, tables))
        found[side.name] = done[alike]
    return found


def _restricted(chosen: Chosen, tables: Sequence[Side]) -> Chosen:
    """The rules with the shared facts' clauses alone, a table for each kind."""
    rubrics: dict[str, Rubric] = {}
    kinds: dict[str, str] = {}
    for kind, code in chosen.rules.kinds.items():
        having = [side for side in tables if kind in side.chosen.rules.kinds]
        facts = shared_facts(having, kind) if len(having) > 1 else []
        rubric = _only(chosen.rules.rubrics[code], facts)
        if rubric is not None:
            kinds[kind] = f"{code} {kind}"
            rubrics[kinds[kind]] = evolve(rubric, rubric=kinds[kind], kind=kind)
    return scored_by(chosen, rubrics, kinds)


def _only(rubric: Rubric, facts: Sequence[str]) -> Rubric | None:
    """The table with the items and clauses that count these facts; None where nothing is left."""
    sections = []
    for section in rubric.sections:
        items = [
            evolve(item, clauses=[clause for clause in item.clauses if clause.fact in facts]) for item in section.items
        ]
        sections.append(evolve(section, items=[item for item in items if item.clauses]))
    full = sum((item.full_score for section in sections for item in section.items), Decimal(0))
    return evolve(rubric, sections=sections, vetoes=[], full_score=full) if full else None


def _totals(dataset: Dataset, chosen: Chosen) -> pl.DataFrame:
    if not chosen.rules.rubrics:
        return pl.DataFrame(schema=COLUMNS)
    totals = compute(dataset, chosen.stages, last="combine")["totals"]
    full = {kind: int(chosen.rules.rubrics[code].full_score * 10_000) for kind, code in chosen.rules.kinds.items()}
    kinds: Mapping[str, str] = dict(dataset.tables["institutions"].select("institution", "kind").collect().rows())
    outs = [full[kinds[name]] for name in totals["institution"]]
    return totals.select(
        "institution", pl.col("score").alias("comparable"), pl.Series("comparable_full", outs, dtype=pl.Int64)
    )
