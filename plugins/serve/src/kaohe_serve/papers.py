"""Papers of a run or a dataset, and returned forms read back: long work, done by kaohe-office where it is installed.

This is the only module that knows of that plugin, and it uses what the plugin offers by name.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from uuid import UUID, uuid4

import polars as pl
from attrs import define, field, frozen

from kaohe import Problem, Refused, open_run
from kaohe.messages import Text, language
from kaohe_serve.jobs import Job
from kaohe_serve.problems import NotThere, entries
from kaohe_serve.records import whole_numbers
from kaohe_serve.shelf import COLLECTED, Shelf, StoredCollection, StoredDataset, StoredReturn
from kaohe_serve.uploads import safe_name
from kaohe_serve.words import text
from kaohe_serve.work import written

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
    """Where papers are made; raises Refused and Cancelled."""

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

    def do(self, job: Job[Papers]) -> None:
        """Do what was ordered."""
        if isinstance(job.order, CollectionOrder):
            try:
                job.collection = self._collect(job.order, job.at)
            finally:
                clear(job.order.returned)
        else:
            try:
                self._make(job.order, job.at)
            except FileNotFoundError:
                self.shelf.papers(job.order.of)  # what it is made of may have been removed meanwhile
                raise

    def _make(self, order: PaperOrder, at: Callable[[Text], None]) -> None:
        folder = self.shelf.papers(order.of)
        target = place(folder, order.paper, order.scheme)
        with _beside(folder) as draft:
            file = draft / target.name
            match order.paper:
                case "parquet":
                    self._parquet(order, file, at)
                case "forms":
                    self._forms(order, draft, file, at)
                case "notices":
                    self._notices(order, draft, file, at)
                case _:
                    from kaohe_office import write_report

                    write_report(self.shelf.file(order.of), file, at)
            os.replace(file, target)

    def _parquet(self, order: PaperOrder, file: Path, at: Callable[[Text], None]) -> None:
        stored, run = open_run(self.shelf.file(order.of)), self.shelf.file(order.of)
        tables = stored.tables()
        with zipfile.ZipFile(file, "w") as archive:
            for done, table in enumerate(tables, 1):
                at(text("writing table {done} of {all}", done=done, all=len(tables)))
                numbers = [pl.col(name).cast(pl.Int64) for name in whole_numbers(run, table)]
                with archive.open(f"{table}.parquet", "w", force_zip64=True) as part:
                    pl.concat(stored.portions(table)).with_columns(numbers).write_parquet(part)

    def _notices(self, order: PaperOrder, draft: Path, file: Path, at: Callable[[Text], None]) -> None:
        from kaohe_office import write_notices

        run = self.shelf.file(order.of)
        write_notices(run, draft / "notices", issuer=order.issuer, day=order.day, progress=at)
        at(text("packing"))
        _pack(draft / "notices", file)

    def _forms(self, order: PaperOrder, draft: Path, file: Path, at: Callable[[Text], None]) -> None:
        from kaohe_office import write_forms

        data = self.shelf.data(self.shelf.dataset(order.of))
        write_forms(order.scheme, draft / "forms", data, plan=written(order.plan, draft), progress=at)
        at(text("packing"))
        _pack(draft / "forms", file)

    def _collect(self, order: CollectionOrder, at: Callable[[Text], None]) -> UUID:
        from kaohe_office import collect_forms

        stored = self.shelf.dataset(order.dataset)
        with self.shelf.adding_collection() as (number, draft):
            folder = draft / COLLECTED
            with TemporaryDirectory() as plans:
                found = collect_forms(
                    order.returned,
                    folder,
                    self.shelf.data(stored),
                    order.scheme,
                    plan=written(order.plan, Path(plans)),
                    received=order.received,
                    closed=order.closed,
                    progress=at,
                )
            made_dataset = self._taken(stored, folder, found.taken) if found.taken else None
            returns = [
                StoredReturn(
                    institution=one.institution,
                    name=one.name,
                    file=one.file,
                    state=one.state,
                    said=one.said,
                    received=one.received,
                    marked=one.marked,
                    faults=entries(one.faults),
                )
                for one in found.returns
            ]
            kept = StoredCollection(
                collection=number,
                dataset=stored.dataset,
                made=made_dataset,
                scheme=order.scheme,
                added=datetime.now(UTC),
                counts=found.counts,
                taken=found.taken,
                returns=returns,
                problems=entries(found.beyond),
            )
            return self.shelf.finish_collection(draft, kept).collection

    def _taken(self, stored: StoredDataset, folder: Path, number: int) -> UUID:
        """The dataset with what was taken, on the shelf."""
        name = text("{name}, with {n} returned forms", name=stored.name, n=number)
        with self.shelf.adding_dataset() as (made_number, draft):
            shutil.copyfile(folder / "dataset.xlsx", draft / "data" / "dataset.xlsx")
            return self.shelf.finish_dataset(draft, made_number, str(name), of=stored.dataset).dataset


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
            _pack(folder, draft / target.name)
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


def _pack(folder: Path, target: Path) -> None:
    """A folder's files in one packed file."""
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.rglob("*")):
            kind = zipfile.ZIP_STORED if file.suffix in PACKED_ALREADY else zipfile.ZIP_DEFLATED
            archive.write(file, file.relative_to(folder).as_posix(), kind)
