"""Runs commands again and again, each time in a process of its own that is sent Ctrl-C at a later step it says.

python interrupted.py JSON: a list of command lines, each a list. Prints a JSON list for each, with, for each process,
the step at which it was interrupted, its exit status, what it wrote to standard error, and what then stands in the
current folder; the last process is the first that was not interrupted.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docx
import jinja2
import narwhals
import openpyxl
import python_calamine
import xlsxwriter

import kaohe.run
from kaohe.command import main
from kaohe.messages import Text
from kaohe_office.command import collect, forms, notice, report
from kaohe_office.forms import outcome, outgoing
from kaohe_office.report import book, page

IMPORTED = (*(book, docx, jinja2, kaohe.run, narwhals, openpyxl, outcome, outgoing, page, python_calamine, xlsxwriter),)
"""What the commands import, here once and not in each process."""
COMMANDS = (collect, forms, notice, report)
STEP, SAID, NAMES = "step", "said", "names"


def interrupted(stop: int, arguments: list[str]) -> int:
    """Run the command in this process, which gets the signal as it says its step of this number; its exit status."""
    told = 0

    @contextmanager
    def progress() -> Iterator[Callable[[Text], None]]:
        def say(step: Text) -> None:
            nonlocal told
            told += 1
            if told == stop:
                Path(STEP).write_text(step.message, encoding="utf-8")
                os.kill(os.getpid(), signal.SIGINT)

        yield say

    for command in COMMANDS:
        command.progress = progress
    try:
        main(arguments)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    return 0


def ended(stop: int, arguments: list[str]) -> dict[str, object]:
    """What came of one process."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        said = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os._exit(interrupted(stop, arguments))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    err = Path(SAID).read_text(encoding="utf-8")
    step = Path(STEP).read_text(encoding="utf-8") if Path(STEP).exists() else ""
    for left in (STEP, SAID):
        Path(left).unlink(missing_ok=True)
    names = sorted(str(path) for path in Path().rglob("*"))
    return {"step": step, "status": status, "err": err, "names": names}


def trials(arguments: list[str]) -> list[dict[str, object]]:
    """A process for the first step, the second, the fourth and so on, until one is through."""
    found: list[dict[str, object]] = []
    while not found or found[-1]["step"]:
        found.append(ended(2 ** len(found), arguments))
    return found


if __name__ == "__main__":
    print(json.dumps([trials(arguments) for arguments in json.loads(sys.argv[1])]))
