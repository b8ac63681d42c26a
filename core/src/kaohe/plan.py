"""The year's plan: a rubric that is set anew each year, as TOML or as a workbook that an official fills in.

Both hold the same, and each is written from the other without loss.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomli_w

from kaohe.loading import read_toml
from kaohe.messages import Text, text
from kaohe.problems import Problem, Refused, refuse_errors

Content = dict[str, Any]
META, ITEMS, VETOES = ("方案", "Plan"), ("指标", "Items"), ("一票否决", "Vetoes")
"""The sheets, in both languages; a name is recognised in either."""

ABOUT = {
    "rubric": ("方案编码", "Rubric"), "kind": ("考核对象类型", "Kind"), "name.zh_CN": ("名称", "Name"),
    "name.en": ("英文名称", "Name (English)"), "document": ("依据文件", "Document"), "annex": ("附件", "Annex"),
    "full_score": ("总分", "Full score"), "full_score_basis": ("总分来源", "Basis of the full score"),
    "provenance": ("数据来源", "Provenance"), "source": ("来源说明", "Source"),
}  # fmt: skip
"""What the first sheet says of the whole plan, a line each."""

ITEM = {
    "section": ("部分编码", "Section"), "section_name": ("部分", "Section name"), "item": ("项目序号", "Item"),
    "name": ("项目", "Item name"), "full_score": ("标准分值", "Full score"), "direction": ("计分方向", "Direction"),
}  # fmt: skip
CLAUSE = {
    "clause": ("条款", "Clause"), "number": ("编号", "Number"), "text": ("内容", "Text"),
    "shape": ("计分形式", "Shape"), "fact": ("事实", "Fact"), "out_of": ("评分满分", "Marked out of"),
    "by": ("评分主体", "Marked by"), "of": ("被评分层级", "Marks of"), "when": ("适用读法", "When"),
    "more": ("其他参数", "More"),
}  # fmt: skip
VETO = {
    "clause": ("条款", "Clause"), "number": ("编号", "Number"), "text": ("内容", "Text"), "fact": ("事实", "Fact"),
    "effect": ("效力", "Effect"), "points": ("扣分", "Points"),
}  # fmt: skip
NUMBERS, LISTS = {"full_score", "out_of", "points"}, {"by", "of"}
REQUIRED = {"section", "section_name", "item", "name", "full_score", "clause", "text", "shape", "effect"}
SEPARATOR = "、"


def read(path: Path) -> Content:
    """A plan's content, as TOML has it; raises Refused with every fault of a workbook, each with its row."""
    return _workbook(path) if path.suffix.lower() == ".xlsx" else read_toml(path)


def filled(path: Path) -> Content:
    """A plan's content to run with; raises Refused where a cell of a workbook is blank that must not be."""
    if path.suffix.lower() == ".xlsx":
        sheets = _sheets(path)
        refuse_errors(
            _blank(path, titles, number, columns[name])
            for titles, columns in ((ITEMS, ITEM | CLAUSE), (VETOES, VETO))
            for number, row in _rows(sheets, titles, columns)
            for name in columns
            if name in REQUIRED and name not in row
        )
    return read(path)


def as_toml(content: Content) -> str:
    """The content as TOML."""
    return tomli_w.dumps(content)


def write(content: Content, target: Path) -> None:
    """Write the plan as TOML or, by the target's suffix, as a workbook; raises Refused."""
    if target.suffix.lower() not in (".toml", ".xlsx"):
        raise Refused(
            [Problem("out", text("a plan is a .toml or an .xlsx file"), text("choose another name"), file=str(target))]
        )
    if target.exists():
        raise Refused(
            [Problem("out", text("a file stands here already"), text("choose another name"), file=str(target))]
        )
    try:
        if target.suffix.lower() == ".toml":
            target.write_text(as_toml(content), encoding="utf-8", newline="\n")
        else:
            _write_workbook(content, target)
    except OSError as fault:
        message = text("the file cannot be written: {fault}", fault=fault)
        raise Refused([Problem("out", message, text("choose another place"), file=str(target))]) from fault


def placed(problems: Sequence[Problem], path: Path) -> list[Problem]:
    """Problems of a workbook's rules with the row of their item or clause, where it is known."""
    from attrs import evolve

    if path.suffix.lower() != ".xlsx":
        return list(problems)
    rows: dict[str, int] = {}
    for number, row in _rows(_sheets(path), ITEMS, ITEM | CLAUSE):
        rows.setdefault(str(row.get("clause")), number)
        rows.setdefault(str(row.get("item")), number)
    return [evolve(p, row=rows.get(p.key)) if p.file == str(path) and p.row is None else p for p in problems]


# Writing.


def _lines(content: Content) -> Iterator[dict[str, Any]]:
    """A line of the sheet of items for each clause, with its section and item."""
    for section in content.get("sections", ()):
        for item in section.get("items", ()):
            about = {"section": section.get("section"), "section_name": section.get("name")}
            about |= {name: item.get(name) for name in ("item", "name", "full_score", "direction")}
            for clause in item.get("clauses", ()):
                more = {name: value for name, value in clause.items() if name not in CLAUSE}
                yield {**about, **clause, "more": tomli_w.dumps(more).strip() or None}


def _write_workbook(content: Content, target: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(target) as workbook:
        heading = workbook.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"}
        )
        cells = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        plain = workbook.add_format({"valign": "top"})
        about = workbook.add_worksheet(META[0])
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 60, cells)
        for row, (name, titles) in enumerate(ABOUT.items()):
            outer, _, inner = name.partition(".")
            value = content.get(outer, {}).get(inner) if inner else content.get(outer)
            about.write_string(row, 0, titles[0], heading)
            _put(about, row, 1, name, value, cells, plain)
        for titles, columns, rows in (
            (ITEMS, ITEM | CLAUSE, list(_lines(content))),
            (VETOES, VETO, content.get("vetoes", [])),
        ):
            sheet = workbook.add_worksheet(titles[0])
            sheet.freeze_panes(1, 0)
            for column, (name, names) in enumerate(columns.items()):
                sheet.write_string(0, column, names[0], heading)
                sheet.set_column(column, column, 44 if name == "text" else 14, plain if name in NUMBERS else cells)
                for row, line in enumerate(rows, 1):
                    _put(sheet, row, column, name, line.get(name), cells, plain)


def _put(sheet: Any, row: int, column: int, name: str, value: Any, cells: Any, plain: Any) -> None:
    if value is None or value == []:
        return
    if name in NUMBERS and len(str(value)) <= 15:
        sheet.write_number(row, column, float(value), plain)  # read back to 15 digits, as it was written
    else:
        sheet.write_string(row, column, SEPARATOR.join(value) if isinstance(value, list) else str(value), cells)


# Reading.


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    from python_calamine import CalamineError, load_workbook

    try:
        workbook = load_workbook(path)
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        }
    except FileNotFoundError:
        raise Refused(
            [Problem("plan", text("there is no such file"), text("check the path"), file=str(path))]
        ) from None
    except (OSError, CalamineError, ValueError) as fault:
        message = text("the file cannot be read: {fault}", fault=fault)
        remedy = text("open it in the program that made it and save it again")
        raise Refused([Problem("plan", message, remedy, file=str(path))]) from fault


def _rows(
    sheets: Mapping[str, list[list[Any]]], titles: tuple[str, str], columns: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a sheet by column, with their numbers as a spreadsheet counts them; blank rows are left out."""
    table = next((rows for name, rows in sheets.items() if name.strip() in titles), [])
    names = {heading: name for name, headings in columns.items() for heading in (*headings, name)}
    heads = [names.get(str(cell).strip()) for cell in table[0]] if table else []
    for number, cells in enumerate(table[1:], 2):
        row = {head: _cell(head, cell) for head, cell in zip(heads, cells, strict=False) if head}
        row = {name: value for name, value in row.items() if value is not None}
        if row:
            yield number, row


def _cell(name: str, cell: Any) -> Any:
    """A cell's value as TOML would have it; None where it is blank."""
    if isinstance(cell, float):
        cell = int(cell) if cell == int(cell) else Decimal(f"{cell:.15g}")
    if isinstance(cell, str):
        cell = cell.strip().replace("\r\n", "\n")
    if cell in ("", None):
        return None
    if name in LISTS:
        return [part for part in str(cell).replace("，", SEPARATOR).replace(",", SEPARATOR).split(SEPARATOR) if part]
    if name in NUMBERS:
        return cell
    return str(cell)


def _workbook(path: Path) -> Content:
    sheets = _sheets(path)
    problems: list[Problem] = []
    content = _about(sheets)
    sections: dict[str, Content] = {}
    items: dict[str, Content] = {}
    for number, row in _rows(sheets, ITEMS, ITEM | CLAUSE):
        section = sections.setdefault(
            str(row.get("section")), {"section": row.get("section"), "name": row.get("section_name"), "items": []}
        )
        about: Content = {name: row[name] for name in ("item", "name", "full_score", "direction") if name in row}
        item = items.get(str(row.get("item")))
        if item is None:
            item = items[str(row.get("item"))] = {**about, "clauses": []}
            section["items"].append(item)
        elif {name: item.get(name) for name in about} != about:
            message = text("the item {item} stands here otherwise than before", item=row.get("item"))
            problems.append(
                _problem(path, ITEMS, number, message, text("give each line of an item the same name and full score"))
            )
        clause = {name: row[name] for name in CLAUSE if name in row and name != "more"}
        try:
            item["clauses"].append(clause | tomllib.loads(row.get("more", ""), parse_float=Decimal))
        except tomllib.TOMLDecodeError as fault:
            problems.append(
                _problem(
                    path,
                    ITEMS,
                    number,
                    text("this is not valid TOML: {fault}", fault=fault),
                    text("write for example points = 2"),
                )
            )
    content["sections"] = list(sections.values())
    vetoes = [row for _, row in _rows(sheets, VETOES, VETO)]
    refuse_errors(problems)
    return content | ({"vetoes": vetoes} if vetoes else {})


def _about(sheets: Mapping[str, list[list[Any]]]) -> Content:
    """What the first sheet says of the plan."""
    names = {heading: name for name, headings in ABOUT.items() for heading in (*headings, name)}
    content: Content = {}
    for line in next((rows for name, rows in sheets.items() if name.strip() in META), []):
        name = names.get(str(line[0]).strip())
        value = _cell(name, line[1]) if name and len(line) > 1 else None
        if name is None or value is None:
            continue
        outer, _, inner = name.partition(".")
        if inner:
            content.setdefault(outer, {})[inner] = value
        else:
            content[outer] = value
    return content


def _blank(path: Path, titles: tuple[str, str], row: int, column: tuple[str, str]) -> Problem:
    return _problem(path, titles, row, text("this must not be blank"), text("fill it in"), column[0])


def _problem(path: Path, titles: tuple[str, str], row: int, message: Text, remedy: Text, column: str = "") -> Problem:
    return Problem("plan", message, remedy, file=f"{path} › {titles[0]}", row=row, column=column)
