"""What this plugin makes, as functions: what its commands do, and what other plugins may ask for.

Each says at `progress` what it is at; a step's values `done` and `all` say how far it is where it counts. Files and
folders are written whole or not at all. All raise Refused with every fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kaohe.messages import Text
from kaohe.place import refuse_taken
from kaohe.problems import Problem, Refused
from kaohe_office.messages import text

if TYPE_CHECKING:
    from kaohe_office.forms.outcome import Collection

Progress = Callable[[Text], None]
REPORTS = (".xlsx", ".html")
LETTERS = ("docx", "html")


def silent(_: Text) -> None:
    """Say nothing."""


def write_report(run: Path, target: Path, progress: Progress = silent) -> None:
    """Write a run as a workbook (.xlsx), or as a page to print with charts (.html), where nothing stands yet."""
    from kaohe.store import open_run
    from kaohe_office.report import book, page
    from kaohe_office.report.figures import Figures

    if target.suffix.lower() not in REPORTS:
        message = text("a report is an .xlsx or an .html file")
        raise Refused([Problem("out", message, text("choose another name (--out)"), file=str(target))])
    refuse_taken(target)
    progress(text("reading the run"))
    writers = dict(zip(REPORTS, (book.write, page.write), strict=True))
    writers[target.suffix.lower()](Figures(open_run(run)), target, progress)


def write_notices(
    run: Path,
    folder: Path,
    institutions: Sequence[str] = (),
    *,
    formats: Sequence[str] = (),
    issuer: str = "",
    day: date | None = None,
    progress: Progress = silent,
) -> list[str]:
    """Write letters to these institutions (by default to all) into a new or empty folder; whose they are.

    `formats`: of LETTERS, by default both. `issuer` and `day` stay blank where they are not given.
    """
    from kaohe.store import kept_open, open_run
    from kaohe_office.files import file_name, new_folder
    from kaohe_office.notice import page, word
    from kaohe_office.notice.letter import day_said, letter, source

    progress(text("reading the run"))
    writers = dict(zip(LETTERS, (word.write, page.write), strict=True))
    with kept_open(open_run(run)) as stored, new_folder(folder) as draft:
        shared = source(stored, issuer, day_said(day) if day else "")
        codes = list(institutions or (row["institution"] for row in stored.rows("results")))
        for done, code in enumerate(codes, 1):
            progress(text("writing notice {done} of {all}", done=done, all=len(codes)))
            told = letter(shared, code)
            for suffix in formats or LETTERS:
                writers[suffix](told, draft / file_name(code, f".{suffix}"))
    return codes


def write_forms(
    scheme: str, folder: Path, dataset: Path | None = None, *, plan: Sequence[Path] = (), progress: Progress = silent
) -> list[str]:
    """Write the scheme's own tables as forms into a new or empty folder; their names.

    One for each institution of the dataset that a table assesses; without a dataset a blank one for each table.
    """
    from kaohe_office.forms import outgoing
    from kaohe_office.scheme import chosen

    progress(text("reading the dataset"))
    city, rules, papers = chosen(scheme, plan)
    if dataset is None:
        issues = outgoing.blank(rules, papers)
    else:
        issues = list(outgoing.register(dataset, rules, city, papers).issues.values())
    return outgoing.write(issues, folder, progress)


def collect_forms(
    returned: Path,
    folder: Path,
    dataset: Path,
    scheme: str,
    *,
    plan: Sequence[Path] = (),
    received: date | None = None,
    closed: bool = False,
    progress: Progress = silent,
) -> Collection:
    """Read every returned form of a folder into the dataset that they were made from, and write what came of it.

    `received`: the day on which they came in, where no folder's name says it. `closed`: the time is up, and whoever
    returned nothing has not declared.
    """
    from kaohe_office.forms import incoming, outcome, outgoing
    from kaohe_office.scheme import chosen

    outcome.refuse_place(folder)
    progress(text("reading the dataset"))
    city, rules, papers = chosen(scheme, plan)
    register = outgoing.register(dataset, rules, city, papers)
    found = incoming.collect(returned, register, received, progress)
    outcome.write(register, found, folder, progress, closed=closed)
    return outcome.told(found)
