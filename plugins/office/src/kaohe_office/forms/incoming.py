"""Forms back: each returned workbook read, its faults at their cells; which are taken, late, missing or double."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from attrs import evolve, field, frozen

from kaohe.messages import LANGUAGES, Text, listing, speaking
from kaohe.problems import Problem, Refused
from kaohe_office.forms import issue as issues
from kaohe_office.forms import materials, roster, scores
from kaohe_office.forms.issue import Issue
from kaohe_office.forms.materials import Checklist
from kaohe_office.forms.outgoing import Register
from kaohe_office.forms.roster import Person
from kaohe_office.forms.scores import Scores
from kaohe_office.messages import text
from kaohe_office.returned import FORMS, Fault, Grid, grids, problem, quoted, without_identity

DAY = re.compile(r"(20[0-9]{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])")
"""A folder whose name begins with a day holds what came in on it."""


@frozen(kw_only=True)
class Returned:
    """One returned workbook: whose it is (if that is known), when it came in, what it says, and what is wrong."""

    path: Path
    label: str
    received: date | None = None
    issue: Issue | None = None
    sheets: Mapping[str, Grid] = field(factory=dict)
    scores: Scores = field(factory=Scores)
    people: list[Person] = field(factory=list)
    checklist: Checklist = field(factory=Checklist)
    faults: list[Fault] = field(factory=list)
    problems: list[Problem] = field(factory=list)

    @property
    def institution(self) -> str:
        """Whose it is; empty where that is not known."""
        return self.issue.institution if self.issue else ""

    @property
    def sound(self) -> bool:
        """Whether it can be taken."""
        return not self.problems and not any(fault.severity == "error" for fault in self.faults)

    @property
    def late(self) -> bool:
        """Whether it came in after the day by which it was due."""
        due = self.issue.due if self.issue else None
        return due is not None and self.received is not None and self.received > due

    @property
    def content(self) -> tuple[object, ...]:
        """What it says."""
        return self.scores, self.people, self.checklist

    def all_problems(self) -> Iterator[Problem]:
        """Everything that is wrong, with its place."""
        yield from self.problems
        yield from (problem(fault, self.label) for fault in self.faults)


@frozen
class Collected:
    """What came of a folder: the returns that are taken, and every return by its state; who returned nothing."""

    taken: list[Returned]
    states: list[tuple[Returned, str]]
    missing: list[Issue]
    problems: list[Problem]


def collect(folder: Path, register: Register, received: date | None, progress: Callable[[Text], None]) -> Collected:
    """Read every file of the folder (and of those in it); raises Refused where there is nothing to read."""
    files = list(_files(folder))
    if not files:
        message = text("there are no returned forms here")
        raise Refused([Problem("folder", message, text("put the .xlsx files into this folder"), file=str(folder))])
    returned: list[Returned] = []
    labels: set[str] = set()
    for done, file in enumerate(files, 1):
        progress(text("reading form {done} of {all}", done=done, all=len(files)))
        label = _label(file, folder)
        labels.add(label := label if label not in labels else f"{label} ({done})")
        returned.append(_read(file, label, register, _day(file, folder) or received))
    return _sorted_out(returned, register)


LEFT = (".", "~$", "Thumbs.db", "desktop.ini")
"""How the names begin of what office programs and systems leave beside files."""


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder and of those in it, and links, which are not followed."""
    for file in sorted(folder.rglob("*")):
        if (file.is_symlink() or not file.is_dir()) and not file.name.startswith(LEFT):
            yield file


def _label(file: Path, folder: Path) -> str:
    """What a file is called in messages."""
    told = without_identity(file.relative_to(folder).as_posix())
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in told)


def _day(file: Path, folder: Path) -> date | None:
    """The day that a folder's name says."""
    for part in reversed(file.relative_to(folder).parts[:-1]):
        if found := DAY.match(part):
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                continue
    return None


def _read(path: Path, label: str, register: Register, received: date | None) -> Returned:
    returned = Returned(path=path, label=label, received=received)

    def refused(message: Text, remedy: Text) -> Returned:
        return evolve(returned, problems=[Problem("form", message, remedy, file=label)])

    if path.is_symlink() or not path.is_file():
        return refused(text("this is a link, not a file"), text("put the file itself here"))
    if path.suffix.lower() not in FORMS:
        return refused(text("this is not an .xlsx or .ods workbook"), text("save the form as .xlsx"))
    try:
        sheets = grids(path, label)
    except Refused as fault:
        return evolve(returned, problems=fault.problems)
    mark = issues.read(sheets)
    if mark is None:
        return refused(text("this is not a form that was sent out"), text("fill in the form as it was sent"))
    expected = register.issues.get(mark.institution)
    if expected is None and mark.institution == "":
        message = text("this is a blank form: it does not say whose it is")
        return refused(message, text("fill in the form that was made for the institution"))
    if expected is None:
        message = text(
            "the institution “{code}” is not assessed by a table of this dataset", code=quoted(mark.institution)
        )
        return refused(message, text("check the dataset, or put the file aside"))
    own = expected.mark
    if (mark.scheme, mark.year) != (own.scheme, own.year):
        message = text("this form is of {scheme}, {year}", scheme=quoted(mark.scheme), year=quoted(mark.year))
        return evolve(refused(message, text("collect it with the dataset of that year")), issue=expected)
    if (mark.rubric, mark.digest) != (own.rubric, own.digest):
        message = text("this form was made from another version of the table")
        return evolve(refused(message, text("send the institution a new form")), issue=expected)
    return _contents(evolve(returned, issue=expected), sheets, expected)


def _contents(returned: Returned, sheets: Mapping[str, Grid], expected: Issue) -> Returned:
    """What stands on each sheet of a form that belongs here; its cells are kept where they have faults."""
    table = _sheet(sheets, scores.title)
    if table is None:
        return evolve(returned, problems=[_no_sheet(returned.label, scores.title())])
    marks, faults = scores.read(table, expected)
    returned = evolve(returned, scores=marks)
    if (printed := expected.papers.roster) is not None:
        if (staff := _sheet(sheets, roster.title)) is None:
            return evolve(returned, problems=[_no_sheet(returned.label, roster.title())])
        people, found = roster.read(staff, printed)
        faults += found
        returned = evolve(returned, people=people)
    if (listed := expected.papers.materials) is not None:
        if (ticked := _sheet(sheets, materials.title)) is None:
            return evolve(returned, problems=[_no_sheet(returned.label, materials.title())])
        checklist, found = materials.read(ticked, expected, listed)
        faults += found
        returned = evolve(returned, checklist=checklist)
    return evolve(returned, faults=faults, sheets=sheets if faults else {})


def _sheet(sheets: Mapping[str, Grid], title: Callable[[], str]) -> Grid | None:
    """The sheet of this title in either language."""
    for language in LANGUAGES:
        with speaking(language):
            name = title()
        if name in sheets:
            return sheets[name]
    return None


def _no_sheet(label: str, title: str) -> Problem:
    message = text("the sheet “{sheet}” is missing", sheet=title)
    return Problem("form", message, text("fill in the form as it was sent"), file=label)


def _sorted_out(returned: list[Returned], register: Register) -> Collected:
    """Which returns are taken: each institution's once, if it is sound."""
    of: dict[str, list[Returned]] = {}
    states: dict[str, str] = {}
    for one in returned:
        if one.institution and not one.problems:
            of.setdefault(one.institution, []).append(one)
        else:
            states[one.label] = "refused"
    taken, problems = [], []
    for found in of.values():
        ordered = sorted(found, key=lambda one: (one.received or date.max, one.label))
        sound = [one for one in ordered if one.sound]
        states |= dict.fromkeys((one.label for one in ordered), "faulty")
        if not sound:
            continue
        first, *others = sound
        faulty = [one for one in ordered if not one.sound]
        if any(one.content != first.content for one in others) or not all(_before(one, first) for one in faulty):
            states |= dict.fromkeys((one.label for one in ordered), "double")
            problems.append(_several(ordered))
            continue
        first = evolve(first, received=ordered[0].received)
        states |= dict.fromkeys((one.label for one in faulty), "corrected")
        states |= dict.fromkeys((one.label for one in others), "copy")
        states[first.label] = "late" if first.late else "taken"
        taken.append(first)
        problems += [] if first.received else [_undated(first)]
    identified = {one.institution for one in returned}
    missing = [expected for code, expected in register.issues.items() if code not in identified]
    faults = [found for one in returned if states[one.label] not in QUIET for found in one.all_problems()]
    return Collected(taken, [(one, states[one.label]) for one in returned], missing, problems + faults)


QUIET = ("copy", "corrected")
"""Returns whose faults no longer matter."""


def _before(one: Returned, other: Returned) -> bool:
    return one.received is not None and other.received is not None and one.received < other.received


def _several(returned: list[Returned]) -> Problem:
    message = text(
        "{institution} returned several forms that say different things: {files}",
        institution=returned[0].institution,
        files=listing(one.label for one in returned),
    )
    return Problem("double", message, text("find out which one holds, and remove the others"))


def _undated(returned: Returned) -> Problem:
    message = text("it is not known when this form came in, so the declaration stays open")
    remedy = text("put it into a folder named by the day (2023-02-09), or say it (--received)")
    return Problem("received", message, remedy, "warning", file=returned.label)
