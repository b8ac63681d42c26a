"""A workbook to the content of cases, as TOML has it, with every fault and its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from kaohe.dataset import CONTRACT
from kaohe.messages import listing
from kaohe.problems import Problem, refuse_errors
from kaohe.workbook.reading import sheets
from kaohe_conformance.words import text
from kaohe_conformance.workbook.columns import (
    ABOUT,
    BLANK,
    FORMS,
    HEADINGS,
    OF_FILE,
    SHEETS,
    TOLD,
    WITHOUT,
    Content,
    Line,
    parsed,
    shown,
)


class _Reader:
    """A workbook's sheets, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path, self.problems = path, list[Problem]()
        self.sheets = sheets(path, "case")

    def fault(self, sheet: str, row: int, message: Any, remedy: Any) -> None:
        self.problems.append(Problem("case", message, remedy, file=f"{self.path} {sheet}", row=row))

    def lines(self, sheet: str, known: Mapping[str, str]) -> Iterator[tuple[int, Line]]:
        """The rows of a sheet by column, with their numbers as a spreadsheet counts them."""
        rows = self.sheets.get(sheet, [])
        heads = [str(cell).strip() for cell in rows[0]] if rows else []
        for head in heads:
            if head and head not in known:
                message = text("there is no column “{column}”", column=head)
                self.fault(sheet, 1, message, text("its columns are {columns}", columns=listing(known)))
        for number, cells in enumerate(rows[1:], 2):
            said = {known[head]: _said(cell) for head, cell in zip(heads, cells, strict=False) if head in known}
            line = {name: cell for name, cell in said.items() if cell is not None}
            if line:
                yield number, line

    def sheet(self, name: str) -> str:
        """The title under which a sheet of this meaning stands."""
        return next((title for title in self.sheets if title.strip() in SHEETS[name]), shown(SHEETS[name]))


def _said(cell: Any) -> str | None:
    """What a cell says; None where it says nothing. A number that a spreadsheet made of text is read as written."""
    if isinstance(cell, datetime):
        cell = cell.date() if not (cell.hour or cell.minute or cell.second) else cell
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    if isinstance(cell, float):
        number = Decimal(format(cell, ".15g"))
        return format(number.quantize(Decimal(1)) if number == number.to_integral_value() else number, "f")
    said = str(cell).strip() if isinstance(cell, str) else str(cell)
    return None if said == "" else "" if said == BLANK else said


def _headings(*names: str, mark: str = "") -> dict[str, str]:
    return {heading: mark + name for name in names for heading in HEADINGS[name]}


def content(path: Path) -> Content:
    """A workbook's content as the TOML has it; raises Refused with every fault, each with its sheet and row."""
    reader = _Reader(path)
    content: Content = {"cases": []}
    for _, line in reader.lines(reader.sheet("file"), _headings("key", "value")):
        if line.get("value"):
            _put(content, _keys(line.get("key", "")), line["value"])
    cases: dict[str, Content] = {}
    for number, line in reader.lines(reader.sheet("cases"), _headings("case", "name", "working")):
        code = line.get("case", "")
        if code in cases:
            reader.fault("cases", number, text("the number {case} stands twice", case=code), text("give it another"))
        cases[code] = {name: line.get(name, "") for name in ("name", "working")} | {"given": {}, "expect": {}}
    content["cases"] = list(cases.values())
    _read_tables(reader, content, cases)
    sheet = reader.sheet("parameters")
    for number, line in reader.lines(sheet, _headings("case", "stage", "parameter", "value")):
        part = _part(reader, sheet, number, line, cases, "given")
        part.setdefault("parameters", {})[line.get("parameter", "")] = (
            parsed(line["value"]) if line.get("value") else ""
        )
    sheet = reader.sheet("expect")
    told = {name: code for code, names in TOLD.items() for name in (code, *names)}
    for number, line in reader.lines(sheet, _headings("case", "stage", "what", "of", "part", "value")):
        part = _part(reader, sheet, number, line, cases, "expect")
        what = told.get(line.get("what", ""), "")
        if what not in FORMS:
            message = text("“{what}” is nothing that can be expected", what=line.get("what", ""))
            known = listing(shown(names) for names in TOLD.values())
            reader.fault(sheet, number, message, text("what can be expected: {known}", known=known))
            continue
        _build(part, FORMS[what], what, [line[key] for key in ("of", "part") if key in line], line.get("value", ""))
    refuse_errors(reader.problems)
    return content


def _put(content: Content, keys: list[str], value: str) -> None:
    """A value of the file's own, such as background.defaults.institutions, in its place."""
    *outer, last = keys
    for key in outer:
        content = content.setdefault(key, {})
    content[last] = parsed(value) if "parameters" in outer or last in ("begins", "ends") else value


def _keys(key: str) -> list[str]:
    """The keys that lead to what a line of the first sheet says; names of parameters have points in them."""
    known = {name: code for code, names in ABOUT.items() for name in (code, *names)}
    named = [known.get(part, part) for part in key.split(".", 2)]
    return (
        named
        if named[1:2] == ["parameters"]
        else [*named[:2], *(part for rest in named[2:] for part in rest.split("."))]
    )


def _part(reader: _Reader, sheet: str, number: int, line: Line, cases: Mapping[str, Content], name: str) -> Content:
    """What is given or expected in the case that a line names; somewhere else where there is no such case."""
    case = cases.get(line.get("case", ""))
    if case is None:
        message = text("there is no case “{case}”", case=line.get("case", ""))
        reader.fault(sheet, number, message, text("the sheet {sheet} numbers them", sheet=shown(SHEETS["cases"])))
        return {}
    if line.get("stage"):
        case = case.setdefault("later", {"given": {}, "expect": {}})
    part: Content = case[name]
    return part


def _read_tables(reader: _Reader, content: Content, cases: Mapping[str, Content]) -> None:
    own = {title for titles in SHEETS.values() for title in titles}
    for sheet in reader.sheets:
        table = CONTRACT.named(sheet.strip())
        if table is None:
            if sheet.strip() not in own:
                message = text("“{sheet}” is not a table of a dataset", sheet=sheet)
                names = listing(contents.zh for contents in CONTRACT.values())
                reader.fault(sheet, 1, message, text("the tables are {tables}", tables=names))
            continue
        heads = [str(cell).strip() for cell in reader.sheets[sheet][0]] if reader.sheets[sheet] else []
        known = (
            {head: head for head in heads}
            | CONTRACT[table].headings()
            | _headings("case", "stage", "without", mark="=")
        )
        for number, line in reader.lines(sheet, known):
            row = {name: cell for name, cell in line.items() if not name.startswith("=")}
            about = {name[1:]: cell for name, cell in line.items() if name.startswith("=")}
            if about.get("case") == OF_FILE:
                part = content.setdefault("background", {})
            else:
                part = _part(reader, sheet, number, about, cases, "given")
            if about.get("without") == WITHOUT:
                part = part.setdefault("without", {})
            rows = part.setdefault(table, [])
            if about.get("without") != "":
                rows.append(row)


def _build(part: Content, form: str, what: str, path: list[str], value: str) -> None:
    """One leaf of an expectation in its place."""
    if form == "str":
        part[what] = value
    elif not path:
        part[what] = [] if form.startswith("list") else {}
    elif len(path) == 1:
        if form.startswith("list"):
            part.setdefault(what, []).append(value)
        else:
            part.setdefault(what, {})[path[0]] = value if form == "dict[str, str]" else ([] if "list" in form else {})
    elif form == "dict[str, dict[str, str]]":
        part.setdefault(what, {}).setdefault(path[0], {})[path[1]] = value
    elif form == "dict[str, list[str]]":
        part.setdefault(what, {}).setdefault(path[0], []).append(value)
    else:
        rows = part.setdefault(what, [])
        if len(rows) < int(path[0]):
            rows.append([])
        rows[-1].append(value)
