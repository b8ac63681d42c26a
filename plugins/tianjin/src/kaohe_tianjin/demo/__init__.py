"""Two seeded example years, on disk as the city's centre would hold them. Every institution and person is invented."""

from __future__ import annotations

from pathlib import Path
from random import Random

from kaohe_tianjin.demo import agencies, institutions

REGIMES = {"agencies": "tianjin/agencies-2024", "institutions": "tianjin/institutions-2023"}


def write(folder: Path, seed: int) -> dict[str, str]:
    """Write both years into folders of their own, the same bytes for the same seed; return their schemes."""
    for name, regime in (("agencies", agencies), ("institutions", institutions)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        regime.write(folder / name, Random(f"{seed} {name}"))
    return REGIMES
