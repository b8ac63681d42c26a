"""`kaohe` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

LOCALES = ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_CTYPE")


def process(arguments: Iterable[object], code: Iterable[str] = ("-m", "kaohe"), **named: Any) -> Any:
    """`kaohe` as its own process, in an environment without locale but for what is given."""
    given = named.pop("env", {})
    environment = {name: value for name, value in os.environ.items() if name not in LOCALES} | given
    command = [sys.executable, *code, *map(str, arguments)]
    captured = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", "check": False}
    return subprocess.run(command, env=environment, **{**captured, **named})
