"""A run: one dataset under one scheme, stage by stage, and everything needed to explain and repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import polars as pl
from attrs import define, evolve, field

from kaohe import appeals, cases, marking, past, payments, remarks, uncovered, unsettled
from kaohe.budgets.faults import of_dataset as budget_faults
from kaohe.compute import Kept, Progress, compute, engine_tables, silent
from kaohe.dataset import Dataset
from kaohe.dataset.check import check
from kaohe.dataset.contract import fact_columns
from kaohe.dataset.handed import Kind, handed
from kaohe.dataset.raw import Raw
from kaohe.dataset.read import read
from kaohe.dataset.served import with_served
from kaohe.dataset.year import year_of
from kaohe.journal import balance
from kaohe.messages import text
from kaohe.model import UNITS_PER_POINT, Column, Needs, Rules, Scheme
from kaohe.plugin.manager import City
from kaohe.problems import Problem, Refused, errors, refuse_errors
from kaohe.reconcile import reconcile
from kaohe.sources import Chosen, Resolved, among, choose
from kaohe.stages import engines
from kaohe.stages.engines import Engine, Spark, computing_on, engine_named
from kaohe.stages.outcome import Outcome

Handed = Dataset | Path | str | Mapping[str, Any]
"""A dataset as a caller has it: a path in any of the four forms, frames by table name, or one that was checked."""
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
"""How decimals are computed, whatever the process has set for its own."""
POINTS = ("points", "low", "high", "score", "raw", "self_points", "score_in", "score_out")
"""Columns that hold points, in a run's tables."""


@define(eq=False, slots=False)
class Run:
    """The outcome of one assessment. `tables` are the stages' tables in the engine's units, ordered.

    `rules` are the scheme's, with the rubrics that scored; `stages` the rules by which each stage was computed;
    `corrects` the run that it corrects, as JSON; `like` which frames were handed in.

    `results`, `trace` and the others are the same with exact decimals, as frames of that library (Polars for files).
    """

    dataset: Dataset
    rules: Rules
    stages: Mapping[str, Rules]
    tables: Outcome
    problems: list[Problem]
    corrects: str | None = None
    like: Kind = field(factory=Kind)

    def frame(self, table: str) -> Any:
        """One of the run's tables with points as decimals, as a frame of the library that was handed in."""
        return self.like.of(decimals(self.tables[table]))

    @cached_property
    def results(self) -> Any:
        """Score, low, high, rank, grade, basis, status of each institution."""
        return self.frame("results")

    @cached_property
    def trace(self) -> Any:
        """Each clause that facts touched or left open, with its points before caps."""
        return self.frame("trace")

    @cached_property
    def items(self) -> Any:
        """Points, low and high of each item on each sheet."""
        return self.frame("items")

    @cached_property
    def scores(self) -> Any:
        """Score, low and high of each sheet."""
        return self.frame("scores")


def decimals(table: pl.DataFrame, columns: Sequence[str] = POINTS) -> pl.DataFrame:
    """The table with those of the columns that it has, which hold points, as exact decimals."""
    return table.with_columns(
        (pl.col(name).cast(pl.Decimal(38, 4)) / UNITS_PER_POINT).cast(pl.Decimal(38, 4))
        for name in columns
        if name in table.columns
    )


def open_dataset(path: Path, rules: Rules | None, city: City | None) -> tuple[Dataset | None, list[Problem]]:
    """The dataset of a path, checked against the contract and the rules, and all that was found."""
    return _checked(*read(path), path.stem, [] if rules is None or city is None else [(rules, city)])


def opened(dataset: Handed, schemes: Sequence[Chosen]) -> tuple[Dataset, list[Problem], Kind]:
    """The dataset, checked for all these schemes, what was found, and what kind of frames answers it.

    It is read and held against the contract once, with the facts, tables and columns of all of them; then against what
    each asks for itself. One that was checked is taken as it is. Raises Refused with every fault.
    """
    if isinstance(dataset, Dataset):
        refuse_errors(fault for one in schemes for fault in _outside(one.rules.scheme, dataset))
        return dataset, [], Kind()
    asking = [(one.rules, one.city) for one in schemes]
    kind = Kind()
    if isinstance(dataset, Mapping):
        raws, kind, problems = handed(dataset)
        checked, problems = _checked(raws, {}, problems, schemes[0].rules.scheme.scheme, asking)
    else:
        checked, problems = _checked(*read(Path(dataset)), Path(dataset).stem, asking)
    if checked is None:
        raise Refused(problems)
    return checked, problems, kind


def _checked(
    raws: Mapping[str, Raw],
    files: Mapping[str, str],
    problems: list[Problem],
    name: str,
    asking: Sequence[tuple[Rules, City]],
) -> tuple[Dataset | None, list[Problem]]:
    """The dataset of raw tables, and all that was found; `problems` is what their reader found."""
    from kaohe.rules import SHARED_FACTS, load_facts

    facts = {code: fact for rules, _ in asking for code, fact in rules.facts.items()} or load_facts(SHARED_FACTS)
    unreadable = {problem.table for problem in problems if problem.severity == "error"}
    dataset, found = check(raws, files, name, facts, _together([rules for rules, _ in asking]), unreadable)
    problems = problems + found
    if dataset is not None and asking:
        problems += appeals.faults(dataset, asking[0][0])
        for rules, city in asking:
            own = [*_outside(rules.scheme, dataset), *marking.faults(dataset, rules), *past.faults(dataset, rules)]
            own += [*cases.faults(dataset, rules), *payments.faults(dataset, rules)]
            if dataset.sound(*rules.scheme.needs.tables):
                own += [*budget_faults(dataset, rules), *city.checks(dataset, rules)]
            problems += own if len(asking) == 1 else [_by(rules.scheme, problem) for problem in own]
    if dataset is None or errors(problems):
        return None, problems
    return evolve(dataset, places={}), problems


def _by(scheme: Scheme, problem: Problem) -> Problem:
    """The problem, with the scheme that finds it."""
    return evolve(problem, message=text("{scheme}: {message}", scheme=scheme.scheme, message=problem.message))


def _together(asking: Sequence[Rules]) -> Needs:
    """What all of these need; raises Refused where two want one column otherwise."""
    tables: dict[str, None] = {}
    columns: dict[str, dict[str, Column]] = {}
    problems = []
    for rules in asking:
        needs = needs_of(rules)
        tables |= dict.fromkeys(needs.tables)
        for table, further in needs.columns.items():
            known = columns.setdefault(table, {})
            for name, column in further.items():
                if known.setdefault(name, column) != column:
                    message = text(
                        "{scheme} wants the column “{column}” otherwise", scheme=rules.scheme.scheme, column=name
                    )
                    problems.append(Problem("column", message, text("run the schemes apart"), table=table, column=name))
    refuse_errors(problems)
    return Needs(tables=list(tables), columns=columns)


def needs_of(rules: Rules) -> Needs:
    """What the scheme declares that it needs, and a column for each fact of an institution that a rubric counts."""
    needs = rules.scheme.needs
    counted = dict.fromkeys(fact for rubric in rules.rubrics.values() for fact in rubric.counted)
    own = fact_columns(rules.facts[fact] for fact in counted)
    institutions = {**needs.columns.get("institutions", {}), **own}
    return evolve(needs, columns={**needs.columns, "institutions": institutions})


def assess(
    dataset: Handed,
    scheme: str,
    *,
    plan: Path | str | Sequence[Path | str] | None = None,
    parameters: Path | str | Mapping[str, Any] | None = None,
    readings: Mapping[str, str] | None = None,
    stages: Mapping[str, str] | None = None,
    changes: Mapping[str, Any] | None = None,
    engine: str | None = None,
    plugins: Mapping[str, object] | None = None,
    progress: Progress = silent,
) -> Run:
    """Assess a dataset under a scheme: `city/version`, or `city` for the version in force in the dataset's year.

    `dataset`: a path in any of the four forms; or frames by table name (Polars, pandas, DuckDB, Spark; `dataset` a
    mapping with name, from, to), which are checked like files; or a checked Dataset. `plan`: a rubric for the year,
    or one for each kind of institution. `parameters`: a parameter file, or a mapping of the same content (`value`,
    `provenance`, `source` by parameter name). `readings`: options chosen by parameter name. Both set parameters of
    every scheme whose stages are used; where several declare the same name, it is `SCHEME:PARAMETER`.
    `stages`: stages taken from other schemes, by stage. `changes`: values of clauses set to see what would be
    (`{"3.2.points": 3}`), assumptions on all that they touch. `engine`:
    polars, duckdb or spark (the latter two are extras), by default the one whose frames were handed in; the
    outcome is the same row for row. `plugins`: cities that need not be installed, by name: a module, a package of rule
    files, or an object with hooks; they go before installed ones of that name.

    Reads and writes nothing but the paths it is given, prints nothing, and depends on no setting of the process; any
    number may run at once in as many threads. Raises Refused with every fault of the data or the rules.
    """
    with localcontext(EXACT):
        progress(text("reading the rules"))
        chosen = choose(
            scheme,
            plan=plan,
            settings=parameters,
            readings=readings,
            stages=stages,
            changes=changes,
            opened=among(plugins or {}),
            year=partial(year_of, dataset),
        )
        return perform(chosen, dataset, engine=engine, progress=progress)


def perform(
    chosen: Chosen, dataset: Handed, *, engine: str | None = None, progress: Progress = silent, kept: Kept | None = None
) -> Run:
    """Run a dataset by chosen rules, as `assess` does; raises Refused with every fault of the data.

    `kept`: what other runs of this very dataset, on the same engine, have computed and this one need not.
    """
    progress(text("reading and checking the dataset"))
    checked, problems, like = opened(dataset, [chosen])
    checked = with_served(checked)
    decided = appeals.decided(checked)
    sources = chosen.stages
    with computing_on(_engine(engine, like)):
        tables = compute(decided, sources, progress, kept=kept)
        tables.add("appealed", _appealed(checked, sources, tables["results"]))
    balance(tables["journal"])
    tables.add("reconciliation", reconcile(checked))
    progress(text("looking for what is left open"))
    problems += _left_open(chosen, decided, tables)
    stage_rules = {name: source.rules for name, source in sources.items()}
    return Run(checked, chosen.rules, stage_rules, tables, problems, like=like)


def _engine(name: str | None, like: Kind) -> Engine:
    """The engine that is asked for, or that of the frames; Spark in the session to which these belong."""
    if like.library == "spark" and name in (None, "spark"):
        return Spark(like.frame.sparkSession)
    return engine_named(name or like.engine)


def _left_open(chosen: Chosen, decided: Dataset, tables: Outcome) -> list[Problem]:
    """What the run leaves open, of the scores and of the money, and what it rests on."""
    grading, allocating, settling = (chosen.stages[stage].rules for stage in ("grade", "allocate", "settle"))
    problems = remarks.of(decided, grading, tables)
    frames = engine_tables(decided, tables.lazy("procedure"))
    frames["results"] = engines.engine().table(tables["results"].lazy())
    problems += unsettled.of(decided, settling, allocating, tables, frames)
    others = {source.rules.scheme.scheme: source.rules for source in chosen.stages.values()}
    others.pop(chosen.rules.scheme.scheme, None)
    for other in others.values():
        problems += remarks.parameters(other, grading.parameters)
    return problems + uncovered.of(decided, tables)


def _outside(scheme: Scheme, dataset: Dataset) -> list[Problem]:
    """What belongs to another year is computed under that year's scheme."""
    if scheme.in_force(dataset.begins, dataset.ends):
        return []
    message = text(
        "{scheme} assesses {begins} to {ends}; the dataset covers {first} to {last}",
        scheme=scheme.scheme,
        begins=scheme.begins or "…",
        ends=scheme.ends or "…",
        first=dataset.begins,
        last=dataset.ends,
    )
    return [Problem("scheme", message, text("run it under the scheme of its year"), table="dataset")]


def _appealed(dataset: Dataset, sources: Mapping[str, Resolved], results: pl.DataFrame) -> pl.DataFrame:
    """Each appeal, its answer, and the scores with the finding in and out."""
    number = appeals.most(dataset)
    peers = any(
        clause.shape == "peers" for rubric in sources["score"].rules.rubrics.values() for _, clause in rubric.clauses
    )
    scores: dict[tuple[appeals.Taken, int], dict[str, int | None]] = {}
    for only in range(number):
        for taken in ("in", "out"):
            variant = appeals.decided(appeals.concerned(dataset, whole=peers), taken, only)
            found = compute(variant, sources, silent, last="grade")["results"]
            scores[taken, only] = dict(found.select("institution", "score").rows())
    return appeals.told(dataset, scores, dict(results.select("institution", "score").rows()))
