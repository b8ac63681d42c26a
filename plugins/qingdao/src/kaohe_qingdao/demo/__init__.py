"""A seeded example year, on disk as the city's agency would hold it. Every institution and figure is invented."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from random import Random

from kaohe_qingdao.demo import books, institutions
from kaohe_qingdao.demo.budgets import expected

SCHEME = "qingdao/2023"
TITLE = "2023年度青岛市长期护理保险区域总额预算与年终决算(示例,机构和数字均为虚构)"


def write(folder: Path, seed: int) -> str:
    """Write the year into the folder, the same bytes for the same seed; return the scheme to run it under."""

    def rng(concern: str) -> Random:
        return Random(f"{seed} {concern}")

    folder.mkdir(parents=True, exist_ok=True)
    content = f'name = "{TITLE}"\nfrom = 2023-01-01\nto = 2023-12-31\ncurrency = "CNY"\n'
    (folder / "dataset.toml").write_text(content, encoding="utf-8", newline="\n")
    drawn = institutions.institutions(rng("institutions"))
    _save(folder / "基金.csv", books.FUNDS, books.funds())
    _save(folder / "收入.csv", books.REVENUES, books.revenues())
    _save(folder / "管理区.csv", books.REGION_ROWS, books.regions(rng("regions")))
    _save(folder / "机构.csv", institutions.INSTITUTIONS, institutions.register(drawn))
    _save(folder / "协议.csv", institutions.AGREEMENTS, institutions.agreements(drawn))
    _save(folder / "考核主体.csv", institutions.SCORERS, institutions.scorers())
    _save(folder / "评分.csv", institutions.MARKS, institutions.marks(rng("marks"), drawn))
    _save(folder / "拨付.csv", books.PAYMENTS, [])
    budgets = expected(folder, SCHEME)
    _save(folder / "拨付.csv", books.PAYMENTS, books.payments(rng("payments"), drawn, budgets))
    return SCHEME


def _save(path: Path, headings: str, rows: Iterable[tuple[object, ...]]) -> None:
    """A CSV file that a spreadsheet program opens; the headings are separated by blanks."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings.split(), *rows])
