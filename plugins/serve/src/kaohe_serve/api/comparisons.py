"""Comparisons: one dataset under several schemes, what each has to go on, and why they differ."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Response, Router, post
from litestar.params import JSONBody

from kaohe_serve.api import Number, TheDesk, TheJobs, TheShelf, read, remove
from kaohe_serve.api.documents import ComparisonEntry, JobEntry
from kaohe_serve.problems import documented
from kaohe_serve.shelf import ComparisonOrder


@post(
    "/comparisons",
    operation_id="orderComparison",
    summary="Order a comparison",
    status_code=HTTPStatus.ACCEPTED,
    responses=documented(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    sync_to_thread=True,
)
def order(data: JSONBody[ComparisonOrder], desk: TheDesk, jobs: TheJobs) -> Response[JobEntry]:
    """Compute a dataset under two schemes or more, and mixes of them, with each scheme's plan, values and readings.

    The answer is a job; when it is done it names the comparison, and where it failed all that is wrong.
    """
    desk.accept(data)
    job = jobs.order(data)
    return Response(JobEntry.of(job), headers={"Location": f"jobs/{job.job}"})


@read("/comparisons", operation_id="listComparisons", summary="The comparisons here")
def comparisons(shelf: TheShelf) -> list[ComparisonEntry]:
    """The last first."""
    return [ComparisonEntry.of(kept) for kept in shelf.comparisons()]


@remove("/comparisons/{comparison:uuid}", operation_id="removeComparison", summary="Take a comparison away")
def remove_comparison(comparison: Number, shelf: TheShelf) -> None:
    """For good."""
    shelf.remove_comparison(comparison)


@read("/comparisons/{comparison:uuid}", operation_id="getComparison", summary="A comparison")
def comparison(comparison: Number, shelf: TheShelf) -> dict[str, Any]:
    """Every table of it, coverage before any number; as `kaohe compare --json` prints it."""
    return shelf.comparison(comparison)


router = Router("/", route_handlers=[order, comparisons, comparison, remove_comparison], tags=["comparisons"])
