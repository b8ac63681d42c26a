"""Writes runs over one another, each in a process of its own that the system ends at some moment.

python killed.py TARGET ONE OTHER SEED MOMENTS: ONE and OTHER are folders of Parquet files, one a table of a run.
MOMENTS processes are cut short. Prints what each run is when it is whole, then what stands at the target after each
process: a digest on each line.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from pathlib import Path
from random import Random
from time import monotonic

import adbc_driver_sqlite.dbapi
import polars as pl
import sqlite_utils

from kaohe.store.tables import Portions
from kaohe.store.write import write_tables

IMPORTED = (adbc_driver_sqlite.dbapi, sqlite_utils)
"""What writing imports, here once and not in each process."""


def digest(target: Path) -> str:
    """One digest of a file, or of a folder's files and their names."""
    files = sorted(target.iterdir()) if target.is_dir() else [target]
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()


def portions(file: Path) -> Portions:
    """The table in parts."""
    frame = pl.read_parquet(file)
    return lambda: frame.iter_slices(2_000) if len(frame) else iter([frame])


def ended(target: Path, tables: Path, moment: float) -> bool:
    """Write in a new process, which ends after so many seconds where that is not 0; whether it was cut short."""
    child = os.fork()
    if child == 0:
        held = {file.stem: portions(file) for file in sorted(tables.iterdir())}
        signal.setitimer(signal.ITIMER_REAL, moment)
        write_tables(held, target)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(target: Path, runs: tuple[Path, Path], seed: int, moments: int) -> None:
    """Write each run whole, then over one another, each time with less than the time that it takes, until enough
    were cut short; who was fast enough nevertheless leaves less time to the next.
    """
    whole = 0.0
    for run in runs:
        begun = monotonic()
        ended(target, run, 0)
        whole = max(whole, monotonic() - begun)
        print(digest(target))
    random, cut, number = Random(seed), 0, 0
    while cut < moments:
        if ended(target, runs[number % 2], random.uniform(0.001, whole)):
            cut += 1
        else:
            whole *= 0.95
        number += 1
        print(digest(target))


if __name__ == "__main__":
    main(Path(sys.argv[1]), (Path(sys.argv[2]), Path(sys.argv[3])), int(sys.argv[4]), int(sys.argv[5]))
