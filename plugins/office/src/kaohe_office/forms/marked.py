"""A returned form with its faults marked: the form made anew, with what was filled in, and a comment at each fault.

Nothing else of the returned file comes along: no formula, macro, link, picture or hidden sheet of somebody's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kaohe.messages import LANGUAGES, language, speaking
from kaohe_office.forms import outgoing, roster, scores
from kaohe_office.forms.incoming import Returned
from kaohe_office.messages import text
from kaohe_office.returned import Grid, without_identity


def mark(one: Returned, target: Path) -> None:
    """Write the copy of a return that is a form of this year."""
    from openpyxl import load_workbook

    said: dict[tuple[str, tuple[int, int]], list[str]] = {}
    for fault in one.faults:
        said.setdefault((fault.sheet, fault.cell), []).append(f"{fault.message} → {fault.remedy}")
    assert one.issue is not None
    with speaking(_language(one)):
        room = roster.room(one.sheets.get(roster.title()), one.issue.papers.roster)
        outgoing.write_one(one.issue, target, room)
        private = (roster.title(),)
    workbook = load_workbook(target)
    for sheet in workbook.worksheets:
        if (grid := one.sheets.get(sheet.title)) is not None:
            _fill(sheet, grid, str if sheet.title in private else without_identity)
    for (name, (row, column)), lines in said.items():
        _comment(_written(workbook[name], row + 1, column + 1), lines)
    workbook.save(target)


def _language(one: Returned) -> str:
    """The language in which the form was made."""
    for spoken in LANGUAGES:
        with speaking(spoken):
            if scores.title() in one.sheets:
                return spoken
    return language()


def _fill(sheet: Any, grid: Grid, told: Callable[[str], str]) -> None:
    """Put what stands on the grid into the cells that are to be filled in; text stays text."""
    from openpyxl.cell import MergedCell

    for cells in sheet.iter_rows():
        for cell in cells:
            value = grid.at((cell.row - 1, cell.column - 1))
            if value is None or cell.protection.locked or isinstance(cell, MergedCell):
                continue
            cell.value = told(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"


def _written(sheet: Any, row: int, column: int) -> Any:
    """The cell, or the one that it is merged into."""
    place = sheet.cell(row, column)
    over = [merged for merged in sheet.merged_cells.ranges if place.coordinate in merged]
    return sheet.cell(over[0].min_row, over[0].min_col) if over else place


def _comment(cell: Any, lines: list[str]) -> None:
    """A comment and a thick frame, visible without colour too."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Border, PatternFill, Side

    thick = Side(style="thick", color="C00000")
    cell.comment = Comment("\n".join(lines), str(text("assessment office")), height=90, width=320)
    cell.fill = PatternFill("solid", fgColor="FFE699")
    cell.border = Border(left=thick, right=thick, top=thick, bottom=thick)
