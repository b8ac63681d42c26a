"""`kaohe run`."""

from __future__ import annotations

from project import SCHEME, Project
from promised import PROBLEM, RUN


def test_run(project: Project) -> None:
    outcome = project.run("--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = outcome.json
    assert found.keys() >= RUN
    assert (found["dataset"], found["scheme"]) == ("测试年度", SCHEME)
    assert set(found["stages"].values()) == {SCHEME}
    assert (found["institutions"], found["status"], found["grades"]) == (1, {"ungraded": 1}, {})
    assert found["out"] == str(project.root / "run.db")
    (complaint,) = found["deductions"]
    assert complaint == {"clause": "5.1", "text": complaint["text"], "institutions": 1, "cases": 1, "points": "-2"}
    unset = [problem["severity"] for problem in found["problems"] if problem["code"] == "unset"]
    assert unset == ["warning", "note", "note"]
    assert all(problem.keys() >= PROBLEM for problem in found["problems"])


def test_run_for_people(project: Project) -> None:
    outcome = project.run()
    assert outcome.status == 0
    for line in (
        "测试年度 · Changzhou: assessment of designated long-term care institutions, 2022 (changzhou/2022)",
        "1     N1           甲养老院  78.50  –",
        "combine.scorers",
        "grade not determined: the cutoffs of 常医保服务〔2022〕129号 were not given",
    ):
        assert line in outcome.out
    assert outcome.out.rstrip().endswith("INSTITUTION explains a result")
