"""A scheme's plans: what its document says they contain, without the year's indicators, weights and marks."""

from __future__ import annotations

from pathlib import Path

from kaohe.messages import listing, text
from kaohe.plan import Content, read
from kaohe.plugin.manager import scheme_named
from kaohe.problems import Problem, Refused

FOLDER = "plans"
"""A scheme's folder may hold plans to fill in, a TOML file for each kind of institution."""


def skeleton(scheme: str, kind: str | None) -> Content:
    """The plan that a scheme's document outlines, to be filled in; raises Refused where there is none, or several."""
    _, chosen, folder = scheme_named(scheme)
    found = {str(content.get("kind")): content for content in map(read, files(folder))}
    if not found:
        raise Refused([Problem("plan", text("{scheme} has no plan to fill in", scheme=chosen.scheme))])
    if kind is None and len(found) == 1:
        return next(iter(found.values()))
    if kind not in found:
        message = text("{scheme} has plans for {kinds}", scheme=chosen.scheme, kinds=listing(sorted(found)))
        raise Refused([Problem("plan", message, text("choose one with --kind"))])
    return found[kind]


def files(folder: Path) -> list[Path]:
    """The plans in a scheme's folder."""
    return sorted((folder / FOLDER).glob("*.toml"))
