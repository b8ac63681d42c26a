"""Where a run may go: not over anything else, and not over a closed one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from project import SCHEME, Project
from stored import OTHERS, contents, nothing, places

import kaohe
from kaohe.store import open_run, save


def refused(project: Project, out: object) -> str:
    """What is said where a run may not go; nothing there is touched."""
    dataset = project.dataset
    before, there = contents(project.root), places(project.root)
    outcome = project.kaohe("run", dataset, "--scheme", SCHEME, "--out", out)
    assert (outcome.status, outcome.out) == (1, "")
    assert contents(project.root) == before
    assert places(project.root) == there
    line, last = outcome.err.splitlines()
    assert last == "1 error; nothing was written"
    return line


@pytest.mark.parametrize("out", ["nowhere/run.db", "nowhere/run"])
def test_a_run_does_not_go_into_a_folder_that_is_not_there(out: str, project: Project) -> None:
    assert refused(project, out) == f"error: {out}: the folder “nowhere” does not exist → make it first"


@pytest.mark.parametrize("out", [*OTHERS, "dataset"])
def test_a_run_is_not_written_over_anything_else(out: str, project: Project) -> None:
    OTHERS.get(out, nothing)(project.root / out)
    assert refused(project, out) == f"error: {out}: something else stands here, not a run → choose another name (--out)"


def test_a_run_s_folder_with_something_of_the_user_s_is_kept(project: Project) -> None:
    save(kaohe.assess(project.dataset, SCHEME), project.root / "run")
    (project.root / "run" / "letter.docx").write_text("mine")
    assert "something else stands here, not a run" in refused(project, "run")


def test_a_closed_run_is_frozen(project: Project, target: Path) -> None:
    run = kaohe.assess(project.dataset, SCHEME)
    save(run, target)
    if target.suffix:
        with closing(sqlite3.connect(target)) as connection, connection:
            connection.execute("update run set closed = '2023-03-31'")
    else:
        about = pl.read_parquet(target / "run.parquet")
        about.with_columns(closed=pl.lit("2023-03-31")).write_parquet(target / "run.parquet")
    assert refused(project, target.name) == (
        f"error: {target.name}: this run was closed on 2023-03-31 and is frozen → choose another name (--out)"
    )


def test_a_run_replaces_a_run_that_is_not_closed(project: Project, target: Path) -> None:
    for points in ("80", "78"):
        assert project.kaohe("run", project.dataset, "--scheme", SCHEME, "--out", target.name).status == 0
        stored = [row["quantity"] for row in open_run(target).rows("trace", clause="5.1")]
        assert stored == ["1"] if points == "80" else ["2"]
        project.tables["events"][0]["count"] = 2
    assert project.files() == {"dataset", target.name}


def test_a_run_may_go_into_an_empty_folder(project: Project) -> None:
    (project.root / "run").mkdir()
    assert project.kaohe("run", project.dataset, "--scheme", SCHEME, "--out", "run").status == 0
    assert project.files() == {"dataset", "run"}
    assert open_run(project.root / "run").rows("results")
