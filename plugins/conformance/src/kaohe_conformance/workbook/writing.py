"""Cases to a workbook: what each sheet holds, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kaohe.dataset import CONTRACT
from kaohe.workbook import Book
from kaohe_conformance.case import CaseFile, Given, content_of, inline
from kaohe_conformance.workbook.columns import (
    ABOUT,
    BLANK,
    HEADINGS,
    LATER,
    OF_FILE,
    SHEETS,
    TOLD,
    WITHOUT,
    Line,
    parsed,
    shown,
)


def write(file: CaseFile, draft: Path) -> None:
    """Write the workbook; raises Refused where a cell cannot hold a text."""
    with Book(draft, whole=True) as book:
        heading = book.style(bold=True, bg_color="#DDEBF7", border=1)
        cells = book.style(num_format="@", text_wrap=True, valign="top")
        for title, columns, lines in _sheets_of(file):
            sheet = book.sheet(title)
            sheet.freeze_panes(1, 0)
            sheet.across()
            for column, (said, name) in enumerate(columns):
                sheet.write_string(0, column, said, heading)
                widest = max([len(line.get(name, "")) for line in lines] + [len(said)])
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
            "what": shown(TOLD[what]),
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


def _called(key: str) -> str:
    """A key of the file such as background.defaults.funds.fund, its first two words in the language of the moment."""
    first, *rest = key.split(".", 2)
    named = [shown(ABOUT[part]) for part in (first, *rest[:1])]
    return ".".join([*named, *rest[1:]])


def _sheet(name: str, columns: Sequence[str], lines: list[Line]) -> tuple[str, list[tuple[str, str]], list[Line]]:
    return shown(SHEETS[name]), [(shown(HEADINGS[column]), column) for column in columns], lines


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
        further = [
            (shown((table.columns[column].zh, table.columns[column].en)) if column in table.columns else column, column)
            for column in columns
        ]
        if lines:
            own = [(shown(HEADINGS[key]), f"={key}") for key in ("case", "stage", "without")]
            yield shown((table.zh, table.en)), [*own, *further], lines


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
    if isinstance(value, str) and parsed(value) == value:
        return value
    return inline(value)
