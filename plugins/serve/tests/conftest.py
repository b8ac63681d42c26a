"""The service on a port of this machine, with a folder of its own, for all tests; and the clean year as files."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from project import clean_year, csv_text
from serving import Served, serving

from kaohe_serve import Settings


def year_files(satisfied: int = 100, name: str = "测试年度") -> dict[str, bytes]:
    """The clean year as files; so many of 100 asked are satisfied, on both sheets."""
    tables = clean_year()
    for row in tables["metrics"]:
        if row["fact"] == "satisfaction":
            row["numerator"] = satisfied
    files = {f"{table}.csv": csv_text(rows).encode() for table, rows in tables.items()}
    return files | {"dataset.toml": f'name = "{name}"\nfrom = 2022-01-01\nto = 2022-12-31\n'.encode()}


def packed(files: dict[str, bytes]) -> bytes:
    """Files as a .zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service without a token, as an official starts it."""
    with serving(Settings(folder=tmp_path_factory.mktemp("workbench"))) as found:
        yield found


@pytest.fixture(scope="session")
def year(served: Served) -> str:
    """The clean year's number on the shelf."""
    return served.hand_in("year.zip", packed(year_files()))


@pytest.fixture(scope="session")
def run(served: Served, year: str) -> str:
    """The number of the clean year's run."""
    return served.run(year)
