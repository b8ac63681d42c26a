"""Jobs: ordering a run, watching it, stopping it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.params import Parameter

from kaohe_serve.api.documents import JobEntry
from kaohe_serve.jobs import Jobs
from kaohe_serve.problems import documented
from kaohe_serve.shelf import Order
from kaohe_serve.work import Desk

Seconds = Annotated[int, Parameter(ge=0, le=60, description="Seconds to wait for the end, at most.")]


@post(
    "/jobs",
    operation_id="orderRun",
    summary="Order a run",
    status_code=HTTPStatus.ACCEPTED,
    responses=documented(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    sync_to_thread=True,
)
def order(data: Order, desk: Desk, jobs: Jobs) -> Response[JobEntry]:
    """Run a dataset under a scheme. The answer is a job to be watched; when it is done it names the run."""
    desk.accept(data)
    job = jobs.order(data)
    return Response(JobEntry.of(job), headers={"Location": f"jobs/{job.job}"})


@get("/jobs", operation_id="listJobs", summary="The jobs of this service", responses=documented(), sync_to_thread=False)
def all_jobs(jobs: Jobs) -> list[JobEntry]:
    """The last first; those that ended long ago are forgotten."""
    return [JobEntry.of(job) for job in jobs.all()]


@get("/jobs/{job:uuid}", operation_id="getJob", summary="Where a job stands", responses=documented())
async def watch(job: UUID, jobs: Jobs, wait: Seconds = 0) -> JobEntry:
    """Its state, the step it is at, and what came of it; with `wait`, as soon as it has ended."""
    found = jobs.job(job)
    await asyncio.wait([asyncio.wrap_future(found.future)], timeout=wait)
    return JobEntry.of(found)


@delete(
    "/jobs/{job:uuid}",
    operation_id="cancelJob",
    summary="Stop a job",
    status_code=HTTPStatus.OK,
    responses=documented(),
    sync_to_thread=False,
)
def cancel(job: UUID, jobs: Jobs) -> JobEntry:
    """It stops before its next step, and nothing is written; one that has ended stays as it is."""
    return JobEntry.of(jobs.cancel(job))


router = Router("/", route_handlers=[order, all_jobs, watch, cancel], tags=["jobs"])
