"""One scheme of a city as the suite works with it: its rules under chosen parameters, its cases, its source."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from kaohe.assembly import assemble
from kaohe.loading import read_toml, structure
from kaohe.model import Parameter, Rubric, Rules, Scheme
from kaohe.plans import FOLDER as OUTLINES
from kaohe.plans import files as outlines
from kaohe.plugin.manager import City
from kaohe_conformance.case import Background, Case, CaseFile, Given, load_background
from kaohe_conformance.words import bare
from kaohe_conformance.workbook import read as read_cases
from kaohe_conformance.year import merged

CASES, BACKGROUND, SOURCES = "cases", "background.toml", "sources"
"""In a scheme's folder: its worked cases, what they stand on, and the text of its documents."""


@frozen(eq=False)
class Work:
    """One case with the background it stands on. `file`: its place among the cases, without suffix."""

    file: str
    article: str
    background: Background
    case: Case

    @property
    def key(self) -> str:
        """The case's name with its file's."""
        return f"{self.file}: {self.case.name}"


@define(eq=False, slots=False)
class Regime:
    """One scheme with its folder, and a way to open its city. `given`: sources and files of cases from elsewhere."""

    city: City
    scheme: Scheme
    folder: Path
    opened: Callable[[str], City] = City.named
    given_sources: list[Path] = field(factory=list)
    given_cases: list[Path] = field(factory=list)
    _rules: dict[str, Rules] = field(factory=dict)

    @cached_property
    def home(self) -> Path:
        """The folder in which cases and sources lie."""
        return self.folder

    # The rules.

    @cached_property
    def own(self) -> Rules:
        """The scheme's rules as they are, nothing given; raises Refused."""
        return assemble(self.city, self.scheme, self.folder)

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters as the scheme has them."""
        return self.own.parameters

    @cached_property
    def own_parameters(self) -> list[str]:
        """The parameters that the scheme's own file speaks of."""
        file = self.folder / "parameters.toml"
        return list(read_toml(file)) if file.exists() else []

    @cached_property
    def printed(self) -> dict[str, Rubric]:
        """The scheme's rubrics with the clauses of all readings."""
        files = self.city.rubric(self.scheme, self.folder)
        loaded = [structure(read_toml(path), Rubric, str(path)) for path in files]
        return {rubric.rubric: rubric for rubric in loaded}

    @cached_property
    def tables(self) -> dict[str, Rubric]:
        """Every rubric that cases are scored by: the scheme's own, and those of the cases' plans."""
        loaded = [structure(read_toml(path), Rubric, str(path)) for path in self.plans]
        return {**self.printed, **{rubric.rubric: rubric for rubric in loaded}}

    def settings(self, background: Background, given: Given) -> tuple[dict[str, Any], dict[str, str]]:
        """A case's parameters as a parameter file has them, and chosen readings. One that is blank stays unset."""
        chosen = {**background.parameters, **given.parameters}
        chosen = {name: value for name, value in chosen.items() if value != ""}
        readings = {name: value for name, value in chosen.items() if self._is_choice(name)}
        about = {"provenance": background.provenance, "source": "算例"}
        return {name: {"value": value, **about} for name, value in chosen.items() if name not in readings}, readings

    def _is_choice(self, name: str) -> bool:
        return name in self.parameters and self.parameters[name].type == "choice"

    def plan(self, background: Background) -> Path | None:
        """The plan that a case is run with."""
        return self.home / CASES / background.plan if background.plan else None

    @cached_property
    def plans(self) -> list[Path]:
        """The plans that cases are run with."""
        found = dict.fromkeys(self.plan(work.background) for work in self.works)
        return [plan for plan in found if plan is not None]

    def rules(self, background: Background, given: Given) -> Rules:
        """The rules under the parameters of a case; raises Refused."""
        key = json.dumps([background.plan, background.parameters, given.parameters], sort_keys=True, default=str)
        if key not in self._rules:
            plan = self.plan(background)
            settings, readings = self.settings(background, given)
            self._rules[key] = assemble(
                self.city, self.scheme, self.folder, plan=[plan] if plan else [], settings=settings, readings=readings
            )
        return self._rules[key]

    # The same cases under other rules.

    def laid_out(self, folder: Path) -> None:
        """Write every rule file that the cases are run by into a folder, as a run carries them; and the plans."""
        texts = dict(self.own.files)
        for plan in self.plans:
            texts |= assemble(self.city, self.scheme, self.folder, plan=[plan]).files
        texts |= {
            f"{self.scheme.scheme}/{OUTLINES}/{file.name}": file.read_text(encoding="utf-8-sig")
            for file in outlines(self.folder)
        }
        for path, content in texts.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")

    def carried(self, folder: Path) -> Regime:
        """The scheme by the rule files that are laid out in a folder, with these cases and this source."""
        city = evolve(self.city, carried=folder)
        scheme, home = city.schemes()[self.scheme.scheme]
        other = Regime(city, scheme, home, lambda name: city if name == city.name else self.opened(name))
        held = ("home", "case_files", "works", "printed_source", "source")
        vars(other).update({name: getattr(self, name) for name in held})
        return other

    # The cases.

    @cached_property
    def case_files(self) -> dict[str, CaseFile]:
        """The files of cases by their place without suffix; raises Refused with the faults of all."""
        home = self.home / CASES
        files = [
            path for path in sorted(home.rglob("*")) if path.suffix in (".toml", ".xlsx") and path.name != BACKGROUND
        ]
        plans = {self.plan(background) for background in self._backgrounds.values()}
        found = {path.relative_to(home).with_suffix("").as_posix(): path for path in files if path not in plans}
        found |= {path.stem: path for path in self.given_cases}
        return {place: read_cases(path) for place, path in found.items()}

    @cached_property
    def _backgrounds(self) -> dict[Path, Background]:
        home = self.home / CASES
        return {path.parent: load_background(path) for path in sorted(home.rglob(BACKGROUND))}

    def _background(self, place: str) -> Background:
        """What holds for the files of a folder: the backgrounds of the folders above it, the nearest last."""
        home = self.home / CASES
        found = Background()
        for folder in reversed([home / place, *(home / place).parents]):
            if folder in self._backgrounds:
                found = merged(found, self._backgrounds[folder])
        return found

    @cached_property
    def works(self) -> list[Work]:
        """Every case of the scheme, each with its background."""
        return [
            Work(place, file.article, merged(self._background(place), file.background), case)
            for place, file in self.case_files.items()
            for case in file.cases
        ]

    # The source.

    @cached_property
    def printed_source(self) -> str:
        """The words of the scheme's documents, as far as plugin or caller supply them."""
        files = self.given_sources or sorted((self.home / SOURCES).glob("*.txt"))
        return "\n".join(path.read_text(encoding="utf-8-sig") for path in files)

    @cached_property
    def source(self) -> str:
        """The same without white space."""
        return bare(self.printed_source)
