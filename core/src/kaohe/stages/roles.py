"""Roles: scorers who mark a part each, or whose scores count by the weight of their role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import lcm

import narwhals as nw
import polars as pl

from kaohe.model import Rules
from kaohe.money import whole_weights
from kaohe.stages.combine import ROUNDING_STEP
from kaohe.stages.combine import combine as by_persons
from kaohe.stages.contract import ITEMS, SCORES, TOTALS
from kaohe.stages.frames import Frame, Tables, collected, floor_division, held, materialised, rule_tables, whole
from kaohe.stages.marks import SHEET, marked_items

Ends = tuple[int, int, int]
"""The lowest and the highest value, equal where it is known, over a common denominator: whole numbers of any size."""
NOTHING: Ends = (0, 0, 1)
ZERO, FULL = whole(0), nw.col("full")


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
    full = rule["items"].select("rubric", "item_no", "full")
    if "mark" in {clause.shape for rubric in rules.rubrics.values() for _, clause in rubric.clauses}:
        whole = whole.join(_elsewhere(own_sheets, tables, rules), on=[*SHEET, "item"], how="anti")
    of_sheet = own_sheets.select("sheet_no", "persons", "rubric")
    items = materialised(whole.join(of_sheet, on="sheet_no").join(full.drop("rubric"), on="item_no"))
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
    missing = rules.value("missing.counts")
    if missing == "reweighted":
        items = items.filter(~nw.col("points").is_null())
    once = items.group_by("institution", "item_no").agg(
        _known("low").sum().cast(nw.Int64).alias("low"), _known("high").sum().cast(nw.Int64).alias("high"),
        nw.col("item_no").count().cast(nw.Int64).alias("times"),
    )  # fmt: skip
    lowest, highest = {"full": (FULL, FULL), "zero": (ZERO, ZERO)}.get(missing, (ZERO, FULL))
    counted = grid.join(once, on=["institution", "item_no"], how="left").with_columns(
        low=nw.coalesce("low", lowest), high=nw.coalesce("high", highest), times=nw.coalesce("times", nw.lit(0))
    )
    sums = counted.group_by("institution", "times").agg(
        *(nw.col(name).sum().cast(nw.Int64) for name in ("low", "high", "full"))
    )
    totals: dict[str, Ends] = {}
    known: dict[str, int] = defaultdict(int)
    whole: dict[str, int] = defaultdict(int)
    for name, times, low, high, full in collected(sums).rows():
        whole[name] += full
        if times or missing != "reweighted":
            known[name] += full
            totals[name] = _added(totals.get(name, NOTHING), (low, high, times or 1))
    if missing == "reweighted":  # the known items scaled up to the table's full score
        totals = {name: (low * whole[name], high * whole[name], of * known[name])
                  for name, (low, high, of) in totals.items()}  # fmt: skip
    return _rounded(totals, rules)


def _known(end: str) -> nw.Expr:
    """An item's points, or that end of its range where it has none."""
    points = nw.col("points")
    return nw.when(points.is_null()).then(nw.col(end)).otherwise(points)


def _added(one: Ends, other: Ends) -> Ends:
    of = lcm(one[2], other[2])
    low, high = (one[end] * (of // one[2]) + other[end] * (of // other[2]) for end in (0, 1))
    return low, high, of


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
    weighing = dict(zip(weights, whole_weights(weights.values()), strict=True))
    totals: dict[str, Ends] = {}
    counted: dict[str, int] = defaultdict(int)
    for name, role, low, high, of in of_role.filter(pl.col("role").is_in(list(weights))).rows():
        totals[name] = _added(totals.get(name, NOTHING), (weighing[role] * low, weighing[role] * high, of))
        counted[name] += weighing[role]
    if not reweighted:
        # What roles that have no sheet may still add: anything up to the full score.
        every = sum(weighing.values())
        for name, full in rows.select("institution", "table_full").unique().rows():
            totals[name] = _added(totals.get(name, NOTHING), (0, (every - counted[name]) * full, 1))
            counted[name] = every
    return _rounded({name: (low, high, of * counted[name]) for name, (low, high, of) in totals.items()}, rules)


def _one_of_each_role(rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The score of each institution and role: institution, role, and low and high, both over `of`."""
    by_persons = rules.value("combine.several") == "weighted"
    weighed = rows.with_columns(weight=(pl.col("persons") if by_persons else pl.lit(1)).cast(pl.Int128))
    return weighed.group_by("institution", "role", maintain_order=True).agg(
        low=(pl.col("weight") * pl.col("low")).sum(),
        high=(pl.col("weight") * pl.col("high")).sum(),
        of=pl.col("weight").sum(),
    )


def _between(of_role: pl.DataFrame) -> dict[str, Ends]:
    """All that a total may be while the roles have no weights."""
    ends: dict[str, tuple[Fraction, Fraction]] = {}
    for name, _, low, high, of in of_role.rows():
        own = Fraction(low, of), Fraction(high, of)
        lowest, highest = ends.get(name, own)
        ends[name] = min(lowest, own[0]), max(highest, own[1])
    return {name: _added((low.numerator, 0, low.denominator), (0, high.numerator, high.denominator))
            for name, (low, high) in ends.items()}  # fmt: skip


def _rounded(totals: Mapping[str, Ends], rules: Rules) -> Frame:
    """Each institution's total, rounded once by score.rounding."""
    name: str = rules.value("score.rounding")
    step = ROUNDING_STEP[name]

    def rounded(points: int, of: int) -> int:
        """Of points over `of`, in whole steps."""
        half = step * of if name.startswith("half_up") else 0
        return (2 * points + half) // (2 * step * of) * step

    rows = []
    for institution, (lowest, highest, of) in totals.items():
        low, high = rounded(lowest, of), rounded(highest, of)
        rows.append((institution, low if low == high else None, low, high))
    schema = {column: pl.String if kind is nw.String else pl.Int64 for column, kind in TOTALS.items()}
    return held(pl.DataFrame(rows, schema, orient="row"))
