"""Who bears what: sources used in order until every need is met, and a rest that is shared by assessment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from attrs import field, frozen

from kaohe.money import Weight, apportion, split, within

ScoreRule = Literal["lost", "surcharge"]


@frozen
class Own:
    """A source of which each party has its own amount, in fen, and uses it for nobody else."""

    source: str
    amounts: Mapping[str, int]


@frozen
class Common:
    """One amount, in fen, for all parties. Where it is short it is divided by the weights, never above a need."""

    source: str
    amount: int
    weights: Mapping[str, Weight]


@frozen
class Use:
    """What one party got from one source: its need before, what was paid, and the need that is left; in fen."""

    source: str
    party: str
    need: int
    paid: int

    @property
    def left(self) -> int:
        """The need that the source did not meet."""
        return self.need - self.paid


@frozen
class Outcome:
    """Every use in the order of the sources, the needs that no source met, and what each source has left, in fen.

    `unused` is by source; of an `Own` source it is the sum over the parties.
    """

    uses: list[Use] = field(factory=list)
    open: dict[str, int] = field(factory=dict)
    unused: dict[str, int] = field(factory=dict)


def cover(needs: Mapping[str, int], sources: Sequence[Own | Common]) -> Outcome:
    """Meet the needs (in fen, not negative) from the sources, each only for what the ones before left.

    Nothing is lost: the needs are what was paid and what is open, each source what was paid and what is unused.
    """
    outcome = Outcome(open=dict(needs))
    for source in sources:
        paid = _paid(outcome.open, source)
        outcome.uses.extend(Use(source.source, party, outcome.open[party], paid[party]) for party in needs)
        outcome.open.update({party: outcome.open[party] - paid[party] for party in needs})
        there = sum(source.amounts.values()) if isinstance(source, Own) else source.amount
        outcome.unused[source.source] = there - sum(paid.values())
    return outcome


def _paid(needs: Mapping[str, int], source: Own | Common) -> dict[str, int]:
    if isinstance(source, Own):
        return {party: min(need, source.amounts.get(party, 0)) for party, need in needs.items()}
    if sum(needs.values()) <= source.amount:
        return dict(needs)
    weighing = {party: need for party, need in needs.items() if source.weights.get(party)}
    if sum(weighing.values()) <= source.amount:
        # Who has no weight comes after all who have one.
        others = {party: need for party, need in needs.items() if party not in weighing}
        return {**needs, **weighing, **within(source.amount - sum(weighing.values()), others)}
    paid = apportion(source.amount, {party: source.weights[party] for party in weighing}, most=weighing)
    return {party: paid.get(party, 0) for party in needs}


def by_score(base: Mapping[str, Weight], scores: Mapping[str, Weight], full: int, rule: ScoreRule) -> dict[str, Weight]:
    """The weights by which parties share an amount: each one's base and what its score makes of it.

    `lost`: base × points below full; where nobody who has a base lost a point, the base alone. `surcharge`: base ×
    (full + points below full), so that a score of zero counts twice. A worse score never weighs less.
    """
    lost = {party: full - scores[party] for party in base}
    if rule == "surcharge":
        return {party: amount * (full + lost[party]) for party, amount in base.items()}
    weights = {party: amount * lost[party] for party, amount in base.items()}
    return weights if any(weights.values()) else dict(base)


def shared(total: int, weights: Mapping[str, Weight]) -> dict[str, int]:
    """The total shared by the weights, exact to the fen; in equal parts where no party has any weight."""
    return split(total, weights if any(weights.values()) else dict.fromkeys(weights, 1))
