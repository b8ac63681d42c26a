"""This package's texts, and the language that a request asks for."""

from __future__ import annotations

from urllib.parse import quote

from kaohe.messages import DEFAULT, LANGUAGES, Text, texts

text, plural = texts("kaohe_serve")
LANGUAGE = "kaohe_language"
"""The cookie in which the workbench keeps the language that was chosen."""
TAGS = {"zh_CN": "zh-CN", "en": "en"}
"""The languages as HTTP and HTML name them."""

SLASH, DOT = "\ue000", "\ue001"
"""What stands in an address for a slash in a code, and for the dots of one that has nothing else: both mean folders."""


def segment(code: str) -> str:
    """A code as one part of an address."""
    return quote(code.replace("/", SLASH) if code.strip(".") else code.replace(".", DOT), safe="")


def code_of(part: str) -> str:
    """The code that a part of an address stands for."""
    return part.replace(SLASH, "/").replace(DOT, ".")


def stored_tables() -> dict[str, Text]:
    """What the tables of a run are called, other than those that were handed in."""
    return {
        "run": text("What was run"),
        "rules": text("Rule files"),
        "clauses": text("Clauses"),
        "problems": text("Left open"),
        "trace": text("Deductions and gains by clause"),
        "evidence": text("Evidence"),
        "items": text("Items"),
        "scores": text("Scores by scorer"),
        "totals": text("Scores combined"),
        "results": text("Results"),
        "exempt": text("Not assessed"),
        "procedure": text("Steps taken"),
        "consequences": text("Consequences"),
        "allocations": text("Allocation"),
        "journal": text("Journal"),
        "appealed": text("Appeals"),
        "reconciliation": text("Ledgers reconciled"),
    }


def stages() -> dict[str, Text]:
    """What the stages of a run are called."""
    return {
        "exempt": text("who is assessed"),
        "score": text("scoring"),
        "combine": text("combining"),
        "grade": text("grading"),
        "consequences": text("consequences"),
        "allocate": text("allocating"),
        "settle": text("settling"),
    }


def asked_language(accepted: str) -> str:
    """The best of our languages for an Accept-Language header; the default where it names none of them."""
    best, weight = DEFAULT, 0.0
    for entry in accepted.split(","):
        tag, _, quality = entry.partition(";")
        wanted = _weight(quality)
        for language in LANGUAGES:
            if wanted > weight and tag.strip().lower().partition("-")[0] == language.partition("_")[0]:
                best, weight = language, wanted
    return best


def _weight(quality: str) -> float:
    """The q of an entry: 1 where there is none, 0 where it is no number."""
    name, _, value = quality.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
