"""Comparable totals are what scoring by the shared facts' clauses alone would give, though nothing is scored anew."""

from __future__ import annotations

import os

from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from random_sides import Drawn, drawn

from kaohe.compute import Kept, compute
from kaohe.model import Rubric
from kaohe.sources import Chosen, Resolved
from kaohe_compare.comparable import comparable
from kaohe_compare.mixes import VETOES
from kaohe_compare.sides import Side

EXAMPLES = int(os.environ.get("KAOHE_EXAMPLES", "200"))


def facts_of(rubric: Rubric) -> set[str]:
    return {clause.fact for _, clause in rubric.clauses}


def narrowed(rubric: Rubric, facts: set[str]) -> Rubric:
    """The table with the clauses of these facts, and the items that have any."""
    sections = [
        evolve(
            section,
            items=[
                evolve(item, clauses=[clause for clause in item.clauses if clause.fact in facts])
                for item in section.items
                if any(clause.fact in facts for clause in item.clauses)
            ],
        )
        for section in rubric.sections
    ]
    return evolve(rubric, sections=sections, vetoes=[])


def scored_anew(side: Side, other: Side) -> Chosen:
    rules, theirs = side.chosen.rules, other.chosen.rules
    rubrics = {}
    for kind, code in rules.kinds.items():
        shared = facts_of(rules.rubrics[code]) & facts_of(theirs.rubrics[theirs.kinds[kind]])
        rubrics[code] = narrowed(rules.rubrics[code], shared)
    kept = {code: rubric for code, rubric in rubrics.items() if rubric.items}
    kinds = {kind: code for kind, code in rules.kinds.items() if code in kept}
    own = evolve(rules, rubrics=kept, kinds=kinds)
    source = Resolved(side.chosen.city, own)
    return evolve(side.chosen, rules=own, stages=dict.fromkeys(side.chosen.stages, source))


@settings(
    max_examples=max(3, EXAMPLES // 40), deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(drawn(VETOES))
def test_comparable_totals_are_those_of_the_shared_facts_alone(made: Drawn) -> None:
    dataset, left, right = made.pair()
    found = comparable(dataset, [left, right], Kept())
    for side, other in ((left, right), (right, left)):
        expected = compute(dataset, scored_anew(side, other).stages, last="combine")["totals"]
        totals = dict(expected.select("institution", "score").rows())
        assert dict(found[side.name].select("institution", "comparable").rows()) == totals
