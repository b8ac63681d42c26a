"""Writing a plan, as TOML or as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli_w

from kaohe.messages import text
from kaohe.place import placed, refuse_taken
from kaohe.plan.columns import ABOUT, CLAUSE, ITEMS, LINE, META, NUMBERS, SEPARATOR, VETO, VETOES
from kaohe.problems import Problem, Refused
from kaohe.workbook import Book


def as_toml(content: dict[str, Any]) -> str:
    """The content as TOML."""
    return tomli_w.dumps(content)


def write(content: dict[str, Any], target: Path) -> None:
    """Write the plan as TOML or, by the target's suffix, as a workbook; raises Refused."""
    if target.suffix.lower() not in (".toml", ".xlsx"):
        raise Refused(
            [Problem("out", text("a plan is a .toml or an .xlsx file"), text("choose another name"), file=str(target))]
        )
    refuse_taken(target)
    with placed(target) as draft:
        if target.suffix.lower() == ".toml":
            draft.write_text(as_toml(content), encoding="utf-8", newline="\n")
        else:
            _write_workbook(content, draft)


def _lines(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A line of the sheet of items for each clause, with its section and item."""
    for section in content.get("sections", ()):
        for item in section.get("items", ()):
            about = {"section": section.get("section"), "section_name": section.get("name")}
            about |= {name: item.get(name) for name in ("item", "name", "full_score", "direction")}
            for clause in item.get("clauses") or [{}]:
                more = {name: value for name, value in clause.items() if name not in CLAUSE}
                yield {**about, **clause, "more": tomli_w.dumps(more).strip() or None}


def _write_workbook(content: dict[str, Any], draft: Path) -> None:
    with Book(draft, whole=True) as book:
        heading = book.style(bold=True, bg_color="#DDEBF7", border=1, text_wrap=True, valign="top")
        cells = book.style(num_format="@", text_wrap=True, valign="top")
        plain = book.style(valign="top")
        about = book.sheet(META[0])
        about.fit_to_pages(1, 0)
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 60, cells)
        for row, (name, titles) in enumerate(ABOUT.items()):
            outer, _, inner = name.partition(".")
            value = content.get(outer, {}).get(inner) if inner else content.get(outer)
            about.write_string(row, 0, titles[0], heading)
            _put(about, row, 1, name, value, cells, plain)
        for titles, columns, rows in ((ITEMS, LINE, list(_lines(content))), (VETOES, VETO, content.get("vetoes", []))):
            sheet = book.sheet(titles[0])
            sheet.freeze_panes(1, 0)
            sheet.across()
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
