"""What departs from a published document says so, and marks what it touches: a value, a table of values, a rubric."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from project import Project

import kaohe
import kaohe_changzhou
from kaohe.messages import speaking

ANNEX = Path(kaohe_changzhou.__file__).parent / "2022" / "rubrics" / "annex2.toml"
STEPS = {"method": "steps", "ends": [{"at": 0, "share": "0"}, {"at": 70, "share": "0.9"}]}
"""The document of payback/1 says: from 60 half of it, from 80 0.8, from 90 all."""


def assessed(scheme: str, parameters: dict[str, Any], **tables: list[dict[str, Any]]) -> kaohe.Run:
    """N1 in 2023 with 85 points on record, 1,000.00 payable in January at a rate of 0.05: 50.00 is withheld."""
    rows: dict[str, list[dict[str, Any]]] = {
        "institutions": [{"institution": "N1", "name": "N1", "kind": "nursing_home", "region": "A"}],
        "agreements": [{"agreement": "X1", "institution": "N1", "from": "2023-01-01", "to": "2023-12-31",
                        "deposit_rate": "0.05"}],
        "payments": [{"institution": "N1", "region": "A", "fund": "F", "month": "2023-01", "payable": "1000.00"}],
        "history": [{"institution": "N1", "scheme": scheme, "year": "2023", "score": "85"}],
    }  # fmt: skip
    frames = {name: pl.DataFrame(content) for name, content in (rows | tables).items()}
    about = {"name": scheme, "from": date(2023, 1, 1), "to": date(2023, 12, 31)}
    return kaohe.assess({"dataset": about, **frames}, scheme, parameters=parameters)


def given(value: Any, provenance: str) -> dict[str, Any]:
    return {"value": value, "provenance": provenance, "source": "试算"}


def departing(run: kaohe.Run) -> list[str]:
    with speaking("en"):
        return [str(problem) for problem in run.problems if problem.code == "departs"]


def test_a_published_table_of_values_that_is_replaced_says_both_and_marks_the_entries() -> None:
    """85 points by the table that was given: 0.9 of 50.00 is 45.00 (the document's: 40.00)."""
    run = assessed("payback/1", {"deposit.release": given(STEPS, "assumption")})
    assert departing(run) == [
        "The share of the quality deposit that is released for a score (deposit.release) departs from the document: "
        "≥ 0: 0; ≥ 70: 0.9 instead of the published ≥ 0: 0; ≥ 60: 0.5; ≥ 80: 0.8; ≥ 90: 1 → nothing that rests on it "
        "is a result under the document: 试算"
    ]
    settled = run.tables["journal"].filter(pl.col("entry").str.starts_with("Y"))
    assert settled["cause"].unique().to_list() == ["score:85 assumption:deposit.release"]
    assert settled.filter(pl.col("account") == "settlement_payable")["amount"].to_list() == [-45_00]


def test_the_published_table_given_again_departs_from_nothing() -> None:
    """The same steps, written otherwise: 0.80 is 0.8."""
    ends = [{"at": 0, "share": "0"}, {"at": 60, "share": "0.50"}, {"at": 80, "share": "0.80"}, {"at": 90, "share": "1"}]
    run = assessed("payback/1", {"deposit.release": given({"method": "steps", "ends": ends}, "published")})
    assert departing(run) == []
    assert not run.tables["journal"]["cause"].str.contains("assumption").any()


@pytest.mark.parametrize("provenance", ["published", "agreement"])
def test_a_published_table_is_not_replaced_in_the_document_s_name(provenance: str) -> None:
    with pytest.raises(kaohe.Refused) as refused, speaking("en"):
        assessed("payback/1", {"deposit.release": given(STEPS, provenance)})
    with speaking("en"):
        (said,) = map(str, refused.value.problems)
    assert "steps" not in said
    assert "≥ 60: 0.5" in said
    assert 'say provenance = "assumption"' in said


def test_a_single_published_value_that_is_replaced_is_marked_alike(project: Project) -> None:
    """Changzhou publishes that a tenth of the staff is drawn."""
    (project.root / "params.toml").write_text(
        '["draw.share"]\nvalue = 0.2\nprovenance = "assumption"\nsource = "试算"\n', encoding="utf-8"
    )
    outcome = project.run("--params", "params.toml", "--json")
    (said,) = [problem["message"] for problem in outcome.json["problems"] if problem["code"] == "departs"]
    assert said.endswith("(draw.share) departs from the document: 0.2 instead of the published 0.10")


def plan(project: Project, old: str, new: str) -> Path:
    content = ANNEX.read_text(encoding="utf-8")
    assert old in content
    path = project.root / "plan.toml"
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    return path


def test_a_plan_in_place_of_the_document_s_table_is_marked_item_by_item(project: Project) -> None:
    """One complaint at D1, 30 of 40 persons: 3 points instead of 2 are 2.25 of 80: 77.75."""
    content = ANNEX.read_text(encoding="utf-8")
    clause = content[content.index('clause = "5.1"') :]
    clause = clause[: clause.index("points = 2") + len("points = 2")]
    path = plan(project, clause, clause.replace("points = 2", "points = 3"))
    found = project.run("--plan", path, "--json").json["problems"]
    (said,) = [problem["message"] for problem in found if problem["code"] == "departs"]
    assert said.endswith("departs from the document: item 5, clause 5.1")
    (result,) = kaohe.open_run(project.root / "run.db").rows("results")
    assert (result["score"], "assumption:rubric" in result["basis"].split()) == ("77.75", True)


def test_the_document_s_own_table_as_a_plan_departs_from_nothing(project: Project) -> None:
    found = project.run("--plan", plan(project, "annex2", "annex2"), "--json").json["problems"]
    assert [problem for problem in found if problem["code"] == "departs"] == []
    (result,) = kaohe.open_run(project.root / "run.db").rows("results")
    assert "assumption:rubric" not in result["basis"]
