"""Datasets: handing one in, checking it, taking it away."""

from __future__ import annotations

from http import HTTPStatus
from typing import BinaryIO, cast

from attrs import frozen
from litestar import Router, post
from litestar.datastructures import UploadFile
from litestar.params import FromQuery, MultipartBody

from kaohe_serve.api import Number, TheDesk, TheShelf, read, remove
from kaohe_serve.api.documents import Checked
from kaohe_serve.problems import documented, entries
from kaohe_serve.shelf import StoredDataset
from kaohe_serve.uploads import Upload, receive


@frozen
class Handed:
    """One .xlsx workbook, SQLite file or .zip of a folder; or the .csv and .parquet files of a folder."""

    files: list[UploadFile]


def keep(uploads: list[Upload], shelf: TheShelf, desk: TheDesk) -> StoredDataset:
    """Put what was handed in on the shelf; raises Refused."""
    with shelf.adding_dataset() as (number, draft):
        name = receive(uploads, draft / "data", desk.settings.most_unpacked)
        return shelf.finish_dataset(draft, number, name)


@post(
    "/datasets",
    operation_id="addDataset",
    summary="Hand in a dataset",
    responses=documented(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY),
    sync_to_thread=True,
)
def add_dataset(data: MultipartBody[Handed], shelf: TheShelf, desk: TheDesk) -> StoredDataset:
    """A dataset in any of its four forms. What it says is looked at by `checkDataset` and by a run."""
    uploads = [Upload(file.filename, cast("BinaryIO", file.file)) for file in data.files]
    return keep(uploads, shelf, desk)


@read("/datasets", operation_id="listDatasets", summary="The datasets here")
def datasets(shelf: TheShelf) -> list[StoredDataset]:
    """The last first."""
    return shelf.datasets()


@read("/datasets/{dataset:uuid}", operation_id="getDataset", summary="One dataset")
def dataset(dataset: Number, shelf: TheShelf) -> StoredDataset:
    """Its name, size and age."""
    return shelf.dataset(dataset)


@remove("/datasets/{dataset:uuid}", operation_id="removeDataset", summary="Take a dataset away")
def remove_dataset(dataset: Number, shelf: TheShelf) -> None:
    """For good. Runs that were made of it stay."""
    shelf.remove_dataset(dataset)


@read("/datasets/{dataset:uuid}/check", operation_id="checkDataset", summary="What is wrong with a dataset")
def check_dataset(dataset: Number, desk: TheDesk, scheme: FromQuery[str | None] = None) -> Checked:
    """All faults at once, each with its place and remedy; for a scheme (CITY/VERSION), by its rules too."""
    found, problems = desk.check(dataset, scheme)
    return Checked(found is not None, found.rows() if found else {}, entries(problems))


router = Router("/", route_handlers=[add_dataset, datasets, dataset, remove_dataset, check_dataset], tags=["datasets"])
