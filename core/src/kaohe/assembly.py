"""A scheme's rules put together: its city's files, the core's, and what the user gives for the year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import tomli_w

from kaohe import parameters as parameter_files
from kaohe.dataset import CONTRACT
from kaohe.messages import listing, text
from kaohe.model import Parameter, Rubric, Rules, Scheme
from kaohe.plan import as_toml
from kaohe.plan import read as read_plan
from kaohe.plugin.manager import City
from kaohe.problems import Problem, Refused, refuse_errors
from kaohe.rules import SHARED_FACTS, feature_files, load_parameters, load_rubrics, rule_files


def assemble(
    city: City,
    scheme: Scheme,
    folder: Path,
    *,
    plan: Sequence[Path] = (),
    settings: Path | None = None,
    readings: Mapping[str, str] | None = None,
) -> Rules:
    """The rules a run computes with: the scheme's, with the year's plan, parameter file and chosen readings.

    `plan`: rubrics for the year, in place of the scheme's own for those kinds. The files are kept under paths that
    name where they are from: `kaohe/…`, the scheme, the city, `given/…`. Raises Refused with the faults of all files.
    """
    plan = sorted(plan, key=lambda file: file.stem)
    facts = city.facts()
    features = [*scheme.features, *(["marks"] if plan else [])]
    declared = [city.core_file(file) for file in (parameter_files.DECLARED, *feature_files(features))]
    parameters = load_parameters(folder, declared)
    problems: list[Problem] = []
    try:
        if settings is not None:
            parameters = parameter_files.set_from(settings, parameters)
        parameters = parameter_files.choose(readings or {}, parameters)
    except Refused as refused:
        problems += refused.problems
    rubrics: dict[str, Rubric] = {}
    try:
        rubrics = load_rubrics(city.rubric(scheme, folder), facts, parameters)
        if plan:
            planned = load_rubrics(plan, facts, parameters)
            kinds = {rubric.kind for rubric in planned.values()}
            kept = {code: rubric for code, rubric in rubrics.items() if rubric.kind not in kinds}
            problems += [_twice(code) for code in kept.keys() & planned.keys()]
            rubrics = kept | planned
    except Refused as refused:
        problems += refused.problems
    problems += _unknown_kinds(rubrics)
    problems += _unknown_lent(scheme, rubrics, parameters)
    refuse_errors(problems)
    used = {f"kaohe/{file.name}": file for file in (city.core_file(SHARED_FACTS), *declared)}
    used |= {f"{scheme.scheme}/{file.relative_to(folder).as_posix()}": file for file in rule_files(folder)}
    used |= {f"{city.name}/{file.name}": file for file in [city.facts_file()] if file is not None}
    used |= {f"given/parameters/{file.name}": file for file in [settings] if file is not None}
    return Rules(
        scheme=scheme,
        rubrics=rubrics,
        kinds=_kinds(scheme, rubrics, parameters),
        facts=facts,
        parameters=parameters,
        files={path: file.read_text(encoding="utf-8-sig") for path, file in used.items()}
        | {path: as_toml(read_plan(file)) for path, file in _plan_paths(plan).items()}
        | ({"given/readings.toml": tomli_w.dumps(dict(readings))} if readings else {}),
    )


def _plan_paths(plan: Sequence[Path]) -> dict[str, Path]:
    """The paths under which plans are kept, each its own."""
    paths: dict[str, Path] = {}
    for file in plan:
        same = sum(other.stem == file.stem for other in paths.values())
        paths[f"given/plan/{file.stem}{f'-{same + 1}' if same else ''}.toml"] = file
    return paths


def _twice(code: str) -> Problem:
    return Problem("rubric", text("a second table with the code “{rubric}”", rubric=code), text("give it another code"))


def _unknown_lent(scheme: Scheme, rubrics: Mapping[str, Rubric], parameters: Mapping[str, Parameter]) -> list[Problem]:
    """Parameters that name a table which is not there (a plan may have replaced it)."""
    named = {name: parameters[name].value for name in scheme.lent.values()}
    return [
        Problem(
            "parameter",
            text("“{name}” names the table “{rubric}”, which is not there", name=name, rubric=rubric),
            text("the tables are {rubrics}", rubrics=listing(rubrics)),
        )
        for name, rubric in named.items()
        if rubric is not None and rubric not in rubrics
    ]


def _unknown_kinds(rubrics: Mapping[str, Rubric]) -> list[Problem]:
    """Rubrics for a kind of institution that no dataset can name."""
    known = CONTRACT["institutions"].columns["kind"].values
    return [
        Problem(
            "rubric",
            text("“{kind}” is not a kind of institution", kind=rubric.kind),
            text("the kinds are {kinds}", kinds=listing(known)),
            key=rubric.rubric,
            file=rubric.rubric,
        )
        for rubric in rubrics.values()
        if rubric.kind not in known
    ]


def _kinds(scheme: Scheme, rubrics: Mapping[str, Rubric], parameters: Mapping[str, Parameter]) -> dict[str, str]:
    """Each kind's rubric: its own, or the one that a parameter lends it."""
    lent = {kind: parameters[name].value for kind, name in scheme.lent.items()}
    own = {rubric.kind: rubric.rubric for rubric in rubrics.values()}
    return {kind: rubric for kind, rubric in lent.items() if rubric is not None} | own
