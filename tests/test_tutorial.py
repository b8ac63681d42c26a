"""The tutorial, followed to the letter in an empty folder: its plugin reaches the level that it says."""

from __future__ import annotations

import os
import shlex
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from follow import Command, File, follow, steps

TUTORIAL = (Path(__file__).parents[1] / "docs" / "tutorial.md").read_text(encoding="utf-8")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A fresh environment in which kaohe and its tools are installed already, and nothing comes from a network."""
    place = tmp_path / "environment"
    venv.create(place)
    python = place / "bin" / "python"
    (packages,) = place.glob("lib/*/site-packages")
    (packages / "parent.pth").write_text(
        f"import site; site.addsitedir({site.getsitepackages()[0]!r})\n", encoding="utf-8"
    )
    offline = "--no-index --no-deps --no-build-isolation --disable-pip-version-check --quiet"
    for name, line in {
        "kaohe": f'exec {shlex.quote(str(python))} -m kaohe "$@"',
        "pip": f'exec {shlex.quote(sys.executable)} -m pip --python {shlex.quote(str(python))} "$@" {offline}',
    }.items():
        script = place / "bin" / name
        script.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        script.chmod(0o755)
    return {**os.environ, "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "en_US.UTF-8"}


def test_the_tutorial_holds(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()

    def run(line: str) -> tuple[int, str]:
        done = subprocess.run(
            shlex.split(line), cwd=folder, env=environment, capture_output=True, check=False, encoding="utf-8"
        )
        return done.returncode, done.stdout + done.stderr

    assert list(follow(TUTORIAL, folder, run)) == []


def test_three_commands_lead_to_a_green_check() -> None:
    part = TUTORIAL.partition("## A plugin in three commands")[2].partition("\n## ")[0]
    commands = [step.line.split()[:2] for step in steps(part) if isinstance(step, Command)]
    assert commands == [["kaohe", "new"], ["pip", "install"], ["kaohe", "test"]]


def test_what_the_page_shows_is_looked_for() -> None:
    """Otherwise a page that says something untrue would pass."""
    page = "`a/b.txt`:\n\n```text\nhello\n```\n\n```console\n$ one\n$ two 2\nfirst … last\nsecond\n```\n"
    found = list(steps(page))
    assert found == [File("a/b.txt", "hello\n"), Command("one"), Command("two 2", ["first … last", "second"])]
    command = found[2]
    assert isinstance(command, Command)
    assert command.missing("x\nfirst and last\nsecond\n") == []
    assert command.missing("second\nfirst and last\n") == ["second"]
    assert command.missing("first\nsecond") == ["first … last"]
