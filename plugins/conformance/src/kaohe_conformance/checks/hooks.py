"""What must hold of the plugin as a whole: the hooks that it implements answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kaohe.problems import errors
from kaohe.run import open_dataset
from kaohe.stages.contract import STAGES
from kaohe_conformance.candidate import Candidate
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.words import text

SEED = 2022
SHARED = ("kaohe", "kaohe_conformance")
"""Whose texts are not the city's."""


def checks(candidate: Candidate) -> Iterator[Made]:
    """A check for each hook that the city implements."""
    for stage in STAGES:
        if candidate.city.has(stage):
            yield "hook", stage, _bound(_answers, candidate, stage)
    if candidate.city.has("checks"):
        yield "hook", "checks", _bound(_refuses, candidate)
    if candidate.city.has("demo"):
        yield "demo", "demo", _bound(_demo, candidate)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _answers(candidate: Candidate, stage: str) -> Iterator[Fault]:
    """The stage's tables have rows in some case; that they fit, every run makes sure of."""
    for results in candidate.results.values():
        for _, ran in results.all():
            if ran.run is not None and any(len(ran.run.tables[table]) for table in STAGES[stage].returns):
                return
    yield text("no case gets a row from it")


def _refuses(candidate: Candidate) -> Iterator[Fault]:
    """A case is refused, or told something, that the city's own checks found."""
    for results in candidate.results.values():
        for _, ran in results.all():
            problems = ran.refused.problems if ran.refused else ran.run.problems if ran.run else []
            if any(problem.message.package not in SHARED for problem in problems):
                return
    yield text("no case has a fault that it finds")


def _demo(candidate: Candidate) -> Iterator[Fault]:
    """The example year is accepted by its scheme, and written again it is the same to the byte."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        schemes = candidate.city.demo(Path(first), SEED)
        candidate.city.demo(Path(second), SEED)
        if not schemes:
            yield text("it writes nothing")
        if _bytes(Path(first)) != _bytes(Path(second)):
            yield text("written twice from one seed it differs")
        for name, scheme in schemes.items():
            regime = next(one for one in candidate.regimes if one.scheme.scheme == scheme)
            _, problems = open_dataset(Path(first) / name, regime.own, candidate.city)
            yield from errors(problems)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
