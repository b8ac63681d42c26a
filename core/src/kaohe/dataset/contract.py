"""The tables of a dataset, their columns, types and names, from tables.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Literal

from attrs import evolve, field, frozen

from kaohe.loading import read_toml, structure
from kaohe.messages import language
from kaohe.model import Fact

Type = Literal[
    "code",
    "text",
    "date",
    "count",
    "number",
    "points",
    "money",
    "rate",
    "year",
    "month",
    "period",
    "fact",
    "choice",
    "identity",
]


@frozen(kw_only=True)
class Column:
    """One column: its names, type, and what its cells may hold.

    `refers`: the table whose key its values must be in. `most`: the highest whole number. `signed`: money that may be below zero.
    """

    zh: str
    en: str
    type: Type
    required: bool = False
    signed: bool = False
    refers: str = ""
    most: int | None = None
    values: dict[str, str] = field(factory=dict)

    def __str__(self) -> str:
        return self.en if language() == "en" else self.zh

    def shown(self, code: str) -> str:
        """One of the column's values, for people."""
        return code.replace("_", " ") if language() == "en" else self.values.get(code, code)


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


def with_fact_columns(table: Table, facts: Mapping[str, Fact]) -> Table:
    """The institutions table with a column for each fact that stands there."""
    more = {
        fact.fact: Column(zh=fact.name.zh_CN, en=fact.name.en, type="count", most=fact.most)
        for fact in facts.values()
        if fact.table == "institutions"
    }
    return evolve(table, columns={**table.columns, **more})
