"""The same input gives the same bytes, and both forms hold the same rows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import polars as pl
from project import SCHEME
from stored import inputs, tables

import kaohe
from kaohe.run import Run
from kaohe.store import open_run, save


def test_the_same_input_gives_the_same_bytes(year: Path, file: Path, tmp_path: Path) -> None:
    save(kaohe.assess(year, SCHEME), tmp_path / "again.db")
    assert (tmp_path / "again.db").read_bytes() == file.read_bytes()


def test_another_process_writes_the_same_bytes(year: Path, file: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kaohe", "run", str(year), "--scheme", SCHEME, "--out", "there.db", "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": "11", "POLARS_MAX_THREADS": "1", "LC_ALL": "zh_CN.UTF-8"}
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=environment)
    assert (tmp_path / "there.db").read_bytes() == file.read_bytes()


def test_the_order_of_rows_changes_nothing_that_is_computed(year: Path, file: Path, tmp_path: Path) -> None:
    chance = Random(5)
    for path in year.rglob("*"):
        target = tmp_path / path.relative_to(year)
        target.parent.mkdir(exist_ok=True)
        if path.suffix == ".csv":
            heading, *lines = path.read_bytes().splitlines(keepends=True)
            chance.shuffle(lines)
            target.write_bytes(b"".join([heading, *lines]))
        elif path.is_file():
            target.write_bytes(path.read_bytes())
    save(kaohe.assess(tmp_path, SCHEME), tmp_path / "run.db")
    one, other = tables(file), tables(tmp_path / "run.db")
    assert one["in_events"] != other["in_events"]
    for table in one.keys() - {"run", *inputs(one)}:
        assert other[table] == one[table], table


def test_both_forms_hold_the_same_rows(run: Run, file: Path, tmp_path: Path) -> None:
    save(run, tmp_path / "run")
    found = {path.stem: pl.read_parquet(path).to_dicts() for path in (tmp_path / "run").iterdir()}
    assert found == tables(file)
    one, other = open_run(file), open_run(tmp_path / "run")
    assert one.about == other.about
    institution = run.results["institution"][40]
    for table in ("results", "trace", "in_events", "nothing_of_the_kind"):
        assert one.rows(table, institution=institution) == other.rows(table, institution=institution)
    assert one.rows("trace", institution=institution)
    assert one.rows("nothing_of_the_kind") == []
