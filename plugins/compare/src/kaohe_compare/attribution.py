"""Why two sides differ: each institution's score, and the money, divided between the stages, exactly."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import factorial
from typing import TypeVar

import polars as pl
from attrs import frozen

from kaohe import Dataset, Problem
from kaohe.compute import Kept
from kaohe_compare.facts import scoring_parts
from kaohe_compare.mixes import SCORING, TOGETHER, Mixes, computable
from kaohe_compare.shapley import Coalition, coalitions, rounded, weights
from kaohe_compare.sides import Side
from kaohe_compare.words import text

Key = TypeVar("Key", bound=Hashable)
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
NOTHING = ("", "", "", "")
ACCOUNT = ["institution", "region", "fund", "account"]


@frozen(eq=False)
class Attribution:
    """The difference right − left, in parts; those of nothing are left out.

    `scores` (SCORES, in ten-thousandths of a point) sums for each institution with a score on both sides to the
    difference of its scores, `money` (MONEY, in fen) for each account to the difference of its balances. `part`, in
    the stage `scoring`: `start` (what items that deduct start from), `fact` (what a fact costs or earns), `mark`,
    `cap` (an item's floor or ceiling), `missing` (what is assumed of missing facts), `veto` (what a veto leaves of
    it), `rest` (rounding, and what is no sum over sheets). The stage `together`: stages that cannot be taken apart;
    `problems` says why.
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
    unknown = ends.filter(pl.any_horizontal(pl.col(_name(number)).is_null() for number in range(len(every))))
    known = ends.join(unknown, on="institution", how="anti")
    ends_of = unknown.select("institution", _name(0), _name(len(every) - 1)).rows()
    rows: list[tuple[object, ...]] = [(name, TOGETHER, *NOTHING, last - first) for name, first, last in ends_of]
    told = known.filter(pl.col("institution").is_in(list(institutions))) if institutions is not None else known
    lines = scoring_parts(mixes, told["institution"].to_list()) if SCORING in players else {}
    for (institution,), parts, whole in _divided(known, ["institution"], players, every):
        unit = 1 if whole % CENT else CENT
        stages = rounded(_in(parts, unit), whole // unit)
        for stage, amount in stages.items():
            own = lines.get(str(institution)) if stage == SCORING else None
            of_stage = rounded(_in(own, unit), amount) if own is not None else {NOTHING: amount}
            rows += [(institution, stage, *line, points * unit) for line, points in of_stage.items()]
    return pl.DataFrame(rows, SCORES, orient="row").filter(pl.col("points") != 0)


def _in(parts: Mapping[Key, Fraction], unit: int) -> dict[Key, Fraction]:
    return {key: part / unit for key, part in parts.items()}


def _money(mixes: Mixes) -> pl.DataFrame:
    """The parts of each account's difference."""
    players = mixes.players
    every = list(coalitions(players))
    wide = _wide(ACCOUNT, [_balances(mixes, one) for one in every]).fill_null(0)
    rows: list[tuple[object, ...]] = []
    for key, parts, whole in _divided(wide, ACCOUNT, players, every):
        rows += [(*key, stage, amount) for stage, amount in rounded(parts, whole).items()]
    return pl.DataFrame(rows, MONEY, orient="row").filter(pl.col("amount") != 0)


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
    wide: pl.DataFrame, key: list[str], players: Sequence[str], every: Sequence[Coalition]
) -> Iterator[tuple[tuple[object, ...], dict[str, Fraction], int]]:
    """For each key of which the ends or any mix differ: its exact parts by player, and the whole difference."""
    whole = factorial(len(players))
    counted = [weights(player, players) for player in players]
    sums = [
        pl.sum_horizontal(
            pl.col(_name(number)).cast(pl.Int128) * weight[one] for number, one in enumerate(every)
        ).alias(f"part {place}")
        for place, weight in enumerate(counted)
    ]
    total = (pl.col(_name(len(every) - 1)) - pl.col(_name(0))).alias("total")
    found = wide.select(*key, *sums, total).filter(
        pl.any_horizontal([pl.col("total") != 0, *(pl.col(f"part {n}") != 0 for n in range(len(players)))])
    )
    for row in found.rows():
        parts = row[len(key) : -1]
        yield (
            row[: len(key)],
            {player: Fraction(part, whole) for player, part in zip(players, parts, strict=True)},
            row[-1],
        )
