"""The roster of the staff, as the document prints it; identity numbers are never said in a message."""

from __future__ import annotations

from attrs import frozen

from kaohe.dataset import CONTRACT
from kaohe.dataset.cells import is_identity
from kaohe.messages import Text
from kaohe.workbook import Book
from kaohe_office.forms.issue import Issue
from kaohe_office.messages import text
from kaohe_office.papers import Roster
from kaohe_office.returned import Cell, Fault, Grid, quoted

HEADER = 3
"""The row of the headings, from 0."""
ROOM = 60
"""Rows that are printed; more can be inserted above the last line."""
WIDTHS = {"number": 6, "name": 12, "id_number": 24, "category": 10, "phone": 16, "role": 14, "post": 14, "insured": 12}
TEXTS = ("name", "id_number", "phone", "post")
STAFF = CONTRACT["staff"].columns


@frozen
class Person:
    """One line of a roster, coded values by their code; `cell` is where the identity number stands."""

    number: int
    values: dict[str, str]
    cell: Cell


def title() -> str:
    """The sheet's name."""
    return str(text("Staff"))


def write(book: Book, issue: Issue, roster: Roster, room: int) -> None:
    """Lay the roster out with so many lines: text cells for numbers, drop-downs for what the document offers."""
    worksheet = book.sheet(title())
    names = list(roster.headings)
    entry = book.style(border=1, locked=False, num_format="@", align="center", bg_color="#FFFDF2")
    plain = book.style(border=1, align="center")
    bold = book.style(border=1, bold=True, align="center", bg_color="#EDEDED")
    end = len(names) - 1
    worksheet.write_string(0, 0, roster.annex, book.style(bold=True, font_size=11))
    worksheet.merge_range(1, 0, 1, end, roster.title, book.style(font_size=16, bold=True, align="center"))
    worksheet.merge_range(2, 0, 2, end, f"{roster.institution}{issue.name}", book.style())
    for column, name in enumerate(names):
        worksheet.set_column(column, column, WIDTHS[name])
        worksheet.write_string(HEADER, column, roster.headings[name], bold)
        if STAFF[name].type == "choice":
            shown = [STAFF[name].shown(code) for code in STAFF[name].values]
            worksheet.data_validation(HEADER + 1, column, HEADER + room, column, {"validate": "list", "source": shown})
    for row in range(HEADER + 1, HEADER + room + 1):
        worksheet.set_row(row, 18)
        worksheet.write_number(row, 0, row - HEADER, plain)
        for column in range(1, len(names)):
            worksheet.write_blank(row, column, None, entry)
    last = HEADER + room + 1
    for row, said in enumerate((roster.more, *roster.notes), last):
        worksheet.merge_range(row, 0, row, end, said, book.style(text_wrap=True))
        worksheet.set_row(row, 30 if len(said) > 50 else 15)
    worksheet.freeze_panes(HEADER + 1, 0)
    worksheet.set_portrait()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(HEADER)
    worksheet.print_area(0, 0, last + len(roster.notes), end)
    worksheet.protect("", {"insert_rows": True, "format_columns": True, "format_rows": True})


def room(grid: Grid | None, roster: Roster | None) -> int:
    """How many lines a returned roster has, or those that are printed where it has none."""
    if grid is None or roster is None:
        return ROOM
    ends = [row for row in range(HEADER + 1, len(grid.rows)) if grid.said((row, 0)) == roster.more]
    return ends[0] - HEADER - 1 if ends else ROOM


def read(grid: Grid, roster: Roster) -> tuple[list[Person], list[Fault]]:
    """The persons, and every fault at its cell."""
    people: list[Person] = []
    names = list(roster.headings)
    faults = _as_printed(grid, roster)
    if faults:
        return people, faults
    seen: dict[str, int] = {}
    below = False
    for row in range(HEADER + 1, len(grid.rows)):
        below = below or grid.said((row, 0)) == roster.more
        cells = {name: (row, column) for column, name in enumerate(names)}
        said = {name: grid.said(cell) for name, cell in cells.items() if name != "number"}
        if not any(said.values()):
            continue
        if below:
            message = text("below the last line nobody is read")
            faults.append(Fault(grid.name, cells["name"], message, text("insert a row above the last line")))
            break
        found = [*_faults(said, cells, grid), *_twice(said, cells, grid.name, seen)]
        faults += found
        coded = {name: _code(name, value) or value for name, value in said.items()}
        people.append(Person(len(people) + 1, coded, cells["id_number"]))
    return people, faults


def _as_printed(grid: Grid, roster: Roster) -> list[Fault]:
    """A fault at the first heading that is not where it was; what stands below might be somebody else's."""
    for column, heading in enumerate(roster.headings.values()):
        if "".join(grid.said((HEADER, column)).split()) != "".join(heading.split()):
            message = text("the printed text was changed here; what was filled in cannot be assigned")
            remedy = text("fill in the form as it was sent, without adding or removing columns")
            return [Fault(grid.name, (HEADER, column), message, remedy)]
    return []


def _code(name: str, said: str) -> str | None:
    """The code of a value that the column offers, by its code or either of its names."""
    column = STAFF[name]
    if column.type != "choice":
        return said
    named = {known: code for code, zh in column.values.items() for known in (code, zh, code.replace("_", " "))}
    return named.get(said)


def _faults(said: dict[str, str], cells: dict[str, Cell], grid: Grid) -> list[Fault]:
    faults = []

    def fault(name: str, message: Text, remedy: Text) -> None:
        faults.append(Fault(grid.name, cells[name], message, remedy))

    for name, value in said.items():
        if not value and STAFF[name].required:
            fault(name, text("{heading} is missing", heading=STAFF[name]), text("fill it in"))
        elif value and _code(name, value) is None:
            fault(name, text("“{said}” is not one of the list", said=quoted(value)), text("choose from the list"))
    number = said["id_number"]
    if number and isinstance(grid.at(cells["id_number"]), int | float):
        message = text("this identity number is a number cell and has lost digits")
        fault("id_number", message, text("format the cell as text, then type it again"))
    elif number and not is_identity(number):
        fault("id_number", text("this is not a valid identity number"), text("check it against the card"))
    return faults


def _twice(said: dict[str, str], cells: dict[str, Cell], sheet: str, seen: dict[str, int]) -> list[Fault]:
    number = said["id_number"].upper()
    row = cells["id_number"][0] + 1
    if number and seen.setdefault(number, row) != row:
        message = text("this person stands here twice, also in row {row}", row=seen[number])
        return [Fault(sheet, cells["id_number"], message, text("remove one"))]
    return []
