"""Mutation: every number and citation of a city's rule files changed, one at a time, and what notices it.

What nothing notices is a rule that no case and no check holds: it survives, and wants a case.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from shutil import copytree
from typing import Any, Literal

import tomli_w
from attrs import frozen

from kaohe.loading import read_toml
from kaohe.model import Scheme
from kaohe.plugin.manager import City
from kaohe.problems import Refused
from kaohe.rules import load_scheme
from kaohe_conformance.checks import document, rules
from kaohe_conformance.regime import Regime, Work
from kaohe_conformance.results import Results, differences
from kaohe_conformance.running import batches, run_alone, run_together
from kaohe_conformance.suite import Suite

Path_ = tuple[str | int, ...]
Noticed = Literal["loading", "cases", "words", "survived"]
"""Refused when the rules load; a worked case no longer comes out; a check of the words finds it; nothing does."""

IN_WORDS = {
    "text", "number", "article", "annex", "document", "source", "agreement", "recusal", "planned", "due", "result",
    "loss", "withheld", "settled", "failed", "pending",
}  # fmt: skip
"""Keys whose text holds numbers of the document."""
NOT_RULES = {"reviewed", "published"}
"""When somebody looked, and when a document came out: nothing is computed from them."""
ORDINALS = "一二三四五六七八九十"


@frozen(eq=False)
class Mutant:
    """One change: the file, the keys that lead to the value, what it was and what it became."""

    scheme: str
    file: str
    path: Path_
    was: Any
    became: Any

    def __str__(self) -> str:
        place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.path).lstrip(".")
        return f"{self.scheme} {self.file} {place}: {self.was} → {self.became}"


def mutants(regime: Regime) -> Iterator[Mutant]:
    """Every change of the scheme's rule files: numbers and dates by their smallest step, those within words by one."""
    files = [regime.folder / "scheme.toml", regime.folder / "parameters.toml"]
    files += [path for path in regime.city.rubric(regime.scheme, regime.folder) if path.is_relative_to(regime.folder)]
    for file in files:
        if file.exists():
            name = file.relative_to(regime.folder).as_posix()
            for path, was, became in _changes(read_toml(file), ()):
                yield Mutant(regime.scheme.scheme, name, path, was, became)


def _changes(value: Any, path: Path_) -> Iterator[tuple[Path_, Any, Any]]:
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if key in NOT_RULES:
        return
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _changes(entry, (*path, name))
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _changes(entry, (*path, number))
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        yield path, value, value + 1
    elif isinstance(value, Decimal):
        yield path, value, value + Decimal(1).scaleb(int(value.as_tuple().exponent))
    elif isinstance(value, date):
        yield path, value, value + timedelta(days=1)
    elif isinstance(value, str) and key in IN_WORDS and not (path and path[-1] == "source" and len(path) == 1):
        yield from ((path, value, changed) for changed in _renumbered(value))


def _renumbered(words: str) -> Iterator[str]:
    """The words with one number in them raised by one, for each of them in turn."""
    for found in re.finditer(rf"\d+|(?<=第)[{ORDINALS}]+(?=条)|(?<=\()[{ORDINALS}]+(?=\))|^[{ORDINALS}]+(?=、)", words):
        said = found.group()
        raised = str(int(said) + 1) if said.isdigit() else _raised(said)
        yield words[: found.start()] + raised + words[found.end() :]


def _raised(ordinal: str) -> str:
    last = ORDINALS.index(ordinal[-1])
    return f"{ordinal}一" if last == len(ORDINALS) - 1 else ordinal[:-1] + ORDINALS[last + 1]


def noticed(suite: Suite, done: Callable[[Mutant, Noticed], None] = lambda *_: None) -> dict[Noticed, list[Mutant]]:
    """Every change of every scheme, by what noticed it. `done` is told each."""
    found: dict[Noticed, list[Mutant]] = {"loading": [], "cases": [], "words": [], "survived": []}
    for regime in suite.regimes:
        concerned = Concerned(regime, suite.results[regime.scheme.scheme])
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "scheme"
            copytree(regime.folder, copy)
            for mutant in mutants(regime):
                how = _noticed(regime, mutant, copy, concerned)
                found[how].append(mutant)
                done(mutant, how)
    return found


def _noticed(regime: Regime, mutant: Mutant, copy: Path, concerned: Concerned) -> Noticed:
    file = copy / mutant.file
    original = file.read_bytes()
    content = deepcopy(read_toml(file))
    _put(content, mutant.path, mutant.became)
    file.write_text(tomli_w.dumps(content), encoding="utf-8")
    try:
        changed = _moved(regime, copy)
        assert changed.own is not None
        number = not isinstance(mutant.was, str)
        if not number and _by_words(changed):
            return "words"
        if any(_by_cases(changed, group) for group in concerned.groups(mutant)):
            return "cases"
        return "words" if number and _by_words(changed) else "survived"
    except Refused:
        return "loading"
    finally:
        file.write_bytes(original)


def _put(content: Any, path: Path_, value: Any) -> None:
    for key in path[:-1]:
        content = content[key]
    content[path[-1]] = value


def _moved(regime: Regime, folder: Path) -> Regime:
    """The regime with its rules in another folder; its cases stay what they are."""
    scheme = load_scheme(folder)
    schemes: dict[str, tuple[Scheme, Path]] = {**regime.city.schemes(), regime.scheme.scheme: (scheme, folder)}

    class Elsewhere(City):
        def schemes(self) -> dict[str, tuple[Scheme, Path]]:
            return schemes

    plugin = next(iter(entry_points(group="kaohe", name=regime.city.name))).load()
    city = Elsewhere.of(regime.city.name, plugin)

    def opened(name: str) -> City:
        return city if name == city.name else City.named(name)

    return Regime(city, scheme, folder, opened, regime.given_sources)


def _by_words(changed: Regime) -> bool:
    """Whether a check of the files and their words finds the change."""
    made = [*rules.checks(changed, Results(changed)), *document.checks(changed, Results(changed))]
    return any(next(iter(find()), None) is not None for _, _, find in made)


def _by_cases(changed: Regime, group: list[Work]) -> bool:
    """Whether one of these cases no longer comes out."""
    rans = run_together(changed, group) if len(group) > 1 else None
    if rans is not None:
        wrong = [work for work, ran in zip(group, rans, strict=True) if differences(work, [ran])]
        return any(differences(work, run_alone(changed, work)) for work in wrong)
    return any(differences(work, run_alone(changed, work)) for work in group)


class Concerned:
    """Which cases a change concerns: those whose trace has the clause; for everything else, all of them."""

    def __init__(self, regime: Regime, results: Results) -> None:
        self.regime, self.results = regime, results
        self.contents = {
            path.relative_to(regime.folder).as_posix(): read_toml(path)
            for path in regime.city.rubric(regime.scheme, regime.folder)
        }
        self.touching: dict[tuple[str, str], list[Work]] = {}
        for work in regime.works:
            for ran in results.ran(work):
                if ran.run is not None:
                    for place in ran.own("trace").select("rubric", "clause").unique().rows():
                        self.touching.setdefault(place, []).append(work)

    def groups(self, mutant: Mutant) -> Iterator[list[Work]]:
        """The cases that are concerned, in groups that share a run: those that come cheap first."""
        works = [work for work in self._works(mutant) if not self.results.wrong(work)]
        yield from sorted(batches(self.regime, works), key=len, reverse=True)

    def _works(self, mutant: Mutant) -> list[Work]:
        content = self.contents.get(mutant.file)
        if isinstance(mutant.was, str):
            # Of words only the articles come out of a run, and only of one in which an article is expected.
            articled = [one for one in self.regime.works if one.case.expect.entries or one.case.expect.basis]
            return articled if mutant.file == "scheme.toml" else []
        if content is None:
            return self._of_step(mutant) or self.regime.works
        rule: Any = content
        for key in mutant.path:
            rule = rule[key]
            if isinstance(rule, Mapping) and "clause" in rule:
                return self.touching.get((content["rubric"], rule["clause"]), [])
        return self.regime.works

    def _of_step(self, mutant: Mutant) -> list[Work]:
        """Of a step of the procedure, the cases that say something of that step."""
        if not mutant.path or mutant.path[0] != "calendar":
            return []
        step = read_toml(self.regime.folder / mutant.file)["calendar"][mutant.path[1]]["step"]
        return [
            work
            for work in self.regime.works
            if step in work.case.expect.steps
            or any(row.get("step") == step for row in work.case.given.tables.get("steps", ()))
        ]
