"""What the service does with kaohe while somebody waits: check a dataset, and see whether an order can be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from attrs import define, field, frozen

from kaohe import Problem, Refused
from kaohe.assembly import assemble
from kaohe.dataset import Dataset
from kaohe.model import Rules
from kaohe.plugin.manager import scheme_named
from kaohe.run import open_dataset
from kaohe_serve.jobs import Computed
from kaohe_serve.problems import NotThere
from kaohe_serve.settings import Settings
from kaohe_serve.shelf import ComparisonOrder, Setting, Shelf
from kaohe_serve.words import text


def rules_of(scheme: str) -> Rules:
    """A scheme's rules; raises NotThere where there is no such scheme."""
    try:
        city, chosen, folder = scheme_named(scheme)
    except Refused as refused:
        raise NotThere(refused.problems) from None
    return assemble(city, chosen, folder)


@frozen
class Seen:
    """What a dataset was found to be: whether it is sound, its tables' rows, and everything that is wrong with it."""

    sound: bool
    rows: dict[str, int]
    problems: list[Problem]


MOST_SEEN = 32
"""Datasets whose check is remembered: what is on the shelf does not change."""


@define(eq=False)
class Desk:
    """Where datasets are checked, so many at a time as there are workers, and orders looked at."""

    shelf: Shelf
    settings: Settings
    places: BoundedSemaphore = field(init=False)
    _seen: dict[tuple[UUID, str | None], Seen] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.places = BoundedSemaphore(self.settings.workers)

    def check(self, number: UUID, scheme: str | None) -> tuple[Dataset | None, list[Problem]]:
        """The dataset, if it is sound, and everything that was found; for a scheme, by its rules too."""
        path = self.shelf.data(self.shelf.dataset(number))
        with self.places:
            try:
                if scheme is None:
                    return open_dataset(path, None, None)
                city, chosen, folder = scheme_named(scheme)
                return open_dataset(path, assemble(city, chosen, folder), city)
            except Refused as refused:
                return None, refused.problems

    def look(self, number: UUID, scheme: str | None) -> Seen:
        """What `check` finds, remembered for the datasets that were looked at last."""
        self.shelf.dataset(number)
        key = number, scheme
        if key not in self._seen:
            dataset, problems = self.check(number, scheme)
            while len(self._seen) >= MOST_SEEN:
                self._seen.pop(next(iter(self._seen)), None)
            self._seen[key] = Seen(dataset is not None, dataset.rows() if dataset else {}, problems)
        return self._seen[key]

    def accept(self, order: Computed) -> None:
        """Refuse an order for what is not there, before it waits."""
        self.shelf.dataset(order.dataset)
        if isinstance(order, ComparisonOrder):
            for given in order.parameters.values():
                _exact(given)
            return
        if order.corrects is not None:
            self.shelf.run(order.corrects)
        _exact(order.parameters)


def written(plan: Sequence[str], folder: Path, prefix: str = "") -> list[Path]:
    """A plan's rubrics as files in the folder."""
    files = [folder / f"{prefix}plan-{position}.toml" for position, _ in enumerate(plan, 1)]
    for file, content in zip(files, plan, strict=True):
        file.write_text(content, encoding="utf-8")
    return files


def parameters(own: str, given: dict[str, Setting]) -> dict[str, Any]:
    """What a parameter file would hold."""
    return {
        name: {
            "value": _dated(setting.value) if _is_date(name, own) else setting.value,
            "provenance": setting.provenance,
            "source": setting.source,
        }
        for name, setting in given.items()
    }


def _is_date(name: str, own: str) -> bool:
    """Whether a parameter, of the scheme or written `SCHEME:PARAMETER`, is a date, which JSON has as text."""
    scheme, _, parameter = name.rpartition(":")
    known = rules_of(scheme or own).parameters
    return parameter in known and known[parameter].type == "date"


def _dated(value: Any) -> Any:
    """A date where the text is one; otherwise the text, of which the rules will say what is wrong."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def _exact(parameters: dict[str, Setting]) -> None:
    """Refuse a number that JSON would round, and what no parameter file can hold."""
    problems = [
        Problem("parameter", text("“{value}” is not an exact value", value=wrong), _as_text(), key=name)
        for name, setting in parameters.items()
        for wrong in _inexact(setting.value)
    ]
    if problems:
        raise Refused(problems)


def _as_text() -> Any:
    return text('give numbers with decimals as text, such as "85.5"')


def _inexact(value: Any) -> list[Any]:
    match value:
        case bool() | int() | str() | Decimal():
            return []
        case dict():
            return [wrong for part in value.values() for wrong in _inexact(part)]
        case list():
            return [wrong for part in value for wrong in _inexact(part)]
        case _:
            return [value]
