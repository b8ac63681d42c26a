"""This package's texts, and what comparing words with a source has in common."""

from __future__ import annotations

from kaohe import texts

text, plural = texts("kaohe_conformance")


def bare(words: str) -> str:
    """The words without any white space: the sources wrap inside sentences."""
    return "".join(words.split())
