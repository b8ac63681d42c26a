"""Tianjin: entrusted agencies, and designated medical institutions under their agreements. Both are drafts."""

from importlib import resources
from pathlib import Path

from kaohe import hookimpl

HERE = Path(str(resources.files("kaohe_tianjin")))


@hookimpl
def schemes() -> list[Path]:
    """The two regimes, of which so far only the documents are known here."""
    return [HERE / "agencies-2024", HERE / "institutions-2023"]
