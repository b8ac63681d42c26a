"""Whether a run is what it says: unchanged since it was written, and the same when it is computed again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import localcontext
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from attrs import evolve, frozen

from kaohe.compute import Progress, silent
from kaohe.messages import DEFAULT, Text, listing, plural, speaking, text
from kaohe.problems import Problem, Refused, errors
from kaohe.repeat import carried, computed_again, corrected, held_json, language_of, versions
from kaohe.run import EXACT, Run
from kaohe.sources import among
from kaohe.store import Stored, open_run
from kaohe.store.close import thawed, writable
from kaohe.store.digests import digest_of, of_columns, of_run, recorded
from kaohe.store.tables import about, stored_tables

COMPUTED = ("name", "from", "to", "stages", "kinds", "parameters")
"""Columns of the table `run` that a computation gives again."""
GIVEN = ("rules", "problems")
"""Tables that are not computed again as a whole: what is carried, and what was said when files were read."""


@frozen
class Part:
    """A table of a run (or, as `run.COLUMN`, a column of its table `run`) by its digests.

    `recorded`: when it was written; `stored`: as it stands there; `computed`: computed again. None where there is none.
    """

    part: str
    recorded: str | None
    stored: str | None
    computed: str | None = None


@frozen
class Verified:
    """What verifying a run found: its digest, the day on which it was closed, its parts, the digests of the runs that
    it corrects, and the problems."""

    digest: str
    closed: str | None
    parts: list[Part]
    corrects: list[str]
    problems: list[Problem]

    @property
    def sound(self) -> bool:
        """Whether it is what it says."""
        return not errors(self.problems)


def verify(
    run: Path | str,
    *,
    dataset: Path | str | None = None,
    corrects: Path | str | None = None,
    digest: str | None = None,
    plugins: Mapping[str, object] | None = None,
    progress: Progress = silent,
) -> Verified:
    """Hold a stored run against its own digests, and against itself computed again from the rules and data it carries.

    `dataset`: for a run that keeps only the digests of its inputs, what it was computed from. `corrects`: the run that
    it corrects, where that does not stand beside it under its name. `digest`: the one that was noted when it was
    closed. `plugins`: as for `assess`.
    Raises Refused where there is no run; what is wrong with it is among the problems.
    """
    path = Path(run)
    stored = open_run(path)
    progress(text("comparing digests"))
    parts, problems = _unchanged(stored, path)
    problems += _frozen(stored, path)
    if digest is not None and digest.strip().lower() != of_run(stored.about):
        message = text("this is not the run whose digest was noted: {digest}", digest=digest)
        problems.append(Problem("changed", message, text("look for the run that was closed"), file=str(path)))
    chain, earlier, found = _chain(stored, path, Path(corrects) if corrects is not None else None)
    problems += found
    opened, computed = among(plugins or {}), dict[str, str]()
    try:
        with TemporaryDirectory() as folder, localcontext(EXACT), speaking(language_of(stored)):
            chosen = carried(stored, Path(folder), opened)
            again, found = computed_again(stored, chosen, Path(dataset) if dataset is not None else None, progress)
            problems += found
            if again is not None:
                again = corrected(again, stored, earlier)
                computed, found = _compared(stored, again, kept=dataset is None)
                problems += found
                problems += versions(stored, again, opened)
    except Refused as refused:
        message = text("it cannot be computed again")
        problems += [Problem("again", message, file=str(path)), *refused.problems]
    parts = [evolve(part, computed=computed.get(part.part)) for part in parts]
    return Verified(of_run(stored.about), stored.about["closed"], parts, chain, problems)


# Unchanged since it was written.


def _unchanged(stored: Stored, path: Path) -> tuple[list[Part], list[Problem]]:
    """Each part with its digests, and what was changed, added or removed."""
    noted = recorded(stored.about)
    tables = [table for table in stored.tables() if table != "run"]
    found = {table: digest_of(stored.portions(table)) for table in tables} | of_columns(stored.about)
    names = sorted(noted.keys() | found.keys())
    parts = [Part(name, noted.get(name), found.get(name)) for name in names]
    problems = [] if noted else [Problem("changed", text("the digests of the run cannot be read"), file=str(path))]
    for part in parts if noted else ():
        if part.recorded != part.stored and not (part.stored is None and part.part.startswith("in_")):
            problems += [evolve(fault, file=str(path)) for fault in _changed(stored, part)]
    return parts, problems


def _changed(stored: Stored, part: Part) -> Iterator[Problem]:
    table, _, column = part.part.partition(".")
    if part.stored is None:
        yield Problem("changed", text("the table “{table}” is missing", table=table), table=table)
    elif part.recorded is None:
        message = text("the table “{table}” was not there when the run was written", table=table)
        yield Problem("changed", message, table=table)
    elif column:
        message = text("“{column}” of the table “run” was changed after the run was written", column=column)
        yield Problem("changed", message, table=table, column=column)
    else:
        message = text("the table “{table}” was changed after the run was written", table=table)
        yield Problem("changed", message, table=table)
        for row in stored.rows(table) if table == "rules" else ():
            if sha256(str(row["text"]).encode()).hexdigest() != row["sha256"]:
                yield Problem("changed", text("the rule file “{file}” was changed", file=row["path"]), key=row["path"])


def _frozen(stored: Stored, path: Path) -> Iterator[Problem]:
    """Where a closed run no longer refuses changes, or one that refuses them is not closed any more."""
    tables = stored.tables()
    open_ones = thawed(path, tables)
    if stored.about["closed"]:
        if open_ones:
            message = text("the run is closed, but these tables may be changed again: {tables}",
                           tables=listing(open_ones))  # fmt: skip
            yield Problem("changed", message, text("hold it against the digest noted (--digest)"), file=str(path))
        if writable(path):
            message = text("the run is closed, but its file is not read-only any more")
            yield Problem("writable", message, text("a copy often is not"), "note", file=str(path))
    elif len(open_ones) < len(tables) and not path.is_dir():
        message = text("the run was closed, and the day was taken out")
        yield Problem("changed", message, text("look for the run that was closed"), file=str(path))


# The runs that it corrects.


def _chain(stored: Stored, path: Path, given: Path | None) -> tuple[list[str], Stored | None, list[Problem]]:
    """The digests of the runs that it corrects, the latest first; that one, where it is at hand; and what is wrong."""
    digests: list[str] = []
    problems: list[Problem] = []
    nearest: Stored | None = None
    while stored.about["corrects"]:
        named = held_json(stored, "corrects")
        other = given or path.parent / Path(str(named.get("run"))).name
        digests.append(str(named.get("digest")))
        try:
            earlier = open_run(other)
        except Refused:
            message = text("the run “{run}” that it corrects is not here: not verified", run=named.get("run"))
            remedy = text("name it (--corrects)") if nearest is None else None
            problems.append(Problem("corrects", message, remedy, "warning", file=str(path)))
            break
        if of_run(earlier.about) != digests[-1]:
            message = text("this is not the run that “{run}” corrects: its digest is another", run=path.name)
            problems.append(Problem("corrects", message, file=str(other)))
            break
        problems += _unchanged(earlier, other)[1]
        nearest = nearest or earlier
        stored, path, given = earlier, other, None
    return digests, nearest, problems


# The same when computed again.


def _compared(stored: Stored, again: Run, *, kept: bool) -> tuple[dict[str, str], list[Problem]]:
    """The digests of what was computed again, and where it is not what is stored."""
    problems: list[Problem] = []
    computed: dict[str, str] = {}
    noted = recorded(stored.about)
    own = stored_tables(again)
    for table in (name for name in own if name not in ("run", *GIVEN) and not (kept and name.startswith("in_"))):
        computed[table] = digest_of(own[table]())
        if table.startswith("in_"):
            if computed[table] != noted.get(table):
                message = text("the table “{table}” of the dataset is not the one that was read", table=table[3:])
                problems.append(Problem("differs", message, table=table[3:]))
        elif table not in stored.tables() or computed[table] != digest_of(stored.portions(table)):
            problems.append(_differing(stored, table, pl.concat(list(own[table]()))))
    columns = about(again)
    problems += [
        _differing_column(column, stored.about[column], columns[column])
        for column in COMPUTED
        if columns[column] != stored.about[column]
    ]
    computed |= {name: value for name, value in of_columns(columns).items() if name[4:] in COMPUTED}
    return computed, problems + _unsaid(stored, again)


def _differing(stored: Stored, table: str, computed: pl.DataFrame) -> Problem:
    """How a table differs from the same computed again, with its first row."""
    if table not in stored.tables():
        return Problem("differs", text("the table “{table}” is missing", table=table), table=table)
    found = pl.concat(list(stored.portions(table))).cast(pl.String)
    computed = computed.cast(pl.String)
    if found.columns != computed.columns:
        return Problem("differs", text("the table “{table}” has other columns", table=table), table=table)
    by: dict[str, Any] = {"on": computed.columns, "how": "anti", "nulls_equal": True}
    only_stored, only_computed = found.join(computed, **by), computed.join(found, **by)
    message = plural(
        max(len(only_stored), len(only_computed)),
        "computed again, {n} row of the table “{table}” is another: stored {stored}, computed {computed}",
        "computed again, {n} rows of the table “{table}” are others: stored {stored}, computed {computed}",
        table=table,
        stored=_row(only_stored),
        computed=_row(only_computed),
    )
    return Problem("differs", message, table=table)


def _row(rows: pl.DataFrame) -> Text | str:
    """The first row's cells, as far as there is something in them."""
    if rows.is_empty():
        return text("nothing")
    return "(" + ", ".join(f"{name} {cell}" for name, cell in rows.row(0, named=True).items() if cell) + ")"


def _differing_column(column: str, stored: Any, computed: str | None) -> Problem:
    if column == "parameters":
        entries = [_by_parameter(content) for content in (stored, computed)]
        names = [name for name in entries[0] | entries[1] if entries[0].get(name) != entries[1].get(name)]
        message = text("the parameter {names} is not what the rules that it carries give", names=listing(names))
        return Problem("differs", message, column=column)
    message = text("“{column}” of the table “run” is {stored}, computed again {computed}", column=column,
                   stored=stored, computed=computed)  # fmt: skip
    return Problem("differs", message, column=column)


def _by_parameter(content: Any) -> dict[str, Any]:
    """A run's parameters by name and scheme; none where they cannot be read."""
    try:
        return {f"{entry['parameter']} ({entry['scheme']})": entry for entry in json.loads(content)}
    except (TypeError, ValueError, KeyError):
        return {}


def _unsaid(stored: Stored, again: Run) -> list[Problem]:
    """Remarks that the run should hold, and does not."""
    said = {(row["code"], row["message"]) for row in stored.rows("problems")}
    with speaking(DEFAULT):
        missing = [problem for problem in again.problems if (problem.code, str(problem.message)) not in said]
    return [
        Problem("differs", text("the table “problems” does not say: {message}", message=problem.message))
        for problem in missing
    ]
