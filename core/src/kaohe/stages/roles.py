"""Roles: scorers who mark a part each, or whose scores count by the weight of their role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import narwhals as nw
import polars as pl

from kaohe.model import Rules
from kaohe.money import half_up
from kaohe.stages.combine import ROUNDING_STEP
from kaohe.stages.combine import combine as by_persons
from kaohe.stages.contract import ITEMS, SCORES, TOTALS
from kaohe.stages.frames import Frame, Tables, collected, floor_division, held, materialised, rule_tables
from kaohe.stages.marks import SHEET, marked_items

Ends = tuple[Fraction, Fraction]
"""The lowest and the highest value, equal where it is known."""


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
    if rules.value("missing.counts") == "reweighted":
        items = items.filter(~nw.col("points").is_null())
    once = items.group_by("institution", "item").agg(
        _known("low").sum().cast(nw.Int64).alias("low"), _known("high").sum().cast(nw.Int64).alias("high"),
        nw.col("item").count().cast(nw.Int64).alias("times"),
    )  # fmt: skip
    joined = collected(grid.join(once, on=["institution", "item"], how="left"))
    if rules.value("missing.counts") == "reweighted":
        return _rounded(_reweighted(joined), rules)
    nothing_known = {"full": pl.col("full"), "zero": pl.lit(0)}.get(rules.value("missing.counts") or "")
    floor, ceiling = (pl.lit(0), pl.col("full")) if nothing_known is None else (nothing_known, nothing_known)
    whole = joined.filter((pl.col("times") == 1) | pl.col("times").is_null()).with_columns(
        pl.coalesce("low", floor), pl.coalesce("high", ceiling)
    )
    sums = whole.group_by("institution").agg(pl.col("low").sum(), pl.col("high").sum())
    totals = {name: (Fraction(low), Fraction(high)) for name, low, high in sums.rows()}
    shared = joined.filter(pl.col("times") > 1).select("institution", "low", "high", "times")
    for name, low, high, times in shared.rows():
        before = totals.get(name, (Fraction(0), Fraction(0)))
        totals[name] = before[0] + Fraction(low, times), before[1] + Fraction(high, times)
    return _rounded(totals, rules)


def _known(end: str) -> nw.Expr:
    """An item's points, or that end of its range where it has none."""
    points = nw.col("points")
    return nw.when(points.is_null()).then(nw.col(end)).otherwise(points)


def _reweighted(joined: pl.DataFrame) -> dict[str, Ends]:
    """The known items scaled up to the table's full score."""
    whole = dict(joined.group_by("institution").agg(pl.col("full").sum()).rows())
    points: dict[str, Fraction] = defaultdict(Fraction)
    known: dict[str, int] = defaultdict(int)
    for name, full, low, times in joined.drop_nulls("times").select("institution", "full", "low", "times").rows():
        points[name] += Fraction(low, times)
        known[name] += full
    scaled = {name: Fraction(points[name] * whole[name], known[name]) for name in points}
    return {name: (score, score) for name, score in scaled.items()}


def _by_role(scores: Frame, tables: Tables, rules: Rules) -> Frame:
    """The weighted mean of the roles' scores, in exact fractions; few assessees are assessed so.

    A role of which nobody has a sheet is open from nothing to the full score; where missing counts are
    reweighted it is left out. Without weights a total lies between the lowest and the highest role.
    """
    roles = tables["scorers"].select("scorer", "role")
    rows = collected(
        scores.join(roles, on="scorer").select("institution", "role", "persons", "low", "high", "table_full")
    )
    weights: Mapping[str, Decimal] | None = rules.value("combine.roles")
    reweighted = rules.value("missing.counts") == "reweighted"
    totals: dict[str, Ends] = {}
    for (name,), sheets_of in rows.group_by("institution", maintain_order=True):
        known = sheets_of.drop_nulls("low") if reweighted else sheets_of
        ends = {
            str(role): _one_of(of_role.select("persons", "low", "high").rows(), rules)
            for (role,), of_role in known.group_by("role", maintain_order=True)
        }
        if weights is not None and not reweighted:
            nobody = Fraction(0), Fraction(sheets_of["table_full"][0])
            ends = {role: ends.get(role, nobody) for role in weights}
        if total := _weighed(ends, weights):
            totals[str(name)] = total
    return _rounded(totals, rules)


def _weighed(ends: Mapping[str, Ends], weights: Mapping[str, Decimal] | None) -> Ends | None:
    """The weighted mean of the roles' scores; without weights, all that it may be; None where there is nothing."""
    if weights is None:
        return (min(low for low, _ in ends.values()), max(high for _, high in ends.values())) if ends else None
    weighed = {role: Fraction(weight) for role, weight in weights.items() if role in ends}
    whole = sum(weighed.values(), Fraction(0))
    low, high = (sum((weighed[role] * ends[role][end] for role in weighed), Fraction(0)) for end in (0, 1))
    return (Fraction(low, whole), Fraction(high, whole)) if weighed else None


def _one_of(rows: Iterable[tuple[int, int, int]], rules: Rules) -> Ends:
    """The score of one role, from the persons, low and high of its sheets."""
    listed = [
        (persons if rules.value("combine.several") == "weighted" else 1, low, high) for persons, low, high in rows
    ]
    whole = sum(weight for weight, _, _ in listed)
    return (
        Fraction(sum(weight * low for weight, low, _ in listed), whole),
        Fraction(sum(weight * high for weight, _, high in listed), whole),
    )


def _rounded(totals: Mapping[str, Ends], rules: Rules) -> Frame:
    """Each institution's total, rounded once by score.rounding."""
    name: str = rules.value("score.rounding")
    step = ROUNDING_STEP[name]

    def rounded(points: Fraction) -> int:
        return (half_up(Fraction(points, step)) if name.startswith("half_up") else points // step) * step

    rows = []
    for institution, ends in totals.items():
        low, high = (rounded(end) for end in ends)
        rows.append((institution, low if low == high else None, low, high))
    schema = {column: pl.String if kind is nw.String else pl.Int64 for column, kind in TOTALS.items()}
    return held(pl.DataFrame(rows, schema, orient="row"))
