"""The example year of Changzhou and its run, and a run of one institution."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import SCHEME, Project

import kaohe
from kaohe.plugin.manager import City
from kaohe.run import Run
from kaohe.store import save


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example year of Changzhou, as it stands on disk."""
    folder = tmp_path_factory.mktemp("year")
    City.named("changzhou").demo(folder, 2022)
    return folder


@pytest.fixture(scope="session")
def run(year: Path) -> Run:
    return kaohe.assess(year, SCHEME)


@pytest.fixture(scope="session")
def file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example year's run, as SQLite."""
    target = tmp_path_factory.mktemp("run") / "run.db"
    save(run, target)
    return target


@pytest.fixture
def small(project: Project) -> Run:
    """A run of one institution."""
    return kaohe.assess(project.dataset, SCHEME)


@pytest.fixture(params=["run.db", "run"])
def target(request: pytest.FixtureRequest, project: Project) -> Path:
    """Where a run goes, in either form."""
    return project.root / str(request.param)
