"""Where each stage of a run comes from: the city that answers, and the rules it answers by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from kaohe.assembly import Used, assembled, with_changes
from kaohe.messages import listing, text
from kaohe.model import Rules, Scheme
from kaohe.plugin.manager import City, Year, scheme_named
from kaohe.problems import Problem, Refused
from kaohe.stages.contract import STAGES

Opened = Callable[[str], City]
"""Opens a city by its name; raises Refused."""


@frozen(eq=False)
class Resolved:
    """Where one stage comes from: the city that answers, and the rules it answers by."""

    city: City
    rules: Rules


@frozen(eq=False)
class Chosen:
    """What a run computes with: the scheme's rules, with the tables that score, and where each stage comes from."""

    city: City
    rules: Rules
    stages: Mapping[str, Resolved]


def choose(
    scheme: str,
    *,
    plan: Path | str | Sequence[Path | str] | None = None,
    settings: Path | str | Mapping[str, Any] | None = None,
    readings: Mapping[str, str] | None = None,
    stages: Mapping[str, str] | None = None,
    changes: Mapping[str, Any] | None = None,
    opened: Opened = City.named,
    year: Year = lambda: None,
) -> Chosen:
    """The rules of a scheme as they are chosen for a run; raises Refused with the faults of all files.

    `year`: looks up the days of the dataset, where a name leaves open which version of a scheme is meant.
    """
    city, known, folder = scheme_named(scheme, opened, year)
    lenders = _lenders({**known.stages, **(stages or {})}, opened, year)
    used = {known.scheme: (city, known, folder)} | {lender[1].scheme: lender for lender in lenders.values()}
    every = assembled(list(used.values()), plan=_paths(plan), settings=settings, readings=readings)
    scorer = lenders["score"][1].scheme if "score" in lenders else known.scheme
    every[scorer] = with_changes(every[scorer], changes or {})
    own = every[known.scheme]
    sources = _stages(city, own, lenders, every)
    scoring = sources["score"].rules
    if not scoring.rubrics and sources["grade"].rules.scheme.results_given is None:
        raise Refused([_nothing_to_run(scoring.scheme)])
    facts = {**own.facts, **scoring.facts}
    return Chosen(city, evolve(_with_tables(own, scoring), facts=facts), sources)


def _paths(plan: Path | str | Sequence[Path | str] | None) -> list[Path]:
    if plan is None:
        return []
    return [Path(plan)] if isinstance(plan, str | Path) else [Path(one) for one in plan]


def among(plugins: Mapping[str, object]) -> Opened:
    """Opens one of these plugins by its city's name, or an installed city."""
    return lambda name: City.of(name, plugins[name]) if name in plugins else City.named(name)


def _lenders(taken: Mapping[str, str], opened: Opened, year: Year = lambda: None) -> dict[str, Used]:
    """The scheme that each stage is taken from; raises Refused where there is no such stage or scheme."""
    if unknown := [name for name in taken if name not in STAGES]:
        message = text("there is no stage “{stage}”", stage=listing(unknown))
        raise Refused([Problem("stage", message, text("the stages are {stages}", stages=listing(STAGES)))])
    return {stage: scheme_named(name, opened, year) for stage, name in taken.items()}


def resolve(city: City, rules: Rules, taken: Mapping[str, str]) -> dict[str, Resolved]:
    """The city and rules of every stage; those of the schemes that stages are taken from with nothing set."""
    lenders = _lenders(taken, City.named)
    others = {lender[1].scheme: lender for lender in lenders.values() if lender[1].scheme != rules.scheme.scheme}
    return _stages(city, rules, lenders, assembled(list(others.values())))


def _stages(city: City, rules: Rules, lenders: Mapping[str, Used], lent: Mapping[str, Rules]) -> dict[str, Resolved]:
    own = Resolved(city, rules)
    sources = dict.fromkeys(STAGES, own)
    for stage, (other, scheme, _) in lenders.items():
        if scheme.scheme != rules.scheme.scheme:
            sources[stage] = Resolved(other, lent[scheme.scheme])
    return {stage: _scored_by(sources["score"].rules, source) for stage, source in sources.items()}


def _scored_by(scoring: Rules, source: Resolved) -> Resolved:
    """A stage's own parameters and articles, with the tables by which the facts were scored."""
    return evolve(source, rules=evolve(_with_tables(source.rules, scoring), facts=scoring.facts))


def _with_tables(rules: Rules, scoring: Rules) -> Rules:
    """The rules with the tables of those that score, and what was done to these."""
    return evolve(
        rules, rubrics=scoring.rubrics, kinds=scoring.kinds, changes=scoring.changes, replaced=scoring.replaced
    )


def _nothing_to_run(scheme: Scheme) -> Problem:
    if scheme.planned:
        message = text(
            "{scheme} is assessed by the year's plan ({article})", scheme=scheme.scheme, article=scheme.planned
        )
        remedy = text(
            "give it (--plan FILE); “kaohe plan {scheme} --out FILE” writes one to fill in", scheme=scheme.scheme
        )
        return Problem("plan", message, remedy)
    return Problem(
        "scheme",
        text("{scheme} has no rubric yet; not there: {missing}", scheme=scheme.scheme, missing=listing(scheme.absent)),
    )
