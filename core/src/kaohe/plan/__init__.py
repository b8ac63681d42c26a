"""The year's plan: a rubric that is set anew each year, as TOML or as a workbook that an official fills in.

Both hold the same, and each is written from the other without loss.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import field, frozen

from kaohe.loading import read_toml
from kaohe.plan.columns import ABOUT, CLAUSE, ITEM, VETO
from kaohe.plan.writing import as_toml, write
from kaohe.problems import Problem, Refused

__all__ = ["ABOUT", "CLAUSE", "ITEM", "VETO", "Content", "Filled", "as_toml", "filled", "read", "write"]

Content = dict[str, Any]


@frozen
class Filled:
    """A plan to run with: its content as TOML has it, what is wrong with its cells, and where a fault stands in it.

    `placed` gives a fault of the content, known by its key, the file and the cell that it is about.
    """

    content: Content
    problems: list[Problem] = field(factory=list)
    placed: Callable[[Problem], Problem] = lambda problem: problem


def read(path: Path) -> Content:
    """A plan's content, as TOML has it; raises Refused with every fault of a workbook, each with its cell."""
    if path.suffix.lower() != ".xlsx":
        return read_toml(path)
    from kaohe.plan.reading import opened

    book = opened(path)
    if book.problems:
        raise Refused(book.problems)
    return book.content


def filled(path: Path) -> Filled:
    """A plan to run with; blank cells of a workbook that must not be are among its problems.

    Raises Refused where it cannot be read, or sheets or headings of a workbook are missing.
    """
    if path.suffix.lower() != ".xlsx":
        return Filled(read_toml(path))
    from kaohe.plan.reading import opened

    book = opened(path)
    problems = [*book.problems, *book.blanks()]
    if book.torn:
        raise Refused(problems)
    return Filled(book.content, problems, book.placed)
