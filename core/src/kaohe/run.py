"""A run: one dataset under one scheme, stage by stage, and everything needed to explain and repeat it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from attrs import define, evolve, frozen

from kaohe import appeals, cases, marking, past, payments, remarks, uncovered, unsettled
from kaohe.assembly import assemble
from kaohe.dataset import Dataset
from kaohe.dataset.check import check
from kaohe.dataset.contract import fact_columns
from kaohe.dataset.handed import handed, in_kind
from kaohe.dataset.raw import Raw
from kaohe.dataset.read import read
from kaohe.dataset.served import with_served
from kaohe.journal import balance
from kaohe.messages import Text, listing, text
from kaohe.model import UNITS_PER_POINT, Needs, Rules, Scheme
from kaohe.plugin.manager import City, scheme_named
from kaohe.problems import Problem, Refused, errors, refuse_errors
from kaohe.procedure import SCHEMA as PROCEDURE
from kaohe.procedure import procedure
from kaohe.reconcile import reconcile
from kaohe.stages import engines
from kaohe.stages.contract import RESULTS_OF_STAGES, STAGES
from kaohe.stages.engines import computing_on, engine_named
from kaohe.stages.frames import Frame, empty, numbered
from kaohe.stages.outcome import Outcome
from kaohe.stages.prepare import prepared
from kaohe.stages.sheets import sheets

Progress = Callable[[Text], None]
POINTS = ("points", "low", "high", "score", "raw", "self_points", "score_in", "score_out")
"""Columns that hold points, in a run's tables."""
SCORING = ("score", "combine")
"""The stages that a scheme without a rubric does not have."""


def silent(_: Text) -> None:
    """Progress that nobody watches."""


@define(eq=False, slots=False)
class Run:
    """The outcome of one assessment. `tables` are the stages' tables in the engine's units, ordered.

    `rules` are the scheme's, with the rubrics that scored; `stages` the rules by which each stage was computed;
    `corrects` the run that it corrects, as JSON; `library` which frames were handed in.

    `results`, `trace` and the others are the same with exact decimals, as frames of that library (Polars for files).
    """

    dataset: Dataset
    rules: Rules
    stages: Mapping[str, Rules]
    tables: Outcome
    problems: list[Problem]
    corrects: str | None = None
    library: str = "polars"

    def frame(self, table: str) -> Any:
        """One of the run's tables with points as decimals, as a frame of the library that was handed in."""
        return in_kind(decimals(self.tables[table]), self.library)

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


def decimals(table: pl.DataFrame) -> pl.DataFrame:
    """The table with its columns of points as exact decimals."""
    return table.with_columns(
        (pl.col(name).cast(pl.Decimal(38, 4)) / UNITS_PER_POINT).cast(pl.Decimal(38, 4))
        for name in POINTS
        if name in table.columns
    )


@frozen(eq=False)
class _Resolved:
    """Where one stage comes from: the city that answers, and the rules it answers by."""

    city: City
    rules: Rules


def open_dataset(path: Path, rules: Rules | None, city: City | None) -> tuple[Dataset | None, list[Problem]]:
    """The dataset of a path, checked against the contract and the rules, and all that was found."""
    return _checked(*read(path), path.stem, rules, city)


def _checked(
    raws: Mapping[str, Raw],
    files: Mapping[str, str],
    problems: list[Problem],
    name: str,
    rules: Rules | None,
    city: City | None,
) -> tuple[Dataset | None, list[Problem]]:
    """The dataset of raw tables, and all that was found; `problems` is what their reader found."""
    from kaohe.rules import SHARED_FACTS, load_facts

    facts = rules.facts if rules else load_facts(SHARED_FACTS)
    needs = _needs(rules) if rules else Needs()
    unreadable = {problem.table for problem in problems if problem.severity == "error"}
    dataset, found = check(raws, files, name, facts, needs, unreadable)
    problems = problems + found
    if dataset is not None and rules is not None and city is not None:
        problems += [*_outside(rules.scheme, dataset), *marking.faults(dataset, rules), *past.faults(dataset, rules)]
        problems += [*cases.faults(dataset, rules), *appeals.faults(dataset, rules), *payments.faults(dataset, rules)]
        if dataset.sound(*rules.scheme.needs.tables):
            problems += city.checks(dataset, rules)
    if dataset is None or errors(problems):
        return None, problems
    return evolve(dataset, places={}), problems


def _needs(rules: Rules) -> Needs:
    """What the scheme declares that it needs, and a column for each fact of an institution that a rubric counts."""
    needs = rules.scheme.needs
    counted = dict.fromkeys(fact for rubric in rules.rubrics.values() for fact in rubric.counted)
    own = fact_columns(rules.facts[fact] for fact in counted)
    institutions = {**needs.columns.get("institutions", {}), **own}
    return evolve(needs, columns={**needs.columns, "institutions": institutions})


def assess(
    dataset: Dataset | Path | str | Mapping[str, Any],
    scheme: str,
    *,
    plan: Path | str | Sequence[Path] | None = None,
    parameters: Path | str | None = None,
    readings: Mapping[str, str] | None = None,
    stages: Mapping[str, str] | None = None,
    engine: str | None = None,
    progress: Progress = silent,
) -> Run:
    """Assess a dataset under a scheme (`city/version`).

    `dataset`: a path in any of the four forms; or frames by table name (Polars, pandas, DuckDB, Spark; `dataset` a
    mapping with name, from, to), which are checked like files; or a checked Dataset. `plan`: a rubric for the year,
    or one for each kind of institution. `parameters`: a parameter file.
    `readings`: options chosen by parameter name. `stages`: stages taken from other schemes, by stage. `engine`:
    polars, duckdb or spark (the latter two are extras), by default the one whose frames were handed in; the
    outcome is the same row for row.
    Raises Refused with every fault of the data or the rules.
    """
    progress(text("reading the rules"))
    city, chosen, folder = scheme_named(scheme)
    settings = Path(parameters) if parameters is not None else None
    own = assemble(city, chosen, folder, plan=_paths(plan), settings=settings, readings=readings)
    sources = _resolve(city, own, {**chosen.stages, **(stages or {})})
    scoring = sources["score"].rules
    if not scoring.rubrics and sources["grade"].rules.scheme.results_given is None:
        raise Refused([_nothing_to_run(scoring.scheme)])
    rules = evolve(own, rubrics=scoring.rubrics, kinds=scoring.kinds, facts={**own.facts, **scoring.facts})
    problems: list[Problem] = []
    library = "polars"
    if isinstance(dataset, Dataset):
        refuse_errors(_outside(chosen, dataset))
    else:
        progress(text("reading and checking the dataset"))
        if isinstance(dataset, Mapping):
            raws, library, problems = handed(dataset)
            checked, problems = _checked(raws, {}, problems, scheme, rules, city)
        else:
            checked, problems = open_dataset(Path(dataset), rules, city)
        if checked is None:
            raise Refused(problems)
        dataset = checked
    dataset = with_served(dataset)
    decided = appeals.decided(dataset)
    with computing_on(engine_named(engine or ("polars" if library == "pandas" else library))):
        tables = compute(decided, sources, progress)
        tables.add("appealed", _appealed(dataset, sources, tables["results"]))
    balance(tables["journal"])
    tables.add("reconciliation", reconcile(dataset))
    progress(text("looking for what is left open"))
    problems += remarks.of(decided, sources["grade"].rules, tables)
    frames = engine_tables(decided, tables["procedure"].lazy())
    frames["results"] = engines.engine().table(tables["results"].lazy())
    problems += unsettled.of(decided, sources["settle"].rules, tables, frames)
    own_parameters = sources["grade"].rules.parameters
    others = {source.rules.scheme.scheme: source.rules for source in sources.values()}
    others.pop(chosen.scheme, None)
    for other in others.values():
        problems += remarks.parameters(other, own_parameters)
    problems += uncovered.of(decided, tables)
    stage_rules = {name: source.rules for name, source in sources.items()}
    return Run(dataset, rules, stage_rules, tables, problems, library=library)


def _paths(plan: Path | str | Sequence[Path] | None) -> list[Path]:
    if plan is None:
        return []
    return [Path(plan)] if isinstance(plan, str | Path) else list(plan)


def _nothing_to_run(scheme: Scheme) -> Problem:
    if scheme.planned:
        message = text(
            "{scheme} is assessed by the year's plan ({article})", scheme=scheme.scheme, article=scheme.planned
        )
        remedy = text(
            "give it (--plan FILE); “kaohe plan {scheme} --out FILE” writes one to fill in", scheme=scheme.scheme
        )
        return Problem("plan", message, remedy)
    return Problem(
        "scheme",
        text("{scheme} has no rubric yet; not there: {missing}", scheme=scheme.scheme, missing=listing(scheme.absent)),
    )


def _outside(scheme: Scheme, dataset: Dataset) -> list[Problem]:
    """What belongs to another year is computed under that year's scheme."""
    begins, ends = scheme.begins or dataset.begins, scheme.ends or dataset.ends
    if begins <= dataset.begins and dataset.ends <= ends:
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


def _resolve(city: City, rules: Rules, taken: Mapping[str, str]) -> dict[str, _Resolved]:
    """The city and rules of every stage, once."""
    if unknown := [name for name in taken if name not in STAGES]:
        message = text("there is no stage “{stage}”", stage=listing(unknown))
        raise Refused([Problem("stage", message, text("the stages are {stages}", stages=listing(STAGES)))])
    own = _Resolved(city, rules)
    others: dict[str, _Resolved] = {rules.scheme.scheme: own}
    sources = dict.fromkeys(STAGES, own)
    for stage, name in taken.items():
        other, scheme, folder = scheme_named(name)
        if scheme.scheme not in others:
            others[scheme.scheme] = _Resolved(other, assemble(other, scheme, folder))
        sources[stage] = others[scheme.scheme]
    return {stage: _scored_by(sources["score"].rules, source) for stage, source in sources.items()}


def _scored_by(scoring: Rules, source: _Resolved) -> _Resolved:
    """A stage's own parameters and articles, with the tables by which the facts were scored."""
    rules = evolve(source.rules, rubrics=scoring.rubrics, kinds=scoring.kinds, facts=scoring.facts)
    return evolve(source, rules=rules)


def _appealed(dataset: Dataset, sources: Mapping[str, _Resolved], results: pl.DataFrame) -> pl.DataFrame:
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


def compute(dataset: Dataset, sources: Mapping[str, _Resolved], progress: Progress, last: str = "settle") -> Outcome:
    """The tables of the stages up to the last, each computed once before the next begins."""
    steps_taken = procedure(dataset, sources["grade"].rules)
    tables = engine_tables(dataset, steps_taken)
    outcome = Outcome()
    outcome.put("procedure", tables["procedure"], list(PROCEDURE))
    labels = {
        "exempt": text("finding who is assessed"),
        "score": text("scoring"),
        "combine": text("combining"),
        "grade": text("grading"),
        "consequences": text("drawing consequences"),
        "allocate": text("allocating"),
        "settle": text("settling"),
    }
    for name, stage in STAGES.items():
        progress(labels[name])
        source = sources[name]
        _require(name, source, tables)
        scored = bool(source.rules.rubrics) or name not in SCORING
        returned = (source.city.stage(name, tables, source.rules) if scored else None) or {}
        for table, columns in stage.returns.items():
            frame = returned.get(table, empty(columns))
            _hold(name, source, table, frame)
            tables[table] = frame if numbered(frame) else frame.select(list(columns))
            outcome.put(table, tables[table], columns)
        tables |= {table: returned[table] for table in stage.between if table in returned}
        if name == "exempt":
            named = tables["exempt"].select("institution").unique()
            tables["institutions"] = tables["institutions"].join(named, on="institution", how="anti")
            if "served" in tables:
                tables["sheets"] = sheets(tables, sources["score"].rules)
        if name == last:
            break
    return outcome


def _require(stage: str, source: _Resolved, tables: Mapping[str, Frame]) -> None:
    requires = STAGES[stage].requires
    if not source.rules.rubrics:
        requires = tuple(table for table in requires if table != "served")
    if missing := [table for table in requires if table not in tables]:
        message = text(
            "the stage {stage} of {scheme} needs the table “{table}”",
            stage=stage,
            scheme=source.rules.scheme.scheme,
            table=listing(missing),
        )
        raise Refused([Problem("stage", message, text("add it to the dataset"))])


def _hold(stage: str, source: _Resolved, table: str, frame: object) -> None:
    """Refuse what a city's stage returned if it is not the table that the contract names."""
    wrong: list[str] = []
    if not isinstance(frame, nw.LazyFrame):
        wrong = [type(frame).__name__]
    else:
        found = frame.collect_schema()
        expected = RESULTS_OF_STAGES[table]
        wrong = [
            f"{name}: {found.get(name, '–')} ≠ {kind.__name__}"
            for name, kind in expected.items()
            if found.get(name) != kind
        ]
    if wrong:
        message = text(
            "plugin “{city}”: the stage {stage} returned a table “{table}” that does not fit: {wrong}",
            city=source.city.name,
            stage=stage,
            table=table,
            wrong="; ".join(wrong),
        )
        raise Refused([Problem("plugin", message, text("see kaohe.stages.contract"))])


def engine_tables(dataset: Dataset, steps_taken: pl.LazyFrame) -> dict[str, Frame]:
    """The dataset's tables as the stages read them, never the staff, and the procedure."""
    frames = {name: engines.engine().table(frame) for name, frame in dataset.tables.items() if name != "staff"}
    return {**prepared(frames, dataset.begins, dataset.ends), "procedure": engines.engine().table(steps_taken)}
