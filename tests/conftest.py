"""The project fixture, and how many examples the property tests try: `ci` by default, `thorough` on demand.

KAOHE_EXAMPLES=10000 in the environment, or --hypothesis-profile=thorough, chooses the latter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cities import Site, seen
from hypothesis import HealthCheck, settings
from project import Project

from kaohe import probe
from kaohe.probe import Probed

EXAMPLES = os.environ.get("KAOHE_EXAMPLES")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW
)
settings.register_profile(
    "thorough", max_examples=int(EXAMPLES or 10_000), deadline=None, database=None, print_blob=True,
    suppress_health_check=SLOW,
)  # fmt: skip
settings.load_profile("thorough" if EXAMPLES else "ci")


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """A folder with a sound dataset, and the command line, which is of no terminal's width."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # readline sets it in whoever starts several workers
    return Project(tmp_path, capsys)


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A folder of throw-away cities, as if installed."""
    with seen(Site(tmp_path_factory.mktemp("site")), monkeypatch) as made:
        yield made


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cities may load as slowly as this machine pleases; only the one that hangs is not waited for."""
    real = probe._probe

    def patient(city: str, _: float, spoken: str) -> Probed:
        return real(city, 0.2 if city == "hangs" else 600, spoken)

    monkeypatch.setattr(probe, "_probe", patient)
