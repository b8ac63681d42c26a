"""Inside scoring: what each fact costs or earns on either side, and what floors, ceilings and rounding make of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from fractions import Fraction

import polars as pl
from attrs import define, field

from kaohe import Dataset, Rules
from kaohe.model import units
from kaohe.stages.outcome import Outcome
from kaohe_compare.coverage import MARK
from kaohe_compare.mixes import COMBINING, SCORING, Mixes
from kaohe_compare.shapley import Coalition, coalitions, weights

Line = tuple[str, str, str, str]
"""A part of a score: its kind, whose item (left or right), the item, the fact; what does not apply is empty."""

Lines = dict[Line, Fraction]
LEFT, RIGHT = "left", "right"
REST, VETO = ("rest", "", "", ""), ("veto", "", "", "")


def scoring_parts(mixes: Mixes, institutions: Collection[str]) -> dict[str, Lines]:
    """What scoring brings to the difference of each institution's score, line by line, in ten-thousandths, exactly.

    The lines of a score: the start of items that deduct; the points of each fact, combined over the sheets by their
    weights; the effect of each item's floor or ceiling; what is assumed of missing facts; rounding and what is no
    sum over sheets; what a veto leaves of it. Between two mixes that differ in scoring alone, the lines differ by
    points on the right less points on the left; scoring's part is the mean of that over the mixes of the others.
    """
    others = [player for player in mixes.players if player != SCORING]
    counted = weights(SCORING, mixes.players)
    whole = sum(counted[one | {SCORING}] for one in coalitions(others))
    scored = _Scored(mixes, frozenset(institutions))
    found: dict[str, Lines] = {institution: defaultdict(Fraction) for institution in institutions}
    for one in coalitions(others):
        with_it = one | {SCORING}
        weight = Fraction(counted[with_it], whole)
        for coalition, sign in ((with_it, weight), (one, -weight)):
            for institution, lines in scored.lines(coalition).items():
                for line, points in lines.items():
                    found[institution][line] += sign * points
    return {
        institution: {line: points for line, points in lines.items() if points} for institution, lines in found.items()
    }


@define(eq=False)
class _Scored:
    """The lines of every institution's score in a mix; those before the vetoes once for a way of combining."""

    mixes: Mixes
    institutions: frozenset[str]
    _before: dict[tuple[bool, bool], tuple[dict[str, Lines], dict[str, int | None]]] = field(factory=dict)

    def lines(self, coalition: Coalition) -> dict[str, Lines]:
        outcome = self.mixes.outcome(coalition)
        before, totals = self._combined(coalition, outcome)
        results = outcome["results"].filter(pl.col("institution").is_in(list(self.institutions)))
        found: dict[str, Lines] = {}
        for institution, score in results.select("institution", "score").rows():
            total = totals.get(institution)
            # A veto may settle a score of which the total is open.
            found[institution] = (
                {VETO: Fraction(score)} if total is None else {**before[institution], VETO: Fraction(score - total)}
            )
        return found

    def _combined(self, coalition: Coalition, outcome: Outcome) -> tuple[dict[str, Lines], dict[str, int | None]]:
        key = SCORING in coalition, COMBINING in coalition
        if key not in self._before:
            side = RIGHT if SCORING in coalition else LEFT
            rules = self.mixes.rules(coalition, "combine")
            self._before[key] = before_vetoes(outcome, rules, self.mixes.dataset, side, self.institutions)
        return self._before[key]


def before_vetoes(
    outcome: Outcome, rules: Rules, dataset: Dataset, side: str, institutions: Collection[str]
) -> tuple[dict[str, Lines], dict[str, int | None]]:
    """The lines of each institution's total, and the totals; `rules` are those that combine."""
    chosen = pl.col("institution").is_in(list(institutions))
    totals = dict(outcome.lazy("totals").filter(chosen).select("institution", "score").collect().rows())
    items = weighed(outcome.lazy("items").filter(chosen), rules, dataset)
    found: dict[str, Lines] = defaultdict(lambda: defaultdict(Fraction))
    for institution, part, item, fact, points, of in pl.concat(
        [_of_items(items), _of_facts(items, outcome, rules)]
    ).rows():
        line = (part, "" if part in ("start", "fact") else side, item, fact)
        found[institution][line] += Fraction(points, of)
    for institution, total in totals.items():
        if total is not None:
            found[institution][REST] += total - sum(found[institution].values(), Fraction(0))
    return found, totals


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
    starts = known.with_columns(part=pl.lit("start"), item=pl.lit(""), points="base")
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
    known = items.lazy().filter(pl.col("points").is_not_null()).select("institution", "scorer", "item", "weight", "of")
    weighed = counted.select("institution", "scorer", "item", "fact", "points").join(
        known, on=["institution", "scorer", "item"]
    )
    mark = pl.col("fact") == MARK
    lines = weighed.with_columns(
        part=pl.when(mark).then(pl.lit("mark")).otherwise(pl.lit("fact")),
        item=pl.when(mark).then("item").otherwise(pl.lit("")),
    )
    return _summed(lines.collect())


def _summed(lines: pl.DataFrame) -> pl.DataFrame:
    """LINES: institution, part, item, fact, points, of; points × weight added up."""
    key = ["institution", "part", "item", "fact", "of"]
    # Points are at most 10¹⁸, persons 10⁹.
    added = lines.group_by(key).agg(points=(pl.col("points").cast(pl.Int128) * pl.col("weight")).sum())
    return added.select("institution", "part", "item", "fact", "points", "of")
