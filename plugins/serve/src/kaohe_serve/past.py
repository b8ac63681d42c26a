"""Jobs that were ordered before the service was started anew, as they were noted on the shelf."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import evolve, frozen

from kaohe import Problem
from kaohe_serve.api.documents import JobEntry
from kaohe_serve.jobs import MOST_KEPT
from kaohe_serve.problems import entries
from kaohe_serve.shelf import Shelf
from kaohe_serve.words import text


@frozen
class Past:
    """The jobs that this process did not do; what they say is in the language in which they were ordered."""

    noted: Mapping[UUID, JobEntry]

    @classmethod
    def of(cls, shelf: Shelf) -> Past:
        """Those on the shelf."""
        return cls({entry.job: entry for entry in shelf.noted_jobs(JobEntry, MOST_KEPT)})

    def all(self) -> list[JobEntry]:
        """All of them, the last first."""
        return [_ended(entry) for entry in self.noted.values()]

    def job(self, number: UUID) -> JobEntry | None:
        """One of them."""
        return _ended(self.noted[number]) if number in self.noted else None


def _ended(entry: JobEntry) -> JobEntry:
    """The job as it stands now: one that was under way when the service ended was cancelled by that."""
    if entry.state not in ("waiting", "running"):
        return entry
    said = Problem("jobs", text("the service ended before this was done"), text("order it again"))
    return evolve(entry, state="cancelled", problems=entries([said]))
