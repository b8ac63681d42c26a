"""The example year is what an official could hold, and comes out as annex 2 says."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import kaohe
from kaohe.dataset.read import read
from kaohe.plugin.manager import City
from kaohe.run import Run
from kaohe_changzhou import demo

SEEDS = (2022, 1, 7)


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def written(folder: Path, seed: int) -> Path:
    assert demo.write(folder, seed) == "changzhou/2022"
    return folder


@pytest.fixture(scope="module", params=SEEDS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The example year of each seed, assessed: it passed every check."""
    return kaohe.assess(written(tmp_path_factory.mktemp("demo"), request.param), "changzhou/2022")


def recorded(run: Run, fact: str) -> list[str]:
    return run.dataset.tables["events"].filter(pl.col("fact") == fact)["institution"].to_list()


def result(run: Run, institution: str) -> dict[str, object]:
    return run.results.row(by_predicate=pl.col("institution") == institution, named=True)


def mean_of_sheets(run: Run, institution: str) -> Decimal:
    """The sheets' scores weighted by persons, half up to 0.01."""
    served = run.dataset.tables["served"].select("institution", "scorer", "persons")
    sheets = run.scores.filter(pl.col("institution") == institution).join(served, on=["institution", "scorer"])
    persons = sum(sheets["persons"])
    weighted = sum(score * number for score, number in sheets.select("score", "persons").rows())
    return (weighted / persons).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_same_seed_gives_same_bytes_in_another_process(tmp_path: Path) -> None:
    here = contents(written(tmp_path / "here", 5))
    there = tmp_path / "there"
    code = "import sys, pathlib; from kaohe_changzhou import demo; demo.write(pathlib.Path(sys.argv[1]), 5)"
    subprocess.run([sys.executable, "-c", code, str(there)], check=True, env={**os.environ, "PYTHONHASHSEED": "17"})
    assert contents(there) == here


def test_another_seed_gives_another_year(tmp_path: Path) -> None:
    one, other = contents(written(tmp_path / "1", 1)), contents(written(tmp_path / "2", 2))
    assert one.keys() == other.keys()
    assert {name for name in one if one[name] == other[name]} == {"dataset.toml", "考核主体.csv"}


def test_it_is_a_folder_in_chinese_with_the_districts_own_encodings(tmp_path: Path) -> None:
    files = contents(written(tmp_path, 2022))
    assert files["事件/武进区.csv"].startswith("\ufeff事件编号,机构编码".encode())
    assert files["事件/溧阳市.csv"].decode("gb18030").startswith("事件编号,机构编码")
    with pytest.raises(UnicodeDecodeError):
        files["事件/溧阳市.csv"].decode()
    tables, _, problems = read(tmp_path)
    assert not problems
    assert len(tables["events"].files) == 5


def test_the_hook_writes_it_whether_or_not_the_module_was_imported(tmp_path: Path) -> None:
    city = City.named("changzhou")
    assert city.has("demo")
    assert city.demo(tmp_path / "hook", 3) == "changzhou/2022"
    assert contents(tmp_path / "hook") == contents(written(tmp_path / "module", 3))


def test_nothing_is_wrong_with_it_and_every_home_has_a_result_without_grade(run: Run) -> None:
    assert {problem.severity for problem in run.problems} == {"warning"}
    assert {problem.code for problem in run.problems} == {"unset", "missing", "unreported"}
    assert run.results["institution"].n_unique() == len(run.results) == 96
    assert run.results["grade"].null_count() == 96


def test_it_has_the_size_and_spread_of_a_year(run: Run) -> None:
    tables = run.dataset.tables
    sheets = tables["served"].group_by("institution").agg(pl.col("persons").sum(), pl.len())
    assert sorted(sheets["len"].unique()) == [1, 2, 3, 4]
    assert sheets["persons"].is_between(3, 180).all()
    assert 1700 <= len(tables["events"]) <= 2500
    assert set(tables["events"]["status"]) == {"confirmed", "disputed", "withdrawn"}
    assert (tables["events"]["date"].dt.year() == 2021).sum() == 4
    ordinary = run.results.filter(~pl.col("basis").str.contains("veto"), pl.col("score").is_not_null())["score"]
    assert ordinary.is_between(70, 95).mean() > 0.6
    assert ordinary.min() < 60 < 90 < ordinary.max()


def test_suspended_homes_lose_20_points_but_not_more_than_they_have(run: Run) -> None:
    suspended = recorded(run, "agreement.suspended")
    assert len(suspended) == 2
    before = [mean_of_sheets(run, home) for home in suspended]
    assert [result(run, home)["score"] for home in suspended] == [max(Decimal(0), score - 20) for score in before]
    assert min(before) < 50 < max(before)


def test_terminated_and_refusing_homes_score_zero(run: Run) -> None:
    terminated, refused = recorded(run, "agreement.terminated"), recorded(run, "assessment.refused")
    assert len(terminated) == len(refused) == 1
    assert [result(run, home)["score"] for home in (*terminated, *refused)] == [0, 0]
    assert mean_of_sheets(run, *terminated) > 0


def test_homes_that_a_district_has_not_reported_on_are_not_determined(run: Run) -> None:
    silent = run.trace.filter(pl.col("status") == "unreported")["institution"].unique().to_list()
    assert len(silent) == 3
    for home in silent:
        found = result(run, home)
        assert found["score"] is None
        assert found["low"] < found["high"]


def test_metrics_are_missing_on_six_sheets_besides_the_refusing_home(run: Run) -> None:
    refused = recorded(run, "assessment.refused")
    missing = run.trace.filter(pl.col("status") == "missing", ~pl.col("institution").is_in(refused))
    assert len(missing) == 6
    assert 3 < run.results["score"].null_count() <= 9


def test_own_marks_are_higher_than_the_official_points(run: Run) -> None:
    marked = run.items.filter(pl.col("self_points").is_not_null(), pl.col("points").is_not_null())
    assert marked["institution"].n_unique() > 70
    assert marked["self_points"].sum() > marked["points"].sum()
    assert (marked["self_points"] >= marked["points"]).mean() > 0.8
