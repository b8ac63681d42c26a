"""Why two sides differ: each institution's score, and the money, divided between the stages, exactly."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import factorial

import polars as pl
from attrs import frozen

from kaohe import Dataset, Problem
from kaohe.compute import Kept
from kaohe_compare.facts import LINE, scoring_parts
from kaohe_compare.mixes import SCORING, TOGETHER, Mixes, computable
from kaohe_compare.shapley import Coalition, coalitions, placed, weights
from kaohe_compare.sides import Side
from kaohe_compare.words import text

CENT = 100
"""A hundredth of a point, in ten-thousandths."""

SCORES = {
    "institution": pl.String, "stage": pl.String, "part": pl.String, "side": pl.String, "item": pl.String,
    "fact": pl.String, "points": pl.Int64,
}  # fmt: skip
MONEY = {
    "institution": pl.String, "region": pl.String, "fund": pl.String, "account": pl.String, "stage": pl.String,
    "amount": pl.Int64,
}  # fmt: skip
ACCOUNT = ["institution", "region", "fund", "account"]


@frozen(eq=False)
class Attribution:
    """The difference right − left, in parts; those of nothing are left out.

    `scores` (SCORES, in ten-thousandths of a point) sums for each institution with a score on both sides to the
    difference of its scores, `money` (MONEY, in fen) for each account to the difference of its balances. `part`, in
    the stage `scoring`: `start` (what items that deduct start from), `fact` (what a fact costs or earns), `mark`,
    `cap` (an item's floor or ceiling), `missing` (what is assumed of missing facts), `veto` (what a veto leaves of
    it), `rest` (rounding, and what is no sum over sheets). `side`: whose item it is, left or right; empty where both
    have the same table. The stage `together`: stages that cannot be taken apart; `problems` says why.
    """

    left: str
    right: str
    scores: pl.DataFrame
    money: pl.DataFrame
    problems: list[Problem]


def attribute(
    dataset: Dataset, left: Side, right: Side, institutions: Collection[str] | None = None, kept: Kept | None = None
) -> Attribution:
    """Divide the difference between two sides on a dataset between the stages, and scoring between the facts.

    The Shapley value over at most five stages (scoring, combining, vetoes, grading, settling); parts are rounded to
    the hundredth of a point and to the fen by largest remainder. `dataset` as the stages see it (appeals decided).
    `institutions`: whose scoring is told fact by fact; by default everybody's.
    `kept`: what runs of this dataset have computed.
    """
    mixes = Mixes(dataset, left.chosen, right.chosen, kept or Kept())
    problems: list[Problem] = []
    if not mixes.players:
        return Attribution(left.name, right.name, pl.DataFrame(schema=SCORES), pl.DataFrame(schema=MONEY), problems)
    if refused := computable(mixes, list(coalitions(mixes.players)), "settle"):
        mixes.join()
        message = text("{left} and {right} cannot be mixed stage by stage", left=left.name, right=right.name)
        problems.append(
            Problem("mix", message, text("why: {reasons}", reasons="；".join(map(str, refused.problems))), "note")
        )
    return Attribution(left.name, right.name, _scores(mixes, institutions), _money(mixes), problems)


def _scores(mixes: Mixes, institutions: Collection[str] | None) -> pl.DataFrame:
    """The parts of each institution's difference of scores; of some institutions also scoring's, line by line."""
    players = mixes.players
    every = list(coalitions(players))
    wide = _wide(["institution"], [_scored(mixes, one) for one in every])
    ends = wide.filter(pl.col(_name(0)).is_not_null(), pl.col(_name(len(every) - 1)).is_not_null())
    open_ = pl.any_horizontal(pl.col(_name(number)).is_null() for number in range(len(every)))
    whole = pl.col(_name(len(every) - 1)) - pl.col(_name(0))
    together = ends.filter(open_).select("institution", points=whole, stage=pl.lit(TOGETHER))
    unit = pl.when(whole % CENT == 0).then(pl.lit(CENT)).otherwise(pl.lit(1))
    stages = _divided(ends.filter(~open_), ["institution"], players, every, unit)
    told = stages.filter(pl.col("stage") == SCORING)
    if institutions is not None:
        told = told.filter(pl.col("institution").is_in(list(institutions)))
    lines = _by_line(mixes, told)
    untold = stages.join(told, on=["institution", "stage"], how="anti")
    columns = ["institution", "stage", "points"]
    parts = [untold.select("institution", "stage", points=pl.col("placed") * pl.col("unit")), together.select(columns)]
    coarse = pl.concat([part.with_columns(pl.lit("").alias(name) for name in LINE) for part in parts])
    found = pl.concat([part.select(list(SCORES)) for part in (coarse, lines)]).filter(pl.col("points") != 0)
    order = pl.col("stage").replace_strict({stage: place for place, stage in enumerate([TOGETHER, *mixes.players])})
    return found.sort("institution", order, *LINE)


def _by_line(mixes: Mixes, told: pl.DataFrame) -> pl.DataFrame:
    """Scoring's parts of these institutions (`placed` units of `unit`), line by line."""
    if told.is_empty():
        return pl.DataFrame(schema=SCORES)
    lines = scoring_parts(mixes, told["institution"]).rename({"part": "line", "points": "part"})
    rows = lines.join(told.select("institution", "stage", "unit", total="placed"), on="institution")
    divided = placed(rows.with_columns(of=pl.col("of") * pl.col("unit")), ["institution"])
    return divided.drop("part").rename({"line": "part"}).with_columns(points=pl.col("placed") * pl.col("unit"))


def _money(mixes: Mixes) -> pl.DataFrame:
    """The parts of each account's difference."""
    players = mixes.players
    every = list(coalitions(players))
    wide = _wide(ACCOUNT, [_balances(mixes, one) for one in every]).fill_null(0)
    divided = _divided(wide, ACCOUNT, players, every, pl.lit(1))
    return divided.select(*ACCOUNT, "stage", amount="placed").filter(pl.col("amount") != 0)


def _scored(mixes: Mixes, coalition: Coalition) -> pl.DataFrame:
    return mixes.outcome(coalition)["results"].select("institution", worth="score")


def _balances(mixes: Mixes, coalition: Coalition) -> pl.DataFrame:
    journal = mixes.outcome(coalition)["journal"].with_columns(pl.col("institution", "region").fill_null(""))
    return journal.group_by(ACCOUNT).agg(pl.col("amount").sum().alias("worth"))


def _name(number: int) -> str:
    return f"worth {number}"


def _wide(key: list[str], frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """A row for each key and a column for each coalition."""
    keys = pl.concat([frame.select(key) for frame in frames]).unique().sort(key)
    for number, frame in enumerate(frames):
        keys = keys.join(frame.rename({"worth": _name(number)}), on=key, how="left")
    return keys


def _divided(
    wide: pl.DataFrame, key: list[str], players: Sequence[str], every: Sequence[Coalition], unit: pl.Expr
) -> pl.DataFrame:
    """For each key each player's part (`stage`), `placed` whole units of `unit` that sum to the whole difference."""
    counted = [weights(player, players) for player in players]
    sums = [
        pl.sum_horizontal(
            pl.col(_name(number)).cast(pl.Int128) * weight[one] for number, one in enumerate(every)
        ).alias(player)
        for player, weight in zip(players, counted, strict=True)
    ]
    total = pl.col(_name(len(every) - 1)) - pl.col(_name(0))
    own = wide.select(*key, *sums, total=total // unit, unit=unit.cast(pl.Int64))
    own = own.filter(pl.any_horizontal(pl.col("total", *players) != 0))
    rows = own.unpivot(players, index=[*key, "total", "unit"], variable_name="stage", value_name="part")
    of = pl.col("unit").cast(pl.Int128) * factorial(len(players))
    return placed(rows.with_columns(of=of), key).select(*key, "stage", "placed", "unit")
