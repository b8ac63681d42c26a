"""A folder with a sound dataset and the command line; and the modules beside the tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from project import Project

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """A folder with a sound dataset, and the command line."""
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, capsys)


@pytest.fixture
def sent(project: Project) -> Project:
    """The project with the forms of its one nursing home in the folder `forms`."""
    project.tables["scorers"].append({"scorer": "ZP", "name": "机构自评", "role": "self"})
    project.tables["history"] = [
        {"institution": "N1", "scheme": "changzhou/2021", "year": 2021, "score": "91.5", "grade": "A"}
    ]
    outcome = project.kaohe("forms", project.dataset, "--scheme", "changzhou/2022", "--out", "forms", lang="zh_CN")
    assert (outcome.status, outcome.err) == (0, "")
    return project
