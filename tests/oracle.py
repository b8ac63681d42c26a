"""docs/scoring.md once more, in plain Python and one institution at a time: what the engine is held against.

Nothing here is shared with the engine's stages. All arithmetic is in fractions; what comes out is decimal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from kaohe.model import Band, Bands, Clause, Fact, Item, LookUp, Once, PerCase, PerN, Rubric, ShortOf, Veto

Row = dict[str, Any]
Span = tuple[Fraction, Fraction]
"""The least and the greatest that something can be worth."""

ROUNDING = {
    "half_up_2": (Fraction(1, 100), Fraction(1, 2)),
    "half_up_1": (Fraction(1, 10), Fraction(1, 2)),
    "half_up_0": (Fraction(1), Fraction(1, 2)),
    "down_2": (Fraction(1, 100), Fraction(0)),
}
"""The unit of each rounding, and what is added before the rest is cut off."""


@dataclass(frozen=True)
class Case:
    """One dataset under one set of rules. A table that the dataset does not have is not in `tables`."""

    rubrics: dict[str, Rubric]
    facts: dict[str, Fact]
    parameters: dict[str, Any]
    tables: dict[str, list[Row]]
    begins: date
    ends: date

    @property
    def kinds(self) -> dict[str, Rubric]:
        return {rubric.kind: rubric for rubric in self.rubrics.values()}

    def periods(self, fact: Fact) -> list[str]:
        if fact.period != "month":
            return [str(self.begins.year)]
        first, last = (day.year * 12 + day.month - 1 for day in (self.begins, self.ends))
        return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 1)]


@dataclass(frozen=True)
class Record:
    """What a sheet holds of one fact in one period. A ratio has a denominator."""

    quantity: Fraction
    denominator: Fraction | None = None
    disputed: bool = False

    @property
    def value(self) -> Fraction:
        return self.quantity if self.denominator is None else self.quantity / self.denominator

    def __add__(self, other: Record) -> Record:
        ratio = self.denominator is not None and other.denominator is not None
        return Record(
            self.quantity + other.quantity,
            self.denominator + other.denominator if ratio else None,  # type: ignore[operator]
            self.disputed or other.disputed,
        )


Records = dict[tuple[str, str], Record]
"""The records of one sheet by fact and period."""


@dataclass(frozen=True)
class Line:
    """One clause in one period: what was recorded, or None where what must be shown is missing."""

    item: Item
    clause: Clause
    period: str
    record: Record | None


@dataclass
class Assessment:
    """The tables that come out, with points as decimals."""

    trace: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    scores: list[Row] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)


def assess(case: Case) -> Assessment:
    """Trace, items, scores and results of all institutions whose kind has a table."""
    done = Assessment()
    for own in by_institution(case):
        if own.tables["institutions"][0]["kind"] in own.kinds:
            one_institution(own, done)
    for row in done.results:
        of_kind = [other["score"] for other in done.results if other["kind"] == row["kind"]]
        better = [score for score in of_kind if score is not None and row["score"] is not None and score > row["score"]]
        row["rank"] = None if row["score"] is None else 1 + len(better)
    for row in [*done.trace, *done.items, *done.scores, *done.results]:
        row.update((name, decimal(value)) for name, value in row.items() if isinstance(value, Fraction))
    return done


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def by_institution(case: Case) -> Iterable[Case]:
    """A case for each institution, with only the rows that are its own, and steps that are everybody's."""
    tables = [name for name in ("institutions", "served", "steps", "events", "metrics") if name in case.tables]
    own: dict[str, dict[str, list[Row]]] = {
        row["institution"]: {name: [] for name in tables} for row in case.tables["institutions"]
    }
    for name in tables:
        for row in case.tables[name]:
            for institution in own if row["institution"] is None else [row["institution"]]:
                own[institution][name].append(row)
    return (replace(case, tables=rows) for rows in own.values())


def one_institution(case: Case, done: Assessment) -> None:
    """Add the rows of the institution that the case holds."""
    institution = case.tables["institutions"][0]
    code, rubric = institution["institution"], case.kinds[institution["kind"]]
    persons = {row["scorer"]: row["persons"] for row in case.tables["served"] if row["persons"] > 0}
    sheets: dict[str, Records | None] = {
        scorer: records_of(case, scorer) if reported(case, scorer) else None for scorer in persons
    }
    lines = {
        scorer: None if records is None else sheet_lines(case, rubric, records) for scorer, records in sheets.items()
    }
    for scorer, of_sheet in lines.items():
        done.trace += trace_rows(case, rubric, code, scorer, of_sheet)
    vetoes = veto_rows(case, rubric, code)
    done.trace += vetoes

    weights = persons
    if case.parameters["combine.scorers"] == "pooled" and sheets:
        known = [records for records in sheets.values() if records is not None]
        lines = {"": pooled_lines(case, rubric, known, len(known) == len(sheets))}
        weights = {"": 1}
    elif case.parameters["combine.scorers"] == "mean":
        weights = dict.fromkeys(persons, 1)
    spans: dict[str, Span | None] = {}
    for scorer, of_sheet in lines.items():
        items = [item_row(item, of_sheet) for item in rubric.items]
        spans[scorer] = sheet_span(case, rubric, items)
        low, high = spans[scorer] or sums(items)
        score = low if spans[scorer] and low == high else None
        place = {"institution": code, "scorer": scorer}
        done.items += [{**place, **row} for row in items]
        done.scores.append({**place, "score": score, "low": low, "high": high})
    span = combined(case, spans, weights) or (Fraction(0), Fraction(rubric.full_score))
    done.results.append({"institution": code, "kind": rubric.kind, **result(case, rubric, span, vetoes)})


# What was recorded.


def reported(case: Case, scorer: str) -> bool:
    return "steps" not in case.tables or any(
        row["step"] == "reported" and row["done"] is not None and row["scorer"] == scorer
        for row in case.tables["steps"]
    )  # fmt: skip


def counted(case: Case, table: str) -> list[Row]:
    """The rows of events or metrics that were not withdrawn."""
    return [row for row in case.tables.get(table, ()) if row["status"] != "withdrawn"]


def events_of(case: Case) -> list[tuple[str, str | None, str, Record]]:
    """Fact, scorer, period and count of each event."""
    events = []
    for row in counted(case, "events"):
        placed = row["date"] if row["handled"] is None else row["handled"]
        period = f"{placed:%Y-%m}" if case.facts[row["fact"]].period == "month" else str(case.begins.year)
        count = Fraction(1 if row["count"] is None else row["count"])
        events.append((row["fact"], row["scorer"], period, Record(count, None, row["status"] == "disputed")))
    return events


def records_of(case: Case, scorer: str) -> Records:
    """Everything that counts on a sheet: the scorer's own facts and those of the city."""
    records: Records = {}
    for fact, recorded_by, period, record in events_of(case):
        if recorded_by in (scorer, None):
            records[fact, period] = records[fact, period] + record if (fact, period) in records else record
    for row in counted(case, "metrics"):
        if row["scorer"] in (scorer, None):
            ratio = case.facts[row["fact"]].measure in ("share", "ratio")
            denominator = Fraction(1 if row["denominator"] is None else row["denominator"]) if ratio else None
            record = Record(Fraction(row["numerator"]), denominator, row["status"] == "disputed")
            records[row["fact"], row["period"]] = record
    institution = case.tables["institutions"][0]
    for fact in case.facts.values():
        if fact.table == "institutions" and institution.get(fact.fact) is not None:
            records[fact.fact, str(case.begins.year)] = Record(Fraction(institution[fact.fact]))
    return records


def zero(fact: Fact) -> Record:
    """What no row means where nothing had to be shown."""
    return Record(Fraction(0), Fraction(1) if fact.measure in ("share", "ratio") else None)


def clauses(rubric: Rubric) -> Iterable[tuple[Item, Clause]]:
    return ((item, clause) for item in rubric.items for clause in item.clauses)


def sheet_lines(case: Case, rubric: Rubric, records: Records) -> list[Line]:
    """Every clause in every period."""
    lines = []
    for item, clause in clauses(rubric):
        fact = case.facts[clause.fact]
        nothing = None if fact.absent == "missing" else zero(fact)
        lines += [
            Line(item, clause, period, records.get((fact.fact, period), nothing)) for period in case.periods(fact)
        ]
    return lines


# What it is worth.


def within(band: Band, value: Fraction) -> bool:
    return (
        (band.at_least is None or value >= Fraction(band.at_least))
        and (band.above is None or value > Fraction(band.above))
        and (band.below is None or value < Fraction(band.below))
        and (band.at_most is None or value <= Fraction(band.at_most))
    )


def worth(clause: Clause, value: Fraction) -> Fraction:
    """The points of a quantity, without the sign of the item."""
    match clause:
        case PerCase():
            return Fraction(clause.points) * value
        case Once():
            return Fraction(clause.points) if value >= 1 else Fraction(0)
        case ShortOf():
            return Fraction(clause.points) * max(Fraction(0), clause.target - value)
        case PerN():
            return Fraction(clause.points) * math.floor(value / clause.n)
        case Bands():
            return sum((Fraction(band.points) for band in clause.bands if within(band, value)), Fraction(0))
        case LookUp():
            return sum((Fraction(level.points) for level in clause.levels if level.value == value), Fraction(0))
    raise TypeError(clause)


def cover_everything(bands: list[Band]) -> bool:
    """Whether every quantity, from zero up, falls into a band: tried at all ends, between and beyond them."""
    given = [(band.at_least, band.above, band.below, band.at_most) for band in bands]
    ends = sorted({Fraction(0)} | {Fraction(end) for four in given for end in four if end is not None})
    between = [(one + other) / 2 for one, other in pairwise(ends)]
    return all(any(within(band, value) for band in bands) for value in [*ends, *between, ends[-1] + 1])


def missing_span(item: Item, clause: Clause) -> Span:
    """The lowest and highest worth of a missing clause, without the sign of the item."""
    match clause:
        case PerCase() | PerN():
            possible = [Fraction(0), Fraction(item.full_score)]
        case Once():
            possible = [Fraction(0), Fraction(clause.points)]
        case ShortOf():
            possible = [Fraction(0), Fraction(clause.points) * clause.target]
        case Bands():
            possible = [Fraction(band.points) for band in clause.bands]
            possible += [] if cover_everything(clause.bands) else [Fraction(0)]
        case LookUp():
            possible = [Fraction(0), *(Fraction(level.points) for level in clause.levels)]
        case _:
            raise TypeError(clause)
    return min(possible), max(possible)


def sign(item: Item) -> int:
    return -1 if item.direction == "deduct" else 1


def item_row(item: Item, lines: list[Line] | None) -> Row:
    """The item on one sheet; `lines` is None where the sheet is not reported."""
    full = Fraction(item.full_score)
    if lines is None:
        return {"item": item.item, "raw": None, "points": None, "low": Fraction(0), "high": full}
    start = full if item.direction == "deduct" else Fraction(0)
    raw = low = high = Fraction(0)
    for line in lines:
        if line.item is not item:
            continue
        if line.record is not None:
            raw += sign(item) * worth(line.clause, line.record.value)
        else:
            least, greatest = sorted(sign(item) * amount for amount in missing_span(item, line.clause))
            low, high = low + least, high + greatest
    low = min(full, max(Fraction(0), start + raw + low))
    high = min(full, max(Fraction(0), start + raw + high))
    return {"item": item.item, "raw": raw, "points": low if low == high else None, "low": low, "high": high}


def sheet_span(case: Case, rubric: Rubric, items: list[Row]) -> Span | None:
    """Low and high of a sheet; None where it has no score. What a missing fact counts becomes the items' points."""
    match case.parameters["missing.counts"]:
        case "reweighted":
            score = reweighted(rubric, items)
            return None if score is None else (score, score)
        case "full" | "zero" as counts:
            for row in items:
                row["points"] = row["high" if counts == "full" else "low"]
            score = sum((row["points"] for row in items), Fraction(0))
            return score, score
    return sums(items)


def sums(items: list[Row]) -> Span:
    return sum((row["low"] for row in items), Fraction(0)), sum((row["high"] for row in items), Fraction(0))


def reweighted(rubric: Rubric, items: list[Row]) -> Fraction | None:
    full = {item.item: Fraction(item.full_score) for item in rubric.items}
    with_points = [row for row in items if row["points"] is not None]
    of_these = sum((full[row["item"]] for row in with_points), Fraction(0))
    if of_these == 0:
        return None
    points = sum((row["points"] for row in with_points), Fraction(0))
    unit = Fraction(1, 10_000)
    return math.floor(points * sum(full.values()) / of_these / unit + Fraction(1, 2)) * unit


# Several scorers.


def pooled_lines(case: Case, rubric: Rubric, known: list[Records], complete: bool) -> list[Line]:
    """The lines of the one sheet that the reported ones make together; `complete` where all are reported."""
    lines = []
    for item, clause in clauses(rubric):
        fact = case.facts[clause.fact]
        for period in pooled_periods(case, fact, known):
            record = pooled_record(fact, [records.get((fact.fact, period)) for records in known])
            if not complete:
                lines.append(Line(item, clause, period, None))
            if complete or fact.absent == "none":
                lines.append(Line(item, clause, period, record))
    return lines


def way(fact: Fact) -> str:
    return "once" if fact.scope == "city" else fact.pool


def pooled_periods(case: Case, fact: Fact, known: list[Records]) -> list[str]:
    """All periods; of a fact of which the latest counts only the last with a record, if there is one."""
    recorded = [period for records in known for name, period in records if name == fact.fact]
    return [max(recorded)] if way(fact) == "latest" and recorded else case.periods(fact)


def pooled_record(fact: Fact, records: list[Record | None]) -> Record | None:
    """What several sheets hold of one fact in one period, or None where it is missing."""
    there = [record for record in records if record is not None]
    nothing = None if fact.absent == "missing" else zero(fact)
    if not there or (way(fact) == "sum" and len(there) < len(records) and nothing is None):
        return nothing
    if way(fact) == "sum":
        total = there[0]
        for record in there[1:]:
            total += record
        return total
    return max(there, key=lambda record: record.value)


def combined(case: Case, spans: Mapping[str, Span | None], weights: Mapping[str, int]) -> Span | None:
    """The rounded means of the sheets' lows and highs; None without a sheet that has a score."""
    there = {scorer: span for scorer, span in spans.items() if span is not None}
    if not there:
        return None
    unit, added = ROUNDING[case.parameters["score.rounding"]]

    def mean(end: int) -> Fraction:
        total = sum((span[end] * weights[scorer] for scorer, span in there.items()), Fraction(0))
        return math.floor(total / sum(weights[scorer] for scorer in there) / unit + added) * unit

    return mean(0), mean(1)


def result(case: Case, rubric: Rubric, span: Span, vetoes: list[Row]) -> Row:
    """The institution's result, without its rank."""
    recorded = {row["clause"] for row in vetoes}
    low, high = span
    for veto in rubric.vetoes:
        if veto.clause in recorded and veto.effect == "subtract":
            low, high = (max(Fraction(0), end - Fraction(veto.points)) for end in (low, high))
    if any(veto.clause in recorded and veto.effect == "zero" for veto in rubric.vetoes):
        low = high = Fraction(0)
    score = low if low == high else None
    worst, best = grade(case, low), grade(case, high)
    reached = worst if worst == best else None
    status = {(True, True): "determined", (True, False): "ungraded", (False, True): "range"}.get(
        (score is not None, reached is not None), "undetermined"
    )
    return {"score": score, "low": low, "high": high, "rank": None, "grade": reached, "status": status}


def grade(case: Case, score: Fraction) -> str | None:
    for cutoff in case.parameters["grade.cutoffs"] or ():
        if score >= Fraction(cutoff.at_least):
            return str(cutoff.grade)
    return None


# The trace.


def trace_row(rubric: Rubric, institution: str, scorer: str, status: str, **columns: Any) -> Row:
    blank = dict.fromkeys(["quantity", "denominator", "reference_quantity", "reference_denominator", "points"])
    place = {
        "institution": institution,
        "scorer": scorer,
        "rubric": rubric.rubric,
        "item": "",
        "clause": "",
        "period": "",
    }
    return {**place, **blank, "status": status, **columns}


def trace_rows(case: Case, rubric: Rubric, institution: str, scorer: str, lines: list[Line] | None) -> list[Row]:
    """One row for each line of a sheet of which something was recorded or is missing."""
    if lines is None:
        return [trace_row(rubric, institution, scorer, "unreported")]
    records = records_of(case, scorer)
    rows = []
    for line in lines:
        place = {"item": line.item.item, "clause": line.clause.clause, "period": line.period}
        if line.record is None:
            rows.append(trace_row(rubric, institution, scorer, "missing", **place))
        elif shown(case.facts[line.clause.fact], records.get((line.clause.fact, line.period))):
            status = "disputed" if line.record.disputed else "counted"
            points = sign(line.item) * worth(line.clause, line.record.value)
            rows.append(
                trace_row(rubric, institution, scorer, status, **place, **quantities(line.record), points=points)
            )
    return rows


def shown(fact: Fact, record: Record | None) -> bool:
    """Whether something was observed: any metric, any column, and at least one case."""
    return record is not None and (fact.table != "events" or fact.absent == "missing" or record.quantity > 0)


def quantities(record: Record) -> Row:
    """Quantity and denominator as the trace holds them: a ratio's in ten-thousandths."""
    if record.denominator is None:
        return {"quantity": int(record.quantity), "denominator": None}
    return {"quantity": int(record.quantity * 10_000), "denominator": int(record.denominator * 10_000)}


def veto_rows(case: Case, rubric: Rubric, institution: str) -> list[Row]:
    """One row for each veto, scorer and period of which there is a case, whether or not the scorer reported."""
    rows = []
    for veto in rubric.vetoes:
        totals: dict[tuple[str, str], Fraction] = {}
        for fact, scorer, period, record in events_of(case):
            if fact == veto.fact:
                totals[scorer or "", period] = totals.get((scorer or "", period), Fraction(0)) + record.quantity
        rows += [veto_row(rubric, institution, scorer, period, veto, total)
                 for (scorer, period), total in totals.items() if total > 0]  # fmt: skip
    return rows


def veto_row(rubric: Rubric, institution: str, scorer: str, period: str, veto: Veto, total: Fraction) -> Row:
    return trace_row(
        rubric, institution, scorer, "veto",
        clause=veto.clause, period=period, quantity=int(total), points=-Fraction(veto.points),
    )  # fmt: skip
