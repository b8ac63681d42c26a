"""A scheme's rules, read from its folder: scheme.toml, parameters.toml, rubrics/*.toml; checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

from attrs import evolve

from kaohe import parameters as parameter_files
from kaohe import plan
from kaohe import rubric as rubric_checks
from kaohe.loading import read_toml, structure
from kaohe.messages import Text, text
from kaohe.model import Clause, Fact, Item, Parameter, Rubric, Scheme
from kaohe.problems import Problem, Refused, refuse_errors
from kaohe.salvage import salvaged

SHARED_FACTS = Path(str(resources.files("kaohe"))) / "facts.toml"


def load_facts(path: Path, prefix: str = "") -> dict[str, Fact]:
    """The facts of a vocabulary file by code; a city's own carry its prefix. Raises Refused."""
    facts, problems = {}, []
    for code, content in read_toml(path).items():
        try:
            facts[code] = structure({"fact": code, **content}, Fact, f"{path} [{code}]")
        except Refused as refused:
            problems += refused.problems
            continue
        problems += [
            Problem("vocabulary", message, file=str(path), key=code) for message in _fact_faults(facts[code], prefix)
        ]
    refuse_errors(problems)
    return facts


def _fact_faults(fact: Fact, prefix: str) -> Iterable[Text]:
    if prefix and not fact.fact.startswith(prefix):
        yield text("a city's own facts begin with “{prefix}”", prefix=prefix)
    if (fact.table == "events") != (fact.measure == "cases"):
        yield text("cases stand in events, and only cases do")
    if fact.table == "institutions" and (fact.scope != "city" or fact.measure not in ("number", "level")):
        yield text("a column of institutions is a number or level of the whole city")
    if fact.measure in ("share", "ratio") and fact.pool == "once":
        yield text("a ratio is pooled by sum or latest")
    if fact.pool == "latest" and fact.absent == "none":
        yield text("the latest record is of a fact that must be shown: absent is missing")


def load_scheme(folder: Path) -> Scheme:
    """The scheme of a folder; raises Refused."""
    file = folder / "scheme.toml"
    scheme = structure(read_toml(file), Scheme, str(file))
    if not scheme.documents:
        remedy = text("say its number, title and issuer")
        raise Refused([Problem("scheme", text("no document is named"), remedy, file=str(file), key="documents")])
    return scheme


def feature_files(features: Iterable[str]) -> list[Path]:
    """The core's parameter files of these features, in the order of their names."""
    return [Path(str(resources.files("kaohe"))) / "stages" / f"{feature}.toml" for feature in sorted(set(features))]


def core_parameters(declarations: Iterable[Path]) -> dict[str, Parameter]:
    """The core's parameters, declared by these files."""
    declared: dict[str, Parameter] = {}
    for declaration in declarations:
        declared = parameter_files.declare(declaration, declared)
    return declared


def load_parameters(folder: Path, declarations: Iterable[Path]) -> dict[str, Parameter]:
    """The core's parameters, declared by these files, with what the scheme's folder says; raises Refused."""
    declared, file = core_parameters(declarations), folder / "parameters.toml"
    return parameter_files.declare(file, declared) if file.exists() else declared


def load_rubrics(
    files: Iterable[Path], facts: Mapping[str, Fact], parameters: Mapping[str, Parameter]
) -> dict[str, Rubric]:
    """The rubrics of some files by code, as the chosen readings have them, checked.

    Raises Refused with the faults of all files.
    """
    rubrics: dict[str, Rubric] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            page = plan.filled(file)
        except Refused as refused:
            problems += refused.problems
            continue
        read = salvaged(page.content, str(file))
        found = list(read.problems)
        if read.rubric is not None:
            loaded, unknown = _as_read(read.rubric, parameters, str(file))
            found += [*unknown, *rubric_checks.faults(loaded, facts, str(file), read.unread)]
        problems += _once([*page.problems, *map(page.placed, found)])
        if read.rubric is None or read.problems or page.problems:
            continue
        if loaded.kind in {other.kind for other in rubrics.values()}:
            message = text("a second table for the kind “{kind}”", kind=loaded.kind)
            problems.append(Problem("rubric", message, file=str(file)))
        if loaded.rubric in rubrics:
            message = text("a second table with the code “{rubric}”", rubric=loaded.rubric)
            problems.append(Problem("rubric", message, text("give it another code"), file=str(file)))
        rubrics[loaded.rubric] = loaded
    refuse_errors(problems)
    return rubrics


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by row; of those about one cell of a workbook the first, from which the others follow."""
    found: dict[object, Problem] = {}
    for problem in problems:
        found.setdefault((problem.file, problem.row, problem.column) if problem.column else id(problem), problem)
    return sorted(found.values(), key=lambda problem: (problem.file, problem.row or 0) if problem.row else ("", 0))


def _as_read(rubric: Rubric, parameters: Mapping[str, Parameter], file: str) -> tuple[Rubric, list[Problem]]:
    """The rubric without the clauses of readings that are not chosen, and the readings that there are not."""
    problems = []
    for _, clause in rubric.clauses:
        name, _, option = clause.when.partition("=")
        if clause.when and option not in getattr(parameters.get(name), "options", ()):
            message = text("there is no reading “{reading}”", reading=clause.when)
            problems.append(
                Problem("rubric", message, text("declare it in parameters.toml"), file=file, key=clause.clause)
            )

    def holds(clause: Clause) -> bool:
        name, _, option = clause.when.partition("=")
        return not clause.when or (name in parameters and parameters[name].value == option)

    def chosen(item: Item) -> Item:
        return evolve(item, clauses=[clause for clause in item.clauses if holds(clause)])

    sections = [evolve(section, items=[chosen(item) for item in section.items]) for section in rubric.sections]
    return evolve(rubric, sections=sections), problems


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a scheme's folder, in a fixed order."""
    return [*sorted(folder.glob("*.toml")), *sorted((folder / "rubrics").glob("*.toml"))]
