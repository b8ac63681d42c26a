"""Putting a file or folder in its place: written beside it first, then there at once, or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaohe.messages import text
from kaohe.problems import Problem, Refused


def refuse_taken(target: Path) -> None:
    """Refuse a name under which something stands already; raises Refused."""
    if target.exists():
        message = text("a file stands here already")
        raise Refused([Problem("out", message, text("choose another name"), file=str(target))])


@contextmanager
def placed(target: Path) -> Iterator[Path]:
    """A name to write a file or folder under, which takes the target's place once it is whole; raises Refused."""
    if not target.parent.is_dir():
        message = text("the folder “{folder}” does not exist", folder=target.parent)
        raise Refused([Problem("out", message, text("make it first"), file=str(target))])
    try:
        with beside(target) as draft:
            yield draft
            put(draft, target)
    except OSError as fault:
        message = text("this cannot be written: {fault}", fault=fault)
        raise Refused([Problem("out", message, text("choose another place"), file=str(target))]) from fault


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A name beside the target to write to; removed if writing fails.

    What a process that was killed left beside the target is removed first.
    """
    for left in target.parent.glob(f".{target.name}.*.part"):
        if _abandoned(left):
            _remove(left)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield draft
    except BaseException:
        _remove(draft)
        raise


def put(draft: Path, target: Path) -> None:
    """Put what was written in the target's place, safely on the disk, in one step that cannot be seen half done.

    Only folders where the system cannot exchange two of them (any but Linux) take two steps.
    """
    for file in draft.rglob("*") if draft.is_dir() else [draft]:
        if file.is_file():
            _synced(file)
    if not (draft.is_dir() and target.exists()):
        os.replace(draft, target)
    elif _exchanged(draft, target):
        _remove(draft)
    else:
        _swapped(draft, target)
    if os.name == "posix":
        _synced(target.parent)


def _abandoned(draft: Path) -> bool:
    """Whether the process that wrote the draft is gone; where that cannot be known, it is not."""
    process = draft.name.split(".")[-2]
    if os.name != "posix" or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass
    return False


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)  # Windows syncs what may be written only
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


RENAME_EXCHANGE, HERE = 2, -100
"""Of renameat2(2): the two names change places; names are relative to the current folder."""


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system or the file system cannot."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    return rename is not None and rename(HERE, os.fsencode(one), HERE, os.fsencode(other), RENAME_EXCHANGE) == 0


def _swapped(draft: Path, target: Path) -> None:
    former = target.with_name(f".{target.name}.{os.getpid()}.former.part")
    os.replace(target, former)
    try:
        os.replace(draft, target)
    except BaseException:
        os.replace(former, target)
        raise
    _remove(former)
