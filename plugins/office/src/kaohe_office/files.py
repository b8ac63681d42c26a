"""Files and folders that this plugin writes: what they are called, and folders that are new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaohe.place import placed
from kaohe.problems import Problem, Refused
from kaohe_office.messages import text

MOST_BYTES = 240
"""Of a file's name: every file system takes that."""


def file_name(said: str, suffix: str) -> str:
    """A file's name without what a file system does not take, and not longer than it takes."""
    plain = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]', "_", said).strip(" .")
    return plain.encode()[: MOST_BYTES - len(suffix)].decode(errors="ignore").rstrip(" .") + suffix


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of a new or empty one once it is whole; raises Refused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = text("something else stands here")
        raise Refused([Problem("out", message, text("choose a new or empty folder (--out)"), file=str(folder))])
    with placed(folder) as draft:
        draft.mkdir()
        yield draft
