"""Measure kaohe against what somebody else would take, side by side, in one command.

    python benchmarks/run.py [--size 300|50000|1000000] [--only NAME …] [--rounds N]

Installs what it needs into benchmarks/.venv, generates the year once, then goes round after round through all that is
measured, each in a fresh process; prints a table and writes benchmarks/results/SIZE.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
DATA, RESULTS = HERE / ".data", HERE / "results"
PACKAGES = ("core", "plugins/changzhou")
SETTINGS = ROOT / "plugins/changzhou/src/kaohe_changzhou/2022/example-parameters.toml"

ENGINE = "engine"
MODULES = {
    ENGINE: ("by_engine", "kaohe's engine"),
    "duckdb": ("by_duckdb", "kaohe's stages on DuckDB"),
    "spark": ("by_spark", "kaohe's stages on Spark, local"),
    "floor": ("by_floor", "the floor: group, sum, write"),
    "polars": ("by_polars", "Polars, by hand"),
    "ordered": ("by_polars_ordered", "Polars, by hand, rows in order"),
    "numpy": ("by_numpy", "numpy, by hand"),
    "openfisca": ("by_openfisca", "OpenFisca"),
    "zen": ("by_zen", "zen-engine"),
    "oracle": ("by_oracle", "the Decimal oracle"),
}
"""What is measured in a process of measure.py: the module and its title."""
COMMANDS = {
    "parquet": ("parquet", "run", "kaohe run, Parquet to Parquet"),
    "csv": ("csv", "run.db", "kaohe run, CSV to SQLite"),
}
"""What is measured as a command from its start to its end: the dataset's form, what is written, the title."""
ROUNDS = {300: 7, 50_000: 5, 1_000_000: 2}
ONCE = {
    300: ("spark",),
    50_000: ("duckdb", "spark", "oracle", "zen"),
    1_000_000: ("duckdb", "spark", "polars", "ordered", "numpy", "openfisca", "parquet", "csv"),
}
"""What takes so long that it is measured in the first round only."""
TOO_LARGE = {300: (), 50_000: (), 1_000_000: ("oracle", "zen")}
"""What is not measured at all; the oracle then says whether the engine is right at a few districts."""
VERSIONS = ("polars", "narwhals", "numpy", "openfisca-core", "zen-engine")

Measured = dict[str, Any]


# The environment.


def install() -> None:
    """Make benchmarks/.venv with the pinned versions and this workspace's packages, unless it is there already."""
    files = [
        ROOT / "requirements.txt",
        HERE / "requirements.txt",
        *(ROOT / package / "pyproject.toml" for package in PACKAGES),
    ]
    state = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    stamp = VENV / "installed"
    if stamp.exists() and stamp.read_text(encoding="ascii") == state:
        return
    print("installing into benchmarks/.venv (once) …", file=sys.stderr, flush=True)
    venv.create(VENV, with_pip=True, clear=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    for requirements in files[:2]:
        subprocess.run([*pip, "--require-hashes", "--requirement", str(requirements)], check=True)
    editable = [argument for package in PACKAGES for argument in ("--editable", str(ROOT / package))]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", *editable], check=True)
    stamp.write_text(state, encoding="ascii")


def generated(size: int, form: str) -> Path:
    """The year's folder, made where it is not there or the generator has changed."""
    folder = DATA / f"{size}-{form}"
    state, stamp = hashlib.sha256((HERE / "generate.py").read_bytes()).hexdigest(), folder.with_suffix(".made")
    if not stamp.exists() or stamp.read_text(encoding="ascii") != state:
        print(f"generating {size} institutions as {form} …", file=sys.stderr, flush=True)
        DATA.mkdir(exist_ok=True)
        subprocess.run([sys.executable, str(HERE / "generate.py"), str(size), str(folder), "--form", form], check=True)
        stamp.write_text(state, encoding="ascii")
    return folder


# Measuring.


def measured(name: str, size: int) -> Measured:
    """One measurement of one thing: seconds, processor seconds, peak megabytes."""
    if name in COMMANDS:
        form, target, _ = COMMANDS[name]
        return command(generated(size, form), place(name, size) / target)
    out = place(name, size)
    arguments = [sys.executable, str(HERE / "measure.py"), MODULES[name][0], str(generated(size, "parquet")), str(out)]
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def place(name: str, size: int) -> Path:
    """An empty folder for what is written."""
    out = DATA / "out" / f"{size}-{name}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    return out


def command(dataset: Path, target: Path) -> Measured:
    """`kaohe run`, from the process's start to its end."""
    arguments = [
        *(sys.executable, "-m", "kaohe", "run", str(dataset), "--scheme", "changzhou/2022"),
        *("--params", str(SETTINGS), "--out", str(target)),
    ]
    begun = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        raise subprocess.CalledProcessError(status, " ".join(arguments[1:4]), stderr=said)
    peak = used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return {"seconds": round(seconds, 3), "processor": round(used.ru_utime + used.ru_stime, 3), "peak": round(peak, 1)}


def rounds(names: Sequence[str], size: int, number: int) -> dict[str, list[Measured]]:
    """Everything once a round, each round beginning with another; the engine first of all fills no one's caches."""
    taken: dict[str, list[Measured]] = {name: [] for name in names}
    for turn in range(number):
        order = [name for name in taken if turn == 0 or name not in ONCE[size]]
        shift = turn % len(order)
        for name in order[shift:] + order[:shift]:
            try:
                taken[name].append(measured(name, size))
            except subprocess.CalledProcessError as fault:
                print(f"  {name} failed, and is left out: {fault}", file=sys.stderr, flush=True)
                del taken[name]
                continue
            print(f"  round {turn + 1}: {name} {taken[name][-1]['seconds']} s", file=sys.stderr, flush=True)
    return taken


# Whether it was right.


def right(names: Sequence[str], size: int) -> dict[str, dict[str, int]]:
    """For each answer, the rows by which each table differs from kaohe's; in a process of its own."""
    outs = {name: str(DATA / "out" / f"{size}-{name}") for name in names}
    arguments = [sys.executable, str(HERE / "compare.py"), json.dumps(outs)]
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True)
    found = dict(json.loads(done.stdout))
    if TOO_LARGE[size]:
        sample = [sys.executable, str(HERE / "sample.py"), str(generated(size, "parquet")), outs[ENGINE]]
        found["sample"] = json.loads(subprocess.run(sample, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


# Telling.


def machine() -> dict[str, Any]:
    """What it ran on, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "cores": os.cpu_count(), "memory_gb": round(memory), "system": platform.system(),
        "processor": _processor(), "python": platform.python_version(),
        **{name: version(name) for name in VERSIONS},
    }  # fmt: skip


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def summary(taken: dict[str, list[Measured]], differing: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Medians, ratios to the engine of the same round, memory, and rows that differ."""
    told: dict[str, Any] = {}
    for name, times in taken.items():
        pairs = list(zip(times, taken.get(ENGINE, []), strict=False))
        told[name] = {
            **{what: statistics.median(one[what] for one in times) for what in ("seconds", "processor", "peak")},
            "ratio": spread([one["seconds"] / own["seconds"] for one, own in pairs]),
            "processor_ratio": spread([one["processor"] / own["processor"] for one, own in pairs]),
            "differing": differing.get(name),
            "rounds": times,
        }
    return told


def spread(ratios: list[float]) -> list[float] | None:
    """Median, least and greatest."""
    return [round(value, 2) for value in (statistics.median(ratios), min(ratios), max(ratios))] if ratios else None


def table(told: dict[str, Any]) -> str:
    """The results as a table in Markdown."""
    lines = [
        "| | time | × engine | (min–max) | processor × engine | peak MB | rows that differ |",
        "|---|---:|---:|---|---:|---:|---|",
    ]
    for name, one in sorted(told.items(), key=lambda item: item[1]["seconds"]):
        title = (MODULES.get(name) or COMMANDS[name])[-1]
        middle, least, most = one["ratio"] or ["–"] * 3
        processor = (one["processor_ratio"] or ["–"])[0]
        cells = (
            f"{one['seconds']:.2f} s",
            middle,
            f"{least}–{most}",
            processor,
            f"{one['peak']:,.0f}",
            wrong(one["differing"]),
        )
        lines.append(f"| {title} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def wrong(differing: dict[str, int] | None) -> str:
    """What differs, in words."""
    if differing is None:
        return "–"
    return ", ".join(f"{table} {rows:,}" for table, rows in differing.items() if rows) or "none"


def keep(size: int, written: dict[str, Any]) -> None:
    """Write everything as JSON, and the table into the README."""
    RESULTS.mkdir(exist_ok=True)
    content = json.dumps(written, ensure_ascii=False, indent=1) + "\n"
    (RESULTS / f"{size}.json").write_text(content, encoding="utf-8")
    ran_on = written["machine"]
    versions = ", ".join(f"{name} {ran_on[name]}" for name in ("python", *VERSIONS))
    said = f"{ran_on['cores']} cores ({ran_on['processor']}), {ran_on['memory_gb']} GB, {ran_on['system']}; {versions}."
    if sample := written["sample"]:
        said += (
            f"\n\nAgainst the oracle at {sample['institutions']:,} institutions: {wrong(sample['differing'])} differ."
        )
    readme = HERE / "README.md"
    before, mark, rest = readme.read_text(encoding="utf-8").partition(f"<!-- {size} -->\n")
    _, end, after = rest.partition("<!-- end -->\n")
    readme.write_text(f"{before}{mark}{table(written['measured'])}\n\n{said}\n{end}{after}", encoding="utf-8")


def main() -> None:
    """The command line; runs itself again in benchmarks/.venv."""
    everything = [*MODULES, *COMMANDS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, choices=ROUNDS, default=50_000)
    parser.add_argument("--only", nargs="+", choices=everything, metavar="NAME", help=", ".join(everything))
    parser.add_argument("--rounds", type=int)
    arguments = parser.parse_args()
    if Path(sys.prefix).resolve() != VENV.resolve():
        install()
        raise SystemExit(
            subprocess.run([str(PYTHON), str(Path(__file__).resolve()), *sys.argv[1:]], check=False).returncode
        )
    size = arguments.size
    only = arguments.only or [name for name in everything if name not in TOO_LARGE[size]]
    taken = rounds(only, size, arguments.rounds or ROUNDS[size])
    differing = right(list(taken), size) if ENGINE in taken else {}
    told = summary(taken, differing)
    print(table(told))
    if arguments.only is None:
        keep(size, {"size": size, "machine": machine(), "measured": told, "sample": differing.get("sample")})


if __name__ == "__main__":
    main()
