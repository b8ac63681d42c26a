"""Roles: scorers who mark a part each, or whose scores count by the weight of their role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import narwhals as nw
import polars as pl

from kaohe.model import Rules
from kaohe.money import whole_weights
from kaohe.stages.combine import ROUNDING_STEP
from kaohe.stages.combine import combine as by_persons
from kaohe.stages.contract import ITEMS, SCORES, TOTALS
from kaohe.stages.frames import Frame, Tables, collected, floor_division, held, materialised, rule_tables
from kaohe.stages.marks import SHEET, marked_items

Total = tuple[int, int, int]
"""The lowest and the highest value, both times the third: exact at any size, and quick for many institutions."""
NOTHING: Total = (0, 0, 1)


def combine(tables: Tables, rules: Rules) -> Tables:
    """Items, scores and totals where the scheme's scorers are by_role or parts.

    A sheet has only the items that are marked on it, and its score is out of the table's full score, in
    proportion, half up to 0.0001. `by_role`: several scores of one role become one (combine.several), the roles' scores
    their weighted mean (combine.roles). `parts`: each item counts once, and the items are added up. A total is
    rounded once.
    """
    rule = rule_tables(rules)
    own_sheets = tables["sheets"].select("sheet_no", *SHEET, "persons", "rubric")
    whole = by_persons(tables, rules)["items"]
    full = rule["items"].select("rubric", "item", "full")
    of_sheet = own_sheets.drop("sheet_no").join(full, on="rubric")
    items = materialised(
        whole.join(_elsewhere(own_sheets, tables, rules), on=[*SHEET, "item"], how="anti").join(
            of_sheet, on=[*SHEET, "item"]
        )
    )
    missing = rules.value("missing.counts")
    scores = materialised(_scores(items, full, missing))
    if rules.scheme.scorers == "parts":
        totals = _parts(items, own_sheets.select("institution", "rubric").unique().join(full, on="rubric"), rules)
    else:
        totals = _by_role(scores, tables, rules)
    return {
        "items": items.select(*ITEMS, "sheet_no", "item_no"),
        "scores": scores.select(*SCORES, "sheet_no"),
        "totals": totals,
    }


def _elsewhere(own_sheets: Frame, tables: Tables, rules: Rules) -> Frame:
    """The marked items that do not stand on a sheet: institution, scorer, item."""
    marked = rule_tables(rules)["clauses"].filter(nw.col("shape") == "mark").select("rubric", "item").unique()
    here = marked_items(own_sheets.select(*SHEET, "rubric"), tables, rules).select(*SHEET, "item")
    return own_sheets.join(marked, on="rubric").select(*SHEET, "item").join(here, on=[*SHEET, "item"], how="anti")


def _scores(items: Frame, full: Frame, missing: str | None) -> Frame:
    """Each sheet's score out of the table's full score: institution, scorer, persons, rubric, score, low, high."""
    table = full.group_by("rubric").agg(nw.col("full").sum().cast(nw.Int64).alias("table_full"))
    known = ~nw.col("points").is_null()
    summed = (
        items.with_columns(
            known_points=nw.when(known).then(nw.col("points")).otherwise(nw.lit(0)),
            known_full=nw.when(known).then(nw.col("full")).otherwise(nw.lit(0)),
        )
        .group_by("sheet_no", *SHEET, "persons", "rubric")
        .agg(*(nw.col(name).sum().cast(nw.Int64) for name in ("low", "high", "full", "known_points", "known_full")))
        .join(table, on="rubric")
    )
    low, high = _scaled(nw.col("low"), nw.col("full")), _scaled(nw.col("high"), nw.col("full"))
    if missing == "reweighted":
        some = nw.when(nw.col("known_full") > 0).then(nw.col("known_full"))
        low = high = _scaled(nw.col("known_points"), some)
    elif missing is not None:
        low = high = _scaled(nw.col("known_points"), nw.col("full"))
    ends = summed.with_columns(low=low, high=high)
    return ends.with_columns(score=nw.when(nw.col("low") == nw.col("high")).then(nw.col("low")))


def _scaled(points: nw.Expr, of: nw.Expr) -> nw.Expr:
    """Points of a part, out of the table's full score, half up to a unit; both are at most 10⁷ units."""
    return floor_division(2 * points * nw.col("table_full") + of, 2 * of).cast(nw.Int64)


def _parts(items: Frame, grid: Frame, rules: Rules) -> Frame:
    """Each item once: the mean of the sheets on which it stands; one that stands on none is open."""
    counts = rules.value("missing.counts")
    if counts == "reweighted":
        items = items.filter(~nw.col("points").is_null())
    once = items.group_by("institution", "item").agg(
        _known("low").sum().cast(nw.Int64).alias("low"), _known("high").sum().cast(nw.Int64).alias("high"),
        nw.col("item").count().cast(nw.Int64).alias("times"),
    )  # fmt: skip
    joined = collected(grid.join(once, on=["institution", "item"], how="left"))
    whole = dict(joined.group_by("institution").agg(pl.col("full").sum()).rows())
    if counts == "reweighted":
        joined = joined.drop_nulls("times")
    nothing_known = {"full": pl.col("full"), "zero": pl.lit(0)}.get(counts or "")
    floor, ceiling = (pl.lit(0), pl.col("full")) if nothing_known is None else (nothing_known, nothing_known)
    shared = joined.with_columns(pl.coalesce("low", floor), pl.coalesce("high", ceiling), pl.col("times").fill_null(1))
    sums = shared.group_by("institution", "times", maintain_order=True).agg(pl.col("low", "high", "full").sum())
    totals: dict[str, Total] = {}
    known: dict[str, int] = defaultdict(int)
    for name, times, low, high, full in sums.rows():
        totals[name] = _plus(totals.get(name, NOTHING), low, high, times)
        known[name] += full
    if counts == "reweighted":
        totals = {name: (low * whole[name], high * whole[name], below * known[name])
                  for name, (low, high, below) in totals.items()}  # fmt: skip
    return _rounded(totals, rules)


def _known(end: str) -> nw.Expr:
    """An item's points, or that end of its range where it has none."""
    points = nw.col("points")
    return nw.when(points.is_null()).then(nw.col(end)).otherwise(points)


def _by_role(scores: Frame, tables: Tables, rules: Rules) -> Frame:
    """The weighted mean of the roles' scores, exact.

    A role of which nobody has a sheet is open from nothing to the full score; where missing counts are
    reweighted it is left out. Without weights a total lies between the lowest and the highest role.
    """
    roles = tables["scorers"].select("scorer", "role")
    rows = collected(
        scores.join(roles, on="scorer").select("institution", "role", "persons", "low", "high", "table_full")
    )
    reweighted = rules.value("missing.counts") == "reweighted"
    of_role = _one_of_each_role(rows.drop_nulls("low") if reweighted else rows, rules)
    weights: Mapping[str, Decimal] | None = rules.value("combine.roles")
    if weights is None:
        return _rounded(_between(of_role), rules)
    whole = dict(zip(weights, whole_weights(weights.values()), strict=True))
    totals: dict[str, Total] = {}
    counted: dict[str, int] = defaultdict(int)
    for name, role, low, high, weighed in of_role.filter(pl.col("role").is_in(list(weights))).rows():
        totals[name] = _plus(totals.get(name, NOTHING), whole[role] * low, whole[role] * high, weighed)
        counted[name] += whole[role]
    if not reweighted:
        # What a role that has no sheet may still add: anything up to the full score.
        full = dict(rows.select("institution", "table_full").unique().rows())
        all_weights = sum(whole.values())
        for name, most in full.items():
            totals[name] = _plus(totals.get(name, NOTHING), 0, (all_weights - counted[name]) * most, 1)
            counted[name] = all_weights
    totals = {name: (low, high, below * counted[name]) for name, (low, high, below) in totals.items()}
    return _rounded(totals, rules)


def _one_of_each_role(rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The score of each institution and role: institution, role, and low and high, both times `weighed`."""
    weight = pl.col("persons") if rules.value("combine.several") == "weighted" else pl.lit(1)
    weight = weight.cast(pl.Int128)
    return rows.group_by("institution", "role", maintain_order=True).agg(
        (weight * pl.col("low")).sum().alias("low"),
        (weight * pl.col("high")).sum().alias("high"),
        weight.sum().alias("weighed") if rules.value("combine.several") == "weighted" else pl.len().alias("weighed"),
    )


def _between(of_role: pl.DataFrame) -> dict[str, Total]:
    """All that a total may be while the roles have no weights."""
    ends: dict[str, tuple[Fraction, Fraction]] = {}
    for name, _, low, high, weighed in of_role.rows():
        own = Fraction(low, weighed), Fraction(high, weighed)
        lowest, highest = ends.get(name, own)
        ends[name] = min(lowest, own[0]), max(highest, own[1])
    return {name: _plus(_plus(NOTHING, low.numerator, 0, low.denominator), 0, high.numerator, high.denominator)
            for name, (low, high) in ends.items()}  # fmt: skip


def _plus(total: Total, low: int, high: int, below: int) -> Total:
    """A total and a part of it more, as whole numbers: nothing is rounded."""
    return total[0] * below + low * total[2], total[1] * below + high * total[2], total[2] * below


def _rounded(totals: Mapping[str, Total], rules: Rules) -> Frame:
    """Each institution's total, rounded once by score.rounding."""
    name: str = rules.value("score.rounding")
    step, half = ROUNDING_STEP[name], name.startswith("half_up")

    def rounded(points: int, below: int) -> int:
        of = below * step
        return ((2 * points + of) // (2 * of) if half else points // of) * step

    ends = [(code, rounded(low, below), rounded(high, below)) for code, (low, high, below) in totals.items()]
    rows = [(code, low if low == high else None, low, high) for code, low, high in ends]
    schema = {column: pl.String if kind is nw.String else pl.Int64 for column, kind in TOTALS.items()}
    return held(pl.DataFrame(rows, schema, orient="row"))
