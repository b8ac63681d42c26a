"""The stages in their order: each computed once, held against its contract, and kept for whoever shares it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import narwhals as nw
import polars as pl
from attrs import define, field

from kaohe.dataset import Dataset
from kaohe.messages import Text, listing, text
from kaohe.model import Rules
from kaohe.plugin.manager import City
from kaohe.problems import Problem, Refused
from kaohe.procedure import SCHEMA as PROCEDURE
from kaohe.procedure import procedure
from kaohe.sources import Resolved
from kaohe.stages import engines
from kaohe.stages.contract import RESULTS_OF_STAGES, STAGES
from kaohe.stages.frames import Frame, empty, numbered
from kaohe.stages.outcome import Outcome, in_numbers
from kaohe.stages.prepare import prepared
from kaohe.stages.sheets import sheets

Progress = Callable[[Text], None]
SCORING = ("score", "combine")
"""The stages that a scheme without a rubric does not have."""


def silent(_: Text) -> None:
    """Progress that nobody watches."""


@define(eq=False)
class Kept:
    """The tables of one dataset after each stage, by where the stages up to it come from.

    Two sources answer alike if one city answers by equal rules, wherever these were read; what the one computed is then
    the other's. For one dataset, on one engine, in one thread.
    """

    _tables: dict[tuple[int, ...], dict[str, Frame]] = field(factory=dict)
    _sources: list[Resolved] = field(factory=list)
    _numbers: dict[int, int] = field(factory=dict)

    def number(self, source: Resolved) -> int:
        """A number of its own for each source that answers otherwise."""
        if id(source) not in self._numbers:  # sources that were numbered are held, so that no other has their id
            alike = (place for place, known in enumerate(self._sources) if _alike(known, source))
            self._numbers[id(source)] = next(alike, len(self._sources))
            self._sources.append(source)
        return self._numbers[id(source)]

    def after(self, key: tuple[int, ...]) -> dict[str, Frame] | None:
        """The tables after the stages of these sources, if they were computed."""
        return self._tables.get(key)

    def keep(self, key: tuple[int, ...], tables: dict[str, Frame]) -> None:
        """Keep the tables after the stages of these sources."""
        self._tables[key] = tables


def _alike(one: Resolved, other: Resolved) -> bool:
    """Whether two sources answer alike: by the code of one city, and by equal rules, whatever files these are from."""
    return one.city.name == other.city.name and _ruling(one.rules) == _ruling(other.rules)


def _ruling(rules: Rules) -> tuple[object, ...]:
    """All of the rules that stages compute with."""
    return rules.scheme, rules.parameters, rules.kinds, rules.rubrics, rules.facts, rules.changes


def compute(
    dataset: Dataset,
    sources: Mapping[str, Resolved],
    progress: Progress = silent,
    last: str = "settle",
    kept: Kept | None = None,
) -> Outcome:
    """The tables of the stages up to the last, each computed once before the next begins.

    Stages that `kept` holds, by sources that answer alike up to there, are taken from it, and those computed are put
    there. Raises Refused where a stage lacks what it needs or a city's stage fails.
    """
    outcome = Outcome()
    for name, tables in _staged(dataset, sources, progress, last, kept):
        stage = STAGES[name]
        for table, columns in stage.returns.items():
            outcome.put(table, tables[table], columns, in_numbers(table, tables, sources[name].rules))
        outcome.between |= {table: tables[table] for table in stage.between if table in tables}
        outcome.put("procedure", tables["procedure"], list(PROCEDURE))
    return outcome


def tables_after(
    last: str, dataset: Dataset, sources: Mapping[str, Resolved], kept: Kept | None = None
) -> dict[str, Frame]:
    """All that the stages after this one can read, as the engine has it; raises Refused."""
    return [tables for _, tables in _staged(dataset, sources, silent, last, kept)][-1]


def _staged(
    dataset: Dataset, sources: Mapping[str, Resolved], progress: Progress, last: str, kept: Kept | None
) -> Iterator[tuple[str, dict[str, Frame]]]:
    """Each stage up to the last with the tables after it."""
    kept = kept or Kept()
    steps_taken = procedure(dataset, sources["grade"].rules)
    tables = engine_tables(dataset, steps_taken)
    key: tuple[int, ...] = ()
    labels = {
        "exempt": text("finding who is assessed"),
        "score": text("scoring"),
        "combine": text("combining"),
        "grade": text("grading"),
        "consequences": text("drawing consequences"),
        "allocate": text("allocating"),
        "settle": text("settling"),
    }
    for name in STAGES:
        progress(labels[name])
        key = (*key, kept.number(sources[name]))
        known = kept.after(key)
        if known is None:
            tables = _after(name, sources, tables)
            kept.keep(key, tables)
        else:
            tables = {**known, "procedure": tables["procedure"]}
        yield name, tables
        if name == last:
            break


def _after(name: str, sources: Mapping[str, Resolved], tables: Mapping[str, Frame]) -> dict[str, Frame]:
    """The tables after a stage: those before it, and what it returns."""
    stage, source = STAGES[name], sources[name]
    _require(name, source, tables)
    scored = bool(source.rules.rubrics) or name not in SCORING
    returned = (source.city.stage(name, tables, source.rules) if scored else None) or {}
    after = {**tables, **{table: returned[table] for table in stage.between if table in returned}}
    for table, columns in stage.returns.items():
        frame = returned.get(table, empty(columns))
        _hold(name, source, table, frame)
        after[table] = frame if numbered(frame) else frame.select(list(columns))
    if name == "exempt":
        named = after["exempt"].select("institution").unique()
        after["institutions"] = after["institutions"].join(named, on="institution", how="anti")
        if "served" in after:
            after["sheets"] = sheets(after, sources["score"].rules)
    return after


def _require(stage: str, source: Resolved, tables: Mapping[str, Frame]) -> None:
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


def _hold(stage: str, source: Resolved, table: str, frame: object) -> None:
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


def exempted(dataset: Dataset, rules: Rules, city: City) -> pl.DataFrame:
    """The institutions that no table of the scheme assesses although their kind has one, each with its article."""
    return compute(dataset, dict.fromkeys(STAGES, Resolved(city, rules)), silent, last="exempt")["exempt"]


def engine_tables(dataset: Dataset, steps_taken: pl.LazyFrame) -> dict[str, Frame]:
    """The dataset's tables as the stages read them, never the staff, and the procedure."""
    frames = {name: engines.engine().table(frame) for name, frame in dataset.tables.items() if name != "staff"}
    return {**prepared(frames, dataset.begins, dataset.ends), "procedure": engines.engine().table(steps_taken)}
