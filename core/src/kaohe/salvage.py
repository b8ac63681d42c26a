"""What can be read of a table in which something cannot, so that all of its faults are said at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from attrs import fields_dict, frozen

from kaohe.loading import structure
from kaohe.model import Rubric, Section
from kaohe.problems import Problem, Refused

CLAUSE = re.compile(r"sections\[(\d+)\]\.items\[(\d+)\]\.clauses\[(\d+)\]")
ITEM = re.compile(r"sections\[(\d+)\]\.items\[(\d+)\]")
SECTION = re.compile(r"sections\[(\d+)\]")
VETO = re.compile(r"vetoes\[(\d+)\]")
BLANK: dict[str, Any] = {
    "rubric": "", "kind": "", "name": {"zh_CN": "", "en": ""}, "document": "", "annex": "", "full_score": Decimal(0),
    "full_score_basis": "sum",
}  # fmt: skip
"""What stands for a part of the head that cannot be read; its fault has been said."""


@frozen
class Salvaged:
    """A table, or what is left of it without the clauses, items and vetoes in `problems`; None where nothing is.

    `unread`: the items that lost a clause.
    """

    rubric: Rubric | None
    problems: list[Problem]
    unread: frozenset[str] = frozenset()


def salvaged(content: Mapping[str, Any], file: str) -> Salvaged:
    """The table, and every fault of what its keys hold."""
    try:
        return Salvaged(structure(content, Rubric, file), [])
    except Refused as refused:
        problems = refused.problems
    try:
        rest, unread = _without(content, [problem.key for problem in problems])
        return Salvaged(structure(rest, Rubric, file), problems, unread)
    except (Refused, TypeError, AttributeError):  # not even the sections are such
        return Salvaged(None, problems)


def _without(content: Mapping[str, Any], keys: Iterable[str]) -> tuple[dict[str, Any], frozenset[str]]:
    """The content without what the keys name, and the items of which a clause is gone.

    The sum is that of the items left where one of them, or the full score itself, is gone: nothing is said of it.
    """
    clauses, items, vetoes = set(), set(), set()
    head = dict.fromkeys(name for name in BLANK if name not in content)
    for key in keys:
        if found := CLAUSE.match(key):
            clauses.add(tuple(map(int, found.groups())))
        elif found := ITEM.match(key):
            items.add(tuple(map(int, found.groups())))
        elif found := VETO.match(key):
            vetoes.add(int(found[1]))
        elif not SECTION.match(key):
            head[key.partition(".")[0]] = None
    unread, sections = set(), []
    for number, section in enumerate(content.get("sections", [])):
        own = []
        for place, item in enumerate(section.get("items", [])):
            if (number, place) in items:
                continue
            kept = [one for at, one in enumerate(item.get("clauses", [])) if (number, place, at) not in clauses]
            if len(kept) < len(item.get("clauses", [])):
                unread.add(str(item.get("item")))
            own.append({**item, "clauses": kept})
        sections.append({"section": str(section.get("section")), "name": str(section.get("name")), "items": own})
    known = {name: value for name, value in content.items() if name in fields_dict(Rubric) and name not in head}
    rest = {**{name: BLANK[name] for name in head if name in BLANK}, **known, "sections": sections}
    rest["vetoes"] = [veto for place, veto in enumerate(content.get("vetoes", [])) if place not in vetoes]
    if items or "full_score" in head:
        kept_sections = structure(sections, list[Section], "")
        rest["full_score"] = sum((item.full_score for one in kept_sections for item in one.items), Decimal(0))
    return rest, frozenset(unread)
