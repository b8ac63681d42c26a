"""zen-engine: the clauses' rates of one sheet as a decision (JDM), asked once for every sheet.

A decision sees one sheet: what goes before (grouping, the peers' mean) and after (items, results) is by_polars's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import annexes as law
import by_polars as table
import polars as pl
import zen

RATES = {
    "training.plan": "-10 * max([1 - {m}.n, 0])",
    "ledger.kept": "-10 * max([1 - {m}.n, 0])",
    "satisfaction": "20 * {m}.n >= 19 * {m}.d ? 0 : 10 * {m}.n >= 9 * {m}.d ? -1 : 20 * {m}.n >= 17 * {m}.d ? -3 : -5",
    "star": "max([{m}.n - 2, 0])",
    "exam.passed": "{m}.d > 0 and 10 * {m}.n <= 9 * {m}.d ? -2 : 0",
    "exam.absent": "5 * {m}.n > {m}.d ? -3 : 0",
    "quality.covered": "10 * {m}.n >= 9 * {m}.d ? 2 : 0",
    "assessment.areas_answered": "{m}.n >= 4 ? 2 : 0",
    "site.areas": "{m}.n >= 4 ? 3 : 0",
    "site.districts": "{m}.n >= 7 ? 1 : 0",
    "capacity.signed": "map({m}, #.n > #.d ? -2 : 0)",
    "service.delivery_rate": (
        "map({m}, 20 * #.n >= 19 * #.d ? 0 : 20 * #.n >= 17 * #.d ? -1 : 4 * #.n >= 3 * #.d ? -2 : -5)"
    ),
    "assessment.return_rate": (
        "map({m}, #.d > 0 and #.r * #.p > #.t ? -floor((#.r * #.p - #.t + #.p) / (1000000 * #.p)) : 0)"
    ),
}
"""The points of what is measured, n of d; of a return rate r, the peers' p rates together are t."""
CASES = {"per_case": "{w} * c.{c}", "once": "c.{c} >= 1 ? {w} : 0", "per_n": "{w} * floor(c.{c} / 50)"}


def key(clause: str) -> str:
    """A clause's name in a decision."""
    return "c" + clause.replace(".", "_")


def expressions(annex: int) -> Iterator[tuple[str, str]]:
    """The annex's clauses and their rates; one that nothing was recorded under is null."""
    for _, _, clause, _, worth, shape in (row for row in law.EVENTS if row[0] == annex):
        name = key(clause)
        yield name, f"c.{name} == null ? null : ({CASES[shape].format(w=worth, c=name)})"
    for _, _, clause, fact, *_ in (row for row in law.METRICS if row[0] == annex):
        name = key(clause)
        internal = f"-3 * max([{law.TRAININGS[annex]} - {{m}}.n, 0])"
        yield name, f"m.{name} == null ? null : ({RATES.get(fact, internal).format(m=f'm.{name}')})"


def decision(annex: int) -> zen.ZenDecision:
    """The annex as a decision: facts in, the points of its clauses out."""
    rates = [{"id": name, "key": name, "value": rate} for name, rate in expressions(annex)]
    place = {"position": {"x": 0, "y": 0}}
    nodes = [
        {"id": "facts", "name": "facts", "type": "inputNode", **place},
        {"id": "rates", "name": "rates", "type": "expressionNode", "content": {"expressions": rates}, **place},
        {"id": "points", "name": "points", "type": "outputNode", **place},
    ]
    edges = [
        {"id": f"{one}-{other}", "sourceId": one, "targetId": other, "type": "edge"}
        for one, other in (("facts", "rates"), ("rates", "points"))
    ]
    return zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))


DECISIONS = {annex: decision(annex) for annex in law.FULL}


def answer(folder: Path, out: Path) -> None:
    """Write trace, items, scores and results of the dataset in the folder."""
    year = table.found(folder)
    counted, measured = year.counted.sort("sheet"), year.measured.sort("sheet", "clause", "period")
    points = asked(counted, measured)
    rated = table.Found(
        year.tables, year.own, year.taken_over, year.sheets,
        counted.with_columns(points=pl.Series(points[0], dtype=pl.Int64) * law.UNIT), year.vetoed,
        measured.with_columns(points=pl.Series(points[1], dtype=pl.Int64) * law.UNIT),
    )  # fmt: skip
    table.write(table.outcome(rated), out)


def asked(counted: pl.DataFrame, measured: pl.DataFrame) -> tuple[list[int], list[int | None]]:
    """The points of the rows, by a decision for each sheet."""
    of_cases = counted.select("sheet", "annex", "clause", "quantity").rows_by_key("sheet")
    columns = ["sheet", "annex", "clause", "by", "quantity", "denominator", "rate", "tops", "peers"]
    of_measures = measured.select(columns).rows_by_key("sheet")
    cases: list[int] = []
    measures: list[int | None] = []
    for sheet in sorted(of_cases.keys() | of_measures.keys()):
        own, shown = of_cases.get(sheet, []), of_measures.get(sheet, [])
        annex = (own or shown)[0][0]
        told: dict[str, Any] = {"c": {key(row[1]): row[2] for row in own}, "m": {}}
        for _, clause, by, n, d, r, t, p in shown:
            if n is not None and by == "month":
                told["m"].setdefault(key(clause), []).append({"n": n, "d": d, "r": r, "t": t, "p": p})
            elif n is not None:
                told["m"][key(clause)] = {"n": n, "d": d}
        said = DECISIONS[annex].evaluate(told)["result"]
        cases += [said[key(row[1])] for row in own]
        months = {name: iter(rates) for name, rates in said.items() if isinstance(rates, list)}
        for _, clause, by, n, *_ in shown:
            name = key(clause)
            measures.append(None if n is None else next(months[name]) if by == "month" else said[name])
    return cases, measures
