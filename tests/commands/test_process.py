"""The command as a process: what it loads, and readers who leave."""

from __future__ import annotations

import os
import sys

import pytest
from processes import process
from project import SCHEME

HEAVY = ("polars", "narwhals", "rich", "babel", "sqlite_utils", "cattrs", "xlsxwriter", "fastexcel", "sqlite3")
LOADED = f"""
import runpy, sys
try:
    runpy.run_module("kaohe", run_name="__main__", alter_sys=True)
finally:
    sys.stderr.write(" ".join(name for name in {HEAVY} if name in sys.modules))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"], ["run"]], ids=" ".join)
def test_help_costs_nothing_that_it_does_not_need(arguments: list[str]) -> None:
    done = process(arguments, code=("-c", LOADED))
    assert done.returncode == (2 if arguments == ["run"] else 0)
    assert set(done.stderr.split()) & set(HEAVY) == set()
    assert bool(done.stdout) == (arguments != ["run"])


def test_what_would_be_heavy_is_seen_where_it_is_used() -> None:
    done = process(["check", "nowhere"], code=("-c", LOADED))
    assert {"polars", "cattrs"} <= set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["rubric", SCHEME],
        ["rubric", SCHEME, "--json"],
        ["facts"],
        ["cities", "--json"],
        ["rubric", "x", "--json"],
    ],
    ids=" ".join,
)
def test_a_reader_who_leaves_is_no_fault(arguments: list[str]) -> None:
    """As in `kaohe rubric … | head -1`, but nobody reads even the first line."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = process(arguments, stdout=writer)
    finally:
        os.close(writer)
    assert done.returncode == 1
    assert done.stderr == ""


def test_a_reader_may_leave_after_the_first_line() -> None:
    program = f"{sys.executable} -m kaohe rubric {SCHEME} --lang en | head -1"
    done = process(
        [], code=("-c", "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1], shell=True).returncode)", program)
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
