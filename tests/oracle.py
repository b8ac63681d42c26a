"""docs/scoring.md once more, in plain Python and one institution at a time: what the engine is held against.

Nothing here is shared with the engine's stages. All arithmetic is in fractions; what comes out is decimal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any

from kaohe.model import Band, Bands, Clause, Fact, Item, LookUp, Once, Peers, PerCase, PerN, Rubric, ShortOf
from kaohe.model import Line as Straight

Row = dict[str, Any]
Span = tuple[Fraction, Fraction]
"""The least and the greatest that something can be worth."""

ROUNDING = {
    "half_up_2": (Fraction(1, 100), Fraction(1, 2)),
    "half_up_1": (Fraction(1, 10), Fraction(1, 2)),
    "half_up_0": (Fraction(1), Fraction(1, 2)),
    "down_2": (Fraction(1, 100), Fraction(0)),
}
"""The unit of each rounding, and how much of it is added before the rest is cut off."""


@dataclass(frozen=True)
class Case:
    """One dataset under one set of rules. A table that the dataset does not have is not in `tables`."""

    rubrics: dict[str, Rubric]
    kinds: dict[str, str]
    facts: dict[str, Fact]
    parameters: dict[str, Any]
    tables: dict[str, list[Row]]
    begins: date
    ends: date
    made_from: str = ""

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """For Hypothesis, short: a case that fails is reported by what it was made from."""
        printer.text(self.made_from)

    def periods(self, fact: Fact) -> list[str]:
        """The periods in which a fact is counted: the year, or its months."""
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
    def empty(self) -> bool:
        """Whether it is a ratio of 0 to 0."""
        return self.denominator == 0

    @property
    def value(self) -> Fraction:
        return self.quantity if self.denominator is None else self.quantity / self.denominator


def added(one: Record, other: Record) -> Record:
    denominator = None if one.denominator is None else one.denominator + (other.denominator or 0)
    return Record(one.quantity + other.quantity, denominator, one.disputed or other.disputed)


Records = dict[tuple[str, str], Record]
"""The records of one sheet by fact and period."""


@dataclass(frozen=True)
class Line:
    """One clause in one period on a sheet: what was recorded, and what it is worth at least and at most.

    `least` and `most` are the same unless it is missing.
    """

    item: Item
    clause: Clause
    period: str
    record: Record | None
    least: Fraction
    most: Fraction
    missing: bool = False
    average: Fraction | None = None


@dataclass(frozen=True)
class Assessee:
    """An institution that is assessed: its rows, and its sheets' records by scorer, None where not reported."""

    row: Row
    rubric: Rubric
    persons: dict[str, int]
    sheets: dict[str, Records | None]
    events: list[tuple[str, str | None, str, Record]]

    @property
    def code(self) -> str:
        return str(self.row["institution"])

    @property
    def known(self) -> list[Records]:
        """The reported sheets."""
        return [records for records in self.sheets.values() if records is not None]

    @property
    def complete(self) -> bool:
        return len(self.known) == len(self.sheets)


def active(institution: Row, period: str) -> bool:
    """Whether facts of the period must be shown: the year's always, a month's between the two dates."""
    begins, ends = institution.get("active_from"), institution.get("active_to")
    return len(period) == 4 or (
        (begins is None or f"{begins:%Y-%m}" <= period) and (ends is None or period <= f"{ends:%Y-%m}")
    )


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
    assessees = list(assessed(case))
    shares = recorded_shares(case, assessees)
    for assessee in assessees:
        one_institution(case, assessee, shares, done)
    for row in done.results:
        of_kind = [other["score"] for other in done.results if other["kind"] == row["kind"]]
        better = [score for score in of_kind if score is not None and row["score"] is not None and score > row["score"]]
        row["rank"] = None if row["score"] is None else 1 + len(better)
    for row in [*done.trace, *done.items, *done.scores, *done.results]:
        row.update((name, decimal(row[name])) for name in row if isinstance(row[name], Fraction) and name != "average")
    return done


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def one_institution(case: Case, own: Assessee, shares: Shares, done: Assessment) -> None:
    """Add the rows of one institution."""
    lines: dict[str, list[Line] | None] = {
        scorer: None if records is None else sheet_lines(case, own, scorer, records, shares)
        for scorer, records in own.sheets.items()
    }
    for scorer, of_sheet in lines.items():
        done.trace += trace_rows(own, scorer, of_sheet)
    vetoes = list(veto_rows(own))
    done.trace += vetoes
    if case.parameters["combine.scorers"] == "pooled" and own.sheets:
        lines = {"": pooled_lines(case, own, shares)}
    spans: dict[str, Span] = {}
    for scorer, of_sheet in lines.items():
        items = [item_row(item, of_sheet) for item in own.rubric.items]
        span = sheet_span(case, own.rubric, items)
        low, high = span or sums(items)
        place = {"institution": own.code, "scorer": scorer}
        done.items += [{**place, **row} for row in items]
        done.scores.append({**place, "score": low if span and low == high else None, "low": low, "high": high})
        if span:
            spans[scorer] = span
    span = combined(case, own, spans) or (Fraction(0), Fraction(own.rubric.full_score))
    done.results.append({"institution": own.code, "kind": own.row["kind"], **result(case, own.rubric, span, vetoes)})


# What was recorded.


def assessed(case: Case) -> Iterator[Assessee]:
    """The institutions whose kind has a table, each with what is its own."""
    rows = {table: by_institution(case, table) for table in ("served", "steps", "events", "metrics")}
    everybody = rows["steps"].get(None, [])
    for row in case.tables["institutions"]:
        code = row["institution"]
        if row["kind"] not in case.kinds:
            continue
        persons = {one["scorer"]: one["persons"] for one in rows["served"].get(code, ()) if one["persons"] > 0}
        events = [placed_event(case, event) for event in counted(rows["events"].get(code, []))]
        metrics = counted(rows["metrics"].get(code, []))
        steps = [*rows["steps"].get(code, ()), *everybody]
        sheets = {
            scorer: records_of(case, row, scorer, events, metrics) if reported(case, steps, scorer) else None
            for scorer in persons
        }
        yield Assessee(row, case.rubrics[case.kinds[row["kind"]]], persons, sheets, events)


def by_institution(case: Case, table: str) -> dict[str | None, list[Row]]:
    rows: dict[str | None, list[Row]] = {}
    for row in case.tables.get(table, ()):
        rows.setdefault(row["institution"], []).append(row)
    return rows


def reported(case: Case, steps: list[Row], scorer: str) -> bool:
    return "steps" not in case.tables or any(
        row["step"] == "reported" and row["done"] is not None and row["scorer"] == scorer for row in steps
    )


def counted(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["status"] != "withdrawn"]


def placed_event(case: Case, row: Row) -> tuple[str, str | None, str, Record]:
    """Fact, scorer, period and count of an event."""
    day = row["date"] if row["handled"] is None else row["handled"]
    period = f"{day:%Y-%m}" if case.facts[row["fact"]].period == "month" else str(case.begins.year)
    count = Fraction(1 if row["count"] is None else row["count"])
    return row["fact"], row["scorer"], period, Record(count, None, row["status"] == "disputed")


def records_of(
    case: Case, institution: Row, scorer: str, events: list[tuple[str, str | None, str, Record]], metrics: list[Row]
) -> Records:
    """Everything that counts on a sheet: the scorer's own facts and those of the city."""
    records: Records = {}
    for fact, recorded_by, period, record in events:
        if recorded_by in (scorer, None):
            records[fact, period] = added(records[fact, period], record) if (fact, period) in records else record
    for row in metrics:
        if row["scorer"] in (scorer, None):
            ratio = case.facts[row["fact"]].measure in ("share", "ratio")
            denominator = Fraction(1 if row["denominator"] is None else row["denominator"]) if ratio else None
            record = Record(Fraction(row["numerator"]), denominator, row["status"] == "disputed")
            records[row["fact"], row["period"]] = record
    for fact in (fact for fact in case.facts.values() if fact.table == "institutions"):
        if institution.get(fact.fact) is not None:
            records[fact.fact, str(case.begins.year)] = Record(Fraction(institution[fact.fact]))
    return {place: record for place, record in records.items() if observed(case.facts[place[0]], record)}


# What it is worth.


def sheet_lines(case: Case, own: Assessee, scorer: str, records: Records, shares: Shares) -> list[Line]:
    """Every clause in every period, on the sheet of one scorer."""
    lines = []
    for item, clause in own.rubric.clauses:
        fact = case.facts[clause.fact]
        for period in case.periods(fact):
            record = records.get((fact.fact, period))
            if record is None and not active(own.row, period):
                continue
            lines.append(line(case, own, scorer, item, clause, period, record, shares))
    return lines


def line(
    case: Case,
    own: Assessee,
    scorer: str,
    item: Item,
    clause: Clause,
    period: str,
    record: Record | None,
    shares: Shares,
) -> Line:
    """The line of what was recorded; without a record it is zero, or missing if it had to be shown."""
    if record is None and case.facts[clause.fact].absent == "missing":
        return missing_line(case, item, clause, period)
    place = own.rubric.rubric, scorer, clause.fact, period
    average = shares.average(place, own.code) if isinstance(clause, Peers) else None
    if isinstance(clause, Peers):
        points = sign(item) * shares.points(clause, record, average)
    else:
        points = sign(item) * worth(clause, record or Record(Fraction(0)))
    return Line(item, clause, period, record, points, points, average=average)


def missing_line(case: Case, item: Item, clause: Clause, period: str) -> Line:
    possible = [sign(item) * points for points in missing_worths(item, clause, case.facts[clause.fact])]
    return Line(item, clause, period, None, min(possible), max(possible), missing=True)


def sign(item: Item) -> int:
    return -1 if item.direction == "deduct" else 1


def worth(clause: Clause, record: Record) -> Fraction:
    """The points of what was recorded, without the sign of the item."""
    if record.empty:
        return Fraction(0)
    value = record.value
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
        case Straight():
            return on_line(clause, value)
        case LookUp():
            return sum((Fraction(level.points) for level in clause.levels if level.value == value), Fraction(0))
    raise TypeError(clause)


def on_line(clause: Straight, value: Fraction) -> Fraction:
    """The points at a value: level outside the ends, between two of them in proportion, rounded half up."""
    ends = [(Fraction(end.at), Fraction(end.points)) for end in clause.ends]
    points = ends[0][1] if value < ends[0][0] else ends[-1][1]
    for (left, low), (right, high) in pairwise(ends):
        if left <= value < right:
            points = low + (high - low) * (value - left) / (right - left)
    return rounded(points, Fraction(1, 10**clause.decimals), Fraction(1, 2))


def within(band: Band, value: Fraction) -> bool:
    return (
        (band.at_least is None or value >= Fraction(band.at_least))
        and (band.above is None or value > Fraction(band.above))
        and (band.below is None or value < Fraction(band.below))
        and (band.at_most is None or value <= Fraction(band.at_most))
    )


def missing_worths(item: Item, clause: Clause, fact: Fact) -> list[Fraction]:
    """What a missing clause may be worth, the least and the greatest among it, without the sign of the item."""
    nothing = Fraction(0)
    match clause:
        case PerCase() | PerN() | Peers():
            return [nothing, Fraction(item.full_score)]
        case Once():
            return [nothing, Fraction(clause.points)]
        case ShortOf():
            return [nothing, Fraction(clause.points) * clause.target]
        case Bands():
            always = cover_everything(clause.bands) and fact.empty == "refused"
            return [Fraction(band.points) for band in clause.bands] + ([] if always else [nothing])
        case Straight():
            possible = [on_line(clause, Fraction(end.at)) for end in clause.ends]
            return possible + ([nothing] if fact.empty == "nothing" else [])
        case LookUp():
            return [nothing, *(Fraction(level.points) for level in clause.levels)]
    raise TypeError(clause)


def cover_everything(bands: list[Band]) -> bool:
    """Whether every quantity, from zero up, falls into a band: tried at all ends, between and beyond them."""
    given = [(band.at_least, band.above, band.below, band.at_most) for band in bands]
    ends = sorted({Fraction(0)} | {Fraction(end) for four in given for end in four if end is not None})
    between = [(one + other) / 2 for one, other in pairwise(ends)]
    return all(any(within(band, value) for band in bands) for value in [*ends, *between, ends[-1] + 1])


# Peers.

Place = tuple[str, str, str, str]
"""Rubric, scorer (or "" of all scorers pooled), fact and period: where institutions are compared."""


class Shares:
    """The shares of all institutions by place, each as a part of an average: what it adds above and below the line."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.parts: dict[tuple[Place, str], Span] = {}
        self.totals: dict[Place, Span] = {}

    def put(self, place: Place, institution: str, record: Record) -> None:
        above, below = self.part(record)
        self.parts[place, institution] = above, below
        total = self.totals.get(place, (Fraction(0), Fraction(0)))
        self.totals[place] = total[0] + above, total[1] + below

    def part(self, record: Record) -> Span:
        if self.case.parameters["peers.average"] == "pooled":
            return record.quantity, record.denominator or Fraction(0)
        if record.empty:
            return Fraction(0), Fraction(self.case.parameters["peers.empty"] == "zero")
        return self.compared(record), Fraction(1)

    def compared(self, record: Record) -> Fraction:
        """The share itself, or where shares are averaged half up to a billionth."""
        pooled = self.case.parameters["peers.average"] == "pooled"
        return record.value if pooled else rounded(record.value, Fraction(1, 10**9), Fraction(1, 2))

    def lacking(self, excess: Fraction, step: Fraction) -> Fraction:
        """What an excess lacks of a full step if that is less than a billionth, which the rounding may have taken."""
        lack = -excess % step
        return lack if excess > 0 and lack < Fraction(1, 10**9) else Fraction(0)

    def average(self, place: Place, institution: str) -> Fraction | None:
        """What the institution's share is compared with; None without peers."""
        above, below = self.totals.get(place, (Fraction(0), Fraction(0)))
        if self.case.parameters["peers.itself"] == "without" and (place, institution) in self.parts:
            own = self.parts[place, institution]
            above, below = above - own[0], below - own[1]
        return above / below if below else None

    def points(self, clause: Peers, record: Record | None, average: Fraction | None) -> Fraction:
        """Points for each full step above the average."""
        if record is None or record.empty or average is None:
            return Fraction(0)
        excess, step = self.compared(record) - average, Fraction(clause.step)
        if self.case.parameters["peers.average"] == "mean":
            excess += self.lacking(excess, step)
        return Fraction(clause.points) * max(0, math.floor(excess / step))


def recorded_shares(case: Case, assessees: list[Assessee]) -> Shares:
    """What was recorded of the facts by which institutions are compared."""
    shares = Shares(case)
    for own in assessees:
        table = own.rubric.rubric
        compared = {clause.fact for _, clause in own.rubric.clauses if isinstance(clause, Peers)}
        for fact in (case.facts[code] for code in sorted(compared)):
            for period in case.periods(fact):
                for scorer, records in own.sheets.items():
                    if records and (fact.fact, period) in records:
                        shares.put((table, scorer, fact.fact, period), own.code, records[fact.fact, period])
                together = pooled_record(fact, own, period)
                known = own.complete or fact.absent == "none"
                if together and known and period in pooled_periods(case, fact, own):
                    shares.put((table, "", fact.fact, period), own.code, together)
    return shares


# Items and sheets.


def item_row(item: Item, lines: list[Line] | None) -> Row:
    """The item on one sheet; `lines` is None where the sheet is not reported."""
    full = Fraction(item.full_score)
    if lines is None:
        return {"item": item.item, "raw": None, "points": None, "low": Fraction(0), "high": full}
    raw = low = high = Fraction(0)
    for one in (one for one in lines if one.item is item):
        raw += one.least if not one.missing else 0
        low += one.least
        high += one.most
    start = full if item.direction == "deduct" else Fraction(0)
    low, high = (min(full, max(Fraction(0), start + end)) for end in (low, high))
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
    return rounded(points * sum(full.values()) / of_these, Fraction(1, 10_000), Fraction(1, 2))


def rounded(value: Fraction, unit: Fraction, more: Fraction) -> Fraction:
    return math.floor(value / unit + more) * unit


# Several scorers.


def pooled_lines(case: Case, own: Assessee, shares: Shares) -> list[Line]:
    """The lines of the one sheet that the reported ones make together."""
    lines = []
    for item, clause in own.rubric.clauses:
        fact = case.facts[clause.fact]
        if own.known and (own.complete or fact.absent == "none"):
            for period in pooled_periods(case, fact, own):
                record = pooled_record(fact, own, period)
                lines.append(line(case, own, "", item, clause, period, record, shares))
        if not own.complete:
            lines += [missing_line(case, item, clause, period) for period in case.periods(fact)]
    return lines


def way(fact: Fact) -> str:
    return "once" if fact.scope == "city" else fact.pool


def pooled_periods(case: Case, fact: Fact, own: Assessee) -> list[str]:
    """All periods in which the fact is counted; where the latest counts, the last with a record, if there is one."""
    recorded = [period for records in own.known for name, period in records if name == fact.fact]
    if way(fact) == "latest" and recorded:
        return [max(recorded)]
    return [period for period in case.periods(fact) if period in recorded or active(own.row, period)]


def pooled_record(fact: Fact, own: Assessee, period: str) -> Record | None:
    """What the reported sheets hold of one fact in one period together; None where it is missing, or nothing."""
    there = [records[fact.fact, period] for records in own.known if (fact.fact, period) in records]
    if way(fact) == "sum":
        if not there or (fact.absent == "missing" and active(own.row, period) and len(there) < len(own.known)):
            return None
        return reduce(added, there)
    if way(fact) == "latest" and there and there[0].denominator is not None:
        return reduce(added, there)
    return max(there, key=lambda record: -1 if record.empty else record.value, default=None)


def combined(case: Case, own: Assessee, spans: Mapping[str, Span]) -> Span | None:
    """The rounded means of the sheets' lows and highs; None without a sheet that has a score."""
    if not spans:
        return None
    by_persons = case.parameters["combine.scorers"] == "weighted"
    weights = {scorer: own.persons[scorer] if by_persons else 1 for scorer in spans}

    def mean(end: int) -> Fraction:
        total = sum((span[end] * weights[scorer] for scorer, span in spans.items()), Fraction(0))
        return rounded(total / sum(weights.values()), *ROUNDING[case.parameters["score.rounding"]])

    return mean(0), mean(1)


# Results.


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


def trace_rows(own: Assessee, scorer: str, lines: list[Line] | None) -> Iterator[Row]:
    """One row for each line of a sheet of which something was recorded or is missing."""
    if lines is None:
        yield trace_row(own, scorer, "unreported")
        return
    for one in lines:
        place = {"item": one.item.item, "clause": one.clause.clause, "period": one.period}
        if one.missing:
            yield trace_row(own, scorer, "missing", **place)
        elif one.record is not None or one.least:
            record = one.record or Record(Fraction(0))
            status = "disputed" if record.disputed else "counted"
            numbers = {**quantities(record), "average": one.average, "points": one.least}
            yield trace_row(own, scorer, status, **place, **numbers)


def trace_row(own: Assessee, scorer: str, status: str, **columns: Any) -> Row:
    place = {"institution": own.code, "scorer": scorer, "rubric": own.rubric.rubric}
    blank = {**dict.fromkeys(["item", "clause", "period"], ""), **dict.fromkeys(NUMBERS)}
    return {**place, **blank, "status": status, **columns}


NUMBERS = ("quantity", "denominator", "average", "points")


def observed(fact: Fact, record: Record) -> bool:
    """Any metric, any column, and at least one case, unless even none had to be shown."""
    return fact.table != "events" or fact.absent == "missing" or record.quantity > 0


def quantities(record: Record) -> Row:
    """Quantity and denominator as the trace holds them: a ratio's in ten-thousandths."""
    if record.denominator is None:
        return {"quantity": int(record.quantity), "denominator": None}
    return {"quantity": int(record.quantity * 10_000), "denominator": int(record.denominator * 10_000)}


def veto_rows(own: Assessee) -> Iterator[Row]:
    """One row for each veto, scorer and period of which there is a case, whether or not the scorer reported."""
    for veto in own.rubric.vetoes:
        totals: dict[tuple[str, str], Fraction] = {}
        for fact, scorer, period, record in own.events:
            if fact == veto.fact:
                totals[scorer or "", period] = totals.get((scorer or "", period), Fraction(0)) + record.quantity
        for (scorer, period), total in totals.items():
            numbers = {"quantity": int(total), "points": -Fraction(veto.points)}
            if total > 0:
                yield trace_row(own, scorer, "veto", clause=veto.clause, period=period, **numbers)
