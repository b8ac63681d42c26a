"""A stored run computed again: from the rules and the data that it carries, by the code that is installed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import polars as pl
from attrs import evolve

from kaohe.assembly import assemble
from kaohe.compute import Progress
from kaohe.corrections import adjusted, before, journal_of
from kaohe.dataset import Dataset
from kaohe.dataset.check import check
from kaohe.dataset.handed import handed
from kaohe.loading import read_toml
from kaohe.messages import LANGUAGES, Text, listing, text
from kaohe.model import Needs
from kaohe.plugin.manager import City, scheme_named
from kaohe.problems import Problem, Refused, refuse_errors
from kaohe.run import Run, needs_of, open_dataset, perform
from kaohe.sources import Chosen, Opened, choose
from kaohe.store import Stored
from kaohe.store.digests import recorded


def held_json(stored: Stored, column: str) -> Any:
    """What a column of the table `run` holds; raises Refused where that is no JSON object."""
    try:
        content = json.loads(stored.about[column])
    except (TypeError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise Refused([_unreadable(column)])
    return content


def _unreadable(column: str) -> Problem:
    return Problem("changed", text("“{column}” of the table “run” cannot be read", column=column), column=column)


def language_of(stored: Stored) -> str:
    """The language in which the run was written; raises Refused where it is none."""
    spoken = stored.about["language"]
    if spoken not in LANGUAGES:
        raise Refused([_unreadable("language")])
    return str(spoken)


def carried(stored: Stored, folder: Path, opened: Opened) -> Chosen:
    """The rules that the run carries, laid out in the folder and chosen as they were; the cities' code is installed."""
    for row in stored.rows("rules"):
        file = folder / str(row["path"])
        if not file.resolve().is_relative_to(folder.resolve()):
            raise Refused([Problem("changed", text("the rule file “{file}” was changed", file=row["path"]))])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(row["text"]), encoding="utf-8")
    given = folder / "given"
    readings, changes = given / "readings.toml", given / "changes.toml"

    def carrying(name: str) -> City:
        return evolve(opened(name), carried=folder)

    return choose(
        str(stored.about["scheme"]),
        plan=sorted((given / "plan").glob("*.toml")),
        settings=next((given / "parameters").glob("*"), None),
        readings=read_toml(readings) if readings.exists() else None,
        stages=held_json(stored, "stages"),
        changes=read_toml(changes) if changes.exists() else None,
        opened=carrying,
    )


def computed_again(
    stored: Stored, chosen: Chosen, path: Path | None, progress: Progress
) -> tuple[Run | None, list[Problem]]:
    """The run computed again, from the inputs it carries or from the dataset; None where there is neither."""
    if path is None:
        tables = [table for table in stored.tables() if table.startswith("in_")]
        if any(name.startswith("in_") and name not in tables for name in recorded(stored.about)):
            message = text("the run keeps only the digests of its inputs: it was not computed again")
            return None, [Problem("again", message, text("give the dataset that it was computed from (--dataset)"))]
        frames = {table.removeprefix("in_"): pl.concat(list(stored.portions(table))) for table in tables}
        dataset = _dataset(stored, chosen, {name: rows.cast(pl.String) for name, rows in frames.items()})
    else:
        opened, problems = open_dataset(path, chosen.rules, chosen.city)
        if opened is None:
            raise Refused(problems)
        dataset = opened
    return perform(chosen, dataset, progress=progress), []


def _dataset(stored: Stored, chosen: Chosen, frames: Mapping[str, pl.DataFrame]) -> Dataset:
    """The dataset that a run carries; what was asked of it when it was read is not asked again."""
    year = {name: stored.about[name] for name in ("name", "from", "to")}
    raws, _, _ = handed({"dataset": year, **frames})
    needs = Needs(columns={name: kinds for name, kinds in needs_of(chosen.rules).columns.items() if name in frames})
    dataset, problems = check(raws, {}, str(year["name"]), chosen.rules.facts, needs)
    refuse_errors(problems)
    assert dataset is not None
    return dataset


def corrected(again: Run, stored: Stored, earlier: Stored | None) -> Run:
    """The run with its journal as a correction, where the stored one corrects another."""
    if not stored.about["corrects"]:
        return again
    about = held_json(stored, "corrects")
    last, day = about.get("adjusting"), about.get("day")
    if not isinstance(last, int) or not isinstance(day, str):
        raise Refused([_unreadable("corrects")])
    old = before(journal_of(stored), last) if earlier is None else journal_of(earlier)
    again.tables.add("journal", adjusted(old, again.tables["journal"], day))
    return evolve(again, corrects=stored.about["corrects"])


def versions(stored: Stored, again: Run, opened: Opened) -> list[Problem]:
    """Notes on what is installed now and was not when the run was made."""
    notes: list[Text] = []
    for package, known in held_json(stored, "versions").items():
        try:
            installed: str | None = version(package)
        except PackageNotFoundError:
            installed = None
        if installed != known:
            notes.append(text("it was made with {package} {known}; computed again with {installed}",
                              package=package, known=known, installed=installed or text("none")))  # fmt: skip
    own = {path: rules for path, rules in again.rules.files.items() if not path.startswith("given/")}
    try:
        now = assemble(*scheme_named(again.rules.scheme.scheme, opened)).files
    except Refused:
        now = own
    if changed := [path for path in own if now.get(path) != own[path]]:
        notes.append(text("rules installed now are others than those it carries: {files}", files=listing(changed)))
    return [Problem("versions", note, severity="note") for note in notes]
