"""Combine: a sheet's items within their caps, its score, and the scorers' scores made one."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import UNITS_PER_POINT, Rules
from kaohe.stages.contract import ITEMS, SCORES, TOTALS
from kaohe.stages.frames import Frame, Tables, floor_division, materialised, nothing, rule_tables, whole
from kaohe.stages.pool import pooled

CAPPED = nw.Int32
"""Within its full score an item's points fit into 32 bits."""
MOST_ITEMS = 2**16
"""More than the numbers of items take."""
SCORED = ["sheet_no", "score", "low", "high"]
ROUNDING_STEP = {
    "half_up_2": UNITS_PER_POINT // 100,
    "half_up_1": UNITS_PER_POINT // 10,
    "half_up_0": UNITS_PER_POINT,
    "down_2": UNITS_PER_POINT // 100,
}


def combine(tables: Tables, rules: Rules) -> Tables:
    """Items, scores and totals with their lowest and highest values.

    Reads sheets, periods, trace, and marks by self where they are there. Parameters: combine.scorers,
    missing.counts, score.rounding. Items that deduct start full and stop at zero; items that earn start at
    zero and stop at full. A total is rounded once, here. Beside the contract's columns items and scores have
    sheet_no, items item_no, by which they are joined and ordered; `summed` are the items in these numbers alone, on the
    sheets `summed_on`. Where the facts are pooled, `pooled` are the rows of the trace that the pooled sheets have:
    institution, scorer, rubric, item, clause, points, status.
    """
    rule = rule_tables(rules)
    own_sheets = tables["sheets"]
    between: dict[str, Frame] = {}
    scored = tables["scored"] if "scored" in tables else _numbered(tables, rule["clauses"])
    if rules.value("combine.scorers") == "pooled":
        own_sheets, scored = pooled(own_sheets, scored, rule, tables["periods"], rules)
        between["pooled"] = _in_words(scored, own_sheets, rule["clauses"])
    missing = rules.value("missing.counts")
    items = materialised(_items(own_sheets, scored, rule, missing))
    scores = materialised(_scores(items.join(rule["items"].select("item_no", "full"), on="item_no"), missing))
    place = own_sheets.select("sheet_no", "institution", "scorer")
    ends = {name: nw.col(name).cast(nw.Int64) for name in ("points", "low", "high")}
    summed = _with_self_points(items.with_columns(**ends), place, rule["items"], tables)
    named = summed.join(place, on="sheet_no").join(rule["items"].select("item_no", "item"), on="item_no")
    return {
        "items": named.select(*ITEMS, "sheet_no", "item_no"),
        "scores": scores.join(place, on="sheet_no").select(*SCORES, "sheet_no"),
        "totals": _totals(scores, own_sheets, rules),
        "summed": summed,
        "summed_on": place,
        **between,
    }


def _in_words(scored: Frame, own_sheets: Frame, clauses: Frame) -> Frame:
    return (
        scored.join(own_sheets.select("sheet_no", "institution", "scorer", "rubric"), on="sheet_no")
        .join(clauses.select("clause_no", "item", "clause"), on="clause_no")
        .select("institution", "scorer", "rubric", "item", "clause", "points", "status")
    )


def _numbered(tables: Tables, clauses: Frame) -> Frame:
    """The trace of a city's own scoring in the numbers of sheets, items, clauses and periods."""
    sheet = tables["sheets"].select("sheet_no", "institution", "scorer")
    return (
        tables["trace"]
        .filter(nw.col("status") != "veto")
        .join(sheet, on=["institution", "scorer"])
        .join(clauses.select("rubric", "clause", "item_no", "clause_no"), on=["rubric", "clause"], how="left")
        .join(tables["periods"].select("period", "period_no"), on="period", how="left")
    )


def _items(own_sheets: Frame, trace: Frame, rule: Tables, missing: str | None) -> Frame:
    """Every item of every sheet: sheet_no, item_no, raw, points, low, high."""
    # One number for both: groups and joins by one column take half the time of those by two.
    place = nw.col("sheet_no").cast(nw.Int64) * MOST_ITEMS + nw.col("item_no")
    counted = trace.filter(~nw.col("points").is_null()).select(
        place=place, raw=nw.col("points"), lowest=whole(0), highest=whole(0)
    )
    open_ends = (
        trace.filter(nw.col("status") == "missing")
        .join(rule["clauses"].select("clause_no", "lowest", "highest"), on="clause_no")
        .select("lowest", "highest", place=place, raw=whole(0))
    )
    parts = [part.select("place", "raw", "lowest", "highest") for part in (counted, open_ends)]
    sums = [nw.col(name).sum().cast(nw.Int64) for name in ("raw", "lowest", "highest")]
    together = nw.concat(parts).group_by("place").agg(*sums)
    unreported = trace.filter(nw.col("status") == "unreported").select("sheet_no").unique()
    grid = (
        own_sheets.select("sheet_no", "table_no")
        .join(unreported.with_columns(silent=nw.lit(True)), on="sheet_no", how="left")
        .join(rule["items"].drop("rubric", "item"), on="table_no")
        .with_columns(place=place, silent=~nw.col("silent").is_null())
        .join(together, on="place", how="left")
        .with_columns(
            raw=nw.when(~nw.col("silent")).then(_or_zero("raw")), lowest=_or_zero("lowest"), highest=_or_zero("highest")
        )
    )
    low = _capped(nw.col("base") + nw.col("raw") + nw.col("lowest"))
    high = _capped(nw.col("base") + nw.col("raw") + nw.col("highest"))
    ended = grid.with_columns(
        low=nw.when(nw.col("silent")).then(nw.lit(0)).otherwise(low).cast(nw.Int64),
        high=nw.when(nw.col("silent")).then(nw.col("full")).otherwise(high).cast(nw.Int64),
    )
    chosen = {"full": nw.col("high"), "zero": nw.col("low")}.get(missing or "", nothing(nw.Int64))
    known = (nw.col("low") == nw.col("high")) & ~nw.col("silent")
    points = nw.when(known).then(nw.col("low")).otherwise(chosen)
    return ended.with_columns(
        points=points.cast(CAPPED), low=nw.col("low").cast(CAPPED), high=nw.col("high").cast(CAPPED)
    ).select("sheet_no", "item_no", "raw", "points", "low", "high")


def _or_zero(column: str) -> nw.Expr:
    return nw.when(nw.col(column).is_null()).then(nw.lit(0)).otherwise(nw.col(column)).cast(nw.Int64)


def _capped(points: nw.Expr) -> nw.Expr:
    return nw.when(points < 0).then(nw.lit(0)).when(points > nw.col("full")).then(nw.col("full")).otherwise(points)


def _scores(items: Frame, missing: str | None) -> Frame:
    """Each sheet's score; where facts are missing, its ends, or what the parameter makes of it."""
    known = ~nw.col("points").is_null()
    summed = (
        items.with_columns(
            known_points=nw.when(known).then(nw.col("points")).otherwise(nw.lit(0)).cast(nw.Int64),
            known_full=nw.when(known).then(nw.col("full")).otherwise(nw.lit(0)).cast(nw.Int64),
            low=nw.col("low").cast(nw.Int64),
            high=nw.col("high").cast(nw.Int64),
            unknown=(~known).cast(nw.Int64),
        )
        .group_by("sheet_no")
        .agg(
            *(
                nw.col(name).sum().cast(nw.Int64)
                for name in ("low", "high", "full", "known_points", "known_full", "unknown")
            )
        )
    )
    if missing == "reweighted":
        part = nw.when(nw.col("known_full") > 0).then(nw.col("known_full"))
        score = floor_division(2 * nw.col("known_points") * nw.col("full") + part, 2 * part)
    else:
        score = nw.when(nw.col("unknown") == 0).then(nw.col("known_points"))
    scored = summed.with_columns(score=score.cast(nw.Int64))
    if missing is None:
        agreed = nw.when(nw.col("low") == nw.col("high")).then(nw.col("low")).otherwise(nw.col("score"))
        return scored.with_columns(score=agreed).select(SCORED)
    determined = ~nw.col("score").is_null()
    return scored.with_columns(
        low=nw.when(determined).then(nw.col("score")).otherwise(nw.col("low")),
        high=nw.when(determined).then(nw.col("score")).otherwise(nw.col("high")),
    ).select(SCORED)


def _totals(scores: Frame, own_sheets: Frame, rules: Rules) -> Frame:
    weight = nw.col("persons") if rules.value("combine.scorers") == "weighted" else nw.lit(1)
    weighted = scores.join(own_sheets.select("sheet_no", "institution", "persons"), on="sheet_no").with_columns(
        weight=weight.cast(nw.Int64)
    )
    if rules.value("missing.counts") == "reweighted":
        weighted = weighted.filter(~nw.col("score").is_null())
    summed = (
        weighted.with_columns(low=nw.col("low") * nw.col("weight"), high=nw.col("high") * nw.col("weight"))
        .group_by("institution")
        .agg(*(nw.col(name).sum().cast(nw.Int64) for name in ("low", "high", "weight")))
    )
    rounding = rules.value("score.rounding")
    ends = summed.with_columns(
        low=_mean(nw.col("low"), rounding).cast(nw.Int64), high=_mean(nw.col("high"), rounding).cast(nw.Int64)
    )
    agreed = nw.when(nw.col("low") == nw.col("high")).then(nw.col("low"))
    return ends.with_columns(score=agreed).select(list(TOTALS))


def _mean(total: nw.Expr, rounding: str) -> nw.Expr:
    """The sum over the weight, rounded once: half up, or down."""
    step = ROUNDING_STEP[rounding]
    weight = nw.col("weight")
    if rounding.startswith("half_up"):
        return floor_division(2 * total + step * weight, 2 * step * weight) * step
    return floor_division(total, step * weight) * step


def _with_self_points(items: Frame, place: Frame, of_rubrics: Frame, tables: Tables) -> Frame:
    """The items with what the institution itself gave for them."""
    if "marks" not in tables or "scorers" not in tables:
        return items.with_columns(self_points=nothing(nw.Int64))
    own = tables["scorers"].filter(nw.col("role") == "self").select("scorer")
    marks = (
        tables["marks"]
        .filter(nw.col("status") != "withdrawn")
        .join(own, on="scorer")
        .group_by("institution", "item")
        .agg(nw.col("points").max().alias("self_points"))
        .join(place.select("sheet_no", "institution"), on="institution")
        .join(of_rubrics.select("item_no", "item"), on="item")
    )
    given = marks.select("sheet_no", "item_no", "self_points")
    return materialised(items.join(given, on=["sheet_no", "item_no"], how="left"))
