"""Qingdao: eight management regions under one budget (青医保字〔2023〕1号)."""

from importlib import resources
from pathlib import Path

from kaohe import hookimpl

HERE = Path(str(resources.files("kaohe_qingdao")))


@hookimpl
def schemes() -> list[Path]:
    """The year 2023, of which so far only the document is known here."""
    return [HERE / "2023"]
