"""A city's own code tried on a year in which nothing happened: what raises or returns the wrong thing is a fault."""

from __future__ import annotations

from datetime import date

import polars as pl

from kaohe.compute import compute, silent
from kaohe.dataset import CONTRACT, Dataset
from kaohe.dataset.check import check
from kaohe.dataset.handed import handed
from kaohe.model import Needs, Rules
from kaohe.plugin.manager import City
from kaohe.problems import Problem, Refused, refuse_errors
from kaohe.sources import resolve
from kaohe.stages.contract import STAGES


def faults(city: City, rules: Rules) -> list[Problem]:
    """The faults of the city's checks and stages; none where it has no code of its own.

    What it refuses because the year lacks something is no fault.
    """
    problems: list[Problem] = []
    if not any(city.has(hook) for hook in ("checks", *STAGES)):
        return problems
    year = _uneventful(rules)
    try:
        city.checks(year, rules)
    except Refused as refused:
        problems += refused.problems
    try:
        compute(year, resolve(city, rules, rules.scheme.stages), silent)
    except Refused as refused:
        problems += refused.problems
    return [problem for problem in problems if problem.code == "plugin"]


def _uneventful(rules: Rules) -> Dataset:
    """A year with one institution of each kind, assessed by one scorer; every other table is there and empty."""
    kinds = list(CONTRACT["institutions"].columns["kind"].values)
    rows: dict[str, dict[str, list[str]]] = {
        "institutions": {"institution": kinds, "name": kinds, "kind": kinds},
        "scorers": {"scorer": ["1"], "name": ["1"], "role": ["centre"]},
        "served": {"institution": kinds, "scorer": ["1"] * len(kinds), "persons": ["1"] * len(kinds)},
    }
    needs = rules.scheme.needs.columns
    tables: dict[str, object] = {}
    for name, table in CONTRACT.items():
        given = rows.get(name, {})
        blank = [None] * max(map(len, given.values()), default=0)
        columns = {column: given.get(column, blank) for column in [*table.columns, *needs.get(name, {})]}
        tables[name] = pl.DataFrame(columns, dict.fromkeys(columns, pl.String))
    begins = rules.scheme.begins or date(2000, 1, 1)
    ends = rules.scheme.ends or begins.replace(month=12, day=31)
    tables["dataset"] = {"name": "-", "from": begins, "to": ends}
    raws, _, _ = handed(tables)
    dataset, problems = check(raws, {}, "", rules.facts, Needs(columns=needs))
    refuse_errors(problems)
    assert dataset is not None
    return dataset
