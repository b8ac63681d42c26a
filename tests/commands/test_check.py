"""`kaohe check`."""

from __future__ import annotations

from project import SCHEME, Project
from promised import PROBLEM


def test_check(project: Project) -> None:
    outcome = project.kaohe("check", project.dataset, "--scheme", SCHEME, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = outcome.json
    assert found == {
        "sound": True,
        "rows": {table: len(rows) for table, rows in sorted(project.tables.items())},
        "problems": [],
    }
    outcome = project.kaohe("check", project.dataset)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == f"the dataset is sound: {sum(map(len, project.tables.values()))} rows\n"


def test_check_of_a_dataset_with_faults(project: Project) -> None:
    project.tables["events"][0]["date"] = "in March"
    project.tables["metrics"][0]["numerator"] = -1
    outcome = project.kaohe("check", project.dataset, "--json")
    found = outcome.json
    assert (outcome.status, found["sound"], found["rows"]) == (1, False, {})
    assert [(problem["file"], problem["row"], problem["column"]) for problem in found["problems"]] == [
        ("events.csv", 2, "date"),
        ("metrics.csv", 2, "numerator"),
    ]
    assert all(problem.keys() >= PROBLEM for problem in found["problems"])
    outcome = project.kaohe("check", project.dataset)
    assert (outcome.status, outcome.out) == (1, "")
    *lines, last = outcome.err.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["error", "error"]
    assert last == "2 errors; nothing was written"
