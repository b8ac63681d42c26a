"""What a terminal shows while something takes its time: the step, how far it is, and how long it still takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text as Line

from kaohe.messages import Text, text

COUNTED = ("done", "all")
"""The values of a step that counts: at which it is, and how many there are."""


class Time(ProgressColumn):
    """How long a counted step still takes, as far as is known; how long any other has taken."""

    def render(self, task: Task) -> Line:
        """The time in words."""
        if task.total is None:
            return Line(str(timedelta(seconds=int(task.elapsed or 0))))
        left = task.time_remaining
        return Line("" if left is None else str(text("{time} left", time=timedelta(seconds=int(left)))))


@contextmanager
def bar(console: Console | None = None) -> Iterator[Callable[[Text], None]]:
    """A function to say each step to; the line is gone when the block is left."""
    words = TextColumn("{task.description}", markup=False)
    shown = Progress(
        SpinnerColumn(), words, BarColumn(), Time(), console=console or Console(stderr=True), transient=True
    )
    said = ""
    with shown:
        task = shown.add_task("", total=None)

        def say(step: Text) -> None:
            nonlocal said, task
            done, whole = (value if isinstance(value := step.values.get(name), int) else None for name in COUNTED)
            if step.message != said:
                shown.remove_task(task)
                task, said = shown.add_task("", total=whole), step.message
            shown.update(task, completed=(done or 1) - 1, description=f"{step}…")

        yield say
