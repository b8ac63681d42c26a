"""Forms filled in as an institution would, by writing into the cells of the workbook's own XML; and collected."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import openpyxl
from project import Outcome, Project

Cells = Mapping[str, object]
SCORES, ROSTER, MATERIALS = 1, 2, 3
"""The sheets of a form, as they are numbered."""


def fill(source: Path, target: Path, sheets: Mapping[int, Cells]) -> Path:
    """Copy a form with these cells filled in: numbers as numbers, all else as text."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(source) as form, zipfile.ZipFile(target, "w") as filled:
        for part in form.infolist():
            content = form.read(part)
            for number, cells in sheets.items():
                if part.filename == f"xl/worksheets/sheet{number}.xml":
                    content = _filled(content.decode(), cells).encode()
            filled.writestr(part, content)
    return target


def _filled(xml: str, cells: Cells) -> str:
    left = dict(cells)

    def put(match: re.Match[str]) -> str:
        if match["cell"] not in left:
            return match[0]
        value, style = left.pop(match["cell"]), match["style"]
        if isinstance(value, int | float):
            return f'<c r="{match["cell"]}"{style}><v>{value}</v></c>'
        said = f'<is><t xml:space="preserve">{escape(str(value))}</t></is>'
        return f'<c r="{match["cell"]}"{style} t="inlineStr">{said}</c>'

    done = re.sub(r'<c r="(?P<cell>[A-Z]+[0-9]+)"(?P<style> s="[0-9]+")?(?: t="\w+")?(?:/>|>.*?</c>)', put, xml)
    assert not left, left
    return done


HOME = "N1 甲养老院.xlsx"
POINTS = {
    "F7": 5, "F8": 10, "F11": 20, "F15": 5, "F19": 10, "F21": 5, "F22": 10, "F24": 10, "F27": 5, "F28": 2, "F30": 1,
}  # fmt: skip
"""The self-scores of annex 2: its items have 1, 3, 4, 4, 2, 1, 2, 3, 1, 2 and 6 lines, the first of them in row 7."""
STAFF = {
    "B5": "周未央",
    "C5": "320000199503059561",
    "D5": "在职",
    "E5": "0519-1",
    "F5": "护理人员",
    "G5": "护理员",
    "H5": "参保",
}
GIVEN = {"B5": "已提交", "B6": "已提交", "B8": "已提交", "B9": "已提交", "B10": "已提交", "B11": "已提交"}
EVIDENCE = {"H28": "举报函1", "H31": "常州日报2022-05-06", "G31": "1例"}


def returned(project: Project, name: str = f"2023-02-08/{HOME}", **sheets: dict[str, object]) -> Path:
    """The form handed back, whole but for the given cells of `scores`, `roster` and `materials`."""
    cells = {
        SCORES: {**POINTS, **EVIDENCE, "F41": "王松月"} | sheets.get("scores", {}),
        ROSTER: {**STAFF} | sheets.get("roster", {}),
        MATERIALS: {**GIVEN} | sheets.get("materials", {}),
    }
    return fill(project.root / "forms" / HOME, project.root / "returned" / name, cells)


def collect(project: Project, *more: object, lang: str = "en") -> Outcome:
    given = ("--dataset", project.dataset, "--scheme", "changzhou/2022", "--out", "out")
    return project.kaohe("collect", "returned", *given, *more, lang=lang)


def rows(project: Project, sheet: str) -> list[tuple[Any, ...]]:
    workbook = openpyxl.load_workbook(project.root / "out" / "dataset.xlsx")
    return list(workbook[sheet].iter_rows(values_only=True))
