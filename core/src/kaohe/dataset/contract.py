"""The tables of a dataset, their columns, types and names, from tables.toml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path

from attrs import evolve, field, frozen

from kaohe.loading import read_toml, structure
from kaohe.messages import language
from kaohe.model import Column, Fact


@frozen(kw_only=True)
class Table:
    """One table: its names, columns, and the columns that together identify a row."""

    zh: str
    en: str
    columns: dict[str, Column]
    key: list[str] = field(factory=list)

    def __str__(self) -> str:
        return self.en if language() == "en" else self.zh

    def headings(self) -> dict[str, str]:
        """Every accepted heading and the column it means."""
        return {heading: name for name, column in self.columns.items() for heading in (name, column.zh, column.en)}


class _Contract(Mapping[str, Table]):
    """The tables by name, read when first asked for."""

    @cached_property
    def _tables(self) -> dict[str, Table]:
        path = Path(str(resources.files("kaohe.dataset"))) / "tables.toml"
        return structure(read_toml(path), dict[str, Table], path.name)

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def named(self, name: str) -> str | None:
        """The table that a file or sheet of this name holds, in either language; None for no table."""
        for table, contents in self._tables.items():
            if name.casefold() in (table, contents.zh, contents.en.casefold()):
                return table
        return None


CONTRACT = _Contract()


def fact_columns(facts: Iterable[Fact], *, required: bool = False) -> dict[str, Column]:
    """The columns of the table institutions in which these facts stand, those that do."""
    return {
        fact.fact: Column(zh=fact.name.zh_CN, en=fact.name.en, type="count", most=fact.most, required=required)
        for fact in facts
        if fact.table == "institutions"
    }


def extended(table: Table, more: Mapping[str, Column]) -> Table:
    """The table with more columns."""
    return evolve(table, columns={**table.columns, **more})
