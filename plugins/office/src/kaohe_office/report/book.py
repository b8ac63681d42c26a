"""The report as a workbook; points and money as numbers. What is printed stands first, what is looked up last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
from attrs import frozen

from kaohe.accounts import ACCOUNTS, named
from kaohe.causes import cause_said
from kaohe.messages import Text
from kaohe.place import placed
from kaohe.store import left_open
from kaohe.workbook import MONEY, POINTS, TEXT, WHOLE, Book, Column
from kaohe_office.messages import text
from kaohe_office.report import cover, sections
from kaohe_office.report.figures import Figures


@frozen
class Listed:
    """One sheet: its name, its columns, and its rows as texts in the order of the columns; `record`: to look up."""

    name: str
    columns: list[Column]
    rows: pl.DataFrame
    record: bool = False


def write(figures: Figures, target: Path, progress: Callable[[Text], None]) -> None:
    """Write the workbook; raises Refused where it cannot be written."""
    parts = (
        _grades, _results, _consequences, _regions, _balances, _settings, _open, _items, _trace, _journal,
    )  # fmt: skip
    steps = 2 * len(parts) + 1
    with placed(target) as draft, Book(draft) as book:
        sheets = []
        for done, part in enumerate(parts, 1):
            progress(sections.step(done, steps))
            sheet = part(figures)
            if sheet is not None and len(sheet.rows):
                sheets.append(sheet)
        cover.write(book, figures, [(sheet.name, len(sheet.rows), sheet.record) for sheet in sheets])
        for done, sheet in enumerate(sheets, len(parts) + 1):
            progress(sections.step(done, steps))
            book.listed(sheet.name, sheet.columns, sheet.rows, record=sheet.record)
        progress(sections.step(steps, steps))


def _of(table: sections.Table | None, name: Text, shapes: Sequence[tuple[int, str]]) -> Listed | None:
    """A table of the page as a sheet; the last shape stands for all further columns, a number without its commas."""
    if table is None:
        return None
    given = [*shapes, *[shapes[-1]] * (len(table.headings) - len(shapes))]
    columns = [
        Column(heading, *shape, wraps=shape[1] == TEXT) for heading, shape in zip(table.headings, given, strict=False)
    ]
    rows = [
        [cell.replace(",", "") if place in table.numbers else cell for place, cell in enumerate(row)]
        for row in table.rows
    ]
    names = [str(place) for place in range(len(columns))]
    return Listed(str(name), columns, pl.DataFrame(rows, dict.fromkeys(names, pl.String), orient="row"))


def _grades(figures: Figures) -> Listed | None:
    return _of(sections.grades(figures), text("Grades"), [(30, TEXT), (12, WHOLE)])


def _regions(figures: Figures) -> Listed | None:
    shapes = [(16, TEXT), (16, TEXT), (20, MONEY)]
    return _of(sections.regions(figures), text("Budgets"), shapes) if figures.regions else None


def _balances(figures: Figures) -> Listed | None:
    return _of(sections.balances(figures), text("Balances"), [(20, TEXT), (50, TEXT), (22, MONEY)])


def _settings(figures: Figures) -> Listed | None:
    return _of(sections.settings(figures), text("Parameters"), [(34, TEXT), (46, TEXT), (56, TEXT)])


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
    shapes = [(12, TEXT), (28, TEXT), (16, TEXT), (13, POINTS), (6, WHOLE), (6, TEXT), (24, TEXT), (56, TEXT)]
    headings = sections.result_headings()
    columns = [Column(heading, *shape, wraps=shape[0] > 13) for heading, shape in zip(headings, shapes, strict=True)]
    rows = [sections.result_row(figures, row) for row in figures.results]
    return Listed(str(text("Results")), columns, pl.DataFrame(rows, dict.fromkeys(headings, pl.String), orient="row"))


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
    return Listed(str(text("Items")), columns, told, record=True)


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
    return Listed(str(text("Trace")), columns, rows, record=True)


def _consequences(figures: Figures) -> Listed:
    columns = [
        Column(str(text("Institution")), 14),
        Column(str(text("Name")), 30),
        Column(str(text("Consequence")), 60, wraps=True),
        Column(str(text("Article")), 22, wraps=True),
        Column(str(text("By")), 12),
    ]
    name = _told("institution", figures.institutions).alias("name")
    words = _told("consequence", figures.consequences)
    rows = figures.table("consequences").select("institution", name, words, "article", "due")
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
    return Listed(str(text("Journal")), columns, figures.journal.select(known), record=True)


def _open(figures: Figures) -> Listed:
    columns = [
        Column(str(text("Left open")), 84, wraps=True), Column(str(text("What to do")), 52, wraps=True),
    ]  # fmt: skip
    said = [(row["message"], row["remedy"]) for row in left_open(figures.run)]
    rows = pl.DataFrame(said, {"message": pl.String, "remedy": pl.String}, orient="row")
    return Listed(str(text("Left open")), columns, rows)
