"""What officials wait for: forms out and in for a city, reports and notices of a run; each command in its own process.

    python benchmarks/papers.py [--institutions 345] [--run 3500]

In an environment with the development requirements. Times are of the clock and of the processor, with Python's start.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / "tests"), str(ROOT / "plugins" / "office" / "tests")]
SCHEME = "changzhou/2022"
KAOHE = (sys.executable, "-m", "kaohe")
PARAMETERS = ROOT / "plugins/changzhou/src/kaohe_changzhou/2022/example-parameters.toml"


def measured(said: str, *arguments: object) -> None:
    """Run a command, and print what it took."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([*KAOHE, *map(str, arguments)], capture_output=True, text=True, check=False)
    clock, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"| {said} | {clock:.1f} s | {processor:.1f} s |{'' if done.returncode == 0 else done.stderr[-300:]}",
        flush=True,
    )


def returned(forms: Path, folder: Path) -> int:
    """Every form filled in as an institution would; how many there are."""
    from test_year import Year, _fill

    year = Year(folder, [])
    (folder / "forms").symlink_to(forms)
    codes = [path.name.partition(" ")[0] for path in sorted(forms.glob("*.xlsx"))]
    for code in codes:
        _fill(year, code, "2023-02-09", {})
    return len(codes)


def main(institutions: int, run: int) -> None:
    """Print a table of what was measured."""
    from generate import generate

    print("| | clock | processor |\n|---|---:|---:|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        generate(folder / "city", institutions)
        of_city = ("--scheme", SCHEME)
        measured("forms written", "forms", folder / "city", *of_city, "--out", folder / "sent")
        (folder / "back").mkdir()
        number = returned(folder / "sent", folder / "back")
        back = folder / "back" / "returned"
        measured(
            f"{number} forms collected", "collect", back, "--dataset", folder / "city", *of_city, "--out", folder / "in"
        )
        generate(folder / "province", run)
        given = (folder / "province", *of_city, "--params", PARAMETERS, "--out", folder / "run.db")
        subprocess.run([*KAOHE, "run", *map(str, given)], capture_output=True, check=True)
        for suffix in ("xlsx", "html"):
            measured(
                f"report.{suffix} of {run:,} institutions", "report", folder / "run.db", "--out", folder / f"r.{suffix}"
            )
        codes = [path.name.partition(" ")[0] for path in sorted((folder / "sent").glob("*.xlsx"))]
        subprocess.run([*KAOHE, "run", str(folder / "city"), *of_city, "--out", str(folder / "city.db")], check=True,
                       capture_output=True)  # fmt: skip
        measured(
            f"{len(codes)} notices (.docx, .html)", "notice", folder / "city.db", *codes, "--out", folder / "letters"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--institutions", type=int, default=345)
    parser.add_argument("--run", type=int, default=3500)
    main(**vars(parser.parse_args()))
