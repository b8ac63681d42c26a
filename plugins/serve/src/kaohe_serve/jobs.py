"""Long work: ordered at once, done one after the other, watched and stopped from outside."""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from queue import LifoQueue
from threading import Event, Lock
from time import monotonic
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID, uuid4

from attrs import define, field, frozen

from kaohe import Problem, Refused
from kaohe.messages import Text
from kaohe_serve.pace import Pace
from kaohe_serve.problems import Busy, NotThere
from kaohe_serve.shelf import ComparisonOrder, Order, Shelf
from kaohe_serve.words import text
from kaohe_serve.worker import Cancelled, Worker

Ordered = TypeVar("Ordered")
Computed = Order | ComparisonOrder
State = Literal["waiting", "running", "done", "failed", "cancelled"]
MOST_KEPT = 1_000
"""Finished jobs that are remembered."""
log = logging.getLogger("kaohe_serve")


@frozen(kw_only=True)
class Outcome:
    """What came of a job, by number; papers stand beside what they are of."""

    run: UUID | None = None
    comparison: UUID | None = None
    collection: UUID | None = None


def _nothing(_: State) -> None:
    """What most jobs ask for when they end."""


@define(eq=False)
class Job(Generic[Ordered]):
    """What was ordered (a run, a comparison, papers): where it stands, and what came of it.

    `begun` are the steps it has begun, at these `moments` (a clock's seconds); the last of them is the one it is at.
    `ended` is told its last state before anybody sees it. `pace` is that of the last job of its kind.
    """

    order: Ordered
    job: UUID = field(factory=uuid4)
    state: State = "waiting"
    begun: list[Text] = field(factory=list)
    moments: list[float] = field(factory=list)
    outcome: Outcome = field(factory=Outcome)
    problems: list[Problem] = field(factory=list)
    ordered: datetime = field(factory=lambda: datetime.now(UTC))
    started: datetime | None = None
    finished: datetime | None = None
    ended: Callable[[State], None] = _nothing
    pace: Pace | None = None
    stopping: Event = field(factory=Event)
    future: Future[None] = field(factory=Future)

    @property
    def kind(self) -> str:
        """Jobs of the same kind take the same steps."""
        return f"{type(self.order).__name__} {getattr(self.order, 'scheme', '')}"

    @property
    def elapsed(self) -> int:
        """Seconds since it was begun."""
        return round((datetime.now(UTC) - self.started).total_seconds()) if self.started else 0

    @property
    def seconds_left(self) -> int | None:
        """How long it still takes, if another of its kind was done before."""
        if self.state != "running" or self.pace is None:
            return None
        known = len(self.moments)
        left = self.pace.left([step.message for step in self.begun[:known]], self.moments, monotonic())
        return None if left is None else round(left)

    def begin(self, step: Text) -> None:
        """Note that it is at this step now."""
        self.begun.append(step)
        self.moments.append(monotonic())


Work = Callable[..., Outcome]
"""What a job does, in a process of its own: `work(shelf, made, order, say)` reads the shelf, and puts what it makes on
another, `made`, which is this job's; `say` is called before each step."""


class Jobs(Generic[Ordered]):
    """The jobs of this process."""

    def __init__(
        self,
        shelf: Shelf,
        work: Work,
        workers: int,
        most_waiting: int,
        noted: Callable[[Job[Ordered]], None] | None = None,
    ) -> None:
        """`noted` is told of each job as it is ordered and as it ends, in the language that the job speaks."""
        self._shelf, self._work, self._most, self._noted = shelf, work, most_waiting, noted
        self._pool = ThreadPoolExecutor(workers, "kaohe-job")
        self._workers = [Worker() for _ in range(workers)]
        self._idle: LifoQueue[Worker] = LifoQueue()  # one that has begun is taken before one that has not
        for worker in self._workers:
            self._idle.put(worker)
        self._jobs: dict[UUID, Job[Ordered]] = {}
        self._paces: dict[str, Pace] = {}
        self._lock = Lock()

    def begin(self) -> None:
        """Begin a process, so that the first job does not wait for it."""
        worker = self._idle.get()
        try:
            worker.begin()
        finally:
            self._idle.put(worker)

    def order(self, order: Ordered, ended: Callable[[State], None] = _nothing) -> Job[Ordered]:
        """A new job; raises Busy where too many wait. It speaks the language of the moment."""
        job = Job(order, ended=ended)
        with self._lock:
            if sum(not known.future.done() for known in self._jobs.values()) >= self._most:
                raise Busy([Problem("jobs", text("too many runs are waiting"), text("ask again later"))])
            done = [number for number, known in self._jobs.items() if known.future.done()]
            for number in done[: max(0, len(done) - MOST_KEPT)]:
                del self._jobs[number]
            self._jobs[job.job] = job
            self._note(job)  # before it can end
            job.future = self._pool.submit(contextvars.copy_context().run, self._do, job)
        return job

    def all(self) -> list[Job[Ordered]]:
        """All jobs, the last first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def job(self, number: UUID) -> Job[Ordered]:
        """One job; raises NotThere."""
        with self._lock:
            if number in self._jobs:
                return self._jobs[number]
        raise NotThere([Problem("number", text("there is no such job"), text("choose one of the list"))])

    def cancel(self, number: UUID) -> Job[Ordered]:
        """Stop a job, whatever it is at; one that is finished stays as it is. Raises NotThere."""
        job = self.job(number)
        job.stopping.set()
        if job.future.cancel():
            self._finish(job, "cancelled")
        return job

    def close(self) -> None:
        """Stop everything."""
        for job in self.all():
            job.stopping.set()
        self._pool.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.end()

    def _do(self, job: Job[Ordered]) -> None:
        job.started, job.state, job.pace = datetime.now(UTC), "running", self._paces.get(job.kind)
        try:
            job.outcome = self._made(job)
        except Cancelled:
            self._finish(job, "cancelled")
        except Refused as refused:
            job.problems = refused.problems
            self._finish(job, "failed")
        except BaseException as fault:
            log.error("job %s", job.job, exc_info=fault)
            remedy = text("please report it, with what the log says")
            job.problems = [Problem("unexpected", text("unexpected fault"), remedy)]
            self._finish(job, "failed")
        else:
            self._finish(job, "done")

    def _made(self, job: Job[Ordered]) -> Outcome:
        """Have the work done, and put what it made on the shelf; nothing of it is there otherwise."""
        worker = self._idle.get()
        try:
            with self._shelf.making() as made:
                given: tuple[Any, ...] = self._shelf, made, job.order
                outcome: Outcome = worker.do(self._work, given, made.folder, job.begin, job.stopping)
                self._shelf.take(made)
                self._paces[job.kind] = Pace.of([step.message for step in job.begun], job.moments, monotonic())
                return outcome
        finally:
            self._idle.put(worker)

    def _finish(self, job: Job[Ordered], state: State) -> None:
        job.ended(state)
        job.finished, job.state = datetime.now(UTC), state
        self._note(job)

    def _note(self, job: Job[Ordered]) -> None:
        try:
            if self._noted is not None:
                self._noted(job)
        except OSError as fault:  # what came of the job is what counts
            log.error("job %s cannot be noted", job.job, exc_info=fault)
