"""What explaining one institution of a stored run costs: its year told from the trace and its evidence.

    python benchmarks/explaining.py RUN [INSTITUTIONS]

Needs the workspace installed (python dev.py test does that). Takes institutions spread over the run, opens the run
anew for each, and prints the milliseconds of the first, the median and the slowest as one JSON document.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from kaohe.explain import explain
from kaohe.store import open_run


def main(place: str, number: str = "40") -> None:
    """Explain so many institutions of the run."""
    path = Path(place)
    known = [name for portion in open_run(path).portions("results") for name in portion["institution"].to_list()]
    taken = []
    for institution in known[:: max(1, len(known) // int(number))][: int(number)]:
        begun = time.perf_counter()
        explain(open_run(path), institution)
        taken.append((time.perf_counter() - begun) * 1000)
    told = {"results": len(known), "explained": len(taken), "first_ms": taken[0]}
    told |= {"median_ms": statistics.median(taken), "slowest_ms": max(taken[1:])}
    print(json.dumps({name: round(value, 1) for name, value in told.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
