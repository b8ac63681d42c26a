"""Inside scoring: what each fact costs or earns on either side, and what floors, ceilings and rounding make of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from math import factorial, lcm

import polars as pl
from attrs import frozen

from kaohe import Dataset, Rules
from kaohe.model import units
from kaohe.stages.outcome import Outcome
from kaohe_compare.coverage import MARK
from kaohe_compare.mixes import COMBINING, SCORING, Mixes
from kaohe_compare.shapley import Coalition, coalitions, weights

LEFT, RIGHT = "left", "right"
SHEET = ["institution", "scorer"]
LINE = {"part": pl.String, "side": pl.String, "item": pl.String, "fact": pl.String}
"""A part of a score: its kind, whose item (left or right; neither, where both have the same table), the item, the fact;
what does not apply is empty."""
REST, VETO = (dict(zip(LINE, map(pl.lit, (part, "", "", "")), strict=True)) for part in ("rest", "veto"))
PLACE = ["institution", *LINE]
WIDE = pl.Int128
"""Points are at most 10⁸ units, persons of an institution 10¹⁰, the orders of five stages 120; an item stands on few
sheets: no numerator or denominator passes 10²⁸."""


def scoring_parts(mixes: Mixes, institutions: Collection[str]) -> pl.DataFrame:
    """What scoring brings to the difference of each institution's score, line by line, in ten-thousandths, exactly.

    PLACE, and `points` / `of` in whole numbers, `of` the institution's; lines of nothing are left out. The lines of a
    score: the start of items that deduct; the points of each fact, combined over the sheets by their weights; the
    effect of each item's floor or ceiling; what is assumed of missing facts; rounding and what is no sum over sheets;
    what a veto leaves of it. Between two mixes that differ in scoring alone, the lines differ by points on the right
    less points on the left; scoring's part is the mean of that over the mixes of the others.
    """
    counted = weights(SCORING, mixes.players)
    asked = pl.DataFrame({"institution": list(institutions)}, {"institution": pl.String})
    totals: dict[tuple[bool, bool], _Total] = {}
    times: dict[tuple[bool, bool], int] = defaultdict(int)
    vetoes = []
    for coalition in coalitions(mixes.players):
        way = SCORING in coalition, COMBINING in coalition
        if way not in totals:
            totals[way] = _Total.of(mixes, coalition, asked)
        times[way] += counted[coalition]
        vetoes.append(_left_by_vetoes(mixes, coalition, asked, totals[way], counted[coalition]))
    lines = [totals[way].lines.with_columns(times=pl.lit(number, WIDE)) for way, number in times.items()]
    return _added(pl.concat([*lines, *vetoes]), factorial(len(mixes.players)))


def _left_by_vetoes(mixes: Mixes, coalition: Coalition, asked: pl.DataFrame, total: _Total, times: int) -> pl.DataFrame:
    """What vetoes make of a total; a veto may settle a score of which the total is open."""
    results = mixes.outcome(coalition)["results"].select("institution", "score").join(asked, on="institution")
    rows = results.join(total.known, on="institution", how="left")
    left = (pl.col("score") - pl.col("total").fill_null(0)).cast(WIDE)
    return rows.select("institution", **VETO, points=left, of=pl.lit(1, WIDE), times=pl.lit(times, WIDE))


def _added(lines: pl.DataFrame, whole: int) -> pl.DataFrame:
    """The sum of points / of × times / whole for each line, over a common denominator for each institution."""
    denominators = lines.select("institution", "of").unique().group_by("institution").agg("of")
    common = pl.DataFrame(
        [(name, lcm(*those)) for name, those in denominators.rows()],
        {"institution": pl.String, "common": WIDE}, orient="row",
    )  # fmt: skip
    wide = lines.join(common, on="institution").with_columns(
        points=pl.col("points") * pl.col("times") * (pl.col("common") // pl.col("of"))
    )
    sums = wide.group_by(PLACE).agg(pl.col("points").sum(), of=pl.col("common").first() * whole)
    return sums.filter(pl.col("points") != 0).sort(PLACE)


@frozen(eq=False)
class _Total:
    """The scores before the vetoes in a mix. `lines`: PLACE, points, of; `known`: institution, total where known."""

    lines: pl.DataFrame
    known: pl.DataFrame

    @classmethod
    def of(cls, mixes: Mixes, coalition: Coalition, asked: pl.DataFrame) -> _Total:
        """The lines and totals of those who are asked about."""
        outcome, rules = mixes.outcome(coalition), mixes.rules(coalition, "combine")
        totals = outcome.lazy("totals").select("institution", total="score").drop_nulls().collect()
        known = totals.join(asked, on="institution")
        items = weighed(outcome.lazy("items").join(known.lazy(), on="institution", how="semi"), rules, mixes.dataset)
        side = pl.lit(RIGHT if SCORING in coalition else LEFT)
        own = items.with_columns(side=pl.when(pl.col("kind").is_in(mixes.alike)).then(pl.lit("")).otherwise(side))
        lines = pl.concat([_of_items(own), _of_facts(own, outcome, rules)]).with_columns(
            pl.col("points", "of").cast(WIDE)
        )
        return cls(pl.concat([lines, _rest(lines, known)]), known)


def _rest(lines: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """What a total has beyond its lines: each of these once more, with the other sign, and the total."""
    others = lines.group_by("institution", "of").agg(points=pl.lit(-1, WIDE) * pl.col("points").sum())
    whole = known.select("institution", points=pl.col("total").cast(WIDE), of=pl.lit(1, WIDE))
    both = pl.concat([others.select("institution", "points", "of"), whole])
    return both.select("institution", **REST).with_columns(both["points"], both["of"])


def weighed(items: pl.LazyFrame, rules: Rules, dataset: Dataset) -> pl.DataFrame:
    """The items of every sheet with their table, full score, what they start from (`base`), and `weight` / `of`.

    By persons or alike, as the scorers are combined; an item that counts once, by the sheets on which it stands.
    Where scorers' roles weigh, sheets count alike here, and the rest says what the roles make of it.
    """
    tables = pl.DataFrame(
        [(kind, code, item.item, full := units(item.full_score), full if item.direction == "deduct" else 0)
         for kind, code in rules.kinds.items() for item in rules.rubrics[code].items],
        {"kind": pl.String, "rubric": pl.String, "item": pl.String, "full": pl.Int64, "base": pl.Int64}, orient="row",
    )  # fmt: skip
    kinds = dataset.tables["institutions"].select("institution", "kind")
    rows = items.join(kinds, on="institution").join(tables.lazy(), on=["kind", "item"])
    sheet, place = pl.struct("institution", "scorer"), ["institution", "item"]
    if rules.scheme.scorers == "parts":
        return rows.with_columns(weight=pl.lit(1, pl.Int64), of=pl.len().over(place).cast(pl.Int64)).collect()
    if rules.scheme.scorers == "persons" and rules.value("combine.scorers") == "weighted":
        served = dataset.tables["served"].select("institution", "scorer", weight="persons")
        rows = rows.join(served, on=["institution", "scorer"])
    else:
        rows = rows.with_columns(weight=pl.lit(1, pl.Int64))
    once = pl.col("weight").filter(sheet.is_first_distinct())
    return rows.with_columns(of=once.sum().over("institution")).collect()


def _of_items(items: pl.DataFrame) -> pl.DataFrame:
    """Starts, and what floors and ceilings (or an assumption about missing facts) do: LINES."""
    known = items.filter(pl.col("points").is_not_null()).with_columns(fact=pl.lit(""))
    open_ = pl.col("raw").is_null() | (pl.col("low") != pl.col("high"))
    starts = known.with_columns(part=pl.lit("start"), side=pl.lit(""), item=pl.lit(""), points="base")
    ends = known.with_columns(
        part=pl.when(open_).then(pl.lit("missing")).otherwise(pl.lit("cap")),
        points=pl.col("points") - pl.col("base") - pl.col("raw").fill_null(0),
    )
    return pl.concat([_summed(part) for part in (starts, ends)])


def _of_facts(items: pl.DataFrame, outcome: Outcome, rules: Rules) -> pl.DataFrame:
    """What the clauses of each fact amount to, on the sheets that count: LINES."""
    facts = [
        (rubric.rubric, clause.clause, clause.fact) for rubric in rules.rubrics.values() for _, clause in rubric.clauses
    ]
    clauses = pl.LazyFrame(facts, dict.fromkeys(("rubric", "clause", "fact"), pl.String), orient="row")
    pooled = outcome.between.get("pooled")
    rows = outcome.lazy("trace") if pooled is None else outcome.engine.polars(pooled)
    counted = rows.filter(pl.col("points").is_not_null(), pl.col("status") != "veto").join(
        clauses, on=["rubric", "clause"]
    )
    known = items.lazy().filter(pl.col("points").is_not_null()).select(*SHEET, "item", "side", "weight", "of")
    weighed = counted.select("institution", "scorer", "item", "fact", "points").join(
        known, on=["institution", "scorer", "item"]
    )
    mark = pl.col("fact") == MARK
    lines = weighed.with_columns(
        part=pl.when(mark).then(pl.lit("mark")).otherwise(pl.lit("fact")),
        **{name: pl.when(mark).then(name).otherwise(pl.lit("")) for name in ("side", "item")},
    )
    return _summed(lines.collect())


def _summed(lines: pl.DataFrame) -> pl.DataFrame:
    """LINES: PLACE, points, of; points × weight added up."""
    key = [*PLACE, "of"]
    # Points are at most 10¹⁸, persons 10⁹.
    added = lines.group_by(key).agg(points=(pl.col("points").cast(pl.Int128) * pl.col("weight")).sum())
    return added.select(*PLACE, "points", "of")
