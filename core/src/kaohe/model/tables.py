"""Columns of tables: the contract's, and those that a scheme adds."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from kaohe.messages import language

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
    "choices",
]


@frozen(kw_only=True)
class Column:
    """One column of a table: its names, type, and what its cells may hold.

    `choices` are several of the values, such as “a、b”. `refers`: the table whose key its values must be in.
    `most`: the highest whole number. `signed`: money that may be below zero.
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
