"""Results from another scheme's scoring feed the deposits: the opinions name no rubric."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from project import Outcome, Project, clean_year, csv_text

PARAMETERS = """
["reserve.rate"]
value = 0.05
provenance = "assumption"
source = "算例"

["deposit.rate"]
value = 0.10
provenance = "assumption"
source = "算例"
"""


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, capsys)


def money(year: int) -> dict[str, list[dict[str, object]]]:
    """A fund of 1000 in one region, A, and 500 payable to N1."""
    row = {"region": "A", "name": "A", "fund": "F", "part_of": ""}
    return {
        "funds": [{"fund": "F", "year": year, "budget": "1000.00"}],
        "revenues": [{"fund": "F", "year": year, "source": "筹资", "planned": "1000.00", "actual": "1000.00"}],
        "regions": [{**row, "year": year - 1, "spending": "900.00"}, {**row, "year": year, "spending": ""}],
        "payments": [
            {
                "institution": "N1",
                "region": "A",
                "fund": "F",
                "month": f"{year}-01",
                "payable": "500.00",
                "withheld": "",
            }
        ],
    }


def year_2023(folder: Path) -> Path:
    """The clean year of Changzhou's nursing home N1 (a complaint: 78.5 points) in 2023, with money in one region."""
    tables = clean_year()
    tables["institutions"][0] |= {"region": "A", "chain": "否"}
    tables["agreements"][0] |= {"to": "2023-12-31"}
    tables["events"][0] |= {"date": "2023-03-05"}
    for row in tables["metrics"]:
        row["period"] = "2023"
    tables |= money(2023)
    folder.mkdir()
    (folder / "dataset.toml").write_text('name = "合用"\nfrom = 2023-01-01\nto = 2023-12-31\n', encoding="utf-8")
    for table, rows in tables.items():
        (folder / f"{table}.csv").write_text(csv_text(rows), encoding="utf-8")
    return folder


def run(project: Project, *more: object) -> Outcome:
    parameters = project.root / "parameters.toml"
    parameters.write_text(PARAMETERS, encoding="utf-8")
    dataset = year_2023(project.root / "year")
    out = project.root / "run"
    return project.kaohe("run", dataset, "--scheme", "qingdao/2023", "--params", parameters, "--out", out, *more)


def balances(project: Project) -> dict[str, str]:
    journal = pl.read_parquet(project.root / "run" / "journal.parquet").filter(pl.col("institution") == "N1")
    sums = journal.group_by("account").agg(pl.col("amount").cast(pl.Decimal(20, 2)).sum()).sort("account")
    return {account: str(amount) for account, amount in sums.rows() if amount}


def test_the_score_of_changzhou_s_rubric_releases_qingdao_s_deposit(project: Project) -> None:
    outcome = run(project, "--stage", "score=changzhou/2022")
    assert outcome.status == 0, outcome.err
    # A complaint takes 2 of 80 points with D1: (78×30 + 80×10) ÷ 40 = 78.5. Of 500 × 10 % = 50 withheld,
    # 50 × 78.5 % = 39.25 are released.
    assert balances(project) == {"forfeited": "-10.75", "paid": "-450.00", "released": "-39.25"}


def test_without_a_rubric_and_without_marks_the_deposit_stays(project: Project) -> None:
    outcome = run(project)
    assert outcome.status == 0, outcome.err
    assert balances(project) == {"deposit": "-50.00", "paid": "-450.00"}


def test_a_stage_that_is_taken_says_what_it_lacks(project: Project) -> None:
    """Changzhou's year settled by Qingdao's stages, whose rate nobody gave: no budget, and the reason by name."""
    stages = [argument for stage in ("allocate", "settle") for argument in ("--stage", f"{stage}=qingdao/2023")]
    project.tables.update(money(2022))
    outcome = project.run(*stages, "--json")
    assert outcome.status == 0, outcome.err
    said = [problem["message"] for problem in outcome.json["problems"]]
    assert [message for message in said if "(reserve.rate) is not set" in message]
    assert outcome.json["regions"] == []
