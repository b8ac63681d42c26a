"""Comparisons: one dataset under several schemes, what each has to go on, and why they differ."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Response, Router, post
from litestar.params import JSONBody

from kaohe_serve.api import Number, TheDesk, TheJobs, TheShelf, read
from kaohe_serve.api.documents import JobEntry
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
    """Compute a dataset under two schemes or more. The answer is a job; when it is done it names the comparison."""
    desk.accept(data)
    job = jobs.order(data)
    return Response(JobEntry.of(job), headers={"Location": f"jobs/{job.job}"})


@read("/comparisons/{comparison:uuid}", operation_id="getComparison", summary="A comparison")
def comparison(comparison: Number, shelf: TheShelf) -> dict[str, Any]:
    """Every table of it, coverage before any number; as `kaohe compare --json` prints it."""
    return shelf.comparison(comparison)


router = Router("/", route_handlers=[order, comparison], tags=["comparisons"])
