"""Runs of worked cases: many in one dataset, each under codes of its own, where nothing of one bears on another."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from attrs import field, frozen

from kaohe.corrections import correct
from kaohe.dataset import CONTRACT
from kaohe.model import Needs
from kaohe.problems import Refused
from kaohe.run import Run, perform
from kaohe.sources import choose
from kaohe.store import save
from kaohe_conformance.case import Background, Given, Rows
from kaohe_conformance.regime import Regime, Work
from kaohe_conformance.year import tables_of

MARK = "#"
"""Before the number by which the codes of one case in a shared dataset are told from another's."""
ALONE = ("refused", "said", "rank", "lines", "differences", "appealed")
"""What a case may expect of the whole run."""
OWN = {"institution", "event", "agreement", "investigation"}
"""Columns whose codes are a case's own in a shared dataset."""


@frozen(eq=False)
class Ran:
    """What came out of a case: its run, or why it was refused.

    In a shared run `suffix` follows the case's codes, and `parts` holds the tables that were taken apart already.
    """

    run: Run | None
    refused: Refused | None = None
    suffix: str = ""
    parts: dict[str, dict[str, pl.DataFrame]] = field(factory=dict)

    def code(self, name: str) -> str:
        """A code of the case as it stands in the run."""
        return f"{name}{self.suffix}"

    def own(self, name: str) -> pl.DataFrame:
        """The rows of one of the run's tables that are about this case, with the codes as the case has them."""
        assert self.run is not None
        table = self.run.tables[name]
        if not self.suffix:
            return table
        if name not in self.parts:
            self.parts[name] = _apart(table)
        return self.parts[name].get(self.suffix, table.clear())


def _apart(table: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """A table of a shared run by case."""
    about = [name for name in ("institution", "fund", "region") if name in table.columns]
    coded = [name for name in ("institution", "fund", "region", "scorer", "entry") if name in table.columns]
    number = pl.coalesce(pl.col(name).str.extract(f"({MARK}\\d+)$") for name in about)
    bare = [pl.col(name).str.replace(f"{MARK}\\d+$", "") for name in coded]
    parts = table.with_columns(number.alias("_case"), *bare).partition_by("_case", as_dict=True, include_key=False)
    return {str(key[0]): part for key, part in parts.items()}


def run_alone(regime: Regime, work: Work, engine: str | None = None, *, reverse: bool = False) -> list[Ran]:
    """The case's run, and its later one where it has one."""
    with tempfile.TemporaryDirectory() as folder:
        given = work.case.given
        try:
            rules = regime.rules(work.background, given)
            first = assessed(regime, work.background, given, tables_of(work.background, given, rules), engine, reverse)
        except Refused as refused:
            return [Ran(None, refused)]
        if work.case.later is None:
            return [Ran(first)]
        save(first, Path(folder) / "run.db")
        later = work.case.later.given
        try:
            rules = regime.rules(work.background, later)
            second = assessed(regime, work.background, later, tables_of(work.background, later, rules), engine, reverse)
        except Refused as refused:
            return [Ran(first), Ran(None, refused)]
        return [Ran(first), Ran(correct(second, Path(folder) / "run.db"))]


def batches(regime: Regime, works: Iterable[Work]) -> list[list[Work]]:
    """The cases in groups that may share a dataset; those that cannot stand alone."""
    groups: dict[tuple[str, ...], list[Work]] = {}
    for work in works:
        chosen = json.dumps([work.background.parameters, work.case.given.parameters], sort_keys=True, default=str)
        shared = (work.background.plan, chosen, *sorted({*work.background.tables, *work.case.given.tables}))
        key = ("", work.key) if _stands_alone(regime, work) else shared
        groups.setdefault(key, []).append(work)
    return list(groups.values())


def _stands_alone(regime: Regime, work: Work) -> bool:
    expect, defaults = work.case.expect, type(work.case.expect)()
    if work.case.later is not None or any(getattr(expect, name) != getattr(defaults, name) for name in ALONE):
        return True
    # Pooled, all institutions of a table are each other's peers.
    try:
        rules = regime.rules(work.background, work.case.given)
    except Refused:
        return True
    peers = any(clause.shape == "peers" for rubric in rules.rubrics.values() for _, clause in rubric.clauses)
    return peers and rules.value("combine.scorers") == "pooled"


def run_together(
    regime: Regime, works: list[Work], engine: str | None = None, *, reverse: bool = False
) -> list[Ran] | None:
    """The runs of cases that share a dataset; None where the dataset as a whole was refused."""
    shared: dict[str, dict[tuple[tuple[str, str], ...], dict[str, str]]] = {}
    for number, work in enumerate(works, 1):
        try:
            made = tables_of(work.background, work.case.given, regime.rules(work.background, work.case.given))
        except Refused:
            return None
        renamed = (
            OWN
            | ({"scorer"} if "served" in made else set())
            | ({"fund", "region", "part_of"} if "funds" in made else set())
        )
        for name, rows in made.items():
            known = shared.setdefault(name, {})
            for row in rows:
                own = {
                    column: f"{cell}{MARK}{number}" if column in renamed and cell else cell
                    for column, cell in row.items()
                }
                known[tuple(sorted(own.items()))] = own
    first = works[0]
    tables = {name: list(rows.values()) for name, rows in shared.items()}
    try:
        run = assessed(regime, first.background, first.case.given, tables, engine, reverse)
    except Refused:
        return None
    parts: dict[str, dict[str, pl.DataFrame]] = {}
    return [Ran(run, suffix=f"{MARK}{number}", parts=parts) for number, _ in enumerate(works, 1)]


def assessed(
    regime: Regime,
    background: Background,
    given: Given,
    tables: Mapping[str, Rows],
    engine: str | None = None,
    reverse: bool = False,  # noqa: FBT001, FBT002
) -> Run:
    """The run of these rows under a case's parameters; raises Refused."""
    settings, readings = regime.settings(background, given)
    chosen = choose(
        regime.scheme.scheme, plan=regime.plan(background), settings=settings, readings=readings, opened=regime.opened
    )
    return perform(chosen, frames(tables, background, regime.scheme.needs, reverse=reverse), engine=engine)


def frames(
    tables: Mapping[str, Rows], background: Background, needs: Needs, *, reverse: bool = False
) -> dict[str, Any]:
    """A dataset as frames of text, as a file would give them, with the further columns that the scheme needs."""
    made: dict[str, Any] = {"dataset": {"name": "算例", "from": background.begins, "to": background.ends}}
    for name, rows in tables.items():
        said = dict.fromkeys(column for row in rows for column in row) or CONTRACT[name].columns
        columns = list(dict.fromkeys([*said, *needs.columns.get(name, ())]))
        ordered = rows[::-1] if reverse else rows
        data = {column: [row.get(column) or None for row in ordered] for column in columns}
        made[name] = pl.DataFrame(data, dict.fromkeys(columns, pl.String))
    return made
