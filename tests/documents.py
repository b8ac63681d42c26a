"""The pages in docs/ that go through a city's source: their tables, and texts without white space to compare."""

from __future__ import annotations


def bare(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split())


def rows(part: str) -> list[list[str]]:
    """The cells of the tables in a part of a page, without headings."""
    lines = part.splitlines()
    heads = {number - 1 for number, line in enumerate(lines) if line.startswith("|---")}
    return [
        line.strip("|").split(" | ")
        for number, line in enumerate(lines)
        if line.startswith("| ") and number not in heads
    ]
