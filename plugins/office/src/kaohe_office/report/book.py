"""The report as a workbook: summary, results, items, trace, consequences, journal; points and money as numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from attrs import frozen

from kaohe.accounts import ACCOUNTS, named
from kaohe.causes import cause_said
from kaohe_office.messages import text
from kaohe_office.report import sections
from kaohe_office.report.figures import Figures
from kaohe_office.workbook import Book, placed

POINTS, MONEY, WHOLE, TEXT = "0.00##", "#,##0.00", "0", ""
"""Number formats of columns."""


@frozen
class Sheet:
    """One sheet: its name, headings with width and number format, and its rows."""

    name: str
    columns: dict[str, tuple[int, str]]
    rows: Callable[[], Iterator[list[Any]]]


def write(figures: Figures, target: Path) -> None:
    """Write the workbook; raises Refused where it cannot be written."""
    with placed(target) as draft:
        book = Book(draft)
        _summary(book, figures)
        for sheet in _sheets(figures):
            _write(book, sheet)
        book.close()


def _sheets(figures: Figures) -> Iterator[Sheet]:
    yield _results(figures)
    items, trace = figures.run.rows("items"), figures.trace
    if items:
        yield _items(figures, items)
    if trace:
        yield _trace(figures)
    consequences = figures.run.rows("consequences")
    if consequences:
        columns = _columns(institution=14, name=30, consequence=24, article=30, by=12)
        names = figures.institutions
        yield Sheet(str(text("Consequences")), columns, lambda: (
            [row["institution"], names.get(row["institution"], ""), row["consequence"], row["article"], row["due"]]
            for row in consequences
        ))  # fmt: skip
    if figures.journal:
        yield _journal(figures)
    problems = figures.run.rows("problems")
    if problems:
        columns = {str(text("Left open")): (90, TEXT), str(text("What to do")): (60, TEXT)}
        yield Sheet(str(text("Left open")), columns, lambda: ([row["message"], row["remedy"]] for row in problems))


def _columns(**widths: int) -> dict[str, tuple[int, str]]:
    said = {
        "institution": text("Institution"),
        "name": text("Name"),
        "consequence": text("Consequence"),
        "article": text("Article"),
        "by": text("By"),
    }
    return {str(said[name]): (wide, TEXT) for name, wide in widths.items()}


def _results(figures: Figures) -> Sheet:
    headings = sections.result_headings()
    formats = [(14, TEXT), (34, TEXT), (18, TEXT), (10, POINTS), (8, WHOLE), (8, TEXT), (22, TEXT), (60, TEXT)]
    rows = lambda: (sections.result_row(figures, row) for row in figures.results)  # noqa: E731
    return Sheet(str(text("Results")), dict(zip(headings, formats, strict=True)), rows)


def _items(figures: Figures, items: list[dict[str, Any]]) -> Sheet:
    kinds = {row["institution"]: row["kind"] for row in figures.run.rows("in_institutions")}
    printed = {(row["kind"], row["item"]): row for row in figures.clauses.values()}
    columns = {
        str(text("Institution")): (14, TEXT),
        str(text("Scorer")): (18, TEXT),
        str(text("No.")): (6, TEXT),
        str(text("Item")): (14, TEXT),
        str(text("Full score")): (9, POINTS),
        str(text("Points")): (9, POINTS),
        str(text("lowest")): (9, POINTS),
        str(text("highest")): (9, POINTS),
        str(text("Self-score")): (9, POINTS),
    }

    def rows() -> Iterator[list[Any]]:
        for row in items:
            about = printed.get((kinds[row["institution"]], row["item"]), {})
            scorer = figures.scorers.get(row["scorer"], row["scorer"])
            known = [row["institution"], scorer, row["item"], about.get("item_name"), about.get("full_score")]
            ends = [row["low"], row["high"]] if row["points"] is None else [None, None]
            yield [*known, row["points"], *ends, row["self_points"]]

    return Sheet(str(text("Items")), columns, rows)


def _trace(figures: Figures) -> Sheet:
    columns = {
        str(text("Institution")): (14, TEXT),
        str(text("Scorer")): (18, TEXT),
        str(text("Clause")): (16, TEXT),
        str(text("Words")): (60, TEXT),
        str(text("Period")): (10, TEXT),
        str(text("Quantity")): (10, POINTS),
        str(text("of")): (10, POINTS),
        str(text("Points")): (9, POINTS),
        str(text("State")): (12, TEXT),
    }
    states = {
        "counted": str(text("counted")),
        "disputed": str(text("disputed")),
        "missing": str(text("missing from the data")),
        "unreported": str(text("sheet not reported")),
        "veto": str(text("veto")),
    }
    words = {key: (row["place"].partition(" ")[2], row["text"]) for key, row in figures.clauses.items()}

    def rows() -> Iterator[list[Any]]:
        for row in figures.trace:
            place, said = words.get((row["rubric"], row["clause"]), (row["clause"], ""))
            scorer = figures.scorers.get(row["scorer"], row["scorer"])
            yield [row["institution"], scorer, place, said, row["period"], row["quantity"], row["denominator"],
                   row["points"], states.get(row["status"], row["status"])]  # fmt: skip

    return Sheet(str(text("Trace")), columns, rows)


def _journal(figures: Figures) -> Sheet:
    columns = {
        str(text("Entry")): (22, TEXT),
        str(text("Date")): (12, TEXT),
        str(text("Fund")): (12, TEXT),
        str(text("Account")): (26, TEXT),
        str(text("Institution")): (14, TEXT),
        str(text("Region")): (12, TEXT),
        str(text("yuan, debit positive")): (18, MONEY),
        str(text("Article")): (30, TEXT),
        str(text("Cause")): (34, TEXT),
    }

    def rows() -> Iterator[list[Any]]:
        for row in figures.journal:
            known = [row["entry"], row["date"], row["fund"], named(ACCOUNTS, row["account"])]
            yield [*known, row["institution"], row["region"], row["amount"], row["article"], cause_said(row["cause"])]

    return Sheet(str(text("Journal")), columns, rows)


def _summary(book: Book, figures: Figures) -> None:
    """The first section of the printed report, and how many institutions have each grade."""
    worksheet = book.sheet(str(text("Summary")))
    bold, cells = (
        book.style(bold=True, bg_color="#DDEBF7", border=1),
        book.style(border=1, text_wrap=True, valign="top"),
    )
    worksheet.set_column(0, 0, 46)
    worksheet.set_column(1, 2, 36)
    worksheet.write_string(0, 0, str(figures.run.about["name"]), book.style(bold=True, font_size=14))
    row = 1
    for section in sections.sections(figures)[:3]:
        for line in section.lead:
            worksheet.write_string(row, 0, line, book.style())
            row += 1
        for table in section.tables:
            row += 1
            for column, heading in enumerate(table.headings):
                worksheet.write_string(row, column, heading, bold)
            for cells_of in table.rows:
                row += 1
                for column, said in enumerate(cells_of):
                    _put(worksheet, row, column, said, WHOLE if column in table.numbers else TEXT, cells)
            row += 1
    worksheet.fit_to_pages(1, 0)
    worksheet.freeze_panes(1, 0)


def _write(book: Book, sheet: Sheet) -> None:
    worksheet = book.sheet(sheet.name)
    bold = book.style(bold=True, bg_color="#DDEBF7", border=1, text_wrap=True, valign="vcenter")
    formats = []
    for column, (heading, (wide, shape)) in enumerate(sheet.columns.items()):
        worksheet.write_string(0, column, heading, bold)
        style = book.style(num_format=shape) if shape else None
        worksheet.set_column(column, column, wide, style)
        formats.append((shape, style))
    last = 0
    for last, values in enumerate(sheet.rows(), 1):
        for column, value in enumerate(values):
            if value is not None and value != "":
                _put(worksheet, last, column, value, *formats[column])
    worksheet.freeze_panes(1, 1)
    worksheet.autofilter(0, 0, max(1, last), len(sheet.columns) - 1)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)


def _put(worksheet: Any, row: int, column: int, value: Any, shape: str, style: Any) -> None:
    """A decimal text as an exact number where the column holds numbers, all else as text."""
    number = _number(value) if shape else None
    if number is not None:
        worksheet.write_number(row, column, number, style)
    else:
        worksheet.write_string(row, column, str(value), style)


@lru_cache(maxsize=4096)
def _number(said: str) -> Decimal | None:
    """The exact number that a text is; None where it is none."""
    try:
        return Decimal(said)
    except InvalidOperation:
        return None
