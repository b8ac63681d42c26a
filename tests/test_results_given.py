"""Schemes without a rubric: nothing to run, or results that are given."""

from __future__ import annotations

from cities import SCHEME, Site, kaohe_rows, refused
from project import Project

NO_RUBRIC = """
@hookimpl
def rubric(scheme, folder):
    return []
"""


def test_a_scheme_without_rubric_has_nothing_to_run(project: Project, site: Site) -> None:
    site.add("bare", NO_RUBRIC)
    (line,) = refused(project, "bare")
    assert "bare/1 has no rubric yet" in line


def test_a_scheme_without_rubric_may_take_results_as_they_are_given(project: Project, site: Site) -> None:
    site.add("given", NO_RUBRIC, scheme=SCHEME + '[results_given]\nzh_CN = "另行考核"\nen = "assessed elsewhere"\n')
    project.tables["marks"] = [
        {"institution": "N1", "scorer": "D1", "item": "1", "points": "40.5"},
        {"institution": "N1", "scorer": "D1", "item": "2", "points": "50"},
        {"institution": "N1", "scorer": "D2", "item": "1", "points": "80"},
    ]
    command = ["run", project.dataset, "--scheme", "given/1", "--out", "run.db"]
    # 90.5 with 30 persons, 80 with 10: (90.5×30 + 80×10) ÷ 40 = 87.875, half up to 87.88; plain (90.5 + 80) ÷ 2.
    for more, score in (([], "87.88"), (["--reading", "combine.scorers=mean"], "85.25")):
        assert project.kaohe(*command, *more).status == 0
        (result,) = kaohe_rows(project.root / "run.db", "results")
        assert (result["score"], result["status"], result["basis"]) == (score, "ungraded", "given:marks")
    assert "score: the sum of the marks" in project.kaohe("explain", "run.db", "N1").out


def test_a_given_result_comes_from_history_where_there_are_no_marks(project: Project, site: Site) -> None:
    site.add("given", NO_RUBRIC, scheme=SCHEME + '[results_given]\nzh_CN = "另行考核"\nen = "assessed elsewhere"\n')
    row = {"institution": "N1", "scheme": "other/1", "year": "2022", "score": "81", "grade": "B"}
    project.tables["history"] = [row, {**row, "year": "2021", "score": "70"}]
    command = ["run", project.dataset, "--scheme", "given/1", "--out", "run.db"]
    assert project.kaohe(*command).status == 0
    (result,) = kaohe_rows(project.root / "run.db", "results")
    assert [result[name] for name in ("score", "grade", "status", "basis")] == [
        "81",
        "B",
        "determined",
        "given:history",
    ]
    project.tables["history"] += [{**row, "scheme": "another/1"}]
    outcome = project.kaohe("run", project.dataset, "--scheme", "given/1", "--out", "run.db")
    assert (outcome.status, "N1 has two results of the year in “history”" in outcome.err) == (1, True)
