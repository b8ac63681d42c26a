"""`kaohe template`."""

from __future__ import annotations

import pytest
from project import SCHEME, Project


def test_template(project: Project) -> None:
    outcome = project.kaohe("template", SCHEME, "--out", "empty.xlsx", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = outcome.json
    assert found.keys() == {"out", "sheets"}
    assert found["out"] == "empty.xlsx"
    assert {"Dataset", "Institutions", "Events", "Metrics"} <= set(found["sheets"])
    assert project.files() == {"empty.xlsx"}
    outcome = project.kaohe("template", SCHEME, "--out", "another.xlsx")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("written to another.xlsx: Dataset, ")


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("there.xlsx", "a file stands here already"),
        ("empty.ods", "the template is an .xlsx workbook"),
        ("nowhere/empty.xlsx", "the folder “nowhere” does not exist"),
    ],
)
def test_template_goes_only_where_it_can(out: str, said: str, project: Project) -> None:
    (project.root / "there.xlsx").write_text("mine")
    outcome = project.kaohe("template", SCHEME, "--out", out)
    assert (outcome.status, outcome.out) == (1, "")
    assert f"error: {out}: {said}" in outcome.err
    assert project.files() == {"there.xlsx"}
    assert (project.root / "there.xlsx").read_text() == "mine"
