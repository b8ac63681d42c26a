"""Tables as files that a spreadsheet program opens."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

from kaohe_changzhou.demo.city import CENTRE, DISTRICTS, District

Row = tuple[object, ...]


def save(path: Path, headings: str, rows: Iterable[Row], encoding: str = "utf-8-sig") -> None:
    """A CSV file; the headings are separated by blanks."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([headings.split(), *rows])


def save_by_district(
    folder: Path, headings: str, rows: Callable[[District], Iterable[Row]], *, centre: bool = True
) -> None:
    """A folder with a file of each district, in its own encoding, and one of the centre."""
    folder.mkdir(parents=True, exist_ok=True)
    for district in (*DISTRICTS, CENTRE) if centre else DISTRICTS:
        save(folder / f"{district.name}.csv", headings, rows(district), district.encoding)
