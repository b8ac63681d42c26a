"""Mutation: every number, date and citation of a city's rule files changed, one at a time, and what notices it.

What nothing notices is a rule that no case and no check holds: it survives, and wants a case.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Any, Literal

import tomli_w
from attrs import frozen

from kaohe.loading import read_toml
from kaohe.plans import files as plans
from kaohe.plugin.manager import City
from kaohe.problems import Refused
from kaohe.rules import rule_files
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import document, rules
from kaohe_conformance.numerals import NUMERAL, number, numeral
from kaohe_conformance.regime import Regime, Work
from kaohe_conformance.results import Results, differences
from kaohe_conformance.running import batches, run_alone, run_together
from kaohe_conformance.suite import Suite

Keys = tuple[str | int, ...]
Noticed = Literal["loading", "checks", "cases", "survived"]
"""Refused when the rules load; a check of the files and their words finds it; a worked case no longer comes out;
nothing notices."""

EXAMPLE = "example-"
"""How files begin that are for trying only: no rules."""
CODES = {"scheme", "rubric", "section", "clause"}
"""Keys whose text is a name that we gave."""
NOT_RULES = {"reviewed"}
"""When somebody looked: nothing is computed from it."""
NUMBERS = re.compile(rf"\d+|(?<=第){NUMERAL}(?=条)|(?<=[(（]){NUMERAL}(?=[)）])|^{NUMERAL}(?=、)")
"""Numbers within words: in digits, and those of articles and headings."""
SHARES = 4
"""Into how many parts each process's changes are divided: some take long, others no time."""


@frozen(eq=False)
class Mutant:
    """One change: the file by its path among the city's, the keys that lead to the value, what it was and became."""

    scheme: str
    file: str
    keys: Keys
    was: Any
    became: Any

    def __str__(self) -> str:
        place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys).lstrip(".")
        return f"{self.file} {place}: {self.was} → {self.became}"


def files(regime: Regime) -> dict[str, Path]:
    """The files of a scheme's rules by their path among the city's: its tables, parameters, papers, plans, facts."""
    own = [file for file in rule_files(regime.folder) if not file.name.startswith(EXAMPLE)]
    found = {f"{regime.scheme.scheme}/{file.relative_to(regime.folder).as_posix()}": file for file in own}
    found |= {f"{regime.scheme.scheme}/plans/{file.name}": file for file in plans(regime.folder)}
    facts = regime.city.facts_file()
    return {**found, **({f"{regime.city.name}/{facts.name}": facts} if facts is not None else {})}


def mutants(regime: Regime) -> Iterator[Mutant]:
    """Every change of the scheme's rule files: numbers and dates by their smallest step, those within words by one."""
    for name, file in files(regime).items():
        for keys, was, became in _changes(read_toml(file), ()):
            yield Mutant(regime.scheme.scheme, name, keys, was, became)


def _changes(value: Any, keys: Keys) -> Iterator[tuple[Keys, Any, Any]]:
    key = next((part for part in reversed(keys) if isinstance(part, str)), "")
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _changes(entry, (*keys, name))
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _changes(entry, (*keys, number))
    elif isinstance(value, bool) or key in NOT_RULES:
        return
    elif isinstance(value, int):
        yield keys, value, value + 1
    elif isinstance(value, Decimal):
        yield keys, value, value + Decimal(1).scaleb(int(value.as_tuple().exponent))
    elif isinstance(value, date):
        yield keys, value, value + timedelta(days=1)
    elif key not in CODES:
        yield from ((keys, value, changed) for changed in _renumbered(value))


def _renumbered(words: str) -> Iterator[str]:
    """The words with one number in them raised by one, for each of them in turn."""
    for found in NUMBERS.finditer(words):
        said = found.group()
        raised = str(int(said) + 1).zfill(len(said)) if said.isdigit() else numeral(number(said) + 1)
        yield words[: found.start()] + raised + words[found.end() :]


Done = Callable[[Mutant, Noticed], None]


def noticed(suite: Suite, done: Done = lambda *_: None) -> dict[Noticed, list[Mutant]]:
    """Every change of every scheme, by what noticed it first. `done` is told each.

    The cases run once, to know which of them a change concerns; then the changes are tried, on all processors if the
    city is installed.
    """
    found: dict[Noticed, list[Mutant]] = {"loading": [], "checks": [], "cases": [], "survived": []}
    for mutant, how in _each(suite):
        found[how].append(mutant)
        done(mutant, how)
    return found


def _each(suite: Suite) -> Iterator[tuple[Mutant, Noticed]]:
    every = [
        (regime, touched(regime, suite.results[regime.scheme.scheme]), list(mutants(regime)))
        for regime in suite.regimes
    ]
    if suite.opened is not City.named:
        for regime, touching, some in every:
            yield from tried(regime, touching, some)
        return
    processes = cpu_count() or 1
    parts = [
        (suite.name, suite.sources, regime.scheme.scheme, touching, some[start :: processes * SHARES])
        for regime, touching, some in every
        for start in range(processes * SHARES)
    ]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for done in as_completed([pool.submit(_tried, *part) for part in parts if part[-1]]):
            yield from done.result()


def _tried(
    city: str, sources: Sequence[Path], scheme: str, touching: Touching, some: list[Mutant]
) -> list[tuple[Mutant, Noticed]]:
    """Some of the changes of a scheme, in a process of its own."""
    (regime,) = (one for one in Suite(city, sources=sources).regimes if one.scheme.scheme == scheme)
    return list(tried(regime, touching, some))


def tried(regime: Regime, touching: Touching, some: Sequence[Mutant]) -> Iterator[tuple[Mutant, Noticed]]:
    """These changes of a scheme, one after the other, each with what noticed it."""
    failing = {name for name, find in _checks(regime) if any(find())}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        regime.laid_out(folder)
        for mutant in some:
            yield mutant, _noticed(regime, touching, mutant, folder, failing)


def _noticed(regime: Regime, touching: Touching, mutant: Mutant, folder: Path, failing: set[str]) -> Noticed:
    file = folder / mutant.file
    original = file.read_bytes()
    content = deepcopy(read_toml(file))
    _put(content, mutant.keys, mutant.became)
    file.write_text(tomli_w.dumps(content), encoding="utf-8")
    try:
        changed = regime.carried(folder)
        assert changed.own is not None
        if any(next(iter(find()), None) is not None for name, find in _checks(changed) if name not in failing):
            return "checks"
        return (
            "cases" if any(_by_cases(changed, group) for group in _concerned(regime, touching, mutant)) else "survived"
        )
    except Refused:
        return "loading"
    finally:
        file.write_bytes(original)


def _put(content: Any, keys: Keys, value: Any) -> None:
    for key in keys[:-1]:
        content = content[key]
    content[keys[-1]] = value


def _checks(regime: Regime) -> Iterator[tuple[str, Callable[[], Iterable[Fault]]]]:
    """The checks of the files and their words, which need no case, by name."""
    for module in (rules, document):
        for kind, subject, find in module.checks(regime, Results(regime)):
            yield f"{kind}: {subject}", find


def _by_cases(changed: Regime, group: list[Work]) -> bool:
    """Whether one of these cases no longer comes out."""
    rans = run_together(changed, group) if len(group) > 1 else None
    if rans is not None:
        wrong = [work for work, ran in zip(group, rans, strict=True) if differences(work, [ran])]
        return any(differences(work, run_alone(changed, work)) for work in wrong)
    return any(differences(work, run_alone(changed, work)) for work in group)


# Which cases a change concerns.

Touching = dict[str, set[tuple[str, str]]]
"""By the key of a case the clauses, with their rubrics, that its trace has."""


def touched(regime: Regime, results: Results) -> Touching:
    """What the cases touch that come out as they are."""
    found: Touching = {}
    for work in regime.works:
        if not results.wrong(work):
            runs = [ran for ran in results.ran(work) if ran.run is not None]
            places = (ran.own("trace").select("rubric", "clause").unique().rows() for ran in runs)
            found[work.key] = {place for rows in places for place in rows}
    return found


def _concerned(regime: Regime, touching: Touching, mutant: Mutant) -> Iterator[list[Work]]:
    """The cases in groups that share a run: first those whose trace has the clause or that speak of the parameter or
    step, many at a time; then, should none of these notice, the others."""
    works = [work for work in regime.works if work.key in touching]
    clause, words = _clause(regime, mutant), _named(regime, mutant)
    near = [
        work for work in works if (clause and clause in touching[work.key]) or any(_says(work, one) for one in words)
    ]
    others = [] if clause else [work for work in works if work not in near]
    for some in (near, others):
        yield from sorted(batches(regime, some), key=len, reverse=True)


def _clause(regime: Regime, mutant: Mutant) -> tuple[str, str] | None:
    """The clause that is changed, with its rubric."""
    rule: Any = read_toml(files(regime)[mutant.file])
    rubric = rule.get("rubric", "")
    for key in mutant.keys:
        rule = rule[key]
        if isinstance(rule, Mapping) and "clause" in rule:
            return rubric, rule["clause"]
    return None


def _named(regime: Regime, mutant: Mutant) -> list[str]:
    """What a case would speak of: the parameter, the step, the consequence, or the article as it was."""
    rule: Any = read_toml(files(regime)[mutant.file])
    found = [str(mutant.keys[0])]
    for key in mutant.keys:
        rule = rule[key]
        if isinstance(rule, Mapping):
            found += [rule[name] for name in ("step", "consequence") if name in rule]
    return [*found, mutant.was] if isinstance(mutant.was, str) else found


def _says(work: Work, word: str) -> bool:
    """Whether a case speaks of a parameter, step, consequence or article."""
    return word in repr(work.case) or word in work.background.parameters
