"""A process in which one piece of long work is done after the other, and which can be ended in the middle of any."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread
from typing import Any

from attrs import define, field

from kaohe import Problem, Refused
from kaohe.messages import Text, language, speaking
from kaohe_serve.words import text

SPAWN = get_context("spawn")
"""A process begun anew: a copy of this one could hold locks that nobody frees."""
PATIENCE = 0.2
"""Seconds after which it is looked anew whether the work is still wanted."""
Say = Callable[[Text], None]


class Cancelled(Exception):
    """The work was ended in the middle; what it wrote so far is nobody's."""


class Broken(Exception):
    """The work failed by a fault of ours; the text is what the process said of it."""


@define(eq=False)
class Worker:
    """A process, begun when there is first something to do, and begun anew after it was ended."""

    _process: BaseProcess | None = field(default=None, init=False)
    _line: Connection | None = field(default=None, init=False)

    def do(self, work: Callable[..., Any], given: tuple[Any, ...], folder: Path, say: Say, unwanted: Event) -> Any:
        """What `work(*given, say)` returns there, in the language of the moment; its temporary files are in the folder.

        Everything that is given and returned can be pickled. Raises Cancelled as soon as it is unwanted, Refused as the
        work does, and Broken.
        """
        line = self._line or self.begin()
        line.send((work, given, folder, language()))
        while True:
            if unwanted.is_set():
                self.end()
                raise Cancelled
            if not line.poll(PATIENCE):
                continue
            try:
                kind, content = line.recv()
            except (EOFError, OSError):
                self.end()
                remedy = text("it may have needed more memory than there is: close other programs, and order it again")
                raise Refused([Problem("ended", text("the process that did this came to an end"), remedy)]) from None
            match kind:
                case "said":
                    say(content)
                case "done":
                    return content
                case "refused":
                    raise Refused(content)
                case _:
                    raise Broken(content)

    def begin(self) -> Connection:
        """Begin the process, so that it is there when something is to be done."""
        self._line, other = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(other,), name="kaohe-worker", daemon=True)
        self._process.start()
        other.close()
        return self._line

    def end(self) -> None:
        """End the process, whatever it is at."""
        if self._process is not None and self._line is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._line.close()
        self._process = self._line = None


def _serve(line: Connection) -> None:
    """Do what comes along the line, until the process that began this one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the service, which ends its processes
    sys.stdout = sys.stderr  # what a city prints is nobody's answer
    Thread(target=_outlive_nobody, daemon=True).start()
    while True:
        try:
            work, given, folder, spoken = line.recv()
        except EOFError:
            return
        tempfile.tempdir = str(folder)
        with speaking(spoken):
            line.send(_done(work, given, lambda step: line.send(("said", step))))


def _done(work: Callable[..., Any], given: tuple[Any, ...], say: Say) -> tuple[str, Any]:
    try:
        return "done", work(*given, say)
    except Refused as refused:
        return "refused", refused.problems
    except Exception:
        return "broken", traceback.format_exc()


def _outlive_nobody() -> None:
    """End with the process that began this one, even if that was killed."""
    beginner = parent_process()
    if beginner is not None:
        beginner.join()
        os._exit(1)
