"""A city with a version for each year is run by its name: the version in force in the dataset's year is used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

import kaohe
from kaohe.command import main
from kaohe.messages import speaking
from kaohe.problems import Refused


def year(begins: date, ends: date) -> dict[str, object]:
    """An institution from which 10 yuan of 100 are withheld in the first month."""
    return {
        "dataset": {"name": "year", "from": begins, "to": ends},
        "institutions": pl.DataFrame({"institution": ["A"], "name": ["A"], "kind": ["nursing_home"]}),
        "agreements": pl.DataFrame(
            {
                "agreement": ["X"],
                "institution": ["A"],
                "from": [str(begins)],
                "to": [str(ends)],
                "deposit_rate": ["0.1"],
            }
        ),
        "payments": pl.DataFrame(
            {"institution": ["A"], "fund": ["F"], "month": [f"{begins:%Y-%m}"], "payable": ["100.00"]}
        ),
        "history": pl.DataFrame({"institution": ["A"], "scheme": ["versions"], "year": [begins.year], "score": ["90"]}),
    }


def refusal(dataset: object, scheme: str) -> str:
    with pytest.raises(Refused) as refused:
        kaohe.assess(dataset, scheme)  # type: ignore[arg-type]
    (problem,) = refused.value.problems
    with speaking("en"):
        return str(problem)


@pytest.mark.parametrize(("of", "released"), [(2022, "5.00"), (2023, "8.00")])
def test_the_city_means_the_version_of_the_year(of: int, released: str) -> None:
    """2022 gives half of the deposit back, 2023 four fifths: of 10 yuan 5 and 8."""
    run = kaohe.assess(year(date(of, 1, 1), date(of, 12, 31)), "versions")
    assert run.rules.scheme.scheme == f"versions/{of}"
    back = run.tables["journal"].filter(pl.col("account") == "deposit_forfeited")["amount"].sum()
    assert Decimal(10) + Decimal(int(back)) / 100 == Decimal(released)


def test_none_is_in_force() -> None:
    said = refusal(year(date(2024, 1, 1), date(2024, 12, 31)), "versions")
    assert "no scheme of “versions” is in force from 2024-01-01 to 2024-12-31" in said
    assert "versions/2022 (2022-01-01 to 2022-12-31)" in said
    assert "versions/2023 (2023-01-01 to 2023-12-31)" in said


def test_a_year_over_two_versions_is_of_neither() -> None:
    assert "no scheme of “versions” is in force" in refusal(year(date(2022, 7, 1), date(2023, 6, 30)), "versions")


def test_of_several_one_must_be_named() -> None:
    said = refusal(year(date(2023, 1, 1), date(2023, 12, 31)), "tianjin")
    assert "several schemes of “tianjin” are in force" in said
    assert "tianjin/agencies-2024 (… to …)" in said


def test_without_a_year_several_versions_are_refused_with_their_names() -> None:
    with pytest.raises(Refused) as refused:
        kaohe.plugin.manager.scheme_named("versions")
    assert "versions/2022" in str(refused.value)


def test_a_year_that_is_not_said_is_told_as_such() -> None:
    assert "versions" in refusal({"institutions": pl.DataFrame({"institution": ["A"]})}, "versions")


LATER = """scheme = "later/2023"
name = { zh_CN = "办法2023年版", en = "Version 2023" }
reviewed = 2026-11-22
results_given = { zh_CN = "另行公布", en = "Published elsewhere" }
documents = [{ number = "1", title = "-", issuer = "-" }]

[[consequences]]
consequence = "terminate"
article = "第四条"
below = "line"
years = 2
"""
LINE = """[line]
name = { zh_CN = "分数线", en = "Line" }
type = "points"
value = 60
provenance = "published"
source = "第四条"
"""


@pytest.mark.parametrize(
    ("scheme", "follows"), [("later/2022", ["A"]), ("later/2023", ["A"]), ("later/other-2022", []), ("else/2022", [])]
)
def test_last_year_counts_under_the_version_of_last_year(scheme: str, follows: list[str], tmp_path: Path) -> None:
    """Below 60 in two years in a row: last year's score stands under last year's version."""
    (tmp_path / "2023").mkdir()
    (tmp_path / "2023" / "scheme.toml").write_text(LATER, encoding="utf-8")
    (tmp_path / "2023" / "parameters.toml").write_text(LINE, encoding="utf-8")
    scores = {"institution": ["A", "A"], "scheme": ["later/2023", scheme], "year": [2023, 2022], "score": ["50", "59"]}
    dataset = {
        "dataset": {"name": "2023", "from": date(2023, 1, 1), "to": date(2023, 12, 31)},
        "institutions": pl.DataFrame({"institution": ["A"], "name": ["A"], "kind": ["nursing_home"]}),
        "history": pl.DataFrame(scores),
    }
    run = kaohe.assess(dataset, "later", plugins={"later": SimpleNamespace(__path__=[str(tmp_path)])})
    assert run.tables["consequences"]["institution"].to_list() == follows


@pytest.mark.parametrize("command", [["check"], ["run", "--out", "year.db"]])
def test_files_are_looked_into_for_their_year(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "year"
    folder.mkdir()
    for name, table in year(date(2023, 1, 1), date(2023, 12, 31)).items():
        if isinstance(table, pl.DataFrame):
            table.write_csv(folder / f"{name}.csv")
    (folder / "dataset.toml").write_text('name = "2023"\nfrom = 2023-01-01\nto = 2023-12-31\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as done:
        main(["--lang", "en", command[0], "year", "--scheme", "versions", *command[1:]])
    assert (done.value.code or 0) == 0, capfd.readouterr()
