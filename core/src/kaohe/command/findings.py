"""What was found under a clause, in words: a line for what is the same month after month, with its records below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from kaohe.messages import Text, language, listing, plural, text

if TYPE_CHECKING:
    from kaohe.explain import ClauseStory, Finding, Record

MONTH = len("2022-03")
"""A period as long as this is a month, a shorter one a year, a longer one a day."""


@frozen
class Line:
    """Who found what and what it is worth, and a line for each record, or for records that differ in their month."""

    said: str
    records: list[str]


def found_under(clause: ClauseStory, direction: str) -> Iterator[Line]:
    """A clause's findings, line by line; months of one scorer that cost or earned the same are one line."""
    together: dict[object, list[tuple[Finding, list[str]]]] = {}
    for place, (finding, scorers) in enumerate(_once(clause.findings)):
        monthly = len(finding.period) == MONTH and direction != "veto"
        same = (*scorers, finding.status, finding.points) if monthly else place
        together.setdefault(same, []).append((finding, scorers))
    for found in together.values():
        findings = sorted((finding for finding, _ in found), key=lambda finding: finding.period)
        said = _several_said(clause, findings, direction)
        yield Line(f"{_where(found[0][1], findings)}{said}", list(_records_said(findings)))


def _once(findings: Iterable[Finding]) -> Iterator[tuple[Finding, list[str]]]:
    """Each finding with the names of its scorers; what the city recorded, or nobody, is said once for all of them."""
    named: dict[str, tuple[Finding, list[str]]] = {}
    for finding in findings:
        of_all = not any(record.scorer for record in finding.records) and (
            bool(finding.records) or finding.status == "missing"
        )
        same = evolve(finding, scorer="", scorer_name="") if of_all else finding
        names = named.setdefault(repr(same), (finding, []))[1]
        names += [finding.scorer_name] if finding.scorer_name else []
    yield from named.values()


def _where(scorers: Sequence[str], findings: Sequence[Finding]) -> str:
    """Whose finding it is, and of which months."""
    months = months_said(finding.period for finding in findings) if len(findings[0].period) == MONTH else ""
    if scorers and months:
        return str(text("{scorer}, {months}: ", scorer=listing(scorers), months=months))
    return str(text("{scorer}: ", scorer=listing(scorers) if scorers else months)) if scorers or months else ""


def months_said(months: Iterable[str]) -> str:
    """Months (2022-03) as people write them, those that follow each other from the first to the last."""
    days = [date(int(month[:4]), int(month[5:]), 1) for month in dict.fromkeys(months)]
    runs = groupby(enumerate(days), key=lambda found: 12 * found[1].year + found[1].month - found[0])
    ends = [[day for _, day in run] for _, run in runs]
    return str(listing(_span(run[0], run[-1], language()) for run in ends))


@lru_cache(maxsize=256)
def _span(first: date, last: date, spoken: str) -> str:
    from babel.dates import format_interval

    return format_interval(first, last, "yMMM", locale=spoken)


def _several_said(clause: ClauseStory, findings: Sequence[Finding], direction: str) -> str:
    """One finding as `quantity_said` has it; of several months each one's quantity, and what they are worth."""
    first, number = findings[0], len(findings)
    if number == 1 or first.status == "missing":
        return quantity_said(clause, first, direction)
    found = list(dict.fromkeys(str(_found(clause, finding)) for finding in findings))
    alike = text("{found} each month", found=found[0]) if len(found) == 1 else None
    quantities = alike or listing(str(_found(clause, finding)) for finding in findings)
    effect = _effect(first.points, direction)
    whole = _effect(f"{number * Decimal(first.points)}", direction)
    said = plural(
        number,
        "{found}; {effect} each month, {whole} for {n} month",
        "{found}; {effect} each month, {whole} for {n} months",
        found=quantities, effect=effect, whole=whole,
    )  # fmt: skip
    return f"{said}{_disputed(first.status)}"


def quantity_said(clause: ClauseStory, finding: Finding, direction: str) -> str:
    """What was found on a sheet under a clause, and what it is worth."""
    if finding.status == "missing":
        return str(text("missing: it has not been recorded"))
    said = text("{found}, {effect}", found=_found(clause, finding), effect=_effect(finding.points, direction))
    return f"{said}{_disputed(finding.status)}"


def _found(clause: ClauseStory, finding: Finding) -> Text:
    """How many cases, or which number or ratio."""
    if finding.denominator:
        found = text("{quantity} of {denominator}", quantity=finding.quantity, denominator=finding.denominator)
        if not finding.reference_denominator:
            return found
        share = f"{_percent(finding.quantity, finding.denominator)} %"
        average = f"{_percent(finding.reference_quantity, finding.reference_denominator)} %"
        return text("{found} ({share}; average {average})", found=found, share=share, average=average)
    if clause.measure == "cases":
        return plural(int(finding.quantity), "{n} case", "{n} cases")
    return text("{quantity} recorded", quantity=finding.quantity)


def _effect(points: str, direction: str) -> Text:
    """What the points do to a score."""
    plain = points.lstrip("-")
    if direction == "veto" and plain == "0":
        return text("the score is 0")
    return text("plus {points}", points=plain) if direction == "earn" else text("minus {points}", points=plain)


def _disputed(status: str) -> str:
    return str(text(" (disputed)")) if status == "disputed" else ""


def _percent(quantity: str, denominator: str) -> Decimal:
    """For reading only: points are computed from the exact ratio."""
    return (100 * Decimal(quantity) / Decimal(denominator)).quantize(Decimal("0.0001"))


def _records_said(findings: Sequence[Finding]) -> Iterator[str]:
    """The records behind the findings of one line; those of several months that differ in nothing else, once."""
    together: dict[object, list[tuple[Record, bool]]] = {}
    for finding in findings:
        for record in finding.records:
            alone = (record.quantity, record.denominator) == (finding.quantity, finding.denominator)
            monthly = len(record.date) == MONTH and len(findings) > 1
            same = (record.table, record.evidence, record.status, alone) if monthly else (record.table, record.row)
            together.setdefault(same, []).append((record, alone))
    for found in together.values():
        records = [record for record, _ in found]
        yield record_said(records[0]) if len(records) == 1 else _months_said(records, alone=found[0][1])


def _months_said(records: Sequence[Record], *, alone: bool) -> str:
    """Records of several months on one line, with their numbers where those are not the findings' own."""
    numbers = "" if alone else str(listing(_number(record) for record in records))
    months = months_said(record.date for record in records)
    return _joined([months, numbers, records[0].evidence], records[0])


def record_said(record: Record) -> str:
    """One record: its day or month, number, quantity and evidence."""
    number = _number(record)
    return _joined(
        [
            months_said([record.date]) if len(record.date) == MONTH else record.date,
            str(text("dealt with on {day}", day=record.handled)) if record.handled not in ("", record.date) else "",
            record.row if record.table == "events" else "",
            number if number != "1" else "",
            record.evidence,
        ],
        record,
    )


def _number(record: Record) -> str:
    return f"{record.quantity}/{record.denominator}" if record.denominator else record.quantity


def _joined(parts: Iterable[str], record: Record) -> str:
    disputed = str(text("disputed")) if record.status == "disputed" else ""
    return " · ".join(part for part in (*parts, disputed) if part)
