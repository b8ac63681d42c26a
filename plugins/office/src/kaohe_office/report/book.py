"""The report as a workbook: summary, results, items, trace, consequences, journal; points and money as numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from kaohe.accounts import ACCOUNTS, named
from kaohe.causes import cause_said
from kaohe.messages import Text
from kaohe.place import placed
from kaohe.workbook import MONEY, NUMBER, POINTS, TEXT, WHOLE, Book, Column
from kaohe_office.messages import text
from kaohe_office.report import sections
from kaohe_office.report.figures import Figures


@frozen
class Listed:
    """One sheet: its name, its columns, and its rows as texts in the order of the columns."""

    name: str
    columns: list[Column]
    rows: pl.DataFrame


def write(figures: Figures, target: Path, progress: Callable[[Text], None]) -> None:
    """Write the workbook; raises Refused where it cannot be written."""
    parts = _results, _items, _trace, _consequences, _journal, _open
    steps = len(parts) + 2
    with placed(target) as draft:
        book = Book(draft)
        progress(_step(1, steps))
        _summary(book, figures)
        for done, part in enumerate(parts, 2):
            progress(_step(done, steps))
            sheet = part(figures)
            if len(sheet.rows):
                book.listed(sheet.name, sheet.columns, sheet.rows)
        progress(_step(steps, steps))
        book.close()


def _step(done: int, steps: int) -> Text:
    return text("writing the report, part {done} of {all}", done=done, all=steps)


def _told(column: str, names: Mapping[str, str]) -> pl.Expr:
    """A column's codes by their names; a code without one as it stands."""
    return pl.col(column).replace(list(names), list(names.values()))


def _each(column: str, said: Callable[[str], str]) -> pl.Expr:
    """What is said of each value of a column, asked once for each that occurs."""

    def names(values: pl.Series) -> pl.Series:
        known = values.unique().drop_nulls()
        return values.replace(known, pl.Series([said(value) for value in known], dtype=pl.String))

    return pl.col(column).map_batches(names, return_dtype=pl.String)


def _results(figures: Figures) -> Listed:
    shapes = [(14, TEXT), (34, TEXT), (18, TEXT), (10, POINTS), (8, WHOLE), (8, TEXT), (22, TEXT), (60, TEXT)]
    headings = sections.result_headings()
    columns = [Column(heading, *shape, wraps=shape[0] > 20) for heading, shape in zip(headings, shapes, strict=True)]
    rows = [sections.result_row(figures, row) for row in figures.results]
    return Listed(str(text("Results")), columns, pl.DataFrame(rows, headings, orient="row").cast(pl.String))


def _items(figures: Figures) -> Listed:
    columns = [
        Column(str(text("Institution")), 14),
        Column(str(text("Scorer")), 18),
        Column(str(text("No.")), 6),
        Column(str(text("Item")), 14),
        Column(str(text("Full score")), 9, POINTS),
        Column(str(text("Points")), 9, POINTS),
        Column(str(text("lowest")), 9, POINTS),
        Column(str(text("highest")), 9, POINTS),
        Column(str(text("Self-score")), 9, POINTS),
    ]
    kinds = figures.table("in_institutions").select("institution", "kind")
    printed = figures.table("clauses").select("kind", "item", "item_name", "full_score").unique(["kind", "item"])
    rows = figures.table("items").join(kinds, on="institution", how="left", maintain_order="left")
    told = rows.join(printed, on=["kind", "item"], how="left", maintain_order="left").select(
        "institution", _told("scorer", figures.scorers), "item", "item_name", "full_score", "points",
        *(pl.when(pl.col("points").is_null()).then(end).alias(end) for end in ("low", "high")), "self_points",
    )  # fmt: skip
    return Listed(str(text("Items")), columns, told)


def _trace(figures: Figures) -> Listed:
    columns = [
        Column(str(text("Institution")), 14),
        Column(str(text("Scorer")), 18),
        Column(str(text("Clause")), 16),
        Column(str(text("Words")), 60),
        Column(str(text("Period")), 10),
        Column(str(text("Quantity")), 10, POINTS),
        Column(str(text("of")), 10, POINTS),
        Column(str(text("Points")), 9, POINTS),
        Column(str(text("State")), 12),
    ]
    states = {
        "counted": str(text("counted")),
        "disputed": str(text("disputed")),
        "missing": str(text("missing from the data")),
        "unreported": str(text("sheet not reported")),
        "veto": str(text("veto")),
    }
    place = pl.col("place").str.splitn(" ", 2).struct.field("field_1")
    words = figures.table("clauses").select("rubric", "clause", "text", place=place).unique(["rubric", "clause"])
    rows = figures.trace.join(words, on=["rubric", "clause"], how="left", maintain_order="left").select(
        "institution", _told("scorer", figures.scorers), pl.coalesce("place", "clause").alias("place"), "text",
        "period", "quantity", "denominator", "points", _told("status", states),
    )  # fmt: skip
    return Listed(str(text("Trace")), columns, rows)


def _consequences(figures: Figures) -> Listed:
    columns = [
        Column(str(text("Institution")), 14),
        Column(str(text("Name")), 30),
        Column(str(text("Consequence")), 24),
        Column(str(text("Article")), 30, wraps=True),
        Column(str(text("By")), 12),
    ]
    name = _told("institution", figures.institutions).alias("name")
    rows = figures.table("consequences").select("institution", name, "consequence", "article", "due")
    return Listed(str(text("Consequences")), columns, rows)


def _journal(figures: Figures) -> Listed:
    columns = [
        Column(str(text("Entry")), 22),
        Column(str(text("Date")), 12),
        Column(str(text("Fund")), 12),
        Column(str(text("Account")), 26),
        Column(str(text("Institution")), 14),
        Column(str(text("Region")), 12),
        Column(str(text("yuan, debit positive")), 18, MONEY),
        Column(str(text("Article")), 30),
        Column(str(text("Cause")), 34),
    ]
    account = _each("account", lambda code: named(ACCOUNTS, code))
    known = ["entry", "date", "fund", account, "institution", "region", "amount", "article", _each("cause", cause_said)]
    return Listed(str(text("Journal")), columns, figures.journal.select(known))


def _open(figures: Figures) -> Listed:
    columns = [
        Column(str(text("Left open")), 90, wraps=True), Column(str(text("What to do")), 60, wraps=True),
    ]  # fmt: skip
    return Listed(str(text("Left open")), columns, figures.table("problems").select("message", "remedy"))


def _summary(book: Book, figures: Figures) -> None:
    """The first section of the printed report, and how many institutions have each grade."""
    worksheet = book.sheet(str(text("Summary")))
    bold = book.style(bold=True, bg_color="#DDEBF7", border=1)
    for column, wide in enumerate((36, 20, 40)):
        worksheet.set_column(column, column, wide)
    worksheet.write_string(0, 0, str(figures.run.about["name"]), book.style(bold=True, font_size=14))
    row = 1
    for section in islice(sections.sections(figures), 3):
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
                    _cell(book, worksheet, row, column, said, number=column in table.numbers)
            row += 1
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.freeze_panes(1, 0)


def _cell(book: Book, worksheet: Any, row: int, column: int, said: str, *, number: bool) -> None:
    """A text, or the number that a page would show with its thousands apart."""
    style: dict[str, Any] = {"border": 1, "text_wrap": True, "valign": "top"}
    plain = said.replace(",", "")
    if number and re.fullmatch(NUMBER, plain):
        shape = MONEY if "." in plain else WHOLE
        worksheet.write_number(row, column, Decimal(plain), book.style(**style, num_format=shape))
    else:
        worksheet.write_string(row, column, said, book.style(**style))
