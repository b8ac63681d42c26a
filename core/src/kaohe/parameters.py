"""Parameters: declared by the core and the scheme, set by a parameter file; each says where its value comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from kaohe.loading import read_toml, structure
from kaohe.messages import Text, listing, text
from kaohe.model import Cutoff, Name, Parameter, Provenance, Schedule, Span, Step
from kaohe.problems import Problem, Refused
from kaohe.rubric import MOST_POINTS, band_range

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
    """The declared parameters with the values of a user's parameter file; raises Refused with all faults.

    A value other than the one that the document publishes can only be an assumption.
    """
    parameters, problems = dict(declared), []
    for name, content in read_toml(path).items():
        try:
            parameter = _known(name, declared, str(path))
            setting = structure(content, Setting, f"{path} [{name}]")
            value = _checked(parameter, setting.value, str(path))
            if _departs(parameter, value) and setting.provenance != "assumption":
                raise Refused([_not_as_published(parameter, setting.value, str(path))])
            parameters[name] = evolve(
                _set(parameter, value), provenance=setting.provenance, source=setting.source, given=True
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
            value = _checked(parameter, option, "")
            provenance: Provenance = "assumption" if _departs(parameter, value) else parameter.provenance
            parameters[name] = evolve(_set(parameter, value), provenance=provenance, given=True)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return parameters


def _departs(parameter: Parameter, value: Any) -> bool:
    """Whether a document publishes another value."""
    return parameter.provenance == "published" and parameter.value is not None and value != parameter.value


def _set(parameter: Parameter, value: Any) -> Parameter:
    """The parameter with this value, and with the published one where it departs from that."""
    return evolve(parameter, value=value, published=parameter.value if _departs(parameter, value) else None)


def _not_as_published(parameter: Parameter, value: Any, file: str) -> Problem:
    message = text("{value} departs from what {source} publishes, {published}",
                   value=value, source=parameter.source, published=parameter.value)  # fmt: skip
    remedy = text("leave it out; to see what would be, say provenance = {assumption}: all that it touches is marked",
                  assumption='"assumption"')  # fmt: skip
    return Problem("parameter", message, remedy, file=file, key=parameter.parameter)


def _schedule_fault(schedule: Schedule) -> Text | None:
    if (schedule.method == "bands") != bool(schedule.bands) or bool(schedule.bands) == bool(schedule.ends):
        return text("a schedule by steps or along a line has ends, one by bands has bands")
    if fault := _shares_fault([*schedule.ends, *schedule.bands]):
        return fault
    return _bands_fault(schedule.bands) if schedule.bands else _ends_fault(schedule)


def _shares_fault(parts: Sequence[Step | Span]) -> Text | None:
    shares = [part.share for part in parts]
    if any(not 0 <= share <= 1 or share * 10_000 != (share * 10_000).to_integral_value() for share in shares):
        return text("a share is from 0 to 1, with at most four decimals")
    return None


def _bands_fault(bands: list[Span]) -> Text | None:
    """Bands that do not hold every score from 0 up once."""
    try:
        ranges = sorted(map(band_range, bands), key=lambda ends: ends[0] or (Fraction(-1), True))
    except ValueError as fault:
        return text("a band has both {ends}", ends=fault)
    ends = [end[0] for lower_upper in ranges for end in lower_upper if end is not None]
    if any(not _is_end(end) for end in ends):
        return text("an end is from 0 to {most}, with at most two decimals", most=MOST_POINTS)
    lowest, highest = ranges[0][0], ranges[-1][1]
    meets = all(
        upper is not None and lower is not None and upper[0] == lower[0] and upper[1] != lower[1]
        for (_, upper), (lower, _) in pairwise(ranges)
    )
    if not meets or lowest not in (None, (Fraction(0), True)) or highest is not None:
        return text("the bands must hold every score from 0 up exactly once; the highest has no upper end")
    return None


def _is_end(end: Fraction | Decimal) -> bool:
    return 0 <= end <= MOST_POINTS and end * 100 == int(end * 100)


def _ends_fault(schedule: Schedule) -> Text | None:
    ends = [end.at for end in schedule.ends]
    if any(higher <= lower for lower, higher in pairwise(ends)):
        return text("the ends of a schedule go up, each higher than the one before")
    if not all(map(_is_end, ends)):
        return text("an end is from 0 to {most}, with at most two decimals", most=MOST_POINTS)
    if schedule.method == "steps" and ends[0] != 0:
        return text("the first step must be at 0, so that every score has a share")
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
        whole, total = all(weight == int(weight) for weight in weights.values()), sum(weights.values())
        if not whole and total != 1:
            message = text("the weights add up to {total}, not to 1", total=total)
            raise refuse(message, text("correct them; whole numbers, such as 1, 2, 2, are taken in proportion"))
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
