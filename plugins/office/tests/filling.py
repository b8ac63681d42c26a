"""Forms filled in as an institution would, by writing into the cells of the workbook's own XML."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from html import escape
from pathlib import Path

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
