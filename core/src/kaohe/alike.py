"""Whether a run corrects another by the same measure: what differs, name by name, and what makes it no correction.

What belongs to a year is computed by that year's plan and parameters. They may have been wrong, so another value is
said and not refused; what would move money that no late fact moves is refused.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from kaohe.changes import differing
from kaohe.dataset import CONTRACT
from kaohe.loading import structure
from kaohe.messages import first, listing, plural, text
from kaohe.model import Name, Rubric
from kaohe.problems import Problem, Severity, refuse_errors
from kaohe.run import Run
from kaohe.stages.contract import STAGES
from kaohe.store import Stored
from kaohe.store.digests import recorded
from kaohe.store.tables import about
from kaohe.values import value_said

MONEY = {*STAGES["settle"].requires, *STAGES["settle"].reads}
"""Tables without which a settlement would be taken back."""


@frozen
class Measure:
    """By what a run was computed: whose stages, which parameters and tables, and what it assumes."""

    stages: Mapping[str, str]
    parameters: Mapping[str, Mapping[str, Any]]
    kinds: Mapping[str, str]
    tables: Mapping[str, Rubric]
    files: Mapping[str, str]
    assumed: list[str]


def differences(run: Run, old: Stored, file: str) -> list[Problem]:
    """What a correction is computed by, or from, that is other than in the run that it corrects; as warnings.

    Raises Refused where it is no correction: stages of another scheme, a kind without its table, tables of money that
    are not there, none of the institutions, or assumptions where the other run made none.
    """
    files = {path: content for one in [run.rules, *run.stages.values()] for path, content in one.files.items()}
    then = _measure(old.about, {str(row["path"]): str(row["text"]) for row in old.rows("rules")})
    now = _measure(about(run), files)
    found = [*_stages(then, now), *_kinds(then, now, old), *_assumptions(then, now)]
    found += [*_missing_tables(run, old), *_institutions(run, old)]
    found += [*_parameters(then, now), *_tables(then, now), *_files(then, now)]
    found = [evolve(problem, file=file) for problem in found]
    refuse_errors(found)
    return found


def _measure(row: Mapping[str, Any], files: Mapping[str, str]) -> Measure:
    """A run's measure, from its row of the table `run` and the rule files that it carries."""
    stages, kinds = json.loads(row["stages"]), json.loads(row["kinds"])
    parameters = {f"{entry['scheme']}:{entry['parameter']}": entry for entry in json.loads(row["parameters"])}
    tables = _rubrics(stages["score"], files)
    assumed = [name for name, entry in parameters.items() if _assumed(entry)]
    assumed += [code for code in kinds.values() if code in tables and tables[code].provenance == "assumption"]
    assumed += [path for path in files if path == "given/changes.toml"]
    return Measure(stages, parameters, kinds, tables, files, assumed)


def _assumed(entry: Mapping[str, Any]) -> bool:
    return entry["value"] is not None and entry["provenance"] == "assumption" and not entry["reading"]


def _rubrics(scheme: str, files: Mapping[str, str]) -> dict[str, Rubric]:
    """The tables that scored, by code: those of a plan go before the scheme's own."""
    found: dict[str, Rubric] = {}
    for folder in (f"{scheme}/rubrics/", "given/plan/"):
        for path, content in files.items():
            if path.startswith(folder):
                rubric = structure(tomllib.loads(content, parse_float=Decimal), Rubric, path)
                found = {code: one for code, one in found.items() if one.kind != rubric.kind} | {rubric.rubric: rubric}
    return found


# What makes it no correction.


def _stages(then: Measure, now: Measure) -> Iterator[Problem]:
    for stage, scheme in then.stages.items():
        if now.stages.get(stage) != scheme:
            message = text("the stage {stage} is of {here}; in the run to be corrected it is of {there}",
                           stage=stage, here=now.stages.get(stage, "–"), there=scheme)  # fmt: skip
            yield Problem("corrects", message, text("take the stages from the same schemes (--stage)"))


def _kinds(then: Measure, now: Measure, old: Stored) -> Iterator[Problem]:
    for kind in then.kinds:
        if kind not in now.kinds and old.rows("results", kind=kind):
            shown = CONTRACT["institutions"].columns["kind"].shown(kind)
            message = text("the kind “{kind}” has no table any more: its results would be taken back", kind=shown)
            yield Problem("corrects", message, text("give its plan too (--plan)"))


def _assumptions(then: Measure, now: Measure) -> Iterator[Problem]:
    if now.assumed and not then.assumed:
        message = text("it rests on assumptions, the run to be corrected on none: {names}",
                       names=listing(name.rpartition(":")[2] for name in now.assumed))  # fmt: skip
        yield Problem("corrects", message, text("to see what would be, run it without --corrects"))


# What differs.


def _parameters(then: Measure, now: Measure) -> Iterator[Problem]:
    for key, entry in now.parameters.items():
        before = then.parameters.get(key, {"value": None, "option": "", "option_en": ""})
        if before["value"] != entry["value"]:
            message = text("{name} ({parameter}): the run to be corrected has {there}, this one {here}",
                           name=Name(entry["name"], entry["name_en"]), parameter=entry["parameter"],
                           there=_value(before), here=_value(entry))  # fmt: skip
            yield Problem("corrects", message, text("what belongs to a year is computed by its own"), "warning")


def _value(entry: Mapping[str, Any]) -> Name | str:
    return Name(entry["option"], entry["option_en"]) if entry["option"] else value_said(entry["value"])


def _tables(then: Measure, now: Measure) -> Iterator[Problem]:
    before = {one.kind: one for one in then.tables.values()}
    for rubric in now.tables.values():
        if rubric.kind in before and (parts := differing(before[rubric.kind], rubric)):
            message = text("the table “{rubric}” is not the one of the run to be corrected: {parts}",
                           rubric=rubric.name, parts=listing(parts))  # fmt: skip
            yield Problem("corrects", message, text("what belongs to a year is computed by its own"), "warning")


def _files(then: Measure, now: Measure) -> Iterator[Problem]:
    """The scheme's own rules, other than its tables and what is given for the year."""
    own = [path for path in now.files if not path.startswith("given/") and "/rubrics/" not in path]
    if changed := [path for path in own if then.files.get(path) != now.files[path]]:
        message = text("these rules are not those of the run to be corrected: {files}", files=listing(changed))
        yield Problem("corrects", message, text("see what changed in the version installed"), "warning")


def _missing_tables(run: Run, old: Stored) -> Iterator[Problem]:
    """Tables of the corrected run's dataset that this one does not have."""
    there = {name.removeprefix("in_") for name in {*old.tables(), *recorded(old.about)} if name.startswith("in_")}
    for table in sorted(there - run.dataset.tables.keys()):
        message = text("the run to be corrected had the table “{table}”, this dataset has none", table=CONTRACT[table])
        severity: Severity = "error" if table in MONEY else "warning"
        yield Problem("corrects", message, text("hand in the whole year, with what became known"), severity)


def _institutions(run: Run, old: Stored) -> Iterator[Problem]:
    """Institutions of the corrected run that are not in this one's dataset."""
    there = {row["institution"] for name in ("results", "exempt") for row in old.rows(name)}
    here = set(run.dataset.tables["institutions"].select("institution").collect()["institution"])
    gone = sorted(there - here)
    if gone and len(gone) == len(there):
        message = text("none of the institutions of the run to be corrected is in this dataset")
        yield Problem("corrects", message, text("hand in the whole year, with what became known"))
    elif gone:
        message = plural(
            len(gone),
            "{n} institution of the run to be corrected is not in this dataset, what was booked for it is taken back: "
            "{names}",
            "{n} institutions of the run to be corrected are not in this dataset, what was booked for them is taken "
            "back: {names}",
            names=first(gone),
        )
        yield Problem("corrects", message, text("add them, or make sure that this is meant"), "warning")
