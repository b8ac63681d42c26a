"""The sides of a comparison: schemes, and mixes of them, each ready to be computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from kaohe import Problem, Refused, listing
from kaohe.dataset import CONTRACT
from kaohe.model import Rubric
from kaohe.sources import Chosen, Resolved, among, choose
from kaohe_compare.words import text

Content = Mapping[str, Any]
"""What a parameter file says, by the parameter's name."""


@frozen(eq=False)
class Side:
    """One side: its name as it was asked for, the rules it is computed by, and what is assumed for it.

    `borrowed`: kinds without a table of their own, and the kind whose table they are assessed by here.
    """

    name: str
    chosen: Chosen
    borrowed: Mapping[str, str]

    @property
    def rubrics(self) -> bool:
        """Whether it scores by tables at all."""
        return bool(self.chosen.rules.rubrics)


def parse(name: str) -> tuple[str, dict[str, str]]:
    """The scheme of a side and the stages it takes from others: `A+settle=B`. Raises Refused."""
    scheme, *taken = name.split("+")
    stages = dict(part.partition("=")[::2] for part in taken)
    if not scheme or any(not stage or not other for stage, other in stages.items()):
        message = text("“{name}” is not a scheme or a mix of schemes", name=name)
        raise Refused([Problem("scheme", message, text("write SCHEME, or SCHEME+STAGE=SCHEME"))])
    return scheme, stages


def used_by(name: str) -> list[str]:
    """The schemes of a side as they are named in it, its own first."""
    scheme, stages = parse(name)
    return list(dict.fromkeys([scheme, *stages.values()]))


def sides(
    names: Sequence[str],
    *,
    plans: Mapping[str, Sequence[Path]],
    parameters: Mapping[str, Content],
    readings: Mapping[str, Mapping[str, str]],
    kinds: Mapping[str, str],
    plugins: Mapping[str, object] | None = None,
    faults: Sequence[Problem] = (),
) -> list[Side]:
    """The sides by name, each with the plan, parameters and readings of the schemes it uses.

    Plans, parameters and readings are given by scheme. `kinds`: by which kind's table a kind is assessed where the
    scheme has none for it. Raises Refused with every fault, after those that are known already.
    """
    problems = [*faults, *_twice(names), *_unknown_kinds(kinds)]
    problems += _unused(names, {**plans, **parameters, **readings})
    found: list[Side] = []
    for name in dict.fromkeys(names):
        try:
            found.append(_side(name, plans, parameters, readings, kinds, plugins))
        except Refused as refused:
            problems += [_of(name, problem) for problem in refused.problems]
    problems += [] if problems else _assumed_for_nothing(found, kinds)
    if problems:
        raise Refused(problems)
    return found


def _side(
    name: str,
    plans: Mapping[str, Sequence[Path]],
    parameters: Mapping[str, Content],
    readings: Mapping[str, Mapping[str, str]],
    kinds: Mapping[str, str],
    plugins: Mapping[str, object] | None,
) -> Side:
    scheme, stages = parse(name)
    schemes = used_by(name)
    scoring = stages.get("score", scheme)
    settings = {f"{one}:{key}": value for one in schemes for key, value in parameters.get(one, {}).items()}
    chosen_readings = {f"{one}:{key}": value for one in schemes for key, value in readings.get(one, {}).items()}
    chosen = choose(
        scheme,
        plan=plans.get(scoring, ()),
        settings=settings or None,
        readings=chosen_readings,
        stages=stages,
        opened=among(plugins or {}),
    )
    own = chosen.rules.kinds
    borrowed = {kind: other for kind, other in kinds.items() if kind not in own and other in own}
    return Side(name, _lent(_at_any_time(chosen), borrowed), borrowed)


def _at_any_time(chosen: Chosen) -> Chosen:
    """The rules without the days they are in force: a comparison asks what they would have done."""
    scheme = evolve(chosen.rules.scheme, begins=None, ends=None)
    return evolve(chosen, rules=evolve(chosen.rules, scheme=scheme))


def _lent(chosen: Chosen, borrowed: Mapping[str, str]) -> Chosen:
    rules = chosen.rules
    return scored_by(
        chosen, rules.rubrics, rules.kinds | {kind: rules.kinds[other] for kind, other in borrowed.items()}
    )


def scored_by(chosen: Chosen, rubrics: dict[str, Rubric], kinds: dict[str, str]) -> Chosen:
    """The same with these tables for these kinds; stages from one source still have one source."""
    made: dict[int, Resolved] = {}
    for source in chosen.stages.values():
        if id(source) not in made:
            made[id(source)] = evolve(source, rules=evolve(source.rules, rubrics=rubrics, kinds=kinds))
    stages = {name: made[id(source)] for name, source in chosen.stages.items()}
    return evolve(chosen, rules=evolve(chosen.rules, rubrics=rubrics, kinds=kinds), stages=stages)


def _of(name: str, problem: Problem) -> Problem:
    """The problem, with the side that has it."""
    return evolve(problem, message=text("{side}: {message}", side=name, message=problem.message))


def _unknown_kinds(kinds: Mapping[str, str]) -> list[Problem]:
    known = CONTRACT["institutions"].columns["kind"]
    return [
        Problem(
            "kinds",
            text("“{kind}” is not a kind of institution", kind=kind),
            text("the kinds are {kinds}", kinds=listing(f"{code} ({known.shown(code)})" for code in known.values)),
        )
        for kind in dict.fromkeys([*kinds, *kinds.values()])
        if kind not in known.values
    ]


def _twice(names: Sequence[str]) -> list[Problem]:
    return [
        Problem("scheme", text("“{name}” is compared twice", name=name), text("leave one of them"))
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]


def _unused(names: Sequence[str], given: Mapping[str, object]) -> list[Problem]:
    used: list[str] = []
    for name in names:
        with suppress(Refused):  # what is wrong with a name is said of its side
            used += used_by(name)
    return [
        Problem(
            "scheme",
            text("something is given for “{scheme}”, which is not compared", scheme=scheme),
            text("compared are {schemes}", schemes=listing(dict.fromkeys(used))),
        )
        for scheme in given
        if scheme not in used
    ]


def _assumed_for_nothing(found: Sequence[Side], kinds: Mapping[str, str]) -> list[Problem]:
    """Kinds of which none of the schemes takes the map."""
    return [
        Problem(
            "kinds",
            text("no scheme assesses “{kind}” as “{other}”", kind=kind, other=other),
            text("each has a table of its own for the one, or none for the other"),
        )
        for kind, other in kinds.items()
        if not any(kind in side.borrowed for side in found)
    ]
