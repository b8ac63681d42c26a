"""Cities looked at from outside: each loaded in a process of its own, so that none can hang or break the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from attrs import asdict, frozen

from kaohe.messages import language, speaking, text
from kaohe.plugin.manager import City, installed
from kaohe.problems import Refused, refuse_errors

PATIENCE = 30
"""Seconds that a plugin may take to load and to be tried: on a busy machine a sound one takes several."""


@frozen
class Probed:
    """What a city turned out to hold, or the fault that kept it from loading; a feature holds no scheme."""

    city: str
    schemes: list[dict[str, Any]]
    fault: str
    feature: bool = False


def probe_all(seconds: float = PATIENCE) -> list[Probed]:
    """Every installed city, probed side by side, a process on each processor."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        spoken = language()
        return list(pool.map(lambda city: _probe(city, seconds, spoken), sorted(installed())))


def _probe(city: str, seconds: float, spoken: str) -> Probed:
    command = [sys.executable, "-P", "-c", "from kaohe.probe import main; main()", city, spoken]
    try:
        # What a plugin prints or asks for is nobody's here; it may not even be text.
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        with speaking(spoken):
            return Probed(city, [], str(text("it did not load within {seconds} seconds", seconds=seconds)))
    try:
        return Probed(**json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError, TypeError):
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or [f"exit {done.returncode}"]
        with speaking(spoken):
            return Probed(city, [], str(text("it ended its process: {fault}", fault=last[0])))


def main() -> None:
    """Load the city named on the command line and print what it holds as one line of JSON."""
    name, spoken = sys.argv[1:3]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    document, sys.stdout = sys.stdout, sys.stderr  # for good: what a plugin prints on leaving goes there too
    with speaking(spoken):
        found = looked_at(name)
    document.write(f"\n{json.dumps(asdict(found), default=str)}\n")


def looked_at(name: str) -> Probed:
    """The city as it loads in this process, with its schemes, or with what its rules and code do wrong."""
    try:
        city = City.named(name)
        return Probed(name, [_scheme(city, *entry) for entry in city.schemes().values()], "", city.feature)
    except Refused as refused:
        return Probed(name, [], "; ".join(str(problem) for problem in refused.problems))


def _scheme(city: City, scheme: Any, folder: Any) -> dict[str, Any]:
    from kaohe import trial
    from kaohe.assembly import assemble

    rules = assemble(city, scheme, folder)
    refuse_errors(trial.faults(city, rules))
    return {
        "scheme": scheme.scheme,
        "name": str(scheme.name),
        "documents": [asdict(document) for document in scheme.documents],
        "from": scheme.begins,
        "to": scheme.ends,
        "reviewed": scheme.reviewed,
        "kinds": list(rules.kinds),
        "absent": [str(name) for name in scheme.absent],
        "demo": city.has("demo"),
    }
