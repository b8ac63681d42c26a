"""Jobs: ordering a run, watching it, stopping it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated, TypeAlias

from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from kaohe_serve.api import Number, TheDesk, TheJobs
from kaohe_serve.api.documents import JobEntry
from kaohe_serve.past import Past
from kaohe_serve.problems import documented
from kaohe_serve.shelf import Order

ThePast: TypeAlias = NamedDependency[Past]
Seconds = Annotated[int, QueryParameter(ge=0, le=60, description="Seconds to wait for the end, at most.")]


@post(
    "/jobs",
    operation_id="orderRun",
    summary="Order a run",
    status_code=HTTPStatus.ACCEPTED,
    responses=documented(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    sync_to_thread=True,
)
def order(data: JSONBody[Order], desk: TheDesk, jobs: TheJobs) -> Response[JobEntry]:
    """Run a dataset under a scheme. The answer is a job to be watched; when it is done it names the run."""
    desk.accept(data)
    job = jobs.order(data)
    return Response(JobEntry.of(job), headers={"Location": f"jobs/{job.job}"})


@get("/jobs", operation_id="listJobs", summary="The jobs of this service", responses=documented(), sync_to_thread=False)
def all_jobs(jobs: TheJobs, past: ThePast) -> list[JobEntry]:
    """The last first, those from before the service was started too; what ended long ago is forgotten."""
    return [*(JobEntry.of(job) for job in jobs.all()), *past.all()]


@get("/jobs/{job:uuid}", operation_id="getJob", summary="Where a job stands", responses=documented())
async def watch(job: Number, jobs: TheJobs, past: ThePast, wait: Seconds = 0) -> JobEntry:
    """Its state, the step it is at, and what came of it; with `wait`, as soon as it has ended."""
    if (ended := past.job(job)) is not None:
        return ended
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
def cancel(job: Number, jobs: TheJobs, past: ThePast) -> JobEntry:
    """It stops whatever it is at, and nothing of it is written; one that has ended stays as it is."""
    if (ended := past.job(job)) is not None:
        return ended
    return JobEntry.of(jobs.cancel(job))


router = Router("/", route_handlers=[order, all_jobs, watch, cancel], tags=["jobs"])
