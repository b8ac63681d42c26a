"""A terminal shows what is being done, how far it is, and nothing once it is done; a file never sees it."""

from __future__ import annotations

from io import StringIO

from project import Project
from rich.console import Console
from rich.progress import Progress

from kaohe.command.bar import Time, bar
from kaohe.messages import text


def after(steps: int, *, total: int | None, seconds: int) -> str:
    """What is said of the time after so many steps, each of which took so many seconds."""
    now = 0
    shown = Progress(get_time=lambda: now, auto_refresh=False, console=Console(file=StringIO()))
    task = shown.add_task("", total=total)
    for _ in range(steps):
        now += seconds
        shown.advance(task)
    return Time().render(shown.tasks[0]).plain


def test_a_counted_step_says_how_long_it_still_takes() -> None:
    """8 of 10 are left, each taking 3 seconds; what is not counted says how long it has taken."""
    assert after(2, total=10, seconds=3) == "剩余 0:00:24"
    assert after(2, total=None, seconds=3) == "0:00:06"


def test_the_last_step_is_shown_and_gone() -> None:
    shown = StringIO()
    with bar(Console(file=shown, force_terminal=True, width=100)) as say:
        say(text("reading and checking the dataset"))
        say(text("cities {done} of {all}", done=2, all=3))
        say(text("cities put away"))
    assert "cities put away…" in shown.getvalue()
    assert "0:00:00" in shown.getvalue()  # of a step that does not count, though one before it did
    assert shown.getvalue().endswith("\x1b[2K")


def test_no_file_sees_it(project: Project) -> None:
    outcome = project.run()
    assert "\x1b" not in outcome.out + outcome.err
