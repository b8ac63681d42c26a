"""A comparison as a workbook for people: codes in words, one page across on A4, headings on every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import polars as pl

from kaohe import Problem, Refused
from kaohe.accounts import ACCOUNTS, named
from kaohe.command.basis import basis_said
from kaohe.command.summary import status_names
from kaohe.dataset import CONTRACT
from kaohe_compare.comparing import Comparison
from kaohe_compare.sides import Side
from kaohe_compare.tables import tables
from kaohe_compare.words import computed, headings, parts, stages, states, text, titles

A4 = 9
FONT = "宋体"
WIDTHS = {
    "side": 6, "left": 6, "right": 6, "scheme": 40, "message": 110, "text": 60, "basis": 44, "consequences": 26,
    "name": 26, "fact": 30, "part": 34, "account": 28, "stage": 22, "kind": 19, "institution": 11, "fund": 18,
    "status": 24, "rubric": 12, "state": 18,
}  # fmt: skip
WIDTH = 9
"""Of columns that hold a number or a short code."""
LINE = 14
"""Points of a line's height."""
MOST_ROWS = 2**20
"""Rows of a sheet, the headings' too."""
SCHEME = 26
"""Of columns that hold the name of a scheme."""
MONEY = ("amount", "forfeited")
Words = Callable[[Any, Mapping[str, Any]], object]


def write(comparison: Comparison, target: Path) -> None:
    """Write the workbook: a sheet for each table, coverage before any number; raises Refused where one has no room."""
    import xlsxwriter

    found = tables(comparison)
    if large := [name for name, rows in found.items() if rows.height >= MOST_ROWS]:
        raise Refused([_too_large(name, found[name].height) for name in large])
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        formats = _formats(workbook)
        words = _words(comparison)
        for name, rows in {**found, "sides": _legend(comparison)}.items():
            sheet = workbook.add_worksheet(str(titles()[name]))
            _fill(sheet, rows, words, formats)
            _paged(sheet, f"{comparison.dataset.name} · {titles()[name]}")
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(rows.height, 1), rows.width - 1)


def _legend(comparison: Comparison) -> pl.DataFrame:
    """Each side's letter, as it is called on the other sheets, its name, and the scheme that each stage is from."""
    return pl.DataFrame(
        [
            {"side": name, str(text("scheme or mix")): name}
            | {str(computed()[stage]): source.rules.scheme.scheme for stage, source in side.chosen.stages.items()}
            for name, side in comparison.sides.items()
        ]
    )


def _too_large(name: str, rows: int) -> Problem:
    message = text("“{table}” has {n} rows, more than a sheet holds", table=titles()[name], n=rows)
    return Problem("out", message, text("write an SQLite file (.db)"))


def _formats(workbook: Any) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 10, "valign": "top"}
    heading: dict[str, Any] = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
    shapes: dict[str, dict[str, Any]] = {
        "heading": heading,
        "text": {"text_wrap": True},
        "points": {"num_format": "0.00##"},
        "money": {"num_format": "#,##0.00"},
        "whole": {"num_format": "0"},
    }
    return {name: workbook.add_format({**base, **shape}) for name, shape in shapes.items()}


def _fill(sheet: Any, rows: pl.DataFrame, words: Mapping[str, Words], formats: Mapping[str, Any]) -> None:
    said, widths = headings(), [_width(column) for column in rows.columns]
    shapes = [_shape(column, kind) for column, kind in rows.schema.items()]
    for place, (column, width) in enumerate(zip(rows.columns, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, str(said.get(column, column)), formats["heading"])
    named = [str(said.get(column, column)) for column in rows.columns]
    sheet.set_row(0, LINE * max(map(_lines, named, widths)))
    for at, row in enumerate(rows.iter_rows(named=True), 1):
        lines = 1
        for place, (column, value) in enumerate(row.items()):
            if value is None:
                continue
            if shapes[place] == "text":
                shown = str(words[column](value, row) if column in words else value)
                # A text within <r> and </r> would be taken for markup of xlsxwriter's own.
                sheet.write_string(at, place, f"{shown} " if shown.startswith("<r>") else shown, formats["text"])
                lines = max(lines, _lines(shown, widths[place]))
            else:
                sheet.write_number(at, place, value, formats[shapes[place]])  # a cell's number holds 15 digits
        if lines > 1:
            sheet.set_row(at, LINE * lines)


def _width(column: str) -> int:
    return WIDTHS.get(column, 14 if column in MONEY else WIDTH if column in headings() else SCHEME)


def _lines(shown: str, width: int) -> int:
    """How many lines a text takes in a cell so many figures wide; a Chinese character is two."""
    return -(-sum(1 + (east_asian_width(letter) in "WF") for letter in shown) // (width - 1)) or 1


def _shape(column: str, kind: pl.DataType) -> str:
    if isinstance(kind, pl.Decimal):
        return "money" if column in MONEY else "points"
    return "whole" if kind.is_integer() else "text"


def _paged(sheet: Any, title: str) -> None:
    """A4 across, as wide as the page, the headings on each, what it is above and the page's number below."""
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header("&C" + title.replace("&", "&&"))
    sheet.set_footer("&C" + str(text("page {page} of {pages}", page="&P", pages="&N")))


def _words(comparison: Comparison) -> dict[str, Words]:
    """What the codes of a column mean."""
    own = comparison.letters
    kinds, facts = CONTRACT["institutions"].columns["kind"], _facts(comparison)
    stage_names = {**computed(), **stages()}
    status, known = status_names(), {name: _known(side) for name, side in comparison.sides.items()}
    return {
        "kind": lambda code, _: kinds.shown(code),
        "state": lambda code, _: states()[code],
        "stage": lambda code, _: stage_names.get(code, code),
        "account": lambda code, _: named(ACCOUNTS, code),
        "status": lambda code, _: status.get(code, code),
        "fact": lambda code, _: facts.get(code, code),
        "part": lambda code, row: _part(code, row, own),
        "side": lambda name, row: own.get(name) or own.get(row.get(name), ""),
        "left": lambda name, _: own[name],
        "right": lambda name, _: own[name],
        "basis": lambda codes, row: "；".join(basis_said(code, known[str(row["side"])]) for code in codes.split()),
    }


def _facts(comparison: Comparison) -> dict[str, str]:
    rules = [side.chosen.rules for side in comparison.sides.values()]
    return {code: str(fact.name) for one in rules for code, fact in one.facts.items()}


def _part(code: str, row: Mapping[str, Any], own: Mapping[str, str]) -> object:
    """A part of scoring; a fact is named in its own column."""
    if code == "fact":
        return text("points of a fact")
    whose = [row[row["side"]]] if row["side"] else [row["left"], row["right"]]
    return parts(item=row["item"], side=" ".join(own[name] for name in whose))[code] if code else ""


def _known(side: Side) -> dict[str, dict[str, Any]]:
    """The parameters of a side's stages, as a result's basis names them; those of the scheme itself go before."""
    rules = [source.rules for source in side.chosen.stages.values()]
    return {
        name: {"name": str(one.name), "source": one.source, "option": str(one.options.get(str(one.value), ""))}
        for of_stage in reversed(rules)
        for name, one in of_stage.parameters.items()
    }
