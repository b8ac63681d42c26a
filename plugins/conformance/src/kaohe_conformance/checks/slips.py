"""A scheme's rule files as files: written they read the same, and a slip is refused with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomli_w

from kaohe.loading import read_toml, structure
from kaohe.model import Parameter, Rubric, Scheme
from kaohe.parameters import Knowledge
from kaohe.problems import Problem, Refused
from kaohe.rubric import faults
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.regime import Regime
from kaohe_conformance.results import Results
from kaohe_conformance.words import text

Content = dict[str, Any]
Slip = Callable[[Content], None]


def checks(regime: Regime, _: Results) -> Iterator[Made]:
    """The checks of scheme.toml, parameters.toml and every rubric."""
    scheme = regime.folder / "scheme.toml"
    yield "written", scheme.name, _bound(_written, scheme, Scheme)
    for name, slip in OF_SCHEME.items():
        yield "slip", f"{scheme.name} {name}", _bound(_refused, scheme, slip, _scheme)
    parameters = regime.folder / "parameters.toml"
    if regime.own_parameters:
        yield "written", parameters.name, _bound(_written, parameters, dict)
        for name, slip in OF_PARAMETERS.items():
            yield "slip", f"{parameters.name} {name}", _bound(_refused, parameters, slip, _declarations)
    for file in regime.city.rubric(regime.scheme, regime.folder):
        yield "written", file.name, _bound(_written, file, Rubric)
        for name, slip in OF_RUBRIC.items():
            yield "slip", f"{file.name} {name}", _bound(_refused, file, slip, _rubric(regime))


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _written(file: Path, kind: Any) -> Iterator[Fault]:
    content = read_toml(file)
    again = tomllib.loads(tomli_w.dumps(content), parse_float=Decimal)
    if again != content or (kind is not dict and structure(again, kind, "") != structure(content, kind, "")):
        yield text("written and read again it differs")


Load = Callable[[Content, str], Iterable[Problem]]


def _refused(file: Path, slip: Slip, load: Load) -> Iterator[Fault]:
    """The slip is refused, and the problem says in which file."""
    content = deepcopy(read_toml(file))
    slip(content)
    try:
        problems = list(load(content, str(file)))
    except Refused as refused:
        problems = refused.problems
    if not problems:
        yield text("it is accepted")
    for problem in problems:
        if not problem.place:
            yield text("no place is named: {problem}", problem=problem)


def _scheme(content: Content, file: str) -> Iterable[Problem]:
    structure(content, Scheme, file)
    return []


def _declarations(content: Content, file: str) -> Iterable[Problem]:
    """Each declaration by itself, as the loader reads those that are the scheme's own."""
    for name, one in content.items():
        kind = Parameter if "type" in one else Knowledge
        structure({"parameter": name, **one} if kind is Parameter else one, kind, f"{file} [{name}]")
    return []


def _rubric(regime: Regime) -> Load:
    def load(content: Content, file: str) -> Iterable[Problem]:
        return faults(structure(content, Rubric, file), regime.own.facts, file)

    return load


def _first_item(content: Content) -> Content:
    found: Content = content["sections"][0]["items"][0]
    return found


def _first_clause(content: Content) -> Content:
    found: Content = _first_item(content)["clauses"][0]
    return found


def _unknown(content: Content) -> None:
    content["unknwon"] = 1


def _unknown_inside(content: Content) -> None:
    next(iter(content.values()))["unknwon"] = 1


def _no_provenance(content: Content) -> None:
    next(iter(content.values()))["provenance"] = "rumour"


def _twice(content: Content) -> None:
    items = content["sections"][0]["items"]
    items.append(deepcopy(items[0]))


OF_SCHEME: dict[str, Slip] = {
    "unknown key": _unknown,
    "no name": lambda content: content.pop("name"),
    "name without English": lambda content: content["name"].pop("en"),
    "documents no list": lambda content: content.update(documents="x"),
    "status unknown": lambda content: content["documents"][0].update(status="rumoured"),
    "reviewed no date": lambda content: content.update(reviewed="yesterday"),
}
OF_PARAMETERS: dict[str, Slip] = {"unknown key": _unknown_inside, "provenance unknown": _no_provenance}
OF_RUBRIC: dict[str, Slip] = {
    "unknown key": _unknown,
    "unknown key of a clause": lambda content: _unknown(_first_clause(content)),
    "sum": lambda content: content.update(full_score=content["full_score"] + 1),
    "full score of an item": lambda content: _first_item(content).update(
        full_score=_first_item(content)["full_score"] + 1
    ),
    "unknown fact": lambda content: _first_clause(content).update(fact="no.such_fact"),
    "unknown shape": lambda content: _first_clause(content).update(shape="per_whim"),
    "no text": lambda content: _first_clause(content).pop("text"),
    "no number": lambda content: _first_item(content).update(full_score="much"),
    "item twice": _twice,
    "negative points": lambda content: _first_clause(content).update(shape="per_case", points=-1),
}
"""What is done to a file, by what it is called."""
