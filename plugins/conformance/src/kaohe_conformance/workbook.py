"""Worked cases as a workbook, the same as the TOML: each is made from the other without loss.

The sheet 文件 says what holds for the file, 算例 names the cases, a sheet of each table holds what is given (in the
dataset's own columns), 参数 the parameters, 应得 what must come out. A cell that is blank says nothing; one that must
be blank says （空）.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import fields

from kaohe.dataset import CONTRACT
from kaohe.messages import language, listing
from kaohe.place import placed, refuse_taken
from kaohe.problems import Problem, Refused, refuse_errors
from kaohe.workbook import Book
from kaohe.workbook.reading import sheets
from kaohe_conformance.case import CaseFile, Expect, Given, content_of, dump, inline, load, structured
from kaohe_conformance.words import text

Line = dict[str, str]
Content = dict[str, Any]
BLANK = "（空）"
"""What a cell says that must be blank, and a list or table that must be empty."""
OF_FILE, LATER, WITHOUT = "背景", "以后", "没有"
"""In place of a case's number: the file's background. Of what is known later. Of a row that is left out."""

TOLD = {
    "score": ("得分", "Score"), "grade": ("等级", "Grade"), "status": ("状态", "Status"), "rank": ("名次", "Rank"),
    "basis": ("依据", "Basis"), "no_result": ("没有结果", "No result"), "exempt": ("不参加考核的依据", "Exempt by"),
    "items": ("各项得分", "Items"), "scores": ("各考核主体得分", "Scores"), "steps": ("程序", "Steps"),
    "consequences": ("结果应用", "Consequences"), "due": ("期限", "Due"),
    "unevidenced": ("缺佐证的记录数", "Unevidenced"), "problems": ("提示数", "Problems"),
    "said": ("提示", "Said"), "refused": ("拒绝理由", "Refused"),
    "budgets": ("区域预算", "Budgets"), "allocations": ("分配", "Allocations"), "articles": ("分配的依据", "Articles"),
    "balances": ("余额", "Balances"), "left": ("其中余额", "Left"), "entries": ("分录", "Entries"),
    "lines": ("分录行数", "Lines"), "months": ("月结算", "Months"), "covered": ("超支弥补", "Covered"),
    "shared": ("超支分担", "Shared"), "open": ("未落实的超支", "Open"), "differences": ("账目差异", "Differences"),
    "appealed": ("申诉前后得分", "Appealed"),
}  # fmt: skip
"""What can be expected, as the workbook calls it."""
ABOUT = {
    "article": ("条款", "Article"), "remark": ("说明", "Remark"), "background": ("背景", "Background"),
    "institution": ("机构", "Institution"), "scorer": ("考核主体", "Scorer"), "begins": ("起", "Begins"),
    "ends": ("止", "Ends"), "plan": ("方案", "Plan"), "provenance": ("来源", "Provenance"),
    "parameters": ("参数", "Parameters"), "defaults": ("缺省", "Defaults"),
}  # fmt: skip
"""What the first sheet says of the file."""
SHEETS = {
    "file": ("文件", "File"), "cases": ("算例", "Cases"), "parameters": ("参数", "Parameters"),
    "expect": ("应得", "Expected"),
}  # fmt: skip
HEADINGS = {
    "key": ("项目", "Key"), "value": ("内容", "Value"), "case": ("序号", "No."), "stage": ("时点", "Stage"),
    "name": ("名称", "Name"), "working": ("算式", "Working"), "without": ("取舍", "Without"),
    "parameter": ("参数", "Parameter"), "what": ("应得项目", "What"), "of": ("对象", "Of"), "part": ("分项", "Part"),
}  # fmt: skip
"""Sheets and headings in both languages; either is recognised."""

FORMS = {one.name: str(one.type).replace(" | None", "") for one in fields(Expect)}
"""How each expectation is built, such as dict[str, list[str]]."""


def read(path: Path) -> CaseFile:
    """The cases of a TOML file or a workbook; raises Refused with every fault."""
    return structured(_content(path), str(path)) if path.suffix.lower() == ".xlsx" else load(path)


def write(file: CaseFile, target: Path) -> None:
    """Write the cases as TOML or, by the target's suffix, as a workbook; raises Refused."""
    if target.suffix.lower() not in (".toml", ".xlsx"):
        message = text("cases are a .toml or an .xlsx file")
        raise Refused([Problem("out", message, text("choose another name"), file=str(target))])
    refuse_taken(target)
    with placed(target) as draft:
        if target.suffix.lower() == ".toml":
            draft.write_text(dump(file), encoding="utf-8", newline="\n")
        else:
            _write(file, draft)


# Writing.


def _write(file: CaseFile, draft: Path) -> None:
    with Book(draft, whole=True) as book:
        heading = book.style(bold=True, bg_color="#DDEBF7", border=1)
        cells = book.style(num_format="@", text_wrap=True, valign="top")
        for title, columns, lines in _sheets_of(file):
            sheet = book.sheet(title)
            sheet.freeze_panes(1, 0)
            sheet.across()
            for column, (shown, name) in enumerate(columns):
                sheet.write_string(0, column, shown, heading)
                widest = max([len(line.get(name, "")) for line in lines] + [len(shown)])
                sheet.set_column(column, column, min(max(8, 2 * widest), 60), cells)
                for row, line in enumerate(lines, 1):
                    if name in line:
                        sheet.write_string(row, column, line[name] or BLANK, cells)


def _sheets_of(file: CaseFile) -> Iterator[tuple[str, list[tuple[str, str]], list[Line]]]:
    """Each sheet's title, its headings with the names of their columns, its lines."""
    background = content_of(file.background)
    told = {name: background.pop(name) for name in list(background) if name not in CONTRACT}
    about = [{"key": "article", "value": file.article}, {"key": "remark", "value": file.remark}]
    about += [{"key": ".".join(("background", *path)), "value": value} for path, value in _background(told)]
    about = [{**line, "key": _called(line["key"])} for line in about]
    yield _sheet("file", ("key", "value"), about)
    numbered = [(str(number), case) for number, case in enumerate(file.cases, 1)]
    named = [{"case": number, "name": case.name, "working": case.working} for number, case in numbered]
    yield _sheet("cases", ("case", "name", "working"), named)
    parts = [(number, "", case.given, case.expect) for number, case in numbered]
    parts += [(number, LATER, case.later.given, case.later.expect) for number, case in numbered if case.later]
    givens = [(number, stage, given) for number, stage, given, _ in parts]
    whole = Given(tables={name: rows for name, rows in background.items() if name in CONTRACT})
    yield from _tables([(OF_FILE, "", whole), *givens])
    set_ = [
        {"case": number, **_stage(stage), "parameter": name, "value": _value(value)}
        for number, stage, given in givens
        for name, value in given.parameters.items()
    ]
    if set_:
        yield _sheet("parameters", ("case", "stage", "parameter", "value"), set_)
    expected = [
        {
            "case": number,
            **_stage(stage),
            "what": _shown(TOLD[what]),
            **dict(zip(("of", "part"), path, strict=False)),
            "value": value,
        }
        for number, stage, _, expect in parts
        for what, entry in content_of(expect).items()
        for path, value in _flat((), entry)
    ]
    yield _sheet("expect", ("case", "stage", "what", "of", "part", "value"), expected)


def _background(told: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the background says beside rows of tables, with the keys that lead to it; a parameter's value is whole."""
    for key, entry in told.items():
        if key == "parameters":
            yield from (((key, name), _value(value)) for name, value in entry.items())
        elif isinstance(entry, Mapping):
            yield from _flat((key,), entry)
        else:
            yield (key,), str(entry)


def _shown(names: tuple[str, str]) -> str:
    """A name in the language of the moment."""
    return names[0] if language() == "zh_CN" else names[1]


def _called(key: str) -> str:
    """A key of the file such as background.defaults.funds.fund, its first two words in the language of the moment."""
    first, *rest = key.split(".", 2)
    named = [_shown(ABOUT[part]) for part in (first, *rest[:1])]
    return ".".join([*named, *rest[1:]])


def _sheet(name: str, columns: Sequence[str], lines: list[Line]) -> tuple[str, list[tuple[str, str]], list[Line]]:
    return _shown(SHEETS[name]), [(_shown(HEADINGS[column]), column) for column in columns], lines


def _stage(stage: str) -> Line:
    return {"stage": stage} if stage else {}


def _tables(givens: list[tuple[str, str, Given]]) -> Iterator[tuple[str, list[tuple[str, str]], list[Line]]]:
    """A sheet for each table that something is given of, or left out of."""
    for name, table in CONTRACT.items():
        lines: list[Line] = []
        for number, stage, given in givens:
            about = {"=case": number, **({"=stage": stage} if stage else {})}
            lines += [{**about, "=without": WITHOUT, **row} for row in given.without.get(name, ())]
            lines += [{**about, **row} for row in given.tables.get(name, ())]
            if name in given.tables and not given.tables[name]:
                lines.append({**about, "=without": BLANK})
        columns = dict.fromkeys(column for line in lines for column in line if not column.startswith("="))
        shown = [
            (
                _shown((table.columns[column].zh, table.columns[column].en)) if column in table.columns else column,
                column,
            )
            for column in columns
        ]
        if lines:
            own = [(_shown(HEADINGS[key]), f"={key}") for key in ("case", "stage", "without")]
            yield _shown((table.zh, table.en)), [*own, *shown], lines


def _flat(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every leaf of a value with the keys, or places counted from 1, that lead to it."""
    if isinstance(value, Mapping | list) and not value:
        yield path, ""
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _flat((*path, key), entry)
    elif isinstance(value, list):
        for number, entry in enumerate(value, 1):
            yield from _flat((*path, str(number)), entry)
    else:
        yield path, str(value)


def _value(value: Any) -> str:
    """A parameter's value in a cell: plain text as it is, anything else as TOML."""
    if isinstance(value, str) and _parsed(value) == value:
        return value
    return inline(value)


def _parsed(cell: str) -> Any:
    """What a cell says: TOML where it is, otherwise the text itself."""
    try:
        return tomllib.loads(f"value = {cell}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        return cell


# Reading.


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
        return next((title for title in self.sheets if title.strip() in SHEETS[name]), _shown(SHEETS[name]))


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


def _content(path: Path) -> Content:
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
            _parsed(line["value"]) if line.get("value") else ""
        )
    sheet = reader.sheet("expect")
    told = {name: code for code, names in TOLD.items() for name in (code, *names)}
    for number, line in reader.lines(sheet, _headings("case", "stage", "what", "of", "part", "value")):
        part = _part(reader, sheet, number, line, cases, "expect")
        what = told.get(line.get("what", ""), "")
        if what not in FORMS:
            message = text("“{what}” is nothing that can be expected", what=line.get("what", ""))
            known = listing(_shown(names) for names in TOLD.values())
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
    content[last] = _parsed(value) if "parameters" in outer or last in ("begins", "ends") else value


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
        reader.fault(sheet, number, message, text("the sheet {sheet} numbers them", sheet=_shown(SHEETS["cases"])))
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
