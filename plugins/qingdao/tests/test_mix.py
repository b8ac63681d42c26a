"""Results from another scheme's scoring feed the deposits: the opinions name no rubric."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from project import Outcome, Project, clean_year, csv_text

import kaohe
from kaohe.messages import speaking
from kaohe.store import open_run

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


STAGES = [argument for stage in ("allocate", "settle") for argument in ("--stage", f"{stage}=qingdao/2023")]


def test_a_stage_that_is_taken_says_what_it_lacks(project: Project) -> None:
    """Changzhou's year settled by Qingdao's stages, whose rate nobody gave: no budget, and the reason by name."""
    project.tables.update(money(2022))
    outcome = project.run(*STAGES, "--json")
    assert outcome.status == 0, outcome.err
    said = [problem["message"] for problem in outcome.json["problems"]]
    assert [message for message in said if "(reserve.rate) is not set" in message]
    assert outcome.json["regions"] == []


def mixed(project: Project, content: str, *more: object) -> Outcome:
    """Changzhou's clean year with a fund of 1000, allocated and settled by Qingdao's stages."""
    project.tables.update(money(2022))
    project.tables["institutions"][0]["region"] = "A"
    parameters = project.root / "parameters.toml"
    parameters.write_text(content, encoding="utf-8")
    return project.run(*STAGES, "--params", parameters, "--json", *more)


def test_changzhou_s_scored_year_is_settled_by_qingdao(project: Project) -> None:
    outcome = mixed(project, PARAMETERS)
    assert outcome.status == 0, outcome.err
    stored = open_run(project.root / "run.db")
    steps = [(row["region"], row["step"], row["amount"]) for row in stored.rows("allocations")]
    # Reserve 1000 × 5 % = 50; the only region gets the other 950.
    assert {("", "reserve", "50"), ("A", "budget", "950")} <= set(steps)
    own = {row["account"]: row["amount"] for row in stored.rows("journal") if row["institution"] == "N1"}
    # (78×30 + 80×10) ÷ 40 = 78.5 points; 500 × 10 % = 50 withheld: 50 × 78.5 % = 39.25 released, 10.75 forfeited.
    assert (own["paid"], own["released"], own["forfeited"]) == ("-450", "-39.25", "-10.75")
    said = {
        (entry["scheme"], entry["parameter"]): (entry["value"], entry["source"])
        for entry in json.loads(stored.about["parameters"])
        if entry["given"]
    }
    assert said == {
        ("qingdao/2023", "reserve.rate"): ("0.05", "算例"),
        ("qingdao/2023", "deposit.rate"): ("0.10", "算例"),
    }


def test_a_parameter_may_be_named_with_its_scheme(project: Project) -> None:
    outcome = mixed(project, PARAMETERS.replace('["reserve.rate"]', '["qingdao/2023:reserve.rate"]'))
    assert outcome.status == 0, outcome.err
    assert outcome.json["regions"][0]["budget"] == "950.00"


def test_a_reading_of_a_taken_stage_is_chosen(project: Project) -> None:
    outcome = mixed(project, PARAMETERS, "--reading", "qingdao:deposit.base=payable")
    assert outcome.status == 1
    assert "unknown parameter “qingdao:deposit.base”" in outcome.err
    assert mixed(project, PARAMETERS, "--reading", "qingdao:available.revenue=budget").status == 0
    given = json.loads(open_run(project.root / "run.db").about["parameters"])
    assert [(one["scheme"], one["value"]) for one in given if one["parameter"] == "available.revenue"] == [
        ("qingdao/2023", "budget")
    ]


def test_what_the_core_declares_is_set_for_every_scheme(project: Project) -> None:
    assert mixed(project, PARAMETERS, "--reading", "score.rounding=half_up_0").status == 0
    given = json.loads(open_run(project.root / "run.db").about["parameters"])
    rounding = {one["scheme"]: one["value"] for one in given if one["parameter"] == "score.rounding"}
    assert rounding == {"changzhou/2022": "half_up_0", "qingdao/2023": "half_up_0"}


BOTH = """
["deposit.release"]
value = "score"
provenance = "assumption"
source = "算例"
["tianjin/institutions-2023:reserve.rate"]
value = 0.05
provenance = "assumption"
source = "算例"
["reserve.rat"]
value = 0.05
provenance = "assumption"
source = "算例"
["qingdao/2023:reserve.rate"]
value = 0.05
provenance = "assumption"
source = "算例"
["qingdao:reserve.rate"]
value = 0.05
provenance = "assumption"
source = "算例"
["beijing/2020:reserve.rate"]
value = 0.05
provenance = "assumption"
source = "算例"
"""


def test_a_name_that_is_nobody_s_or_several_schemes_is_refused(project: Project) -> None:
    """All at once: two that have it, one that has not, a slip, one parameter twice, a scheme that is not used."""
    outcome = mixed(project, BOTH, "--stage", "consequences=tianjin/institutions-2023")
    assert outcome.status == 1
    place = project.root / "parameters.toml"
    assert outcome.err.splitlines() == [
        f"error: {place}: “deposit.release” is a parameter of qingdao/2023, tianjin/institutions-2023 → say which is "
        "meant: qingdao/2023:deposit.release, tianjin/institutions-2023:deposit.release",
        f"error: {place}: unknown parameter “tianjin/institutions-2023:reserve.rate” → did you mean "
        f"qingdao/2023:reserve.rate?",
        f"error: {place}: unknown parameter “reserve.rat” → did you mean reserve.rate?",
        f"error: {place}: “qingdao:reserve.rate” and “qingdao/2023:reserve.rate” are the same parameter → leave one of "
        "them",
        f"error: {place}: no stage of this run is by the scheme “beijing/2020” → its schemes are changzhou/2022, "
        "qingdao/2023, tianjin/institutions-2023",
        "5 errors; nothing was written",
    ]
    assert "run.db" not in project.files()


def test_python_takes_the_parameters_as_a_mapping(project: Project) -> None:
    project.tables.update(money(2022))
    project.tables["institutions"][0]["region"] = "A"
    said = {"provenance": "agreement", "source": "2022年预算方案"}
    stages = {"allocate": "qingdao/2023", "settle": "qingdao/2023"}
    parameters = {"reserve.rate": {"value": Decimal("0.05"), **said}, "deposit.rate": {"value": "0.10", **said}}
    run = kaohe.assess(project.dataset, "changzhou/2022", parameters=parameters, stages=stages)
    journal = run.tables["journal"].filter(account="released")
    assert journal["amount"].to_list() == [-3925]
    kept = run.rules.files["given/parameters/parameters.toml"]
    assert tomllib.loads(kept, parse_float=Decimal) == parameters
    parameters["reserve.rate"]["value"] = 0.05
    with pytest.raises(kaohe.Refused) as refused:
        kaohe.assess(project.dataset, "changzhou/2022", parameters=parameters, stages=stages)
    with speaking("en"):
        assert str(refused.value.problems[0].message) == (
            "0.05 is a binary float, which is not exact: write it as text or as a Decimal"
        )
