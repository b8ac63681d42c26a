"""Returned forms that are handed in over HTTP, put into a folder for kaohe-office to read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from kaohe import Problem, Refused
from kaohe_serve.uploads import PACKED, Blocks, Upload, leading_outside, placed, safe_name, unpacking, write
from kaohe_serve.words import text


def receive_forms(uploads: Sequence[Upload], folder: Path, most: int) -> None:
    """Write returned forms into the folder: files, files of folders, or packed folders; raises Refused.

    What is no form is told when they are read. A folder's name stays, for it may be the day on which forms came in.
    """
    for upload in uploads:
        if Path(upload.name).suffix.lower() != PACKED:
            _form(upload.name, upload.content, folder)
            continue
        within = folder / safe_name(Path(upload.name).stem)
        with unpacking(upload, upload.name, most) as files:
            for name, content in files:
                _form(name, content, within)
    if not any(folder.rglob("*.*")):
        raise Refused([Problem("forms", text("no file was handed in"), text("choose the returned forms"))])


def _form(name: str, content: BinaryIO | Blocks, folder: Path) -> None:
    """One returned file, in the folder that it was in; one of the same name is kept beside it."""
    (place,) = placed([name]).values()
    if (fault := leading_outside(name, place)) is not None:
        raise Refused([fault])
    *folders, last = map(safe_name, place)
    target = folder.joinpath(*folders[-2:], last)
    target.parent.mkdir(parents=True, exist_ok=True)
    number = 2
    while target.exists():
        target = target.with_name(f"{Path(last).stem} ({number}){Path(last).suffix}")
        number += 1
    write(content, target)
