"""What stands in a form's cells: an answer in the language of the moment, and how many lines a text takes."""

from __future__ import annotations

from kaohe.messages import language


def of_language(said: tuple[str, str]) -> str:
    """One of an answer's two forms: Chinese first, then English."""
    return said[language() == "en"]


def width(said: str) -> int:
    """How many columns of a terminal or a printed line the text takes: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in said)


def lines(said: str, columns: float) -> int:
    """How many lines the text takes in a cell of this width."""
    return sum(max(1, -(-width(part) // max(1, int(columns)))) for part in said.split("\n"))
