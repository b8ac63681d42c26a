"""`kaohe demo`."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from project import Project
from promised import RUN

DEMO = RUN | {"dataset_folder", "params"}


def test_demo_can_be_made_again_where_it_was_made(project: Project) -> None:
    first = project.kaohe("demo", "changzhou", "--json")
    assert (first.status, first.err) == (0, "")
    found = first.json
    assert found.keys() >= DEMO
    assert found["institutions"] >= 96
    home = project.root / "demo" / "changzhou"
    assert (project.root / found["out"]).read_bytes() == (home / "run.db").read_bytes()
    run = (home / "run.db").read_bytes()
    again = project.kaohe("demo", "--json")
    assert again.json == found
    assert (home / "run.db").read_bytes() == run
    other = project.kaohe("demo", "--seed", 7, "--json")
    assert other.status == 0
    assert (home / "run.db").read_bytes() != run
    assert {path.name for path in home.iterdir()} == {"dataset", "run.db", "example-parameters.toml"}


def test_demo_for_people_names_commands_that_work(project: Project) -> None:
    outcome = project.kaohe("demo", "changzhou", "--folder", "year")
    assert (outcome.status, outcome.err) == (0, "")
    run, explain = [line.split()[1:] for line in outcome.out.splitlines() if line.startswith("  kaohe ")]
    assert project.kaohe(*run).status == 0
    told = project.kaohe(*explain)
    assert told.status == 0
    assert "minus" in told.out


def test_demo_does_not_go_into_a_folder_that_holds_something_else(project: Project) -> None:
    (project.root / "mine").mkdir()
    (project.root / "mine" / "notes.txt").write_text("mine")
    outcome = project.kaohe("demo", "changzhou", "--folder", "mine")
    assert (outcome.status, outcome.out) == (1, "")
    assert "error: mine: this folder holds something else → choose another (--folder)" in outcome.err
    assert {path.name for path in (project.root / "mine").iterdir()} == {"notes.txt"}


def test_a_closed_run_is_not_touched_by_a_demo(project: Project) -> None:
    assert project.kaohe("demo", "changzhou", "--folder", "year").status == 0
    with closing(sqlite3.connect(project.root / "year" / "run.db")) as connection, connection:
        connection.execute("update run set closed = '2023-03-31'")
    former = (project.root / "year" / "run.db").read_bytes()
    outcome = project.kaohe("demo", "changzhou", "--folder", "year")
    assert outcome.status == 1
    assert "this run was closed on 2023-03-31 and is frozen" in outcome.err
    assert (project.root / "year" / "run.db").read_bytes() == former
