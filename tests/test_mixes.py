"""Stages that are taken from another scheme: their own parameters, the tables that scored, and what is refused."""

from __future__ import annotations

import json

import pytest
from cities import CUTOFFS, MARKS, RUBRIC, SCHEME, Site, bases, kaohe_rows, refused
from project import Project

from kaohe.stages.contract import STAGES


def test_a_stage_is_taken_from_another_scheme_alone(project: Project, site: Site) -> None:
    site.add("marking", MARKS)
    ours = bases(project, "--scheme", "changzhou/2022")
    scored = kaohe_rows(project.root / "run.db", "trace")
    assert bases(project, "--scheme", "changzhou/2022", "--stage", "grade=marking/1") == ["marked"] * len(ours)
    assert site.module("marking").calls == ["marking/1"]
    assert kaohe_rows(project.root / "run.db", "trace") == scored
    (about,) = kaohe_rows(project.root / "run.db", "run")
    assert json.loads(str(about["stages"])) == dict.fromkeys(STAGES, "changzhou/2022") | {"grade": "marking/1"}


def test_a_stage_that_is_taken_uses_its_own_scheme_s_parameters(project: Project, site: Site) -> None:
    site.add("graded", parameters=CUTOFFS)
    taken = project.run("--stage", "grade=graded/1", "--json").json
    assert taken["grades"] == {"P": 1}
    assert project.run("--json").json["grades"] == {}


def test_a_scheme_s_own_file_can_take_a_stage_from_another(project: Project, site: Site) -> None:
    site.add("graded", parameters=CUTOFFS)
    site.add("taking", scheme=SCHEME + '[stages]\ngrade = "graded/1"\n')
    taken = project.kaohe("run", project.dataset, "--scheme", "taking/1", "--out", "run.db", "--json").json
    assert taken["grades"] == {"P": 1}
    assert taken["stages"]["grade"] == "graded/1"


def test_a_stage_that_scores_needs_a_rubric(project: Project) -> None:
    (line,) = refused(project, "changzhou", "--scheme", "changzhou/2022", "--stage", "score=qingdao/2023")
    assert "qingdao/2023 has no rubric yet" in line


@pytest.mark.parametrize("stage", ["combine", "grade"])
def test_a_stage_of_a_scheme_without_rubric_works_on_the_tables_that_scored(stage: str, project: Project) -> None:
    assert project.run("--stage", f"{stage}=qingdao/2023").status == 0
    (result,) = kaohe_rows(project.root / "run.db", "results")
    assert (result["score"], result["low"], result["high"]) == ("78.5", "78.5", "78.5")


def test_points_of_one_rubric_are_not_taken_from_another_s_items(project: Project, site: Site) -> None:
    """One complaint costs four of ten points at D1, whose 30 persons weigh three quarters."""
    site.add("host", rubric=RUBRIC.replace("points = 4", "points = 1").replace('item = "1"', 'item = "9"'))
    site.add("scored")
    command = ["run", project.dataset, "--scheme", "host/1", "--out", "run.db"]
    assert project.kaohe(*command, "--stage", "score=scored/1").status == 0
    items = [(row["scorer"], row["item"], row["points"]) for row in kaohe_rows(project.root / "run.db", "items")]
    assert items == [("D1", "1", "6"), ("D2", "1", "10")]
    assert [row["score"] for row in kaohe_rows(project.root / "run.db", "results")] == ["7"]
    told = project.kaohe("explain", "run.db", "N1")
    assert "1. Complaints (full score 10): 市中心 6, 溧阳市 10" in told.out
    assert project.kaohe(*command).status == 0
    assert [row["score"] for row in kaohe_rows(project.root / "run.db", "results")] == ["9.25"]


def test_changzhou_grades_what_another_scheme_s_tables_scored(project: Project, site: Site) -> None:
    site.add("scored")
    assert project.run("--stage", "score=scored/1").status == 0


def test_a_grade_that_another_scheme_determined_is_not_told_to_be_open(project: Project, site: Site) -> None:
    site.add("graded", parameters=CUTOFFS)
    taken = project.run("--stage", "grade=graded/1", "--json").json
    assert "unset" not in {problem["code"] for problem in taken["problems"]}


def test_a_run_keeps_the_rules_of_every_stage_that_was_taken(project: Project, site: Site) -> None:
    site.add("graded", parameters=CUTOFFS)
    assert project.run("--stage", "grade=graded/1").status == 0
    assert CUTOFFS in [row["text"] for row in kaohe_rows(project.root / "run.db", "rules")]


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("colour=changzhou/2022", f"there is no stage “colour” → the stages are {', '.join(STAGES)}"),
        ("grade=nowhere/1", "there is no city “nowhere”"),
        ("grade=changzhou/1999", "there is no scheme “changzhou/1999” → there is changzhou/2022"),
        (
            "grade=tianjin",
            "several schemes of “tianjin” are in force from 2022-01-01 to 2022-12-31 → name one: tianjin/agencies-2024",
        ),
        ("grade=raises/1", "plugin “raises”: it cannot be imported: RuntimeError: no luck"),
        ("grade=", "there is no city “”"),
    ],
)
def test_a_mix_of_unknown_or_broken_parts_is_refused_by_name(
    stage: str, said: str, project: Project, site: Site
) -> None:
    site.add("raises", "raise RuntimeError('no luck')")
    (line,) = refused(project, "changzhou", "--scheme", "changzhou/2022", "--stage", stage)
    assert said in line
