"""Lets the tests of this folder import the modules beside them; the project of the whole product's tests."""

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
