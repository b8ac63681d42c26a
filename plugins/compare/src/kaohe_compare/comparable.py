"""Comparable totals: what the clauses amount to whose facts all the compared tables count, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl
from attrs import evolve

from kaohe import Dataset, Rules, collected, held
from kaohe.compute import Kept, tables_after
from kaohe.model import Rubric, units
from kaohe.stages.narrowed import narrowed
from kaohe_compare.coverage import shared_facts
from kaohe_compare.sides import Side

COLUMNS = {"institution": pl.String, "comparable": pl.Int64, "comparable_full": pl.Int64}


def comparable(dataset: Dataset, sides: Sequence[Side], kept: Kept) -> dict[str, pl.DataFrame]:
    """By side: each institution's total over the facts that all sides with a table for its kind count, COLUMNS.

    Points are ten-thousandths. Before vetoes; items keep their full score and lose the clauses whose facts others do
    not count, so that the total is out of `comparable_full`. Nothing is scored anew: what is left of the trace (which
    `kept` has from the run) is combined. Empty where fewer than two sides have a table.
    """
    tables = [side for side in sides if side.rubrics]
    found = {side.name: pl.DataFrame(schema=COLUMNS) for side in sides}
    done: dict[tuple[int, ...], pl.DataFrame] = {}
    for side in tables if len(tables) > 1 else []:
        # Sides that score and combine alike (a scheme and most of its mixes) are combined once.
        alike = tuple(kept.number(side.chosen.stages[stage]) for stage in ("exempt", "score", "combine"))
        if alike not in done:
            done[alike] = _totals(dataset, side, tables, kept)
        found[side.name] = done[alike]
    return found


def _totals(dataset: Dataset, side: Side, tables: Sequence[Side], kept: Kept) -> pl.DataFrame:
    source = side.chosen.stages["combine"]
    rules = _restricted(source.rules, tables)
    if not rules.rubrics:
        return pl.DataFrame(schema=COLUMNS)
    scored = narrowed(tables_after("score", dataset, side.chosen.stages, kept), source.rules, rules)
    combined = source.city.stage("combine", scored, rules) or {}
    fulls = [(kind, units(rules.rubrics[code].full_score)) for kind, code in rules.kinds.items()]
    full = held(pl.DataFrame(fulls, {"kind": pl.String, "comparable_full": pl.Int64}, orient="row"))
    kinds = scored["institutions"].select("institution", "kind").join(full, on="kind")
    totals = combined["totals"].select("institution", comparable="score").join(kinds, on="institution")
    return collected(totals.select(list(COLUMNS)))


def _restricted(rules: Rules, tables: Sequence[Side]) -> Rules:
    """The rules with the shared facts' clauses alone.

    Kinds assessed by one table of which the same facts are shared have one table here too.
    """
    rubrics: dict[str, Rubric] = {}
    kinds: dict[str, str] = {}
    for kind, code in rules.kinds.items():
        having = [side for side in tables if kind in side.chosen.rules.kinds]
        facts = shared_facts(having, kind) if len(having) > 1 else []
        rubric = _with_only(rules.rubrics[code], facts)
        if rubric is not None:
            kinds[kind] = " ".join([code, *sorted(facts)])
            rubrics[kinds[kind]] = evolve(rubric, rubric=kinds[kind])
    return evolve(rules, rubrics=rubrics, kinds=kinds)


def _with_only(rubric: Rubric, facts: Sequence[str]) -> Rubric | None:
    """The table with the items and clauses that count these facts; None where nothing is left."""
    sections = []
    for section in rubric.sections:
        items = [
            evolve(item, clauses=[clause for clause in item.clauses if clause.fact in facts]) for item in section.items
        ]
        sections.append(evolve(section, items=[item for item in items if item.clauses]))
    full = sum((item.full_score for section in sections for item in section.items), Decimal(0))
    return evolve(rubric, sections=sections, vetoes=[], full_score=full) if full else None
