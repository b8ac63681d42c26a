"""What goes wrong in a city's stages, checks or example year is told by the city's name."""

from __future__ import annotations

import pytest
from cities import MARKS, Site, hook, refused
from project import Project

from kaohe.stages.contract import RESULTS_OF_STAGES, STAGES

STAGE = """\
import polars as pl
from kaohe.stages.contract import STAGES
from kaohe.stages.frames import empty

@hookimpl
def {stage}(tables, rules):
    made = {{table: empty(columns) for table, columns in STAGES["{stage}"].returns.items()}}
    first = "{first}"
    {spoil}
    return made
"""
SPOILS = {
    "raises": ("1 // 0", "{stage} failed: ZeroDivisionError"),
    "leaves": ("raise SystemExit(0)", "{stage} failed: SystemExit: 0"),
    "panics": ("pl.Series([1]).map_elements(lambda _: sys.exit(3), return_dtype=pl.Int64)", "{stage} failed: "),
    "number": ("made = 5", "{stage} returned int"),
    "list": ("made = [made[first]]", "{stage} returned list"),
    "nothing_in_it": ("made = {{}}", "{stage} returned no table “{first}”"),
    "another_name": ("made = {{'tables': made.pop(first), **made}}", "{stage} returned no table “{first}”"),
    "no_table": ("made[first] = None", "the stage {stage} returned a table “{first}” that does not fit: NoneType"),
    "eager": ("made[first] = made[first].collect()", "a table “{first}” that does not fit: DataFrame"),
    "lacks": ("made[first] = made[first].drop('{last}')", "a table “{first}” that does not fit: {last}: – ≠"),
    "float": (
        "made[first] = made[first].with_columns({last}=nw.lit(None).cast(nw.Float64))",
        "a table “{first}” that does not fit: {last}: Float64 ≠",
    ),
    "late": ("made[first] = made[first].select(nw.col('nowhere'))", "{stage} failed: ColumnNotFoundError"),
    "later": (
        "made[first] = nw.from_native(pl.LazyFrame({{'{last}': ['a']}}).select(pl.col('{last}').cast(pl.Int64)))",
        "{stage} failed: InvalidOperationError",
    ),
}
EVERYWHERE = ("raises", "number", "nothing_in_it", "eager", "lacks")
"""What is tried in every stage; the rest in one."""


@pytest.mark.parametrize(
    ("stage", "spoil"),
    [(stage, spoil) for stage in STAGES for spoil in SPOILS if stage == "score" or spoil in EVERYWHERE],
)
def test_run_names_the_plugin_whose_stage_fails(stage: str, spoil: str, project: Project, site: Site) -> None:
    first = next(iter(STAGES[stage].returns))
    last = list(RESULTS_OF_STAGES[first])[-1]
    line, said = (part.format(stage=stage, first=first, last=last) for part in SPOILS[spoil])
    site.add("sloppy", STAGE.format(stage=stage, first=first, spoil=line))
    (line,) = refused(project, "sloppy")
    assert line.startswith("error: plugin “sloppy”: ")
    assert said in line


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("1 // 0", "checks failed: ZeroDivisionError: integer division or modulo by zero (city_sloppy.py:20)"),
        ("yield 1 // 0", "checks failed: ZeroDivisionError"),
        ("return 5", "checks returned int"),
        ("return ['it is all wrong']", "checks returned list[str]"),
        ("return kaohe.Problem('own', 'text')", "checks returned Problem"),
        ("sys.exit()", "checks failed: SystemExit"),
    ],
)
def test_run_and_check_name_the_plugin_whose_checks_fail(lines: str, said: str, project: Project, site: Site) -> None:
    site.add("sloppy", hook("checks", "dataset", lines))
    (line,) = refused(project, "sloppy")
    assert f"plugin “sloppy”: {said}" in line
    assert line in project.kaohe("check", project.dataset, "--scheme", "sloppy").err
    assert project.kaohe("check", project.dataset, "--scheme", "changzhou").status == 0


def test_what_a_city_s_checks_find_is_told_as_any_problem(project: Project, site: Site) -> None:
    found = "kaohe.Problem('own', 'too few beds', 'add some', 'error', 'beds.csv', row=3)"
    site.add("careful", hook("checks", "dataset, rules", "assert rules.scheme.scheme == 'careful/1'", f"yield {found}"))
    assert refused(project, "careful") == ["error: beds.csv, row 3: too few beds → add some"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("1 // 0", "plugin “sloppy”: demo failed: ZeroDivisionError"),
        ("return 5", "plugin “sloppy”: demo returned int"),
        ("return None", "sloppy has no example year yet"),
        ("return 'sloppy/2'", "there is no scheme “sloppy/2”"),
    ],
)
def test_demo_names_the_city_whose_example_fails(lines: str, said: str, project: Project, site: Site) -> None:
    site.add("sloppy", hook("demo", "folder", lines))
    outcome = project.kaohe("demo", "sloppy", "--folder", "year")
    assert (outcome.status, outcome.out) == (1, "")
    line, _ = outcome.err.splitlines()
    assert said in line
    assert not (project.root / "year" / "run.db").exists()


def test_demo_of_a_city_without_one(project: Project, site: Site) -> None:
    site.add("bare")
    outcome = project.kaohe("demo", "bare")
    assert (outcome.status, outcome.out) == (1, "")
    assert "bare has no example year yet" in outcome.err


def test_a_journal_that_does_not_balance_is_not_written(project: Project, site: Site) -> None:
    row = dict.fromkeys(RESULTS_OF_STAGES["journal"], "x") | {"amount": 5}
    spoil = f"made[first] = nw.from_native(pl.LazyFrame({row!r}))"
    site.add("unbalanced", STAGE.format(stage="settle", first="journal", spoil=spoil))
    assert any("entry “x” does not balance: 5 fen are left" in line for line in refused(project, "unbalanced"))


def test_the_core_s_fault_is_not_blamed_on_the_city(
    project: Project, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("ours")

    site.add("one", MARKS)
    monkeypatch.setattr("kaohe.stages.combine.combine", broken)
    outcome = project.kaohe("run", project.dataset, "--scheme", "one/1", "--out", "run.db")
    line, _ = outcome.err.splitlines()
    assert line.startswith("error: plugin “kaohe”: combine failed: RuntimeError: ours (test_stage_faults.py:")
    assert outcome.status == 1
