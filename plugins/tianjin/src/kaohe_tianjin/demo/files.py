"""Tables as files that a spreadsheet program opens, and what both years have in common."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from random import Random

Row = tuple[object, ...]
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "明芳静磊洋艳勇娟涛敏超秀霞平刚桂英华玉兰"


def save(path: Path, headings: str, rows: Iterable[Row]) -> None:
    """A CSV file; the headings are separated by blanks."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings.split(), *rows])


def describe(folder: Path, name: str, begins: str, ends: str) -> None:
    """The file that says what the dataset is."""
    content = f'name = "{name}"\nfrom = {begins}\nto = {ends}\ncurrency = "CNY"\n'
    (folder / "dataset.toml").write_text(content, encoding="utf-8", newline="\n")


def person(rng: Random) -> str:
    """The name of somebody who does not exist."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN)


def yuan(fen: int) -> str:
    """Fen as yuan, as a table has it."""
    return f"{fen // 100}.{fen % 100:02}"
