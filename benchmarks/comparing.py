"""What comparing three schemes costs beside running each by itself.

    python benchmarks/comparing.py [INSTITUTIONS [ROUNDS]]

Needs the workspace installed (python dev.py test does that). Makes the benchmark's year (generate.py) in Parquet, adds
what the second city asks for, and goes through it twice a round, in turn: each side read, checked and computed by
itself, then all in one comparison with its coverage, results and comparable totals, without attribution. The three
schemes have nothing in common but facts: the third is the first with other points, as a city of its own. `mix`: two of
them and a mix, whose scoring is the first's. Prints processor seconds of both, and their ratio in each round, as JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import polars as pl

import kaohe_changzhou
from kaohe import hookimpl
from kaohe.run import opened, perform
from kaohe_compare import compare
from kaohe_compare.sides import sides

HERE = Path(__file__).parent
FIRST, SECOND, THIRD = "changzhou/2022", "tianjin/institutions-2023", "third/2022"
SIDES = {"schemes": (FIRST, SECOND, THIRD), "mix": (FIRST, SECOND, f"{FIRST}+combine={SECOND}")}
AS = {"nursing_home": "medical", "home_care": "medical"}
PLAN = HERE.parent / "plugins/compare/src/kaohe_compare/demo/example-plan.toml"


class Third:
    """A city with the first one's tables, in which each clause that costs a point costs two."""

    def __init__(self, folder: Path) -> None:
        self.exempt, self.grade = kaohe_changzhou.exempt, kaohe_changzhou.grade
        self.folder = folder / "2022"
        given = kaohe_changzhou.HERE / "2022"
        copytree(given / "rubrics", self.folder / "rubrics")
        for file in ("scheme.toml", "parameters.toml"):
            copy(given / file, self.folder)
        for file in self.folder.rglob("*.toml"):
            words = file.read_text(encoding="utf-8").replace(FIRST, THIRD)
            file.write_text(re.sub(r"^points = 1$", "points = 2", words, flags=re.MULTILINE), encoding="utf-8")

    @hookimpl
    def schemes(self) -> list[Path]:
        """The one year."""
        return [self.folder]


def made(number: int, folder: Path) -> Path:
    """The year of so many institutions, with the columns and the table that only the second city asks for."""
    year = folder / "year"
    subprocess.run([sys.executable, str(HERE / "generate.py"), str(number), str(year), "--form", "parquet"], check=True)
    events = year / "events.parquet"
    (year / "events").mkdir()
    rows = pl.scan_parquet(events).with_columns(case=pl.lit(None, pl.String), investigation=pl.lit(None, pl.String))
    rows.sink_parquet(year / "events" / "1.parquet")
    events.unlink()
    columns = ("institution", "scorer", "item", "points", "by", "evidence", "status")
    pl.DataFrame(schema=dict.fromkeys(columns, pl.String)).write_parquet(year / "marks.parquet")
    return year


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of the work, of all threads."""
    before = time.process_time()
    work()
    return time.process_time() - before


def apart(year: Path, names: tuple[str, ...], third: Third) -> None:
    """Each side by itself."""
    given: dict[str, Any] = {"parameters": {}, "readings": {}, "plugins": {"third": third}}
    for name in names:
        plans = {SECOND: [PLAN]} if SECOND in name else {}
        (side,) = sides([name], plans=plans, kinds=AS if name == SECOND else {}, **given)
        dataset, _, _ = opened(year, [side.chosen])
        perform(side.chosen, dataset)


def together(year: Path, names: tuple[str, ...], third: Third) -> None:
    """All sides in one comparison."""
    found = compare(year, names, kinds=AS, plans={SECOND: [PLAN]}, plugins={"third": third})
    assert len(found.coverage)
    assert len(found.results)


def main() -> None:
    """Measure, and print what was found."""
    number, rounds = [*map(int, sys.argv[1:]), *(50_000, 3)[len(sys.argv) - 1 :]]
    with tempfile.TemporaryDirectory() as folder:
        year, third = made(number, Path(folder)), Third(Path(folder))
        told: dict[str, list[dict[str, float]]] = {}
        for what, names in SIDES.items():
            for _ in range(rounds):
                alone, compared = (seconds(partial(work, year, names, third)) for work in (apart, together))
                told.setdefault(what, []).append(
                    {"three runs": alone, "one comparison": compared, "ratio": compared / alone}
                )
    print(json.dumps({"institutions": number, "processors": os.cpu_count(), **told}, indent=2))


if __name__ == "__main__":
    main()
