"""Every mix of two sides: what would have come out with some stages of the one and the others of the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, evolve, field

from kaohe import Dataset, Refused, Rules
from kaohe.compute import Kept, compute
from kaohe.model import Rubric
from kaohe.sources import Chosen, Resolved
from kaohe.stages.outcome import Outcome
from kaohe_compare.shapley import Coalition

SCORING, COMBINING, VETOES, GRADING, SETTLING = "scoring", "combining", "vetoes", "grading", "settling"
PLAYERS = (SCORING, COMBINING, VETOES, GRADING, SETTLING)
"""The stages between which a difference is divided, in the order of the work."""

STAGES = {
    SCORING: ("exempt", "score"),
    COMBINING: ("combine",),
    GRADING: ("grade", "consequences"),
    SETTLING: ("allocate", "settle"),
}
"""The stages that belong to a player; the vetoes are those of the tables that score, and act when it is graded."""

TOGETHER = "together"
Parts = Mapping[str, tuple[str, ...]]
"""What is divided between, and the players that each stands for."""


@define(eq=False)
class Mixes:
    """The outcomes of all mixes of two sides on one dataset, each stage of each mix computed once (`kept`).

    `players`: what the difference is divided between. Stages that are the same on both sides are not among them; those
    that cannot be taken apart stand together, as one: the whole result where a side has no tables of its own, all
    stages where some mix cannot be computed.
    """

    dataset: Dataset
    left: Chosen
    right: Chosen
    kept: Kept = field(factory=Kept)
    parts: Parts = field(init=False)
    _outcomes: dict[tuple[Coalition, str], Outcome] = field(factory=dict)
    _sources: dict[tuple[object, ...], Resolved] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        differing = [player for player in PLAYERS if not self._same(player)]
        self.parts = {player: (player,) for player in differing}
        if not (self.left.rules.rubrics and self.right.rules.rubrics):
            results = tuple(player for player in differing if player != SETTLING)
            self.parts = {name: those for name, those in (("results", results), (SETTLING, (SETTLING,))) if those}
            self.parts = {name: those for name, those in self.parts.items() if set(those) & set(differing)}

    @property
    def players(self) -> Sequence[str]:
        """What the difference is divided between."""
        return list(self.parts)

    @property
    def alike(self) -> list[str]:
        """The kinds that both sides assess by the same table, whatever its vetoes."""
        left, right = self.left.rules, self.right.rules
        both = [kind for kind in left.kinds if kind in right.kinds]
        return [kind for kind in both if _table(left, kind) == _table(right, kind)]

    def join(self) -> None:
        """Take all stages together from now on."""
        self.parts = {TOGETHER: PLAYERS}

    def outcome(self, coalition: Coalition, last: str = "settle") -> Outcome:
        """The outcome with the coalition's stages from the right side, the others from the left; raises Refused."""
        if (coalition, last) not in self._outcomes:
            sources = self._mixed(self._taken(coalition))
            self._outcomes[coalition, last] = compute(self.dataset, sources, last=last, kept=self.kept)
        return self._outcomes[coalition, last]

    def rules(self, coalition: Coalition, stage: str) -> Rules:
        """The rules of a stage in a mix, with the tables by which it scores."""
        return self._mixed(self._taken(coalition))[stage].rules

    def _taken(self, coalition: Coalition) -> frozenset[str]:
        return frozenset(player for name in coalition for player in self.parts[name])

    def _side(self, player: str, taken: frozenset[str]) -> Chosen:
        return self.right if player in taken else self.left

    def _mixed(self, taken: frozenset[str]) -> dict[str, Resolved]:
        """Where each stage comes from; all by the tables of the side that scores, with the vetoes of their side."""
        scoring, vetoes = self._side(SCORING, taken), self._side(VETOES, taken)
        found = {}
        for player, stages in STAGES.items():
            for stage in stages:
                source = self._side(player, taken).stages[stage]
                key = id(source), id(scoring), id(vetoes)
                if key not in self._sources:
                    self._sources[key] = _by_tables_of(source, scoring, vetoes)
                found[stage] = self._sources[key]
        return found

    def _same(self, player: str) -> bool:
        """Whether a player does the same on both sides, whatever the others do."""
        if player == VETOES:
            return _vetoes(self.left) == _vetoes(self.right)
        return all(_alike(self.left.stages[stage], self.right.stages[stage], player) for stage in STAGES[player])


def _alike(left: Resolved, right: Resolved, player: str) -> bool:
    """Whether two stages answer alike; the tables they work with are the scoring's, and compared there."""
    if left.city.name != right.city.name:
        return False
    ours, theirs = (_own(source.rules, player) for source in (left, right))
    return ours == theirs


def _own(rules: Rules, player: str) -> tuple[Any, ...]:
    tables = [_without_vetoes(rubric) for rubric in rules.rubrics.values()] if player == SCORING else []
    return rules.scheme, rules.parameters, tables, (rules.kinds, rules.facts) if player == SCORING else ()


def _table(rules: Rules, kind: str) -> Rubric:
    return _without_vetoes(rules.rubrics[rules.kinds[kind]])


def _without_vetoes(rubric: Rubric) -> Rubric:
    return evolve(rubric, vetoes=[])


def _vetoes(chosen: Chosen) -> dict[str, Any]:
    rules = chosen.stages["score"].rules
    return {kind: rules.rubrics[code].vetoes for kind, code in rules.kinds.items()}


def _by_tables_of(source: Resolved, scoring: Chosen, vetoes: Chosen) -> Resolved:
    """The stage with the tables of one side and the vetoes of another."""
    by, veto = scoring.stages["score"].rules, vetoes.stages["score"].rules
    rubrics, kinds = by.rubrics, by.kinds
    if scoring is not vetoes:
        rubrics = {kind: _with_vetoes(by.rubrics[code], kind, veto) for kind, code in kinds.items()}
        kinds = {kind: kind for kind in kinds}
    rules = evolve(source.rules, rubrics=rubrics, kinds=kinds, facts={**veto.facts, **by.facts})
    return evolve(source, rules=rules)


def _with_vetoes(rubric: Rubric, kind: str, rules: Rules) -> Rubric:
    """The table for a kind with the vetoes that other rules have for it; their codes are told from its clauses'."""
    own = {clause.clause for _, clause in rubric.clauses}
    taken = rules.rubrics[rules.kinds[kind]].vetoes if kind in rules.kinds else []
    named = [evolve(veto, clause=f"{veto.clause} *" if veto.clause in own else veto.clause) for veto in taken]
    return evolve(rubric, rubric=kind, kind=kind, vetoes=named)


def computable(mixes: Mixes, coalitions: Sequence[Coalition], last: str) -> Refused | None:
    """Why not all mixes can be computed; None where they can."""
    try:
        for one in coalitions:
            mixes.outcome(one, last)
    except Refused as refused:
        return refused
    return None
