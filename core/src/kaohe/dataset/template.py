"""An empty dataset workbook for a scheme: a sheet a table, headings explained, drop-downs, text cells for codes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from kaohe.dataset.contract import CONTRACT, Table, extended, fact_columns
from kaohe.dataset.read import CODES_SHEET, GUIDE_SHEET
from kaohe.messages import Text, language, listing, text
from kaohe.model import Column, Fact, Rules
from kaohe.place import placed, refuse_taken
from kaohe.problems import Problem, Refused
from kaohe.workbook import Book

ROWS = 5000
"""Rows that are prepared for entry on each sheet."""


@frozen
class Sheet:
    """One table as it is laid out: its name, and its columns with the values to choose from."""

    table: str
    contents: Table
    choices: Mapping[str, list[str]]


def write(rules: Rules, target: Path) -> list[str]:
    """Write the workbook and return the names of its sheets; raises Refused where the target cannot be written."""
    if target.suffix.lower() != ".xlsx":
        raise Refused(
            [Problem("out", text("the template is an .xlsx workbook"), text("end the name in .xlsx"), file=str(target))]
        )
    refuse_taken(target)
    with placed(target) as draft:
        return _write(rules, draft)


def sheets(rules: Rules) -> list[Sheet]:
    """The tables that the scheme needs and those any year may have, with the values that each column takes."""
    kinds = list(rules.kinds)
    wanted = dict.fromkeys(["dataset", *rules.scheme.needs.tables, *rules.scheme.needs.offers, "marks"])
    return [_sheet(table, kinds, rules) for table in CONTRACT if table in wanted]


def _sheet(table: str, kinds: list[str], rules: Rules) -> Sheet:
    contents = extended(CONTRACT[table], rules.scheme.needs.columns.get(table, {}))
    if table == "institutions":
        contents = extended(contents, fact_columns(_used(rules)))
    choices: dict[str, list[str]] = {}
    for name, column in contents.columns.items():
        if column.type == "choice":
            values = {code: zh for code, zh in column.values.items() if name != "kind" or not kinds or code in kinds}
            choices[name] = list(values if language() == "en" else values.values())
        elif column.type == "fact":
            choices[name] = [str(fact.name) for fact in _used(rules) if fact.table == table]
    return Sheet(table, contents, choices)


def _write(rules: Rules, draft: Path) -> list[str]:
    laid_out = sheets(rules)
    with Book(draft) as book:
        heading = {"bold": True, "border": 1, "text_wrap": True, "valign": "top"}
        formats = {
            "heading": book.style(bg_color="#DDEBF7", **heading),
            "required": book.style(bg_color="#F8CBAD", **heading),
            "text": book.style(num_format="@"),
            "date": book.style(num_format="yyyy-mm-dd"),
            "wrapped": book.style(text_wrap=True, valign="top"),
        }
        _guide(book.sheet(GUIDE_SHEET[language()]), rules, laid_out, formats)
        entry = {sheet.table: book.sheet(str(sheet.contents)) for sheet in laid_out}
        codes = _Codes(book.sheet(CODES_SHEET[language()]))
        for sheet in laid_out:
            _lay_out(entry[sheet.table], sheet, codes, formats, rules)
        codes.worksheet.hide()
    return [str(sheet.contents) for sheet in laid_out]


class _Codes:
    """The hidden sheet that holds the values of the drop-downs, a column each."""

    def __init__(self, worksheet: Any) -> None:
        self.worksheet = worksheet
        self.column = 0

    def add(self, values: list[str]) -> str:
        """Put the values down and return the range that a drop-down refers to."""
        from xlsxwriter.utility import xl_range_abs

        self.worksheet.write_column(0, self.column, values)
        place = xl_range_abs(0, self.column, len(values) - 1, self.column)
        self.column += 1
        return f"='{self.worksheet.get_name()}'!{place}"


def _lay_out(worksheet: Any, sheet: Sheet, codes: _Codes, formats: dict[str, Any], rules: Rules) -> None:
    worksheet.freeze_panes(1, 0)
    worksheet.across()
    for position, (name, column) in enumerate(sheet.contents.columns.items()):
        worksheet.write_string(0, position, str(column), formats["required" if column.required else "heading"])
        worksheet.write_comment(0, position, str(_meaning(column)), {"x_scale": 2})
        layout = {"date": "date", "count": None, "number": None, "points": None, "money": None, "rate": None}
        cells = layout.get(column.type, "text")
        worksheet.set_column(position, position, max(12, 2 * len(str(column)) + 4), formats[cells] if cells else None)
        if values := sheet.choices.get(name):
            _drop_down(worksheet, position, codes.add(values))
    if sheet.table == "dataset":
        _prefill(worksheet, rules, formats)


def _drop_down(worksheet: Any, position: int, source: str) -> None:
    worksheet.data_validation(
        1,
        position,
        ROWS,
        position,
        {
            "validate": "list",
            "source": source,
            "error_title": str(text("not in the list")),
            "error_message": str(text("Choose a value from the list.")),
        },
    )


def _prefill(worksheet: Any, rules: Rules, formats: dict[str, Any]) -> None:
    worksheet.write_string(1, 0, str(rules.scheme.name), formats["text"])
    for position, day in ((1, rules.scheme.begins), (2, rules.scheme.ends)):
        if day is not None:
            worksheet.write_datetime(1, position, day, formats["date"])


def _meaning(column: Column) -> Text:
    kinds = {
        "code": text("a code, as text"),
        "text": text("text"),
        "date": text("a date, such as 2022-12-31"),
        "count": text("a whole number, not below 0"),
        "number": text("a number with at most four decimals"),
        "points": text("points, with at most four decimals"),
        "money": text("yuan, with at most two decimals"),
        "rate": text("a share of 1, such as 0.05"),
        "year": text("a year, such as 2022"),
        "month": text("a month, such as 2022-03"),
        "period": text("a year or a month, such as 2022 or 2022-03"),
        "fact": text("a fact of the vocabulary"),
        "choice": text("one of the list"),
        "choices": text("some of: {values}", values=listing(map(column.shown, column.values))),
        "identity": text("an identity number, as text"),
    }
    kind = kinds[column.type]
    return text("{kind} (required)", kind=kind) if column.required else kind


def _guide(worksheet: Any, rules: Rules, laid_out: list[Sheet], formats: dict[str, Any]) -> None:
    """The first sheet: how to fill in the others, and what each fact means."""
    worksheet.set_column(0, 0, 34, formats["wrapped"])
    worksheet.set_column(1, 1, 100, formats["wrapped"])
    worksheet.fit_to_pages(1, 0)
    lines: list[tuple[str, str]] = [
        (str(rules.scheme.name), rules.scheme.scheme),
        (
            str(text("How to fill in")),
            str(
                text(
                    "One row a record. Orange headings are required. Leave a sheet's rows empty where nothing happened."
                )
            ),
        ),
        (str(text("Codes and identity numbers")), str(text("Type them as text: a long number loses digits."))),
        *((str(sheet.contents), str(listing(sheet.contents.columns.values()))) for sheet in laid_out),
        ("", ""),
        (str(text("Facts")), ""),
        *((str(fact.name), f"{fact.definition} ({CONTRACT[fact.table]})") for fact in _used(rules)),
    ]
    for row, (left, right) in enumerate(lines):
        worksheet.write_string(row, 0, left)
        worksheet.write_string(row, 1, right)


def _used(rules: Rules) -> list[Fact]:
    """The facts that the scheme's rubrics count, in the tables' order."""
    counted = dict.fromkeys(fact for rubric in rules.rubrics.values() for fact in rubric.counted)
    return [rules.facts[fact] for fact in counted]
