"""Cities, their schemes, rubrics and parameters."""

from __future__ import annotations

from threading import Lock
from typing import Annotated, Any, cast

from litestar import Router
from litestar.params import PathParameter

from kaohe.command.rubric import document
from kaohe.messages import language
from kaohe.probe import probe_all
from kaohe_serve.api import read
from kaohe_serve.api.documents import CityEntry, ParameterEntry, RubricEntry, SchemeEntry
from kaohe_serve.work import rules_of

Name = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
_probing = Lock()


PATIENCE = 30
"""Seconds that a city may take to load, on a machine that has other things to do."""
_found: dict[str, list[CityEntry]] = {}
"""The cities by language, once they were all found without a fault."""


def _scheme(found: dict[str, Any]) -> SchemeEntry:
    begins, ends = found["from"], found["to"]
    rest = {name: value for name, value in found.items() if name not in ("from", "to")}
    return cast("SchemeEntry", {**rest, "begins": begins, "ends": ends})


def cities_here() -> list[CityEntry]:
    """The installed cities; where one has a fault they are looked at anew the next time."""
    with _probing:
        if language() in _found:
            return _found[language()]
        probed = probe_all(PATIENCE)
        cities = [CityEntry(one.city, one.fault, [_scheme(entry) for entry in one.schemes]) for one in probed]
        if not any(city.fault for city in cities):
            _found[language()] = cities
        return cities


@read("/cities", operation_id="listCities", summary="The installed cities and their schemes")
def cities() -> list[CityEntry]:
    """Every installed city; one that cannot be used says why."""
    return cities_here()


@read("/schemes/{city:str}/{version:str}/rubrics", operation_id="listRubrics", summary="A scheme's rubrics")
def rubrics(city: Name, version: Name) -> list[RubricEntry]:
    """The tables by which a scheme assesses, in the document's words; none where the year's plan has them."""
    rules = rules_of(f"{city}/{version}")
    return [cast("RubricEntry", document(rules.scheme.scheme, rubric)) for rubric in rules.rubrics.values()]


@read(
    "/schemes/{city:str}/{version:str}/parameters",
    operation_id="listParameters",
    summary="What a scheme's rules leave open",
)
def parameters(city: Name, version: Name) -> list[ParameterEntry]:
    """Every parameter with its value and where that comes from; the unset ones say what depends on them."""
    return [ParameterEntry.of(parameter) for parameter in rules_of(f"{city}/{version}").parameters.values()]


router = Router("/", route_handlers=[cities, rubrics, parameters], tags=["schemes"])
