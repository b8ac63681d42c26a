"""A comparison read from its database: what each side has to go on, results side by side, and why they differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

from attrs import frozen

from kaohe_serve.records import every

Row = dict[str, Any]
STATES = ("data", "missing", "no_record", "given", "not_applicable")


def sides(connection: sqlite3.Connection) -> dict[str, str]:
    """A letter for each side."""
    names = every(connection, "select side from sides group by side order by min(rowid)")
    return dict(zip((row["side"] for row in names), ascii_uppercase, strict=False))


def pairs(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """The first side with each of the others."""
    first, *others = sides(connection)
    return [(first, other) for other in others]


def assumptions(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """What is assumed, and on which sides."""
    found: dict[str, list[str]] = {}
    for row in every(connection, "select side, message from assumptions order by rowid"):
        found.setdefault(row["message"], []).append(row["side"])
    return found


@frozen
class Covered:
    """What a side has to go on for one kind: `percent` of the table's points; how many clauses of each state."""

    kind: str
    institutions: int
    rubric: str
    percent: int | None
    counts: dict[str, int]
    lacking: list[str]


def coverage(connection: sqlite3.Connection) -> dict[str, dict[str, Covered]]:
    """Coverage by kind and side: kinds that someone in the dataset is of, and of which some side has a table."""
    found: dict[str, dict[str, Covered]] = {}
    by_kind: dict[tuple[str, str], list[Row]] = {}
    for row in every(connection, "select * from coverage where institutions > 0 order by rowid"):
        by_kind.setdefault((row["kind"], row["side"]), []).append(row)
    for (kind, side), rows in by_kind.items():
        counts = {state: sum(row[state] for row in rows) for state in STATES}
        lacking = [row["item"] for row in rows if row["rubric"] and row["item"] and row["data"] < row["clauses"]]
        first = rows[0]
        found.setdefault(kind, {})[side] = Covered(
            kind, first["institutions"], first["rubric"], first["table_percent"], counts, lacking
        )
    return found


def clauses(connection: sqlite3.Connection, side: str, kind: str) -> list[Row]:
    """Every clause of the side's table for a kind: what is known of it."""
    query = "select * from clauses where side = ? and kind = ? and rubric <> '' order by rowid"
    return every(connection, query, [side, kind])


def standing(connection: sqlite3.Connection) -> dict[str, dict[str, Row]]:
    """By kind and side: how many have a score, of how many, and how many have each grade."""
    query = "select kind, side, count(*) as n, count(score) as scored from results group by 1, 2"
    found: dict[str, dict[str, Row]] = {}
    for row in every(connection, query):
        found.setdefault(row["kind"], {})[row["side"]] = {**row, "grades": {}}
    query = "select kind, side, grade, count(*) as n from results where grade is not null group by 1, 2, 3 order by 3"
    for row in every(connection, query):
        found[row["kind"]][row["side"]]["grades"][row["grade"]] = row["n"]
    return found


def accounts(connection: sqlite3.Connection) -> dict[tuple[str, str], dict[str, str]]:
    """The balance of every account, by fund and account and side, in yuan."""
    query = "select fund, account, side, exactly(amount) as amount from money group by 1, 2, 3 order by 1, 2"
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in every(connection, query):
        found.setdefault((row["fund"], row["account"]), {})[row["side"]] = row["amount"]
    return found


def money_parts(
    connection: sqlite3.Connection, pair: tuple[str, str], institution: str | None = None
) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Why each account differs, by fund and account and stage, in yuan: of the whole city, or of an institution."""
    where, values = (" and institution = ?", [institution]) if institution is not None else ("", [])
    query = f"""select fund, account, stage, exactly(amount) as amount from money_parts
        where "left" = ? and "right" = ?{where} group by 1, 2, 3 order by 1, 2"""
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in every(connection, query, [*pair, *values]):
        found.setdefault((row["fund"], row["account"]), {})[row["stage"]] = Decimal(row["amount"])
    return found


@frozen
class Compared:
    """One institution on every side, and how far its scores lie apart, where two sides or more have one."""

    institution: str
    name: str
    kind: str
    sides: dict[str, Row]
    apart: Decimal | None


def compared(connection: sqlite3.Connection, kind: str = "", words: str = "") -> list[Compared]:
    """Institutions of a kind (or all) whose code or name has these words, those furthest apart first."""
    query = """select * from results where (? = '' or kind = ?)
        and (? = '' or instr(lower(institution), lower(?)) or instr(lower(coalesce(name, '')), lower(?)))
        order by rowid"""
    rows: dict[str, dict[str, Row]] = {}
    for row in every(connection, query, [kind, kind, words, words, words]):
        rows.setdefault(row["institution"], {})[row["side"]] = row
    found = [_compared(of) for of in rows.values()]
    return sorted(found, key=lambda one: (one.apart is None, -(one.apart or 0), one.institution))


def of_institution(connection: sqlite3.Connection, institution: str) -> Compared | None:
    """One institution on every side; None where the comparison has no such institution."""
    rows = every(connection, "select * from results where institution = ? order by rowid", [institution])
    return _compared({row["side"]: row for row in rows}) if rows else None


def _compared(of: Mapping[str, Row]) -> Compared:
    first = next(iter(of.values()))
    scores = [Decimal(row["score"]) for row in of.values() if row["score"] is not None]
    apart = max(scores) - min(scores) if len(scores) > 1 else None
    return Compared(first["institution"], first["name"] or "", first["kind"], dict(of), apart)


@frozen
class Part:
    """A part of a difference of scores; `begins` and `ends` place its bar, in percent of the widest reach."""

    stage: str
    row: Row
    points: Decimal
    begins: Decimal
    ends: Decimal


def score_parts(connection: sqlite3.Connection, pair: tuple[str, str], institution: str) -> list[Part]:
    """The parts of an institution's difference of scores, stage by stage, the largest first; they add up to it."""
    query = 'select * from score_parts where "left" = ? and "right" = ? and institution = ? order by rowid'
    rows = every(connection, query, [*pair, institution])
    stages = list(dict.fromkeys(row["stage"] for row in rows))
    ordered = sorted(rows, key=lambda row: (stages.index(row["stage"]), -abs(Decimal(row["points"]))))
    reached = list(_running(Decimal(row["points"]) for row in ordered))
    low, high = min([Decimal(0), *reached]), max([Decimal(0), *reached])
    reach = high - low or Decimal(1)
    found, before = [], Decimal(0)
    for row, after in zip(ordered, reached, strict=True):
        ends = sorted((100 * (end - low) / reach).quantize(Decimal("0.1")) for end in (before, after))
        found.append(Part(row["stage"], row, Decimal(row["points"]), *ends))
        before = after
    return found


def _running(values: Iterable[Decimal]) -> Iterable[Decimal]:
    total = Decimal(0)
    for value in values:
        total += value
        yield total
