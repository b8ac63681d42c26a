"""What is handed over after collecting: the dataset, the list of returns, and copies with the faults marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from kaohe.messages import Text
from kaohe.place import placed
from kaohe.problems import Problem, Refused
from kaohe.workbook import WHOLE, Book, Column
from kaohe_office.files import file_name
from kaohe_office.forms import dataset, marked
from kaohe_office.forms.incoming import QUIET, Collected, Returned
from kaohe_office.forms.outgoing import Register
from kaohe_office.messages import text

DATASET, RETURNS, MARKED = "dataset.xlsx", "returns.xlsx", "marked"


def states() -> dict[str, Text]:
    """What became of a return, for people."""
    return {
        "taken": text("taken"),
        "late": text("taken; came in late"),
        "faulty": text("not taken: has faults"),
        "double": text("not taken: several returns differ"),
        "corrected": text("corrected by a later return"),
        "copy": text("not taken again: the same return twice"),
        "refused": text("not taken: no form of this year"),
        "missing": text("missing"),
    }


def listed(collected: Collected) -> list[dict[str, Any]]:
    """Every return and every institution without one, in the order of the institutions' codes."""
    rows = [_row(one, state) for one, state in collected.states]
    nothing = {"state": "missing", "received": None, "faults": 0, "file": ""}
    rows += [{"institution": issue.institution, "name": issue.name, **nothing} for issue in collected.missing]
    return sorted(rows, key=lambda row: (not row["institution"], row["institution"], row["file"]))


def _row(one: Returned, state: str) -> dict[str, Any]:
    return {
        "institution": one.institution,
        "name": one.issue.name if one.issue else "",
        "state": state,
        "received": one.received,
        "faults": len(list(one.all_problems())),
        "file": one.label,
    }


def counts(collected: Collected) -> dict[str, int]:
    """How many returns are in each state."""
    found = Counter(row["state"] for row in listed(collected))
    return {state: found[state] for state in states() if found[state]}


@frozen
class Return:
    """One returned form, or an institution that returned none.

    `state` is a code, `said` what it means for people. `faults`: all that is wrong with it, each with its sheet, row
    and column. `marked`: the name of the copy in the folder `marked` in which they are marked; empty where none is.
    """

    institution: str
    name: str
    file: str
    state: str
    said: str
    received: date | None
    marked: str
    faults: list[Problem]


@frozen
class Collection:
    """What came of returned forms: every return, all that is wrong with them, and how many there are by state.

    The folder holds `dataset.xlsx`, `returns.xlsx` and, in `marked`, copies of those with faults.
    """

    returns: list[Return]
    problems: list[Problem]
    counts: dict[str, int]
    taken: int

    @property
    def beyond(self) -> list[Problem]:
        """What is wrong beyond a single form: returns that differ, and days that are not known."""
        return [problem for problem in self.problems if problem.code in ("double", "received")]


def told(collected: Collected) -> Collection:
    """What came of the forms, for people and other plugins."""
    words, of = states(), {one.label: one for one, _ in collected.states}
    returns = []
    for row in listed(collected):
        one = of.get(row["file"])
        faults = list(one.all_problems()) if one and row["state"] not in QUIET else []
        returns.append(
            Return(
                institution=row["institution"],
                name=row["name"],
                file=row["file"],
                state=row["state"],
                said=str(words[row["state"]]),
                received=row["received"],
                marked=_copy(one) if one and one.faults and faults else "",
                faults=faults,
            )
        )
    return Collection(returns, collected.problems, counts(collected), len(collected.taken))


def _copy(one: Returned) -> str:
    """The name of a return's copy with its faults marked."""
    return file_name(one.label.removesuffix(".xlsx"), ".xlsx")


def refuse_place(folder: Path) -> None:
    """Refuse a folder that holds something else than an earlier collection."""
    known = {DATASET, RETURNS, MARKED}
    if folder.exists() and (not folder.is_dir() or {entry.name for entry in folder.iterdir()} - known):
        message = text("something else stands here")
        raise Refused([Problem("out", message, text("choose a new or empty folder (--out)"), file=str(folder))])


def write(
    register: Register, collected: Collected, folder: Path, progress: Callable[[Text], None], *, closed: bool = False
) -> None:
    """Write the folder as a whole, in the place of an earlier collection; raises Refused.

    `closed`: whoever returned nothing has not declared, and the dataset says so.
    """
    refuse_place(folder)
    with placed(folder) as draft:
        draft.mkdir()
        progress(text("writing the dataset"))
        with Book(draft / DATASET, whole=True) as book:
            dataset.write(book, register, dataset.tables(register, collected, closed=closed))
        _returns(collected, draft / RETURNS)
        faulty = [one for one, state in collected.states if one.faults and state not in QUIET]
        if faulty:
            (draft / MARKED).mkdir()
        for done, one in enumerate(faulty, 1):
            progress(text("marking the faults of form {done} of {all}", done=done, all=len(faulty)))
            marked.mark(one, draft / MARKED / _copy(one))


def _returns(collected: Collected, target: Path) -> None:
    book, said = Book(target), states()
    columns = [
        Column(str(text("Institution")), 14),
        Column(str(text("Name")), 34),
        Column(str(text("State")), 28),
        Column(str(text("Came in")), 12),
        Column(str(text("Faults")), 8, WHOLE),
        Column(str(text("File")), 50),
    ]
    book.listed(str(text("Returns")), columns, _frame([_cells(row, said) for row in listed(collected)], columns))
    columns = [
        Column(str(heading), wide, wraps=True)
        for heading, wide in ((text("File"), 60), (text("Fault"), 60), (text("What to do"), 40))
    ]
    faults = _frame([[p.place, p.message, p.remedy] for p in collected.problems], columns)
    book.listed(str(text("Faults")), columns, faults)
    book.close()


def _frame(rows: list[list[Any]], columns: list[Column]) -> pl.DataFrame:
    said = [[None if value is None else str(value) for value in row] for row in rows]
    return pl.DataFrame(said, dict.fromkeys((column.heading for column in columns), pl.String), orient="row")


def _cells(row: dict[str, Any], said: dict[str, Text]) -> list[Any]:
    return [row["institution"], row["name"], said[row["state"]], row["received"], row["faults"] or None, row["file"]]
