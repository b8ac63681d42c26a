"""The assessment table as the document prints it, with room for the self-score, the facts and the evidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from kaohe.messages import Text
from kaohe.model import Item, Mark, Rubric
from kaohe.workbook import Book
from kaohe_office.forms.cells import lines, of_language
from kaohe_office.forms.issue import Issue
from kaohe_office.messages import text
from kaohe_office.returned import Cell, Fault, Grid, quoted, without_identity

COLUMNS = {
    "number": 5, "section": 9, "name": 10, "full_score": 6, "clauses": 50, "points": 9, "facts": 23, "evidence": 22,
}  # fmt: skip
"""The columns and their widths; together one A4 page across."""
NUMBER, SECTION, NAME, FULL, CLAUSES, POINTS, FACTS, EVIDENCE = range(len(COLUMNS))
HEADER = 5
"""The row of the headings, from 0; the institution's own lines stand above."""
YES, NO = ("有", "yes"), ("无", "no")
"""Answers in both languages; either is understood."""
LINE = 15
PLACES = 4
MOST_DIGITS = 30


@frozen
class Line:
    """One printed line of the table: its place on the sheet, and the document's words."""

    row: int
    words: str
    number: str


@frozen
class Row:
    """One item (or veto, whose `most` is None): its number, and the printed lines that it spans."""

    number: str
    section: str
    name: str
    full: Decimal | None
    most: Decimal | None
    lines: list[Line]
    gains: bool = False


@frozen
class Scores:
    """What an institution wrote: points by item with facts and evidence, vetoes it names, and who filled it in."""

    points: dict[str, Decimal] = field(factory=dict)
    facts: dict[str, str] = field(factory=dict)
    evidence: dict[str, str] = field(factory=dict)
    vetoes: list[str] = field(factory=list)
    by: str = ""


def title() -> str:
    """The sheet's name."""
    return str(text("Self-assessment"))


def rows(rubric: Rubric, veto: str) -> list[Row]:
    """The items and vetoes from the top to the bottom; lines with the same words (several rates) are printed once."""
    found, row = [], HEADER + 1
    for section in rubric.sections:
        for item in section.items:
            printed = dict.fromkeys((clause.number, clause.text) for clause in item.clauses)
            listed = [Line(row + place, words, number) for place, (number, words) in enumerate(printed)]
            earns = item.direction == "earn" and not _marked(item)
            found.append(Row(item.item, section.name, item.name, item.full_score, most(item), listed, earns))
            row += len(listed)
    for rule in rubric.vetoes:
        found.append(Row(rule.clause, veto, "", None, None, [Line(row, rule.text, rule.number)]))
        row += 1
    return found


def _marked(item: Item) -> bool:
    return any(isinstance(clause, Mark) for clause in item.clauses)


def most(item: Item) -> Decimal:
    """The highest mark that the item takes: its full score, or what its mark is out of."""
    scales = [clause.out_of for clause in item.clauses if isinstance(clause, Mark) and clause.out_of is not None]
    return scales[0] if scales else item.full_score


def headings(issue: Issue) -> list[str]:
    """The headings: the document's where it prints them, ours for the rest."""
    own: dict[str, Text] = {
        "number": text("No."),
        "section": text("Section"),
        "name": text("Item"),
        "full_score": text("Full score"),
        "clauses": text("Clauses"),
        "points": text("Self-score"),
        "facts": text("Facts (cases, numbers)"),
        "evidence": text("Evidence"),
    }
    return [issue.papers.table.headings.get(name) or str(own[name]) for name in COLUMNS]


def write(book: Book, issue: Issue) -> None:
    """Lay the table out: printed text locked, room to write unlocked, one A4 page across."""
    worksheet = book.sheet(title())
    laid_out = rows(issue.rubric, issue.papers.table.veto or str(text("Veto")))
    for position, wide in enumerate(COLUMNS.values()):
        worksheet.set_column(position, position, wide)
    _top(book, worksheet, issue)
    head = book.style(bold=True, border=1, text_wrap=True, align="center", valign="vcenter", bg_color="#EDEDED")
    for position, heading in enumerate(headings(issue)):
        worksheet.write_string(HEADER, position, heading, head)
    worksheet.set_row(HEADER, 32)
    for row in laid_out:
        _row(book, worksheet, row)
    _sections(book, worksheet, laid_out)
    last = _bottom(book, worksheet, issue, laid_out)
    worksheet.freeze_panes(HEADER + 1, 0)
    _printed(worksheet, last)


def _printed(worksheet: Any, last: int) -> None:
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.print_area(0, 0, last, len(COLUMNS) - 1)
    worksheet.repeat_rows(HEADER)
    worksheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    worksheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})


def _top(book: Book, worksheet: Any, issue: Issue) -> None:
    plain, bold = book.style(valign="vcenter", text_wrap=True), book.style(font_size=11, bold=True)
    heading = book.style(font_size=16, bold=True, align="center", valign="vcenter")
    end = len(COLUMNS) - 1
    worksheet.write_string(0, 0, issue.rubric.annex, bold)
    worksheet.merge_range(1, 0, 1, end, str(issue.rubric.name), heading)
    worksheet.set_row(1, 30)
    worksheet.merge_range(2, 0, 2, CLAUSES, str(text("Institution: {name}", name=issue.name)), plain)
    worksheet.merge_range(2, POINTS, 2, end, str(text("Code: {code}", code=issue.institution)), plain)
    past = "；".join(map(str, issue.past)) or str(text("none on record"))
    worksheet.merge_range(3, 0, 3, CLAUSES, str(text("Last year's result: {past}", past=past)), plain)
    if issue.due is not None:
        worksheet.merge_range(3, POINTS, 3, end, str(text("To be handed in by {day}", day=issue.due)), plain)
    if issue.papers.declaration.text:
        worksheet.merge_range(4, 0, 4, end, issue.papers.declaration.text, plain)
        worksheet.set_row(4, 15 * lines(issue.papers.declaration.text, sum(COLUMNS.values())) + 4)


def _row(book: Book, worksheet: Any, row: Row) -> None:
    """One item: its number, name and full score over all its lines, a line each for words, facts and evidence."""
    middle = book.style(border=1, text_wrap=True, align="center", valign="vcenter")
    words = book.style(border=1, text_wrap=True, valign="vcenter")
    entry = book.style(border=1, text_wrap=True, valign="vcenter", locked=False, num_format="@", bg_color="#FFFDF2")
    number = book.style(border=1, align="center", valign="vcenter", locked=False, bg_color="#FFFDF2")
    first, last = row.lines[0].row, row.lines[-1].row
    _over(worksheet, first, last, NUMBER, row.number, middle)
    if row.full is not None:
        _over(worksheet, first, last, NAME, row.name, middle)
        _over(worksheet, first, last, FULL, f"{row.full.normalize():f}", middle)
    _over(worksheet, first, last, POINTS, "", number)
    for line, height in zip(row.lines, _heights(row), strict=True):
        worksheet.write_string(line.row, CLAUSES, f"{line.number}{line.words}", words)
        worksheet.write_blank(line.row, FACTS, None, entry)
        worksheet.write_blank(line.row, EVIDENCE, None, entry)
        worksheet.set_row(line.row, height)
    _choices(worksheet, row)


def _heights(row: Row) -> list[int]:
    """How high the lines of an item are: its words fit, and beside them its name and its section's."""
    least = 30 if len(row.lines) == 1 else 20
    found = [max(_high(f"{line.number}{line.words}", "clauses"), least) for line in row.lines]
    missing = max(_high(row.name, "name"), _high(row.section, "section")) - sum(found)
    return [*found[:-1], found[-1] + max(0, missing)]


def _high(said: str, column: str) -> int:
    return LINE * lines(said, COLUMNS[column] - 1) + 4


def _choices(worksheet: Any, row: Row) -> None:
    """What the cell of the self-score takes: points up to the most, or yes and no."""
    cell = row.lines[0].row, POINTS, row.lines[0].row, POINTS
    if row.most is None:
        worksheet.data_validation(*cell, {"validate": "list", "source": [of_language(NO), of_language(YES)]})
        return
    said = text("points from 0 to {most}", most=f"{row.most.normalize():f}")
    worksheet.data_validation(*cell, {
        "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": row.most,
        "input_title": row.name[:32], "input_message": str(said), "error_message": str(said),
    })  # fmt: skip


def _over(worksheet: Any, first: int, last: int, column: int, said: str, style: Any) -> None:
    if first == last:
        worksheet.write_string(first, column, said, style) if said else worksheet.write_blank(first, column, "", style)
    else:
        worksheet.merge_range(first, column, last, column, said, style)


def _sections(book: Book, worksheet: Any, laid_out: list[Row]) -> None:
    """The sections, each over all its items; the vetoes' words over the item's columns too, as they are printed."""
    middle = book.style(border=1, text_wrap=True, align="center", valign="vcenter")
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for row in laid_out:
        first.setdefault(row.section, row.lines[0].row)
        last[row.section] = row.lines[-1].row
    vetoes = {row.section for row in laid_out if row.most is None}
    for section, top in first.items():
        if section in vetoes:
            worksheet.merge_range(top, SECTION, last[section], FULL, section, middle)
        else:
            _over(worksheet, top, last[section], SECTION, section, middle)


def _bottom(book: Book, worksheet: Any, issue: Issue, laid_out: list[Row]) -> int:
    """The sum of the self-scores, and who filled the table in; returns the last row."""
    row = laid_out[-1].lines[-1].row + 1
    middle = book.style(border=1, bold=True, align="center", valign="vcenter")
    total = f"{issue.rubric.full_score.normalize():f}"
    worksheet.merge_range(row, 0, row, NAME, str(text("Total")), middle)
    worksheet.write_string(row, FULL, total, middle)
    worksheet.write_blank(row, CLAUSES, None, middle)
    points = [f"F{line.lines[0].row + 1}" for line in laid_out if line.most is not None]
    scaled = any(line.most != line.full for line in laid_out if line.most is not None)
    if scaled:
        worksheet.write_blank(row, POINTS, None, middle)
    else:
        worksheet.write_formula(row, POINTS, f"=SUM({','.join(points)})", middle, "")
    worksheet.merge_range(row, FACTS, row, EVIDENCE, "", middle)
    worksheet.set_row(row, 22)
    label, entry = book.style(align="right"), book.style(locked=False, bottom=1, num_format="@")
    worksheet.write_string(row + 2, CLAUSES, str(text("Filled in by:")), label)
    worksheet.merge_range(row + 2, POINTS, row + 2, FACTS, "", entry)
    worksheet.write_string(row + 2, EVIDENCE, str(text("(official seal)")), book.style(align="center"))
    return row + 2


def read(grid: Grid, issue: Issue) -> tuple[Scores, list[Fault]]:
    """What was written into the table, and every fault of it at its cell."""
    reading = _Reading(grid, issue)
    return reading.scores(), reading.faults


@frozen
class _Reading:
    """One returned table being read."""

    grid: Grid
    issue: Issue
    faults: list[Fault] = field(factory=list)

    def fault(self, cell: Cell, message: Text, remedy: Text, severity: str = "error") -> None:
        """Note a fault at a cell."""
        self.faults.append(Fault(self.grid.name, cell, message, remedy, severity))

    def scores(self) -> Scores:
        """Everything that could be read."""
        points: dict[str, Decimal] = {}
        facts: dict[str, str] = {}
        evidence: dict[str, str] = {}
        vetoes: list[str] = []
        laid_out = rows(self.issue.rubric, self.issue.papers.table.veto or str(text("Veto")))
        if not (self._own() and self._as_printed(laid_out)):
            return Scores()
        for row in laid_out:
            cell = row.lines[0].row, POINTS
            if row.most is None:
                vetoes += [row.number] if self._veto(cell) else []
                continue
            own = self._points(cell, row.most)
            self._alone(row)
            if own is not None:
                points[row.number] = own
            facts[row.number] = self._joined(row, FACTS)
            evidence[row.number] = self._joined(row, EVIDENCE)
            if row.gains and own and not evidence[row.number]:
                message = text("points are claimed here without evidence")
                self.fault((cell[0], EVIDENCE), message, text("name the papers that show it"), "warning")
        by = self._free((laid_out[-1].lines[-1].row + 3, POINTS))
        return Scores(points, facts, evidence, vetoes, by)

    def _own(self) -> bool:
        """Whether the name and code at the top are those that the form was made for: nobody fills in another's."""
        cells = {(2, 0): self.issue.name, (2, POINTS): self.issue.institution}
        other = [cell for cell, own in cells.items() if not _bare(self.grid.said(cell)).endswith(_bare(own))]
        for cell in other[:1]:
            message = text("this form was made for {name} ({code})", name=self.issue.name, code=self.issue.institution)
            self.fault(cell, message, text("each institution fills in its own form"))
        return not other

    def _as_printed(self, laid_out: list[Row]) -> bool:
        """Whether the printed text stands where it was; otherwise what is read might belong to another item."""
        printed = [((row.lines[0].row, NUMBER), row.number) for row in laid_out]
        printed += [((line.row, CLAUSES), f"{line.number}{line.words}") for row in laid_out for line in row.lines]
        changed = [cell for cell, words in printed if _bare(self.grid.said(cell)) != _bare(words)]
        for cell in sorted(changed)[:1]:
            message = text("the printed text was changed here; what was filled in cannot be assigned")
            self.fault(cell, message, text("fill in the form as it was sent, without adding or removing rows"))
        return not changed

    def _alone(self, row: Row) -> None:
        """One score stands for an item; a second one beside another of its lines might be meant instead."""
        for line in row.lines[1:]:
            if self.grid.said((line.row, POINTS)):
                message = text("an item has one self-score, beside its first line")
                self.fault((line.row, POINTS), message, text("remove this one"))

    def _points(self, cell: Cell, most: Decimal) -> Decimal | None:
        said, remedy = self.grid.said(cell), text("write digits only, from 0 to {most}", most=f"{most.normalize():f}")
        if not said:
            self.fault(cell, text("the self-score is missing"), remedy)
            return None
        points = _number(said)
        if points is None:
            self.fault(cell, text("“{said}” is not a number", said=quoted(said)), remedy)
        elif points < 0:
            self.fault(cell, text("{points} is below 0", points=quoted(said)), remedy)
        elif points > most:
            message = text("{points} is more than {most}", points=quoted(said), most=f"{most.normalize():f}")
            self.fault(cell, message, remedy)
        elif points != round(points, PLACES):
            self.fault(cell, text("more than {places} decimals", places=PLACES), text("round it"))
        else:
            return points
        return None

    def _veto(self, cell: Cell) -> bool:
        said = self.grid.said(cell)
        if said and said not in (*YES, *NO):
            self.fault(cell, text("“{said}” is neither yes nor no", said=quoted(said)), text("choose from the list"))
        return said in YES

    def _joined(self, row: Row, column: int) -> str:
        """What stands beside the lines of an item, each after its line's number."""
        return "；".join(self._numbered(row, column))

    def _numbered(self, row: Row, column: int) -> Iterator[str]:
        for line in row.lines:
            if said := self._free((line.row, column)):
                yield f"{line.number}{said}" if line.number and len(row.lines) > 1 else said

    def _free(self, cell: Cell) -> str:
        """A free text; an identity number in it is masked, and remarked on."""
        said = self.grid.said(cell)
        masked = without_identity(said)
        if masked != said:
            message = text("an identity number stands here; it is taken over masked")
            self.fault(cell, message, text("leave identity numbers out of free text"), "warning")
        return masked


DIGITS = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")


def _number(said: str) -> Decimal | None:
    """The number that a text is, in full-width digits too; None where it is none."""
    plain = unicodedata.normalize("NFKC", said)
    return Decimal(plain) if len(plain) <= MOST_DIGITS and DIGITS.fullmatch(plain) else None


def _bare(said: str) -> str:
    return "".join(said.split())
