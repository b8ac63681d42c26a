"""One measurement, in a process of its own: python measure.py MODULE DATASET OUT prints one line of JSON.

The clock starts when everything is imported and stops when the answer is written.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import sys
import time
from pathlib import Path


def peak() -> float:
    """The most memory that this process has held, in megabytes; a parent's is not counted."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))):
        return round(int(found[1]) / 1024, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 1)  # macOS counts bytes


def main(module: str, folder: str, out: str) -> None:
    """Measure the module's `answer`."""
    answer = importlib.import_module(module).answer
    before, wall, processor = peak(), time.perf_counter(), time.process_time()
    answer(Path(folder), Path(out))
    taken = {"seconds": time.perf_counter() - wall, "processor": time.process_time() - processor}
    print(json.dumps({**{name: round(value, 3) for name, value in taken.items()}, "peak": peak(), "before": before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
