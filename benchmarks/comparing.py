"""What comparing three schemes costs beside running each by itself.

    python benchmarks/comparing.py [INSTITUTIONS]

Needs the workspace installed (python dev.py test does that). Makes the benchmark's year (generate.py) in Parquet, adds
what the second city asks for, and goes through it twice: each side read, checked and computed by itself, then all in
one comparison with its coverage, results and comparable totals, without attribution. Prints processor seconds of both,
and their ratio, as one JSON document.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from kaohe.run import opened, perform
from kaohe_compare import compare
from kaohe_compare.sides import sides

HERE = Path(__file__).parent
FIRST, SECOND = "changzhou/2022", "tianjin/institutions-2023"
SIDES = (FIRST, SECOND, f"{FIRST}+combine={SECOND}")
AS = {"nursing_home": "medical", "home_care": "medical"}
PLAN = HERE.parent / "plugins/compare/src/kaohe_compare/demo/example-plan.toml"


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


def apart(year: Path) -> None:
    """Each side by itself."""
    for side in sides(SIDES, plans={SECOND: [PLAN]}, parameters={}, readings={}, kinds=AS):
        dataset, _, _ = opened(year, [side.chosen])
        perform(side.chosen, dataset)


def together(year: Path) -> None:
    """All sides in one comparison."""
    found = compare(year, SIDES, kinds=AS, plans={SECOND: [PLAN]})
    assert len(found.coverage)
    assert len(found.results)


def main() -> None:
    """Measure, and print what was found."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        year = made(number, Path(folder))
        alone = seconds(lambda: apart(year))
        compared = seconds(lambda: together(year))
    about = {"institutions": number, "processors": os.cpu_count(), "three runs": alone, "one comparison": compared}
    print(json.dumps({**about, "ratio": compared / alone}, indent=2))


if __name__ == "__main__":
    main()
