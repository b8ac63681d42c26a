"""Long work stopped in the middle of a step, and work whose process comes to an end."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest
from endless import endless, killed

from kaohe_serve.jobs import Jobs, Work
from kaohe_serve.shelf import Order, Shelf

posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")


def jobs(folder: Path, work: Work) -> tuple[Shelf, Jobs[Order]]:
    """A shelf, and jobs that do this work, one at a time."""
    shelf = Shelf(folder)
    shelf.prepare()
    return shelf, Jobs(shelf, work, 1, 10)


def order(scheme: str = "nowhere/1") -> Order:
    return Order(dataset=UUID(int=0), scheme=scheme)


@posix
def test_a_job_is_stopped_in_the_middle_of_a_step_and_leaves_nothing(tmp_path: Path) -> None:
    """The step never ends of its own accord; the process that is at it is gone, with what it wrote."""
    os.mkfifo(tmp_path / "pipe")
    shelf, working = jobs(tmp_path / "shelf", endless)
    job = working.order(order(str(tmp_path / "pipe")))
    process = int((tmp_path / "pipe").read_text(encoding="utf-8"))  # it is in the middle now
    working.cancel(job.job)
    job.future.result()
    assert job.state == "cancelled"
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert shelf.runs() == []
    assert list(shelf.folder.rglob("*.db")) == []
    assert list((shelf.folder / "making").iterdir()) == []
    working.close()


@posix
def test_the_service_ends_in_the_middle_of_a_step(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    shelf, working = jobs(tmp_path / "shelf", endless)
    job = working.order(order(str(tmp_path / "pipe")))
    (tmp_path / "pipe").read_text(encoding="utf-8")
    working.close()
    assert job.state == "cancelled"
    assert list((shelf.folder / "making").iterdir()) == []


def test_a_process_that_comes_to_an_end_takes_nothing_with_it(tmp_path: Path) -> None:
    """The job says so, and the next one has a process of its own."""
    shelf, working = jobs(tmp_path / "shelf", killed)
    first, second = working.order(order()), working.order(order())
    second.future.result()
    assert (first.state, second.state) == ("failed", "done")
    assert [str(problem.message.message) for problem in first.problems] == ["the process that did this came to an end"]
    assert [run.run for run in shelf.runs()] == [second.outcome.run]
    working.close()


def test_what_a_killed_service_left_is_cleared_away_when_it_begins_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    shelf.prepare()
    half = shelf.folder / "making" / "1" / "runs" / ".1.part"
    half.mkdir(parents=True)
    shelf.prepare()
    assert list((shelf.folder / "making").iterdir()) == []
