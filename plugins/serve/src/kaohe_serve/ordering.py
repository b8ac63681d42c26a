"""The form by which a run is ordered: what was typed and attached, as an order; every fault at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from uuid import UUID

from attrs import define, field

from kaohe import Problem, Refused
from kaohe.messages import Text
from kaohe.plan import as_toml
from kaohe.plan import read as read_plan
from kaohe_serve.api.documents import plain
from kaohe_serve.shelf import ComparisonOrder, Order, Setting
from kaohe_serve.uploads import safe_name
from kaohe_serve.words import text
from kaohe_serve.work import rules_of

Attached = tuple[str, BinaryIO]
"""A file of the form: its name and its content."""
MOST_TYPED = 2**20
"""Bytes of a parameter file or a plan."""


def hints() -> dict[str, Text]:
    """How a value of each type is typed."""
    return {
        "cutoffs": text("a line for each grade, from the best: grade, blank, lowest score; the last one 0"),
        "mapping": text("a line for each: name, blank, value"),
        "weights": text("a line for each: role, blank, weight"),
        "schedule": text("first line: steps or line; then score, blank, share"),
        "share": text("a share of 1, such as 0.1"),
        "points": text("points"),
        "date": text("a date, such as 2022-12-31"),
        "choice": text("one of the options"),
    }


@define
class _Form:
    """What was typed, and what is wrong with it."""

    typed: Mapping[str, str]
    problems: list[Problem] = field(factory=list)

    def settings(self, scheme: str) -> dict[str, Setting]:
        """The values that were typed, each with its source."""
        found = {}
        for name, parameter in rules_of(scheme).parameters.items():
            value, source = (self.typed.get(f"{part}:{name}", "").strip() for part in ("value", "source"))
            if value and not source:
                message = text("“{name}” was given without its source", name=parameter.name)
                self.problems.append(Problem("parameter", message, text("say where the value is from")))
            elif value:
                read = self._value(parameter.type, value, str(parameter.name))
                found[name] = Setting(read, "assumption" if f"assumed:{name}" in self.typed else "agreement", source)
        return found

    def _value(self, kind: str, typed: str, name: str) -> Any:
        lines = [line.rsplit(maxsplit=1) for line in typed.splitlines() if line.strip()]
        pairs = lines[1:] if kind == "schedule" else lines
        if kind in ("cutoffs", "mapping", "weights", "schedule") and any(len(pair) != 2 for pair in pairs):
            said = text("“{name}” was not typed as it should be", name=name)
            self.problems.append(Problem("parameter", said, hints()[kind]))
            return None
        match kind:
            case "cutoffs":
                return [{"grade": grade, "at_least": least} for grade, least in pairs]
            case "mapping" | "weights":
                return dict(pairs)
            case "schedule":
                return {"method": lines[0][0], "ends": [{"at": at, "share": share} for at, share in pairs]}
            case _:
                return typed


def ordered(dataset: UUID, typed: Mapping[str, str], files: Mapping[str, Iterable[Attached]]) -> Order:
    """The order of a form; raises Refused.

    `typed`: `scheme`, `corrects`, `reading:NAME`, `value:NAME` with `source:NAME` and `assumed:NAME`. `files`:
    `parameters` (a parameter file), `plan` (rubrics for the year, TOML or workbooks).
    """
    form = _Form(typed)
    scheme = typed.get("scheme", "")
    settings = form.settings(scheme)
    for name, content in files.get("parameters", ()):
        settings = _file(name, content) | settings
    if form.problems:
        raise Refused(form.problems)
    readings = {key.removeprefix("reading:"): option for key, option in typed.items() if key.startswith("reading:")}
    return Order(
        dataset=dataset,
        scheme=scheme,
        parameters=settings,
        readings={name: option for name, option in readings.items() if option},
        plan=plans(files.get("plan", ())),
        corrects=_corrected(typed.get("corrects", "")),
    )


def compared(
    dataset: UUID, typed: Mapping[str, str], chosen: Iterable[str], files: Mapping[str, Iterable[Attached]]
) -> ComparisonOrder:
    """The order of a comparison's form; raises Refused.

    `typed`: `mixes` (a line each), `as:KIND`. `files`: `parameters:SCHEME` (a parameter file), `plan:SCHEME`.
    """
    mixes = [line.strip() for line in typed.get("mixes", "").splitlines() if line.strip()]
    settings: dict[str, dict[str, Setting]] = {}
    planned: dict[str, list[str]] = {}
    for field_name, attached in files.items():
        what, _, scheme = field_name.partition(":")
        if what == "plan" and (found := plans(attached)):
            planned[scheme] = found
        if what == "parameters":
            for name, content in attached:
                settings[scheme] = settings.get(scheme, {}) | _file(name, content)
    kinds = {key.removeprefix("as:"): other for key, other in typed.items() if key.startswith("as:") and other}
    return ComparisonOrder(dataset=dataset, schemes=[*chosen, *mixes], kinds=kinds, parameters=settings, plans=planned)


def _file(name: str, content: BinaryIO) -> dict[str, Setting]:
    """The settings of a parameter file."""
    try:
        found = tomllib.loads(content.read(MOST_TYPED).decode("utf-8-sig"), parse_float=Decimal)
        return {
            parameter: Setting(plain(entry["value"]), entry["provenance"], entry.get("source", ""))
            for parameter, entry in found.items()
        }
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        message = text("this is not valid TOML: {fault}", fault=fault)
    except (KeyError, TypeError):
        message = text("a parameter has value, provenance and source")
    raise Refused([Problem("toml", message, text("correct the file"), file=safe_name(name))])


def _corrected(typed: str) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError:
        raise Refused([Problem("run", text("there is no such run"), text("choose one of the list"))]) from None


def plans(files: Iterable[Attached]) -> list[str]:
    """The rubrics of attached plans (TOML or workbooks), as TOML; raises Refused."""
    return [_plan(name, content) for name, content in files]


def _plan(name: str, content: BinaryIO) -> str:
    with TemporaryDirectory() as folder:
        file = Path(folder) / safe_name(name)
        file.write_bytes(content.read(MOST_TYPED))
        return as_toml(read_plan(file))
