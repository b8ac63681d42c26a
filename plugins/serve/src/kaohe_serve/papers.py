"""Papers of a run or a dataset, and returned forms read back: what can be ordered, and where it stands when it is made.

This module and `making` alone know of kaohe-office, which may not be installed, and use what it offers by name.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from uuid import UUID, uuid4

from attrs import define, field, frozen

from kaohe import Problem, Refused
from kaohe.messages import Text, language
from kaohe_serve.problems import NotThere
from kaohe_serve.shelf import Shelf
from kaohe_serve.uploads import safe_name
from kaohe_serve.words import text

Paper = Literal["report.xlsx", "report.html", "notices", "forms", "parquet"]
OF_RUN: tuple[Paper, ...] = ("report.xlsx", "report.html", "notices", "parquet")
SUFFIXES = {"report.xlsx": ".xlsx", "report.html": ".html", "notices": ".zip", "forms": ".zip", "parquet": ".zip"}
PACKED_ALREADY = (".xlsx", ".docx", ".parquet")


@frozen(kw_only=True)
class PaperOrder:
    """A paper of a run, or the forms of a scheme for a dataset.

    `issuer` and `day` stand under notices. `plan`: as for a run.
    """

    of: UUID
    paper: Paper
    scheme: str = ""
    plan: list[str] = field(factory=list)
    issuer: str = ""
    day: date | None = None


@frozen(kw_only=True)
class CollectionOrder:
    """Returned forms to be read into the dataset that they were made from.

    `returned`: the folder that holds them, taken away afterwards. `received`: the day on which they came in, where no
    folder's name says it. `closed`: the time is up, and whoever returned nothing has not declared.
    """

    dataset: UUID
    scheme: str
    returned: Path
    plan: list[str] = field(factory=list)
    received: date | None = None
    closed: bool = False


Papers = PaperOrder | CollectionOrder


def office() -> bool:
    """Whether forms, reports and letters can be made here."""
    return find_spec("kaohe_office") is not None


def titles() -> dict[Paper, Text]:
    """What the papers are called."""
    return {
        "report.xlsx": text("Report (workbook)"),
        "report.html": text("Report (to read and print)"),
        "notices": text("Notices to all institutions"),
        "parquet": text("The whole run as Parquet"),
        "forms": text("Forms"),
    }


def offered() -> list[Paper]:
    """The papers that can be made of a run here."""
    return [paper for paper in OF_RUN if office() or paper == "parquet"]


@frozen
class Made:
    """A paper that is there: when it was made, and how large it is."""

    file: Path
    made: datetime
    size: int


def place(folder: Path, paper: Paper, scheme: str = "") -> Path:
    """Where a paper stands, in the language of the moment."""
    words = [paper.partition(".")[0], *([scheme.replace("/", "-")] if scheme else []), language()]
    return folder / f"{safe_name('.'.join(words))}{SUFFIXES[paper]}"


def made(folder: Path, paper: Paper, scheme: str = "") -> Made | None:
    """A paper in the language of the moment, if it was made."""
    file = place(folder, paper, scheme)
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return Made(file, datetime.fromtimestamp(found.st_mtime, UTC), found.st_size)


def _refuse_without_office() -> None:
    if not office():
        remedy = text("install kaohe-office")
        raise Refused([Problem("office", text("forms, reports and letters are not installed here"), remedy)])


@define(eq=False)
class Press:
    """Where papers are ordered."""

    shelf: Shelf

    def accept(self, order: Papers) -> None:
        """Refuse an order for what is not there, before it waits."""
        if isinstance(order, CollectionOrder):
            self.shelf.dataset(order.dataset)
            _refuse_without_office()
        else:
            self.shelf.papers(order.of)
            if order.paper != "parquet":
                _refuse_without_office()


def notice(run: Path, institution: str, suffix: str) -> bytes:
    """The letter to one institution; raises Refused and NotThere."""
    _refuse_without_office()
    from kaohe_office import write_notices

    with TemporaryDirectory() as folder:
        try:
            write_notices(run, Path(folder) / "notices", [institution], formats=[suffix])
        except Refused as refused:
            raise NotThere(refused.problems) from None
        return next((Path(folder) / "notices").iterdir()).read_bytes()


def packed(folder: Path) -> Path:
    """A folder's files in one packed file beside it, which is made where it is not there."""
    target = folder.with_name(f"{folder.name}.zip")
    if not target.exists():
        with _beside(folder.parent) as draft:
            pack(folder, draft / target.name)
            os.replace(draft / target.name, target)
    return target


def clear(folder: Path) -> None:
    """Take a folder away."""
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder to make a paper in, which is cleared away afterwards."""
    draft = folder / f".{uuid4()}.part"
    draft.mkdir()
    try:
        yield draft
    finally:
        clear(draft)


def pack(folder: Path, target: Path) -> None:
    """A folder's files in one packed file."""
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.rglob("*")):
            kind = zipfile.ZIP_STORED if file.suffix in PACKED_ALREADY else zipfile.ZIP_DEFLATED
            archive.write(file, file.relative_to(folder).as_posix(), kind)
