"""What must hold of the worked cases, and of what they reach."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kaohe.model import Consequence, Rubric
from kaohe_conformance.case import CaseFile, Expect
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.failing import explained
from kaohe_conformance.regime import Regime, Work
from kaohe_conformance.results import Results
from kaohe_conformance.words import text
from kaohe_conformance.workbook import read, write


def checks(regime: Regime, results: Results) -> Iterator[Made]:
    """The cases themselves; then what they reach, choose and set."""
    for work in regime.works:
        yield "case", work.key, _bound(_case, results, work)
    for place, file in regime.case_files.items():
        yield "file", place, _bound(_file, file)
        yield "form", place, _bound(_form, file)
    if not regime.works:
        return
    for rubric in regime.tables.values():
        for _, clause in rubric.clauses:
            yield (
                "reached",
                f"{rubric.rubric} {clause.clause} {clause.when}".strip(),
                _bound(_reached, results, rubric, clause.clause, clause.when),
            )
        for veto in rubric.vetoes:
            yield "reached", f"{rubric.rubric} {veto.clause}", _bound(_reached, results, rubric, veto.clause, "")
    yield from _chosen(regime)
    for consequence in regime.scheme.consequences:
        yield "follows", consequence.consequence, _bound(_follows, results, consequence)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _case(results: Results, work: Work) -> Iterator[Fault]:
    wrong = results.wrong(work)
    if wrong:
        yield explained(results, work, wrong)


def _file(file: CaseFile) -> Iterator[Fault]:
    names = [case.name for case in file.cases]
    if not file.article.strip():
        yield text("it names no article")
    for case in file.cases:
        if names.count(case.name) > 1:
            yield text("the name “{name}” stands more than once", name=case.name)
        if not case.working.strip():
            yield text("“{name}” has no working", name=case.name)
        if case.expect == Expect():
            yield text("“{name}” expects nothing", name=case.name)


def _form(file: CaseFile) -> Iterator[Fault]:
    """As a workbook and back, and as TOML from there."""
    with tempfile.TemporaryDirectory() as folder:
        workbook, toml = Path(folder) / "cases.xlsx", Path(folder) / "cases.toml"
        write(file, workbook)
        again = read(workbook)
        write(again, toml)
        if again != file or read(toml) != file:
            yield text("written and read again it differs")


def _reached(results: Results, rubric: Rubric, clause: str, when: str) -> Iterator[Fault]:
    """The clause moves points in some case, under its reading; a veto is recorded in one."""
    if not results.touched(rubric.rubric, clause, when):
        yield text("no case counts it")


def _chosen(regime: Regime) -> Iterator[Made]:
    """Each option of each choice of the scheme's own stands in a case; each other that is unset is set in one."""
    chosen = {
        (name, str(value))
        for work in regime.works
        for name, value in {**work.background.parameters, **work.case.given.parameters}.items()
    }
    names = {name for name, _ in chosen}
    for name in regime.own_parameters:
        parameter = regime.parameters[name]
        if name.startswith("draw."):
            continue  # the draw is a command of its own, and no part of a run
        if parameter.type != "choice":
            if parameter.value is None:
                yield "set", name, _bound(_in, name in names)
            continue
        for option in parameter.options:
            if option != parameter.value:
                yield "chosen", f"{name}={option}", _bound(_in, (name, option) in chosen)


def _in(there: bool) -> Iterator[Fault]:  # noqa: FBT001
    if not there:
        yield text("no case does")


def _follows(results: Results, consequence: Consequence) -> Iterator[Fault]:
    """In some case it follows; unless it is meant for everyone, in another it does not."""
    code = consequence.consequence
    found = [code in ran.own("consequences")["consequence"] for _, ran in results.all() if ran.run]
    if not any(found):
        yield text("it follows in no case")
    everyone = not (consequence.grades or consequence.statuses or consequence.below or consequence.facts)
    if found and all(found) and not everyone:
        yield text("it follows in every case")
