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


def year_2023(folder: Path) -> Path:
    """The clean year of Changzhou's nursing home N1 (a complaint: 78.5 points) in 2023, with money in one region."""
    tables = clean_year()
    tables["institutions"][0] |= {"region": "A", "chain": "否"}
    tables["agreements"][0] |= {"to": "2023-12-31"}
    tables["events"][0] |= {"date": "2023-03-05"}
    for row in tables["metrics"]:
        row["period"] = "2023"
    tables["funds"] = [{"fund": "F", "year": 2023, "budget": "1000.00"}]
    tables["revenues"] = [{"fund": "F", "year": 2023, "source": "筹资", "planned": "1000.00", "actual": "1000.00"}]
    tables["regions"] = [
        {"region": "A", "name": "A", "fund": "F", "year": 2022, "spending": "900.00", "part_of": ""},
        {"region": "A", "name": "A", "fund": "F", "year": 2023, "spending": "", "part_of": ""},
    ]
    tables["payments"] = [
        {"institution": "N1", "region": "", "fund": "F", "month": "2023-01", "payable": "500.00", "withheld": ""}
    ]
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
