"""Parameters: declared by the core and the scheme, set by a parameter file; each says where its value comes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from kaohe.loading import read_toml, structure
from kaohe.messages import Text, listing, text
from kaohe.model import Cutoff, Name, Parameter, Provenance, Schedule
from kaohe.problems import Problem, Refused
from kaohe.rubric import MOST_POINTS

DECLARED = Path(str(resources.files("kaohe"))) / "parameters.toml"


@frozen
class Setting:
    """What a parameter file says of one parameter."""

    value: Any
    provenance: Provenance
    source: str


@frozen
class Knowledge:
    """What a scheme says of a parameter that the core declares: its value, or only where it would stand."""

    value: Any = None
    provenance: Provenance | None = None
    source: str | None = None
    reason: Name | None = None
    needed_for: Name | None = None


def declare(path: Path, known: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The known parameters with what this file declares anew or knows of them; raises Refused."""
    declared, problems = dict(known), []
    for name, content in read_toml(path).items():
        try:
            if name in declared:
                says = structure(content, Knowledge, f"{path} [{name}]")
                changes = {key: getattr(says, key) for key in ("provenance", "source", "reason", "needed_for")}
                changes = {key: value for key, value in changes.items() if value is not None}
                parameter = evolve(declared[name], **changes)
                if says.value is not None:
                    parameter = evolve(parameter, value=_checked(parameter, says.value, str(path)))
            else:
                parameter = structure({"parameter": name, **content}, Parameter, f"{path} [{name}]")
                if parameter.value is not None:
                    parameter = evolve(parameter, value=_checked(parameter, parameter.value, str(path)))
            declared[name] = parameter
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return declared


def set_from(path: Path, declared: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The declared parameters with the values of a user's parameter file; raises Refused with all faults."""
    parameters, problems = dict(declared), []
    for name, content in read_toml(path).items():
        try:
            parameter = _known(name, declared, str(path))
            setting = structure(content, Setting, f"{path} [{name}]")
            value = _checked(parameter, setting.value, str(path))
            parameters[name] = evolve(
                parameter, value=value, provenance=setting.provenance, source=setting.source, given=True
            )
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return parameters


def choose(choices: Mapping[str, str], declared: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The declared parameters with readings chosen by name (`combine.scorers` → `mean`); raises Refused."""
    parameters, problems = dict(declared), []
    for name, option in choices.items():
        try:
            parameter = _known(name, declared, "")
            if parameter.type != "choice":
                raise Refused(
                    [
                        Problem(
                            "parameter",
                            text("“{name}” is not a choice", name=name),
                            text("set it in a parameter file (--params)"),
                        )
                    ]
                )
            parameters[name] = evolve(parameter, value=_checked(parameter, option, ""), given=True)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return parameters


def _schedule_fault(schedule: Schedule) -> Text | None:
    ends = [end.at for end in schedule.ends]
    shares = [end.share for end in schedule.ends]
    if not ends or any(higher <= lower for lower, higher in pairwise(ends)):
        return text("the ends of a schedule go up, each higher than the one before")
    if ends[0] < 0 or ends[-1] > MOST_POINTS or any(end * 100 != (end * 100).to_integral_value() for end in ends):
        return text("an end is from 0 to {most}, with at most two decimals", most=MOST_POINTS)
    if schedule.method == "steps" and ends[0] != 0:
        return text("the first step must be at 0, so that every score has a share")
    if any(not 0 <= share <= 1 or share * 10_000 != (share * 10_000).to_integral_value() for share in shares):
        return text("a share is from 0 to 1, with at most four decimals")
    return None


def _known(name: str, declared: Mapping[str, Parameter], file: str) -> Parameter:
    if name in declared:
        return declared[name]
    close = get_close_matches(name, declared, n=1) or sorted(declared)
    remedy = text("did you mean {close}?", close=listing(close))
    raise Refused([Problem("parameter", text("unknown parameter “{name}”", name=name), remedy, file=file)])


def _checked(parameter: Parameter, value: Any, file: str) -> Any:
    """The value in the model's form; raises Refused where the parameter does not take it."""

    def refuse(message: Text, remedy: Text | None = None) -> Refused:
        return Refused([Problem("parameter", message, remedy, file=file, key=parameter.parameter)])

    if parameter.type == "choice":
        if value not in list(parameter.options):
            message = text("“{value}” is not one of {options}", value=value, options=listing(parameter.options))
            raise refuse(message, text("choose one of them"))
        return value
    if parameter.type == "share":
        share = structure(value, Decimal, f"{file} [{parameter.parameter}]")
        if not 0 <= share <= 1:
            raise refuse(text("“{value}” is not a share of 1, such as 0.1", value=value))
        return share
    if parameter.type == "points":
        points = structure(value, Decimal, f"{file} [{parameter.parameter}]")
        if not 0 <= points <= MOST_POINTS or points * 10_000 != (points * 10_000).to_integral_value():
            raise refuse(text("points are from 0 to {most} with at most four decimals", most=MOST_POINTS))
        return points
    if parameter.type == "date":
        return structure(value, date, f"{file} [{parameter.parameter}]")
    if parameter.type == "weights":
        weights = structure(value, dict[str, Decimal], f"{file} [{parameter.parameter}]")
        if not weights or any(weight <= 0 for weight in weights.values()):
            raise refuse(text("weights are above 0"), text("leave out what does not count"))
        return weights
    if parameter.type == "schedule":
        schedule = structure(value, Schedule, f"{file} [{parameter.parameter}]")
        if fault := _schedule_fault(schedule):
            raise refuse(fault)
        return schedule
    if parameter.type == "mapping":
        return structure(value, dict[str, str], f"{file} [{parameter.parameter}]")
    cutoffs = structure(value, list[Cutoff], f"{file} [{parameter.parameter}]")
    ends = [cutoff.at_least for cutoff in cutoffs]
    if not cutoffs or any(higher <= lower for higher, lower in pairwise(ends)):
        raise refuse(text("cutoffs go from the best grade down, each lower than the one before"))
    if ends[-1] != 0:
        raise refuse(text("the last cutoff must be 0, so that every score has a grade"))
    if len({cutoff.grade for cutoff in cutoffs}) < len(cutoffs):
        raise refuse(text("a grade stands twice"))
    if ends[0] > MOST_POINTS:
        raise refuse(text("this cannot be above {most}", most=MOST_POINTS))
    if any(end * 100 != (end * 100).to_integral_value() for end in ends):
        raise refuse(text("a cutoff has at most two decimals"))
    return cutoffs
