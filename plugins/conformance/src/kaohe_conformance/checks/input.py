"""Bad input: every table and column of a scheme's dataset, filled in wrongly, is refused with place and remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from kaohe.dataset import CONTRACT
from kaohe.model import Column
from kaohe.problems import Problem, Refused, errors
from kaohe_conformance.case import Row, Rows
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.comparing import spoken
from kaohe_conformance.regime import Regime, Work
from kaohe_conformance.results import Results
from kaohe_conformance.running import assessed
from kaohe_conformance.words import text
from kaohe_conformance.year import tables_of

GARBAGE = "？!"
"""Neither a number nor a date, a code of anything, or a fact."""
FREE = ("text", "code", "choices")
"""Types of columns that take any text."""


def checks(regime: Regime, _: Results) -> Iterator[Made]:
    """On the year of a case that comes out: each table left out, each column wrong, blank, or not there."""
    sound = (work for work in regime.works if not work.case.expect.refused and work.case.later is None)
    work = next((work for work in sound if _has_rules(regime, work)), None)
    if work is None:
        return
    tables = cache(lambda: tables_of(work.background, work.case.given, regime.rules(work.background, work.case.given)))

    def found(spoil: Callable[[dict[str, Rows]], dict[str, Rows]]) -> Callable[[], list[Problem]]:
        return cache(lambda: _problems(regime, work, spoil(tables())))

    columns = [(table, name, column) for table in _needed(regime) for name, column in _columns(regime, table).items()]
    without = found(lambda rows: {name: row for name, row in rows.items() if name == "institutions"})
    for table in _needed(regime):
        if table != "institutions":
            yield "input", f"without {table}", _bound(_told, without, table, "")
    wrong = found(lambda rows: {name: [*rows[name], _garbage(regime, name)] for name in rows})
    blank = found(lambda rows: {name: [*rows[name], *_blanks(regime, name, rows[name])] for name in rows})
    lacking = found(lambda rows: {name: _lacking(regime, name, rows[name]) for name in rows})
    for table, name, column in columns:
        if table not in tables():
            continue
        if column.type not in FREE or column.refers:
            yield "input", f"{table}.{name} wrong", _bound(_told, wrong, table, name)
        if column.required:
            yield "input", f"{table}.{name} blank", _bound(_told, blank, table, name)
            yield "input", f"{table} without {name}", _bound(_told, lacking, table, name)
    twice = found(lambda rows: {name: [*row, *row[:1]] for name, row in rows.items()})
    for table in _needed(regime):
        if CONTRACT[table].key and tables().get(table):
            yield "input", f"{table} twice", _bound(_told, twice, table, "")


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _has_rules(regime: Regime, work: Work) -> bool:
    """Whether there are rules for it; where its parameters do not fit, the case itself fails."""
    try:
        regime.rules(work.background, work.case.given)
    except Refused:
        return False
    return True


def _needed(regime: Regime) -> list[str]:
    """The tables that the scheme cannot do without."""
    return [table for table in regime.scheme.needs.tables if table in CONTRACT]


def _columns(regime: Regime, table: str) -> dict[str, Column]:
    return {**CONTRACT[table].columns, **regime.scheme.needs.columns.get(table, {})}


def _garbage(regime: Regime, table: str) -> Row:
    """A row in which every cell is wrong; its codes are no other table's."""
    return dict.fromkeys(_columns(regime, table), f"{GARBAGE}{table}")


def _blanks(regime: Regime, table: str, rows: Rows) -> Rows:
    """A row for each required column, in which that one is blank."""
    columns = _columns(regime, table)
    full = rows[0] if rows else _garbage(regime, table)
    return [{**full, name: ""} for name, column in columns.items() if column.required]


def _lacking(regime: Regime, table: str, rows: Rows) -> Rows:
    """The rows without their required columns; something stays, or there would be no table."""
    required = {name for name, column in _columns(regime, table).items() if column.required}
    kept = [{name: cell for name, cell in row.items() if name not in required} for row in rows]
    return [row or {"remark": "x"} for row in kept] or [{"remark": "x"}]


def _problems(regime: Regime, work: Work, tables: dict[str, Rows]) -> list[Problem]:
    try:
        assessed(regime, work.background, work.case.given, tables)
    except Refused as refused:
        return errors(refused.problems)
    return []


def _told(found: Callable[[], list[Problem]], table: str, column: str) -> Iterator[Fault]:
    """An error names the table, and the column where one is meant, and says what to do, in both languages."""
    about = [one for one in found() if one.table == table and (not column or _names(one, column))]
    if not about:
        yield text("it is accepted, or nothing names it")
    for one in about[:1]:
        if one.remedy is None or not str(one.remedy):
            yield text("no remedy is given: {problem}", problem=one)
        if len(set(spoken(one))) < 2:
            yield text("it is said in one language only: {problem}", problem=one)


def _names(problem: Problem, column: str) -> bool:
    """Whether the column is meant: as the place, or among what the message names."""
    return problem.column == column or column in " ".join(spoken(problem))
