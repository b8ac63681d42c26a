"""A run is written whole or not at all, whatever fails meanwhile."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from project import SCHEME, Project
from sqlite_utils import Database
from stored import contents, places

from kaohe.messages import speaking
from kaohe.problems import Refused
from kaohe.run import Run
from kaohe.store import open_run, save, sqlite, write
from kaohe.store.tables import stored_tables


def at_once(_: Callable[..., Any], fault: BaseException) -> Callable[..., Any]:
    """A function that fails."""

    def failing(*_: Any, **__: Any) -> Any:
        raise fault

    return failing


def third_time(real: Callable[..., Any], fault: BaseException) -> Callable[..., Any]:
    """The function, which fails when it is called for the third time."""
    left = iter([None, None])

    def failing(*arguments: Any, **named: Any) -> Any:
        try:
            next(left)
        except StopIteration:
            raise fault from None
        return real(*arguments, **named)

    return failing


FULL = OSError(28, "No space left on device")
BREAKS = {
    "third table": ("run.db", sqlite, "_insert", third_time),
    "third schema": ("run.db", Database, "table", third_time),
    "view": ("run.db", Database, "create_view", at_once),
    "sync": ("run.db", os, "fsync", at_once),
    "replace": ("run.db", os, "replace", at_once),
    "third file": ("run", pl.LazyFrame, "sink_parquet", third_time),
    "third sync": ("run", os, "fsync", third_time),
    "replace folder": ("run", write, "put", at_once),
}
"""What is made to fail while a run is written: where it goes, what fails, and when."""


@pytest.mark.parametrize("fault", [RuntimeError("no"), KeyboardInterrupt(), FULL], ids=["fault", "interrupt", "full"])
@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("over", ["nothing", "a run"])
def test_a_run_that_cannot_be_finished_leaves_everything_as_it_was(
    name: str, fault: BaseException, over: str, small: Run, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, owner, attribute, when = BREAKS[name]
    if over == "a run":
        save(evolve(small, dataset=evolve(small.dataset, name="earlier")), project.root / out)
    before, there = contents(project.root), places(project.root)
    with monkeypatch.context() as broken:
        broken.setattr(owner, attribute, when(getattr(owner, attribute), fault))
        with pytest.raises(Refused if fault is FULL else type(fault)):
            save(small, project.root / out)
    assert contents(project.root) == before
    assert places(project.root) == there
    save(small, project.root / out)
    assert open_run(project.root / out).about["scheme"] == SCHEME


def test_the_last_step_of_replacing_a_folder_can_fail(
    small: Run, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = project.root / "run"
    save(evolve(small, dataset=evolve(small.dataset, name="earlier")), target)
    before, there = contents(project.root), places(project.root)
    real = os.replace

    def only_aside(source: Path, goal: Path) -> None:
        if goal == target and ".former." not in str(source):
            raise FULL
        real(source, goal)

    monkeypatch.setattr("kaohe.place._exchanged", lambda *_: False)
    monkeypatch.setattr("os.replace", only_aside)
    with pytest.raises(Refused):
        save(small, target)
    assert contents(project.root) == before
    assert places(project.root) == there


def test_a_full_disk_is_told_in_one_line(project: Project, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.replace", at_once(os.replace, FULL))
    outcome = project.kaohe("run", project.dataset, "--scheme", SCHEME, "--out", target.name)
    assert outcome.status == 1
    line, last = outcome.err.splitlines()
    assert line == (
        f"error: {target.name}: the run cannot be written: [Errno 28] No space left on device"
        " → choose another place; nothing was changed there"
    )
    assert last == "1 error; nothing was written"
    assert not target.exists()


LOCKED = {
    "run.db": (sqlite3, "connect", sqlite3.OperationalError("unable to open database file")),
    "run": (Path, "mkdir", PermissionError(13, "Permission denied")),
}
"""What happens in a folder in which one may not write."""


@pytest.mark.parametrize("out", LOCKED)
def test_a_folder_that_may_not_be_written_is_told(out: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, attribute, fault = LOCKED[out]
    dataset = project.dataset
    monkeypatch.setattr(owner, attribute, at_once(getattr(owner, attribute), fault))
    outcome = project.kaohe("run", dataset, "--scheme", SCHEME, "--out", out)
    assert outcome.status == 1
    assert f"error: {out}: the run cannot be written: {fault} → choose another place" in outcome.err
    assert project.files() == {"dataset"}


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
from kaohe.command import main
main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
def test_a_disk_that_fills_up_in_earnest(project: Project, target: Path) -> None:
    arguments = ["run", str(project.dataset), "--scheme", SCHEME, "--out", str(target), "--lang", "en"]
    before = project.files()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments], capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 1
    line, last = done.stderr.splitlines()
    assert "the run cannot be written: " in line
    assert last == "1 error; nothing was written"
    assert project.files() == before


@pytest.mark.skipif(sys.platform != "linux", reason="two folders change places at once on Linux only")
@pytest.mark.parametrize("out", ["run.db", "run"])
def test_a_run_killed_at_any_moment_leaves_a_whole_one(
    out: str, run: Run, small: Run, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for name, each in (("one", run), ("other", small)):
        (tmp_path / name).mkdir()
        for table, portions in stored_tables(each).items():
            pl.concat(list(portions())).head(5_000).write_parquet(tmp_path / name / f"{table}.parquet")
    (tmp_path / "place").mkdir()
    target = tmp_path / "place" / out
    script = Path(request.path).with_name("killed.py")
    moments = [target, tmp_path / "one", tmp_path / "other", 22, 100]
    done = subprocess.run([sys.executable, script, *map(str, moments)], capture_output=True, check=True, text=True)
    one, other, *seen = done.stdout.split()
    assert len(seen) >= 100
    assert set(seen) <= {one, other}
    assert len(list(target.parent.iterdir())) <= 2
    save(small, target)
    assert [entry.name for entry in target.parent.iterdir()] == [out]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = (
        shutil.which("mount")
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=400k", "none", place], capture_output=True, check=False
        ).returncode
    )
    if not mounted:
        pytest.skip("only an administrator can make a small disk (mount -t tmpfs)")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("out", ["run.db", "run"])
def test_a_disk_that_is_full_keeps_the_run_before(out: str, run: Run, small: Run, disk: Path) -> None:
    save(small, disk / out)
    before = contents(disk)
    with pytest.raises(Refused, match=r"the run cannot be written: .*(full|No space)"), speaking("en"):
        save(run, disk / out)
    assert contents(disk) == before
    assert places(disk) == before.keys() | {out}
