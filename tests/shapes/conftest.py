"""The example cities of docs/shapes.md, as if installed: each a folder of rule files beside this one."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CITIES = sorted({path.parent.parent.name for path in HERE.glob("*/*/scheme.toml")})


@pytest.fixture(scope="module", autouse=True)
def cities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An entry point for every example city; the rule files stay where they are."""
    folder = tmp_path_factory.mktemp("installed")
    for city in CITIES:
        about = folder / f"{city}-0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {city}\nVersion: 0\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(f"[kaohe]\n{city} = {HERE.name}.{city}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE.parent)
        patch.syspath_prepend(folder)
        importlib.invalidate_caches()
        yield
