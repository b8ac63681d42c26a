"""What the service keeps: datasets as they were handed in, and runs. A folder each, there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

import msgspec
from attrs import field, frozen

from kaohe import Problem
from kaohe.messages import Text
from kaohe_serve.problems import InTheWay, NotThere, ProblemEntry
from kaohe_serve.words import text

T = TypeVar("T")
ABOUT, RUN, COMPARISON, PAPERS = "about.json", "run.db", "comparison.json", "papers"
COLLECTED = "collected"


@frozen
class Setting:
    """A parameter's value for a run, and where it comes from; numbers with decimals are text."""

    value: Any
    provenance: Literal["published", "agreement", "assumption"]
    source: str


@frozen(kw_only=True)
class Order:
    """What is to be run: a dataset under a scheme, with the year's values.

    `plan`: rubrics for the year as TOML, one for each kind. `corrects`: the run of the same year that it corrects.
    """

    dataset: UUID
    scheme: str
    parameters: dict[str, Setting] = field(factory=dict)
    readings: dict[str, str] = field(factory=dict)
    stages: dict[str, str] = field(factory=dict)
    plan: list[str] = field(factory=list)
    corrects: UUID | None = None


@frozen(kw_only=True)
class ComparisonOrder:
    """What is to be compared: a dataset under two schemes or more, and mixes of them (`A+settle=B`).

    `kinds`: by which kind's table a kind is assessed where a scheme has none for it, an assumption. `parameters`,
    `readings` and `plans` (as for a run): by scheme.
    """

    dataset: UUID
    schemes: list[str]
    kinds: dict[str, str] = field(factory=dict)
    parameters: dict[str, dict[str, Setting]] = field(factory=dict)
    readings: dict[str, dict[str, str]] = field(factory=dict)
    plans: dict[str, list[str]] = field(factory=dict)

    @property
    def scheme(self) -> str:
        """All of them, as a job is labelled."""
        return ", ".join(self.schemes)

    @property
    def corrects(self) -> None:
        """A comparison corrects nothing."""


@frozen(kw_only=True)
class StoredDataset:
    """A dataset as it was handed in. `of`: the dataset that it was made from, by an appeal."""

    dataset: UUID
    name: str
    added: datetime
    size: int
    of: UUID | None = None


@frozen(kw_only=True)
class StoredRun:
    """A run, and what was ordered."""

    run: UUID
    name: str
    added: datetime
    order: Order


@frozen(kw_only=True)
class StoredComparison:
    """A comparison, and what was ordered. `facts`: what facts are called, in Chinese and in English, by code."""

    comparison: UUID
    name: str
    added: datetime
    order: ComparisonOrder
    facts: dict[str, tuple[str, str]]


@frozen(kw_only=True)
class StoredReturn:
    """One returned form, or an institution that returned none; `said` is its state for people.

    `marked`: the name of the copy in which its faults are marked; empty where there is none.
    """

    institution: str
    name: str
    file: str
    state: str
    said: str
    received: date | None
    marked: str
    faults: list[ProblemEntry]


@frozen(kw_only=True)
class StoredCollection:
    """Returned forms as they were read. `dataset`: what they were made from; `made`: it, with what was taken."""

    collection: UUID
    dataset: UUID
    made: UUID | None
    scheme: str
    added: datetime
    counts: dict[str, int]
    taken: int
    returns: list[StoredReturn]
    problems: list[ProblemEntry]


@frozen
class Shelf:
    """The folder that holds everything; each thing has a folder named by its number."""

    folder: Path

    @property
    def _datasets(self) -> Path:
        return self.folder / "datasets"

    @property
    def _runs(self) -> Path:
        return self.folder / "runs"

    @property
    def _comparisons(self) -> Path:
        return self.folder / "comparisons"

    @property
    def _collections(self) -> Path:
        return self.folder / "collections"

    @property
    def _making(self) -> Path:
        return self.folder / "making"

    @property
    def _jobs(self) -> Path:
        return self.folder / "jobs"

    @property
    def _kept(self) -> tuple[Path, ...]:
        """The folders of what is kept; a thing stands in an earlier one than what was made of it."""
        return self._datasets, self._runs, self._comparisons, self._collections

    def prepare(self) -> None:
        """Make the folders, readable by their owner alone, and clear away what was never finished."""
        for folder in self._kept:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for draft in [*folder.glob(".*.part"), *folder.glob(f"*/{PAPERS}/.*.part")]:
                shutil.rmtree(draft)
        for job in self._making.glob("*"):
            shutil.rmtree(job)
        self._jobs.mkdir(mode=0o700, exist_ok=True)
        for note in self._jobs.glob(".*.part"):
            note.unlink()

    @contextmanager
    def making(self) -> Iterator[Shelf]:
        """A shelf for one job, which is cleared away afterwards with all that was not taken from it."""
        made = Shelf(self._making / str(uuid4()))
        made.prepare()
        try:
            yield made
        finally:
            shutil.rmtree(made.folder)

    def take(self, made: Shelf) -> None:
        """Put what stands on a job's shelf on this one; raises NotThere where what its papers are of is gone."""
        for from_folder, to_folder in zip(made._kept, self._kept, strict=True):  # noqa: SLF001
            for thing in from_folder.iterdir():
                os.replace(thing, to_folder / thing.name)
        for paper in (made.folder / PAPERS).glob("*/*"):
            os.replace(paper, self.papers(UUID(paper.parent.name)) / paper.name)

    def note_job(self, number: UUID, about: object) -> None:
        """Note where a job stands, in place of what was noted of it before."""
        draft = self._jobs / f".{number}.part"
        draft.write_bytes(msgspec.json.encode(about))
        os.replace(draft, self._jobs / f"{number}.json")

    def noted_jobs(self, kind: type[T], most: int) -> list[T]:
        """What was noted of the last jobs, the last first; older notes are thrown away."""
        notes = sorted(self._jobs.glob("*.json"), key=lambda note: note.stat().st_mtime_ns, reverse=True)
        for note in notes[most:]:
            note.unlink()
        found = []
        for note in notes[:most]:
            with suppress(msgspec.MsgspecError):  # another version's
                found.append(msgspec.json.decode(note.read_bytes(), type=kind))
        return found

    def datasets(self) -> list[StoredDataset]:
        """All datasets, the last first."""
        return sorted(_all(self._datasets, StoredDataset), key=lambda found: found.added, reverse=True)

    def runs(self) -> list[StoredRun]:
        """All runs, the last first."""
        return sorted(_all(self._runs, StoredRun), key=lambda found: found.added, reverse=True)

    def dataset(self, number: UUID) -> StoredDataset:
        """One dataset; raises NotThere."""
        return _one(self._datasets / str(number) / ABOUT, StoredDataset, text("there is no such dataset"))

    def run(self, number: UUID) -> StoredRun:
        """One run; raises NotThere."""
        return _one(self._runs / str(number) / ABOUT, StoredRun, text("there is no such run"))

    def data(self, dataset: StoredDataset) -> Path:
        """Where a dataset can be read."""
        return next((self._datasets / str(dataset.dataset) / "data").iterdir())

    def file(self, run: UUID) -> Path:
        """A run's file; raises NotThere."""
        self.run(run)
        return self._runs / str(run) / RUN

    @contextmanager
    def adding_dataset(self) -> Iterator[tuple[UUID, Path]]:
        """A number and a folder to write a dataset into; it is on the shelf once `finish_dataset` was called."""
        with _draft(self._datasets) as (number, draft):
            (draft / "data").mkdir()
            yield number, draft

    def finish_dataset(self, draft: Path, number: UUID, name: str, of: UUID | None = None) -> StoredDataset:
        """Put a written dataset on the shelf."""
        size = sum(file.stat().st_size for file in draft.rglob("*") if file.is_file())
        return _finish(draft, StoredDataset(dataset=number, name=name, added=_now(), size=size, of=of), number)

    @contextmanager
    def adding_run(self) -> Iterator[tuple[UUID, Path]]:
        """A number and a folder to write a run into; it is on the shelf once `finish_run` was called."""
        with _draft(self._runs) as found:
            yield found

    def finish_run(self, draft: Path, number: UUID, name: str, order: Order) -> StoredRun:
        """Put a written run on the shelf."""
        return _finish(draft, StoredRun(run=number, name=name, added=_now(), order=order), number)

    @contextmanager
    def adding_comparison(self) -> Iterator[tuple[UUID, Path]]:
        """A number and a folder to write a comparison into, until `finish_comparison` is called."""
        with _draft(self._comparisons) as found:
            yield found

    def finish_comparison(self, draft: Path, comparison: StoredComparison, document: dict[str, Any]) -> UUID:
        """Put a comparison on the shelf, with all its tables as plain data; its number."""
        (draft / COMPARISON).write_bytes(msgspec.json.encode(document, enc_hook=str))
        return _finish(draft, comparison, comparison.comparison).comparison

    def comparison(self, number: UUID) -> dict[str, Any]:
        """One comparison, every table of it; raises NotThere."""
        return _one(self._comparisons / str(number) / COMPARISON, dict[str, Any], text("there is no such comparison"))

    def comparisons(self) -> list[StoredComparison]:
        """All comparisons, the last first."""
        return sorted(_all(self._comparisons, StoredComparison), key=lambda found: found.added, reverse=True)

    def compared(self, number: UUID) -> StoredComparison:
        """What was compared; raises NotThere."""
        return _one(self._comparisons / str(number) / ABOUT, StoredComparison, text("there is no such comparison"))

    def comparison_file(self, number: UUID, suffix: str = ".db") -> Path:
        """A comparison as a database (.db) or workbook (.xlsx); raises NotThere."""
        self.compared(number)
        file = (self._comparisons / str(number) / COMPARISON).with_suffix(suffix)
        if not file.exists():
            message = text("the comparison is larger than a workbook holds")
            raise NotThere([Problem("number", message, text("take the database"))])
        return file

    def papers(self, number: UUID) -> Path:
        """The folder of the papers made of a run or a dataset, which goes with it; raises NotThere."""
        for folder in (self._runs, self._datasets):
            if (folder / str(number) / ABOUT).exists():
                papers = folder / str(number) / PAPERS
                papers.mkdir(mode=0o700, exist_ok=True)
                return papers
        raise NotThere([Problem("number", text("there is no such run"), text("choose one of the list"))])

    def new_papers(self, number: UUID) -> Path:
        """Where a job puts papers of a run or a dataset that stands on another shelf."""
        papers = self.folder / PAPERS / str(number)
        papers.mkdir(mode=0o700, parents=True, exist_ok=True)
        return papers

    @contextmanager
    def adding_collection(self) -> Iterator[tuple[UUID, Path]]:
        """A number and a folder to write what came of returned forms into, until `finish_collection` is called."""
        with _draft(self._collections) as found:
            yield found

    def finish_collection(self, draft: Path, collection: StoredCollection) -> StoredCollection:
        """Put what came of returned forms on the shelf."""
        return _finish(draft, collection, collection.collection)

    def collections(self) -> list[StoredCollection]:
        """All collections of returned forms, the last first."""
        return sorted(_all(self._collections, StoredCollection), key=lambda found: found.added, reverse=True)

    def collection(self, number: UUID) -> StoredCollection:
        """One collection; raises NotThere."""
        return _one(self._collections / str(number) / ABOUT, StoredCollection, text("there is no such collection"))

    def collected(self, number: UUID) -> Path:
        """The folder of what came of a collection; raises NotThere."""
        self.collection(number)
        return self._collections / str(number) / COLLECTED

    def remove_dataset(self, number: UUID) -> None:
        """Take a dataset away, for good; raises NotThere."""
        self.dataset(number)
        _remove(self._datasets / str(number))

    def remove_comparison(self, number: UUID) -> None:
        """Take a comparison away, for good; raises NotThere."""
        self.compared(number)
        _remove(self._comparisons / str(number))

    def remove_run(self, number: UUID) -> None:
        """Take a run away, for good; raises NotThere, and InTheWay where another run corrects it."""
        self.run(number)
        if any(run.order.corrects == number for run in self.runs()):
            raise InTheWay([Problem("run", text("another run corrects this one"), text("remove that one first"))])
        _remove(self._runs / str(number))


def _now() -> datetime:
    return datetime.now(UTC)


def _all(folder: Path, kind: type[T]) -> Iterator[T]:
    for entry in folder.iterdir():
        if not entry.name.startswith("."):
            try:
                yield msgspec.json.decode((entry / ABOUT).read_bytes(), type=kind)
            except (FileNotFoundError, msgspec.MsgspecError):  # taken away meanwhile, or another version's
                continue


def _one(file: Path, kind: type[T], otherwise: Text) -> T:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        raise NotThere([Problem("number", otherwise, text("choose one of the list"))]) from None
    except msgspec.MsgspecError:
        message = text("this was kept by another version of kaohe, which noted it otherwise")
        raise NotThere([Problem("number", message, text("hand in the dataset again, and run it again"))]) from None


@contextmanager
def _draft(folder: Path) -> Iterator[tuple[UUID, Path]]:
    number = uuid4()
    draft = folder / f".{number}.part"
    draft.mkdir(mode=0o700)
    try:
        yield number, draft
    finally:
        if draft.exists():
            shutil.rmtree(draft)


def _finish(draft: Path, about: T, number: UUID) -> T:
    (draft / ABOUT).write_bytes(msgspec.json.encode(about))
    os.replace(draft, draft.with_name(str(number)))
    return about


def _remove(folder: Path) -> None:
    """Out of sight at once, then away."""
    going = folder.with_name(f".{folder.name}.part")
    try:
        os.replace(folder, going)
    except FileNotFoundError:  # somebody else was faster
        return
    shutil.rmtree(going)
