"""Every reading can be switched from the command line, and changes what it should."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kaohe.assembly import assemble
from kaohe.command import main
from kaohe.plugin.manager import scheme_named
from kaohe_changzhou.demo import write

SCHEME = "changzhou/2022"
PARAMETERS = assemble(*scheme_named(SCHEME)).parameters.values()
READINGS = [
    (parameter.parameter, option)
    for parameter in PARAMETERS
    for option in parameter.options
    if parameter.reading and option != parameter.value
]
"""Each reading with each option that is not its default."""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example year, which has institutions where the readings part."""
    folder = tmp_path_factory.mktemp("readings")
    write(folder, 2022)
    return folder


CLAUSES = {
    "peers.average": {"3.4"},
    "peers.itself": {"3.4"},
    "peers.empty": {"3.4"},
    "satisfaction.at_95": {"8", "9"},
    "exam.pass_at_90": {"6.1a"},
    "coverage.at_90": {"9.3"},
    "service_rate.bands": {"2.2"},
}
"""The clauses whose points a reading changes; another reading changes no clause, but what is made of them."""


def rows(run: Path, table: str) -> set[tuple[Any, ...]]:
    with closing(sqlite3.connect(run)) as database:
        return set(database.execute(f"select * from {table}"))


def assessed(dataset: Path, out: Path, *readings: str) -> Path:
    chosen = [argument for reading in readings for argument in ("--reading", reading)]
    with pytest.raises(SystemExit) as done:
        main(["run", str(dataset), "--scheme", SCHEME, "--out", str(out), "--lang", "en", *chosen])
    assert done.value.code == 0
    return out


@pytest.fixture(scope="module")
def default(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assessed(dataset, tmp_path_factory.mktemp("default") / "run.db")


@pytest.mark.parametrize(("name", "option"), [reading for reading in READINGS if reading[0] != "draw.rounding"])
def test_a_reading_changes_the_clauses_it_reads(
    name: str, option: str, dataset: Path, default: Path, tmp_path: Path
) -> None:
    run = assessed(dataset, tmp_path / "run.db", f"{name}={option}")
    changed = {row[4] for row in rows(run, "trace") ^ rows(default, "trace")}
    assert changed == CLAUSES.get(name, set())
    if name not in CLAUSES:
        assert rows(run, "totals") != rows(default, "totals")


def test_the_run_says_which_reading_was_chosen(dataset: Path, tmp_path: Path) -> None:
    run = assessed(dataset, tmp_path / "run.db", "satisfaction.at_95=deducted")
    with closing(sqlite3.connect(run)) as database:
        (stored,) = database.execute("select parameters from run").fetchone()
    chosen = {entry["parameter"]: (entry["value"], entry["given"]) for entry in json.loads(stored)}
    assert chosen["satisfaction.at_95"] == ("deducted", True)
    assert chosen["coverage.at_90"] == ("included", False)


@pytest.mark.parametrize("option", [option for name, option in READINGS if name == "draw.rounding"])
def test_the_rounding_of_the_draw_changes_who_is_drawn(
    option: str, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = []
    for reading in ("draw.rounding=up", f"draw.rounding={option}"):
        with pytest.raises(SystemExit):
            main(["draw", str(dataset), "--scheme", SCHEME, "--seed", "1", "--json", "--reading", reading])
        drawn.append(json.loads(capsys.readouterr().out)["drawn"])
    assert len(drawn[1]) < len(drawn[0])
