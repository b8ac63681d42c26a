"""Papers made, and returned forms read back, by kaohe-office, in a process of their own."""

from __future__ import annotations

import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import polars as pl

from kaohe import open_run
from kaohe_serve.jobs import Outcome
from kaohe_serve.papers import OF_RUN, CollectionOrder, PaperOrder, Papers, pack, place
from kaohe_serve.problems import entries
from kaohe_serve.records import whole_numbers
from kaohe_serve.shelf import COLLECTED, Shelf, StoredCollection, StoredDataset, StoredReturn
from kaohe_serve.versions import understood
from kaohe_serve.words import text
from kaohe_serve.work import written
from kaohe_serve.worker import Say


def make(shelf: Shelf, made: Shelf, order: Papers, say: Say) -> Outcome:
    """Do what was ordered; raises Refused."""
    if isinstance(order, CollectionOrder):
        return Outcome(collection=_collect(shelf, made, order, say))
    runs = [shelf.file(order.of)] if order.paper in OF_RUN else []
    try:
        with understood(runs):
            _make(shelf, made, order, say)
    except FileNotFoundError:
        shelf.papers(order.of)  # what it is made of may have been removed meanwhile
        raise
    return Outcome()


def _make(shelf: Shelf, made: Shelf, order: PaperOrder, say: Say) -> None:
    file = place(made.new_papers(order.of), order.paper, order.scheme)
    match order.paper:
        case "parquet":
            _parquet(shelf.file(order.of), file, say)
        case "forms":
            _forms(shelf, order, file, say)
        case "notices":
            _notices(shelf.file(order.of), order, file, say)
        case _:
            from kaohe_office import write_report

            write_report(shelf.file(order.of), file, say)


def _parquet(run: Path, file: Path, say: Say) -> None:
    stored = open_run(run)
    tables = stored.tables()
    with zipfile.ZipFile(file, "w") as archive:
        for done, table in enumerate(tables, 1):
            say(text("writing table {done} of {all}", done=done, all=len(tables)))
            numbers = [pl.col(name).cast(pl.Int64) for name in whole_numbers(run, table)]
            with archive.open(f"{table}.parquet", "w", force_zip64=True) as part:
                pl.concat(stored.portions(table)).with_columns(numbers).write_parquet(part)


def _notices(run: Path, order: PaperOrder, file: Path, say: Say) -> None:
    from kaohe_office import write_notices

    with TemporaryDirectory() as folder:
        write_notices(run, Path(folder) / "notices", issuer=order.issuer, day=order.day, progress=say)
        say(text("packing"))
        pack(Path(folder) / "notices", file)


def _forms(shelf: Shelf, order: PaperOrder, file: Path, say: Say) -> None:
    from kaohe_office import write_forms

    data = shelf.data(shelf.dataset(order.of))
    with TemporaryDirectory() as folder:
        plan = written(order.plan, Path(folder))
        write_forms(order.scheme, Path(folder) / "forms", data, plan=plan, progress=say)
        say(text("packing"))
        pack(Path(folder) / "forms", file)


def _collect(shelf: Shelf, made: Shelf, order: CollectionOrder, say: Say) -> UUID:
    from kaohe_office import collect_forms

    stored = shelf.dataset(order.dataset)
    with made.adding_collection() as (number, draft):
        folder = draft / COLLECTED
        with TemporaryDirectory() as plans:
            found = collect_forms(
                order.returned,
                folder,
                shelf.data(stored),
                order.scheme,
                plan=written(order.plan, Path(plans)),
                received=order.received,
                closed=order.closed,
                progress=say,
            )
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
            made=_taken(made, stored, folder, found.taken) if found.taken else None,
            scheme=order.scheme,
            added=datetime.now(UTC),
            counts=found.counts,
            taken=found.taken,
            returns=returns,
            problems=entries(found.beyond),
        )
        return made.finish_collection(draft, kept).collection


def _taken(made: Shelf, stored: StoredDataset, folder: Path, number: int) -> UUID:
    """The dataset with what was taken."""
    name = text("{name}, with {n} returned forms", name=stored.name, n=number)
    with made.adding_dataset() as (made_number, draft):
        shutil.copyfile(folder / "dataset.xlsx", draft / "data" / "dataset.xlsx")
        return made.finish_dataset(draft, made_number, str(name), of=stored.dataset).dataset
