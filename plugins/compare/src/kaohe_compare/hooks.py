"""What the plugin answers when a demo is asked for."""

from __future__ import annotations

from pathlib import Path

from kaohe import hookimpl


@hookimpl
def demo(folder: Path, seed: int) -> list[str]:
    """Three cities' schemes and two mixes on one year, everything in it invented."""
    from kaohe_compare.demo import write

    return write(folder, seed)
