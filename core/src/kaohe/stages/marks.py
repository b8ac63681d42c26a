"""Marks: the points that scorers give on items, and on which sheets a marked item stands."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from kaohe.model import Mark, Rules, units
from kaohe.stages.frames import SMALL, Frame, Tables, floor_division, held, materialised, nothing, rule_tables

SHEET = ["institution", "scorer"]
STANDS = {"rubric": pl.String, "clause": pl.String, "item": pl.String, "out_of": pl.Int64, "who": pl.String}


def marks(reported: Frame, tables: Tables, rules: Rules) -> list[Frame]:
    """Rows of the trace, in its numbers, for the marked items of the reported sheets; none without such items.

    `reported`: sheet_no, institution, scorer, rubric. Reads marks, scorers, where they are there. Quantity and
    denominator are the mark and the highest mark, points the item's full score in proportion, half up to 0.0001.
    Withdrawn marks do not count; how several persons' marks become one is the parameter marks.several.
    """
    if _stands(rules).is_empty():
        return []
    scale = rule_tables(rules)["clauses"].select("rubric", "clause", "item_no", "clause_no", "step", "step_unit")
    numbers = reported.select("sheet_no", *SHEET)
    wanted = marked_items(reported, tables, rules).join(scale, on=["rubric", "clause"]).join(numbers, on=SHEET)
    if "marks" in tables:
        wanted = wanted.join(_given(tables["marks"], rules), on=[*SHEET, "item"], how="left")
    else:
        wanted = wanted.with_columns(quantity=nothing(nw.Int64), disputed=nothing(nw.Int64))
    # A mark and a full score are at most 10⁷ units, a scale at most 10⁷ over 10⁷.
    exact = 2 * nw.col("quantity") * nw.col("step") + nw.col("step_unit")
    known, disputed = ~nw.col("quantity").is_null(), nw.col("disputed") == 1
    rows = wanted.with_columns(
        period_no=nw.lit(0).cast(SMALL),
        points=floor_division(exact, 2 * nw.col("step_unit")).cast(nw.Int64),
        denominator=nw.when(known).then(nw.col("out_of")).cast(nw.Int64),
        reference_quantity=nothing(nw.Int64),
        reference_denominator=nothing(nw.Int64),
        status=nw.when(~known)
        .then(nw.lit("missing"))
        .when(disputed)
        .then(nw.lit("disputed"))
        .otherwise(nw.lit("counted")),
    )
    return [materialised(rows)]


def marked_items(sheets: Frame, tables: Tables, rules: Rules) -> Frame:
    """The marked items of each sheet: institution, scorer, rubric, item, clause, out_of.

    An item that names scorers or roles stands on their sheets only (the parameter marks.roles: by, or of).
    """
    stands = held(_stands(rules))
    roles = sheets.with_columns(role=nw.lit(""))
    if "scorers" in tables:
        roles = sheets.join(tables["scorers"].select("scorer", "role"), on="scorer", how="left")
    who = nw.col("who")
    named = (who == "") | (who == nw.col("scorer")) | (who == nw.col("role"))
    rows = roles.join(stands, on="rubric").filter(named)
    return rows.select(*SHEET, "rubric", "item", "clause", "out_of").unique()


def _stands(rules: Rules) -> pl.DataFrame:
    """Each marked item with each scorer or role on whose sheets it stands; empty for all."""
    key = rules.value("marks.roles") if "marks.roles" in rules.parameters else "by"
    rows = [
        (rubric.rubric, clause.clause, item.item, units(clause.out_of or item.full_score), who)
        for rubric in rules.rubrics.values()
        for item, clause in rubric.clauses
        if isinstance(clause, Mark)
        for who in (clause.by if key == "by" else clause.of) or [""]
    ]
    return pl.DataFrame(rows, STANDS, orient="row")


def _given(marks: Frame, rules: Rules) -> Frame:
    """One mark for each sheet and item: institution, scorer, item, quantity, disputed."""
    points = nw.col("points")
    grouped = (
        marks.filter(nw.col("status") != "withdrawn")
        .with_columns(disputed=(nw.col("status") == "disputed").cast(nw.Int64))
        .group_by(*SHEET, "item")
        .agg(
            points.sum().cast(nw.Int64).alias("total"),
            points.count().cast(nw.Int64).alias("persons"),
            points.min().alias("lowest"),
            points.max().alias("highest"),
            nw.col("disputed").max(),
        )
    )
    several = rules.value("marks.several")
    average = floor_division(2 * nw.col("total") + nw.col("persons"), 2 * nw.col("persons"))
    chosen = average if several == "mean" else nw.col(several)
    return grouped.with_columns(quantity=chosen.cast(nw.Int64)).select(*SHEET, "item", "quantity", "disputed")
