"""Parameters: declared by the core and the scheme, set by a parameter file; each says where its value comes from."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import tomli_w
from attrs import evolve, field, frozen

from kaohe.loading import read_toml, structure
from kaohe.messages import Text, listing, text
from kaohe.model import Cutoff, Name, Parameter, Provenance, Schedule, Span, Step, Tier
from kaohe.problems import Problem, Refused
from kaohe.rubric import MOST_POINTS, band_range
from kaohe.values import value_said

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


@frozen
class Given:
    """What a user gives for the year, by the names that were written: `settings` as a parameter file has them,
    and the options of `readings`.

    A name stands for a parameter of whichever scheme of the run has it, or is `SCHEME:PARAMETER`. `file` says where
    a setting stands, `text` how the file read (nothing where a mapping was given).
    """

    settings: Mapping[str, Any] = field(factory=dict)
    readings: Mapping[str, str] = field(factory=dict)
    file: str = ""
    text: str = ""

    @classmethod
    def of(cls, settings: Path | str | Mapping[str, Any] | None, readings: Mapping[str, str] | None) -> Given:
        """From a parameter file, or a mapping of the same content; raises Refused where there is no such file."""
        if settings is None:
            return cls({}, readings or {})
        if isinstance(settings, Mapping):
            return cls(settings, readings or {}, str(text("the parameters given")))
        content = read_toml(Path(settings))
        return cls(content, readings or {}, str(settings), Path(settings).read_text(encoding="utf-8-sig"))

    def kept(self) -> dict[str, str]:
        """The texts that a run keeps, by their paths; a mapping is kept as the file it could have been."""
        readings = {"given/readings.toml": tomli_w.dumps(self.readings)} if self.readings else {}
        if not self.settings and not self.text:
            return readings
        name = Path(self.file).name if self.text else "parameters.toml"
        return {f"given/parameters/{name}": self.text or tomli_w.dumps(self.settings), **readings}


@frozen
class Declared:
    """The parameters of one scheme as its files declare them; those named in `core` are the core's."""

    parameters: Mapping[str, Parameter]
    core: Container[str]


Schemes = Mapping[str, Declared]


def apply(given: Given, schemes: Schemes) -> tuple[dict[str, dict[str, Parameter]], list[Problem]]:
    """Each scheme's parameters with what was given set in them, and every fault of what was given."""
    parameters = {scheme: dict(declared.parameters) for scheme, declared in schemes.items()}
    problems: list[Problem] = []
    for values, file, changed in ((given.settings, given.file, _set), (given.readings, "", _chosen)):
        written: dict[tuple[str, str], str] = {}
        for name, value in values.items():
            try:
                found, owners = _owners(name, schemes, file)
                for scheme in owners:
                    if twice := written.get((scheme, found)):
                        message = text("“{name}” and “{other}” are the same parameter", name=name, other=twice)
                        raise Refused([Problem("parameter", message, text("leave one of them"), file=file)])
                    written[scheme, found] = name
                    parameters[scheme][found] = changed(parameters[scheme][found], name, value, file)
            except Refused as refused:
                problems += refused.problems
    return parameters, problems


def _set(parameter: Parameter, name: str, content: Any, file: str) -> Parameter:
    setting = structure(content, Setting, f"{file} [{name}]")
    value = _checked(parameter, setting.value, file)
    if _departs(parameter, value) and setting.provenance != "assumption":
        raise Refused([_not_as_published(parameter, setting.value, file)])
    return evolve(_with(parameter, value), provenance=setting.provenance, source=setting.source, given=True)


def _chosen(parameter: Parameter, name: str, option: Any, file: str) -> Parameter:
    if parameter.type != "choice":
        message = text("“{name}” is not a choice", name=name)
        raise Refused([Problem("parameter", message, text("set it in a parameter file (--params)"))])
    value = _checked(parameter, option, file)
    provenance: Provenance = "assumption" if _departs(parameter, value) else parameter.provenance
    return evolve(_with(parameter, value), provenance=provenance, given=True)


def _owners(name: str, schemes: Schemes, file: str) -> tuple[str, list[str]]:
    """The parameter that is meant and the schemes it is set in; raises Refused where that is nothing or not clear.

    What the core declares is one parameter, whichever scheme's stage reads it. Names that several schemes declare
    for themselves are several parameters.
    """
    qualifier, colon, rest = name.rpartition(":")
    meant = {
        scheme: declared
        for scheme, declared in schemes.items()
        if not colon or qualifier in (scheme, scheme.partition("/")[0])
    }
    if not meant:
        message = text("no stage of this run is by the scheme “{scheme}”", scheme=qualifier)
        remedy = text("its schemes are {schemes}", schemes=listing(schemes))
        raise Refused([Problem("parameter", message, remedy, file=file)])
    owners = [scheme for scheme, declared in meant.items() if rest in declared.parameters]
    if not owners:
        elsewhere = [f"{scheme}:{rest}" for scheme, declared in schemes.items() if rest in declared.parameters]
        known = {one: None for declared in meant.values() for one in declared.parameters}
        close = elsewhere or get_close_matches(rest, known, n=1) or sorted(known)
        remedy = text("did you mean {close}?", close=listing(close))
        raise Refused([Problem("parameter", text("unknown parameter “{name}”", name=name), remedy, file=file)])
    if len(owners) > 1 and not all(rest in meant[scheme].core for scheme in owners):
        message = text("“{name}” is a parameter of {schemes}", name=name, schemes=listing(owners))
        remedy = text("say which is meant: {names}", names=listing(f"{scheme}:{rest}" for scheme in owners))
        raise Refused([Problem("parameter", message, remedy, file=file)])
    return rest, owners


def _departs(parameter: Parameter, value: Any) -> bool:
    """Whether a document publishes another value."""
    return parameter.provenance == "published" and parameter.value is not None and value != parameter.value


def _with(parameter: Parameter, value: Any) -> Parameter:
    """The parameter with this value, and with the published one where it departs from that."""
    return evolve(parameter, value=value, published=parameter.value if _departs(parameter, value) else None)


def _not_as_published(parameter: Parameter, value: Any, file: str) -> Problem:
    message = text("{value} departs from what {source} publishes, {published}",
                   value=value_said(value), source=parameter.source, published=value_said(parameter.value))  # fmt: skip
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


def _tiers_fault(tiers: list[Tier]) -> Text | None:
    starts = [tier.above for tier in tiers]
    if not tiers or starts[0] != 0 or any(higher <= lower for lower, higher in pairwise(starts)):
        return text("tiers go up from 0, each higher than the one before")
    if any(not 0 <= tier.share <= 1 for tier in tiers):
        return text("the share of a tier is from 0 to 1")
    return None


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
    if parameter.type in ("amount", "times"):
        number = structure(value, Decimal, f"{file} [{parameter.parameter}]")
        places = 2 if parameter.type == "amount" else 4
        if number < 0 or number.scaleb(places) != number.scaleb(places).to_integral_value():
            raise refuse(text("this is from 0 on, with at most {places} decimals", places=places))
        return number
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
    if parameter.type == "tiers":
        tiers = structure(value, list[Tier], f"{file} [{parameter.parameter}]")
        if fault := _tiers_fault(tiers):
            raise refuse(fault)
        return tiers
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
