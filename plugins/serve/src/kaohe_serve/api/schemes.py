"""Cities, their schemes, rubrics and parameters."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Annotated, Any, cast

from litestar import Router
from litestar.params import Parameter

from kaohe.command.rubric import document
from kaohe.messages import language
from kaohe.plugin.probe import probe_all
from kaohe_serve.api import read
from kaohe_serve.api.documents import CityEntry, ParameterEntry, RubricEntry, SchemeEntry
from kaohe_serve.work import rules_of

Name = Annotated[str, Parameter(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
_probing = Lock()


@lru_cache
def _cities(_: str) -> list[CityEntry]:
    return [CityEntry(found.city, found.fault, [_scheme(entry) for entry in found.schemes]) for found in probe_all()]


def _scheme(found: dict[str, Any]) -> SchemeEntry:
    begins, ends = found["from"], found["to"]
    rest = {name: value for name, value in found.items() if name not in ("from", "to")}
    return cast("SchemeEntry", {**rest, "begins": begins, "ends": ends})


def cities_here() -> list[CityEntry]:
    """The installed cities, looked at once for each language."""
    with _probing:
        return _cities(language())


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
