"""A scheme's rules put together: its city's files, the core's, and what the user gives for the year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w
from attrs import evolve

from kaohe import references
from kaohe.changes import changed, differing
from kaohe.dataset import CONTRACT
from kaohe.messages import listing, text
from kaohe.model import Parameter, Rubric, Rules, Scheme
from kaohe.parameters import DECLARED, Declared, Given, apply
from kaohe.plan import as_toml
from kaohe.plan import read as read_plan
from kaohe.plugin.manager import City
from kaohe.problems import Problem, Refused, refuse_errors
from kaohe.rules import SHARED_FACTS, core_parameters, feature_files, load_parameters, load_rubrics, rule_files

Used = tuple[City, Scheme, Path]
"""A scheme that a run uses, its city and its folder."""


def assemble(
    city: City,
    scheme: Scheme,
    folder: Path,
    *,
    plan: Sequence[Path] = (),
    settings: Path | str | Mapping[str, Any] | None = None,
    readings: Mapping[str, str] | None = None,
) -> Rules:
    """The rules of one scheme, with the year's plan, parameter file and chosen readings; raises Refused."""
    return assembled([(city, scheme, folder)], plan=plan, settings=settings, readings=readings)[scheme.scheme]


def with_changes(rules: Rules, changes: Mapping[str, Any]) -> Rules:
    """The rules with values set in their rubrics (`changes.changed`); raises Refused."""
    if not changes:
        return rules
    rubrics, made = changed(rules.rubrics, changes, rules.facts)
    files = {**rules.files, "given/changes.toml": tomli_w.dumps(changes)}
    return evolve(rules, rubrics=rubrics, changes=made, files=files)


def assembled(
    schemes: Sequence[Used],
    *,
    plan: Sequence[Path] = (),
    settings: Path | str | Mapping[str, Any] | None = None,
    readings: Mapping[str, str] | None = None,
) -> dict[str, Rules]:
    """The rules a run computes with, by scheme; the first is the run's own, the others those that stages are from.

    `plan`: rubrics for the year, in place of the own scheme's for those kinds. `settings`: a parameter file or its
    content; it and `readings` set the parameters of all these schemes (`parameters.apply`). The files are kept under
    paths that name where they are from: `kaohe/…`, the scheme, the city, `given/…`. Raises Refused with the faults of
    all files.
    """
    plan = sorted(plan, key=lambda file: file.stem)
    problems: list[Problem] = []
    try:
        given = Given.of(settings, readings)
    except Refused as refused:
        given, problems = Given.of(None, readings), refused.problems
    plans = [plan, *([()] * (len(schemes) - 1))][: len(schemes)]
    declarations = [_declarations(city, scheme, own) for (city, scheme, _), own in zip(schemes, plans, strict=True)]
    declared = {
        scheme.scheme: Declared(load_parameters(folder, needed), core_parameters(needed))
        for (_, scheme, folder), needed in zip(schemes, declarations, strict=True)
    }
    parameters, faults = apply(given, declared)
    problems += faults
    found: dict[str, Rules] = {}
    for used, own, needed in zip(schemes, plans, declarations, strict=True):
        try:
            name = used[1].scheme
            found[name] = _rules(used, own, needed, parameters[name], given)
        except Refused as refused:
            problems += refused.problems
    refuse_errors(problems)
    return found


def _declarations(city: City, scheme: Scheme, plan: Sequence[Path]) -> list[Path]:
    """The core's files of parameters for a scheme, and those of what it uses; a plan may have items that are marked."""
    features = [*scheme.features, *(["marks"] if plan else [])]
    return [city.core_file(file) for file in (DECLARED, *feature_files(features))]


def _rules(
    used: Used, plan: Sequence[Path], needed: Sequence[Path], parameters: dict[str, Parameter], given: Given
) -> Rules:
    city, scheme, folder = used
    facts = city.facts()
    problems: list[Problem] = []
    rubrics: dict[str, Rubric] = {}
    replaced: dict[str, Rubric] = {}
    try:
        rubrics = load_rubrics(city.rubric(scheme, folder), facts, parameters)
        if plan:
            planned = load_rubrics(plan, facts, parameters)
            kinds = {rubric.kind for rubric in planned.values()}
            kept = {code: rubric for code, rubric in rubrics.items() if rubric.kind not in kinds}
            problems += [_twice(code) for code in kept.keys() & planned.keys()]
            if not scheme.planned:
                replaced = _departed(planned, rubrics)
            rubrics = kept | {code: _assumed(one) if code in replaced else one for code, one in planned.items()}
    except Refused as refused:
        problems += refused.problems
    problems += _unknown_kinds(rubrics)
    marked = any(clause.fact == "mark" for one in rubrics.values() for _, clause in one.clauses)
    if marked and "marks" not in {file.stem for file in needed}:
        message, remedy = text("a table has marks, which the scheme does not use"), text('say features = ["marks"]')
        problems.append(Problem("scheme", message, remedy, file=str(folder / "scheme.toml"), key="features"))
    problems += [*_unknown_lent(scheme, rubrics, parameters), *_unknown_roles(scheme, parameters, given.file)]
    problems += references.faults(scheme, parameters, str(folder / "scheme.toml"))
    refuse_errors(problems)
    files = {f"kaohe/{file.name}": file for file in (city.core_file(SHARED_FACTS), *needed)}
    files |= {f"{scheme.scheme}/{file.relative_to(folder).as_posix()}": file for file in rule_files(folder)}
    files |= {f"{city.name}/{file.name}": file for file in [city.facts_file()] if file is not None}
    return Rules(
        scheme=scheme,
        rubrics=rubrics,
        kinds=_kinds(scheme, rubrics, parameters),
        facts=facts,
        parameters=parameters,
        replaced=replaced,
        files={path: file.read_text(encoding="utf-8-sig") for path, file in files.items()}
        | given.kept()
        | {path: as_toml(read_plan(file)) for path, file in _plan_paths(plan).items()},
    )


def _departed(planned: Mapping[str, Rubric], published: Mapping[str, Rubric]) -> dict[str, Rubric]:
    """The document's own tables in whose place a plan puts others, by the others' codes."""
    own = {rubric.kind: rubric for rubric in published.values() if rubric.provenance == "published"}
    return {
        code: own[rubric.kind] for code, rubric in planned.items()
        if rubric.kind in own and differing(own[rubric.kind], rubric)
    }  # fmt: skip


def _assumed(rubric: Rubric) -> Rubric:
    """A table that departs from the document: whatever it touches is marked."""
    return evolve(rubric, provenance="assumption")


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


def _unknown_roles(scheme: Scheme, parameters: Mapping[str, Parameter], file: str) -> list[Problem]:
    """Weights of roles that no scorer can have: nobody would ever fill them."""
    known = CONTRACT["scorers"].columns["role"].values
    weights = parameters["combine.roles"].value if scheme.scorers == "by_role" else None
    return [
        Problem(
            "parameter",
            text("“{role}” is not a role of scorers", role=role),
            text("the roles are {roles}", roles=listing(known)),
            file=file,
            key="combine.roles",
        )
        for role in weights or ()
        if role not in known
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
