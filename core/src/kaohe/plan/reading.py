"""Reading a plan from a workbook: what its cells say, and where each of them stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from kaohe.messages import Text, listing, text
from kaohe.model import SHAPES
from kaohe.plan.columns import (
    ABOUT,
    CLAUSE,
    CODES,
    ITEM,
    ITEMS,
    LINE,
    LISTS,
    META,
    NUMBERS,
    REQUIRED,
    SEPARATOR,
    VETO,
    VETOES,
)  # fmt: skip
from kaohe.problems import Problem
from kaohe.workbook.reading import sheets

Title = tuple[str, str]


@frozen
class Cell:
    """Where something stands: sheet, row and column as a spreadsheet counts them (from 1), and the column's heading."""

    sheet: str
    row: int
    column: int
    heading: str

    @property
    def name(self) -> str:
        """Such as C3."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        return str(xl_rowcol_to_cell(self.row - 1, self.column - 1))


@frozen
class Line:
    """A row of a sheet: its values by column, and where each column's cell is, blank ones too."""

    number: int
    values: Mapping[str, Any]
    cells: Mapping[str, Cell]

    @property
    def goes_on(self) -> bool:
        """Whether it is a clause of the item above: none of the columns about an item is filled in."""
        return self.number > 2 and not self.values.keys() & ITEM


@define
class Book:
    """A plan's workbook. `content` is as TOML has it, `places` the cells by their keys in it (`sections[0].name`).

    `torn`: a sheet or a heading is missing, so that the content is none to judge.
    """

    path: Path
    content: dict[str, Any] = field(factory=dict)
    problems: list[Problem] = field(factory=list)
    places: dict[str, Cell] = field(factory=dict)
    lines: dict[Title, list[Line]] = field(factory=dict)
    torn: bool = False

    def fault(self, cell: Cell, message: Text, remedy: Text | None = None) -> Problem:
        """A fault of a cell."""
        return Problem("plan", message, remedy, file=f"{self.path} › {cell.sheet}", row=cell.row,
                       column=f"{cell.heading} ({cell.name})" if cell.heading else cell.name)  # fmt: skip

    def blanks(self) -> Iterator[Problem]:
        """Cells that are blank and must not be."""
        for titles, lines in self.lines.items():
            for line in lines:
                blank = (line.cells.keys() & REQUIRED[titles]) - line.values.keys()
                blank -= ITEM.keys() if titles == ITEMS and line.goes_on else set()
                for name in (name for name in line.cells if name in blank):
                    yield self.fault(line.cells[name], text("this must not be blank"), text("fill it in"))

    def placed(self, problem: Problem) -> Problem:
        """A fault of the content with its cell: by its key, or by the code of an item, clause or veto and its part."""
        cell = self._by_code(problem.key, getattr(problem, "part", "")) or self._by_key(problem.key)
        return problem if cell is None else self.fault(cell, problem.message, problem.remedy)

    def _by_code(self, code: str, part: str) -> Cell | None:
        if part == "full_score" and code == str(self.content.get("rubric")):
            return self.places.get("full_score")
        names = ("item", "clause") if part in ITEM else ("clause", "item")
        for name in names:
            for line in self.lines.get(ITEMS, []) + self.lines.get(VETOES, []):
                if line.values.get(name) == code:
                    return line.cells.get(part) or line.cells.get(name)
        return None

    def _by_key(self, key: str) -> Cell | None:
        """The cell of a key, or of the innermost part around it that has one."""
        while key and key not in self.places:
            key = re.sub(r"(\.[^.\[]+|\[\d+\])$", "", key) if re.search(r"[.\[]", key) else ""
        return self.places.get(key)


def opened(path: Path) -> Book:
    """The workbook, read whole, with all that is wrong with its sheets, headings and cells; raises Refused where it
    cannot be opened."""
    book, content = Book(path), sheets(path, "plan")
    found = {titles: next((name for name in content if name.strip() in titles), None) for titles in REQUIRED}
    others = [name for name in content if name not in found.values()]
    for titles, name in found.items():
        if name is None:
            book.torn = True
            book.problems.append(_no_sheet(book, titles, others))
        else:
            book.lines[titles] = [*_lines(book, titles, name, content[name])]
    _about(book)
    _items(book)
    if vetoes := book.lines.get(VETOES):
        book.content["vetoes"] = [dict(line.values) for line in vetoes]
        for number, line in enumerate(vetoes):
            book.places |= {f"vetoes[{number}].{name}": cell for name, cell in line.cells.items()}
    return book


def _no_sheet(book: Book, titles: Title, others: list[str]) -> Problem:
    message = text("there is no sheet “{title}”", title=titles[0])
    close = [name for name in others if titles[0] in name] or get_close_matches(titles[0], others, n=1, cutoff=0.3)
    if close:
        remedy = text("rename the sheet “{sheet}”, if that is it", sheet=close[0])
    elif others:
        remedy = text("add it, or rename one of {sheets}; its headings are enough where nothing is to be said",
                      sheets=listing(others))  # fmt: skip
    else:
        remedy = text("add it with its headings, as in what “kaohe plan” writes")
    return Problem("plan", message, remedy, file=str(book.path))


def _lines(book: Book, titles: Title, sheet: str, rows: list[list[Any]]) -> Iterator[Line]:
    """The lines of a sheet; faults of its headings and cells become the book's."""
    if titles == META:
        yield from _labelled(book, sheet, rows)
        return
    columns = LINE if titles == ITEMS else VETO
    heads = _heads(book, titles, sheet, columns, rows[0] if rows else [])
    for number, cells in enumerate(rows[1:], 2):
        places = {name: Cell(sheet, number, place + 1, columns[name][0]) for name, place in heads.items()}
        values = {
            name: _value(book, name, cells[place], places[name]) for name, place in heads.items() if place < len(cells)
        }
        if any(value is not None for value in values.values()):
            yield Line(number, {name: value for name, value in values.items() if value is not None}, places)


def _heads(book: Book, titles: Title, sheet: str, columns: Mapping[str, Title], row: list[Any]) -> dict[str, int]:
    """Where each column is, counted from 0; headings that are missing, or stand twice, are the book's faults."""
    names = {heading: name for name, headings in columns.items() for heading in (*headings, name)}
    heads: dict[str, int] = {}
    unknown: list[Cell] = []
    for place, cell in enumerate(row):
        said = str(cell).strip()
        where = Cell(sheet, 1, place + 1, said)
        if (name := names.get(said)) is None:
            unknown += [where] if said else []
        elif name in heads:
            book.problems.append(
                book.fault(where, text("this heading stands twice"), text("delete one of the columns"))
            )
        else:
            heads[name] = place
    for name in (name for name in columns if name not in heads and name in REQUIRED[titles]):
        book.torn = True
        heading = columns[name][0]
        message = text("the heading “{heading}” is missing", heading=heading)
        close = get_close_matches(heading, [cell.heading for cell in unknown], n=1)
        if close:
            where = next(cell for cell in unknown if cell.heading == close[0])
            book.problems.append(book.fault(where, message, text("rename this one, if that is it")))
        else:
            remedy = text("the first row has the headings, as in what “kaohe plan” writes")
            book.problems.append(Problem("plan", message, remedy, file=f"{book.path} › {sheet}", row=1))
    return heads


def _labelled(book: Book, sheet: str, rows: list[list[Any]]) -> Iterator[Line]:
    """What the first sheet says of the plan, as one line: a label and a value in each row."""
    names = {heading: name for name, headings in ABOUT.items() for heading in (*headings, name)}
    cells: dict[str, Cell] = {}
    values: dict[str, Any] = {}
    for number, row in enumerate(rows, 1):
        name = names.get(str(row[0]).strip()) if row else None
        if name is None:
            continue
        where = Cell(sheet, number, 2, ABOUT[name][0])
        if name in cells:
            book.problems.append(book.fault(where, text("this heading stands twice"), text("delete one of the rows")))
            continue
        cells[name] = where
        value = _value(book, name, row[1], where) if len(row) > 1 else None
        values |= {} if value is None else {name: value}
    for name in ABOUT:
        if name not in cells and name in REQUIRED[META]:
            book.torn = True
            message = text("the heading “{heading}” is missing", heading=ABOUT[name][0])
            remedy = text("the first column has the headings, as in what “kaohe plan” writes")
            book.problems.append(Problem("plan", message, remedy, file=f"{book.path} › {sheet}"))
    yield Line(0, values, cells)


def _value(book: Book, name: str, cell: Any, where: Cell) -> Any:
    """A cell's value as TOML would have it; None where it is blank. What cannot be meant is a fault of the book."""
    if isinstance(cell, str):
        cell = cell.strip().replace("\r\n", "\n")
    if isinstance(cell, float):
        cell = int(cell) if cell == int(cell) else Decimal(f"{cell:.15g}")
        if name in CODES and isinstance(cell, Decimal):
            message = text("this is the number {cell}, in which {cell} and {cell}0 are the same", cell=cell)
            book.problems.append(book.fault(where, message, text("format the cell as text and write the code again")))
    if cell in ("", None):
        return None
    if name in LISTS:
        return [part for part in str(cell).replace("，", SEPARATOR).replace(",", SEPARATOR).split(SEPARATOR) if part]
    return cell if name in NUMBERS else str(cell)


def _about(book: Book) -> None:
    for line in book.lines.get(META, []):
        for name, cell in line.cells.items():
            book.places[name] = cell
            outer, _, inner = name.partition(".")
            if name in line.values and inner:
                book.content.setdefault(outer, {})[inner] = line.values[name]
            elif name in line.values:
                book.content[outer] = line.values[name]


def _items(book: Book) -> None:
    """Sections, items and clauses from the lines; a line may leave out what the item above says."""
    sections: dict[str, dict[str, Any]] = {}
    items: dict[str, dict[str, Any]] = {}
    firsts: dict[str, Line] = {}
    ways: dict[str, str] = {}
    code = ""
    for line in book.lines.get(ITEMS, []):
        row = line.values
        if items and line.goes_on:
            _clause(book, line, items[code], ways[code])
            continue
        code, section_code = str(row.get("item")), str(row.get("section"))
        if section_code not in sections:
            way = f"sections[{len(sections)}]"
            sections[section_code] = {"section": row.get("section"), "name": row.get("section_name"), "items": []}
            for key, name in (("section", "section"), ("name", "section_name")):
                if name in line.cells:
                    book.places[f"{way}.{key}"] = line.cells[name]
            ways[f"section {section_code}"] = way
        own = sections[section_code]["items"]
        if code not in items:
            items[code] = {name: row[name] for name in ("item", "name", "full_score", "direction") if name in row}
            items[code]["clauses"] = []
            firsts[code], ways[code] = line, f"{ways[f'section {section_code}']}.items[{len(own)}]"
            own.append(items[code])
            book.places |= {f"{ways[code]}.{name}": line.cells[name] for name in ITEM if name in line.cells}
        else:
            _same(book, line, firsts[code])
        _clause(book, line, items[code], ways[code])
    if ITEMS in book.lines:
        book.content["sections"] = [
            {name: value for name, value in section.items() if value is not None} for section in sections.values()
        ]


def _same(book: Book, line: Line, first: Line) -> None:
    """Every line of an item says of it what its first line says, or leaves it blank."""
    for name in ITEM:
        if name in line.values and line.values[name] != first.values.get(name):
            message = text("the item {item} has “{value}” in row {row}",
                           item=line.values["item"], row=first.number, value=first.values.get(name, ""))  # fmt: skip
            remedy = text("say the same of an item in each of its rows")
            book.problems.append(book.fault(line.cells[name], message, remedy))


def _clause(book: Book, line: Line, item: dict[str, Any], way: str) -> None:
    """The clause of a line, if it has one, into its item."""
    row = line.values
    if not row.keys() & CLAUSE:
        return
    clause = {name: row[name] for name in CLAUSE if name in row and name != "more"}
    own = f"{way}.clauses[{len(item['clauses'])}]"
    book.places |= {f"{own}.{name}": line.cells[name] for name in CLAUSE if name in line.cells}
    odd = ("shape",) if row.get("shape") not in SHAPES else ("more", "clause")
    book.places[own] = next((line.cells[name] for name in odd if name in line.cells), next(iter(line.cells.values())))
    try:
        more = tomllib.loads(row.get("more", ""), parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        message = text("this is not valid TOML: {fault}", fault=fault)
        book.problems.append(book.fault(line.cells["more"], message, text("write for example points = 2")))
        more = {}
    item["clauses"].append(clause | more)
