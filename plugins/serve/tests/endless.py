"""Work that never ends of its own accord, and work that ends its process."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event

from kaohe_serve.jobs import Outcome
from kaohe_serve.shelf import Order, Shelf
from kaohe_serve.words import text
from kaohe_serve.worker import Say


def endless(shelf: Shelf, made: Shelf, order: Order, say: Say) -> Outcome:
    """Write half a run, say in the named pipe (the order's scheme) which process this is, and go on for ever."""
    with made.adding_run() as (_, draft):
        (draft / "run.db").write_bytes(b"half")
        say(text("writing the run"))
        Path(order.scheme).write_text(str(os.getpid()), encoding="utf-8")
        Event().wait()
    raise AssertionError(shelf)


def killed(shelf: Shelf, made: Shelf, order: Order, say: Say) -> Outcome:
    """End as the system ends a process that takes too much memory; the second time, do it all."""
    if not (shelf.folder / "before").exists():
        (shelf.folder / "before").touch()
        os.abort()
    say(text("writing the run"))
    with made.adding_run() as (number, draft):
        return Outcome(run=made.finish_run(draft, number, "whole", order).run)
