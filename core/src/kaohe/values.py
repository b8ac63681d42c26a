"""The value of a parameter, for people: numbers as they are, tables as short lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kaohe.loading import converter
from kaohe.messages import text

ENDS = (("at_least", "≥"), ("above", ">"), ("at", "≥"), ("at_most", "≤"), ("below", "<"))
"""Keys that say from where to where something holds, with their signs, in the order in which they are written."""


def value_said(value: Any) -> str:
    """A value as the model has it, or as plain data (from a run or a rule file): “≥ 60: 0.5; ≥ 90: 1”."""
    return _said(converter.unstructure(value))


def _said(value: Any) -> str:
    if value is None:
        return str(text("not set"))
    if isinstance(value, Mapping):
        if "method" in value:
            # Along a line an end is a point, not where a step begins.
            at = {"at": "at"} if value["method"] == "line" else {}
            parts = [_entry(part, at) for part in [*value.get("ends", []), *value.get("bands", [])]]
            return str(text("along a line: {parts}", parts="; ".join(parts))) if at else "; ".join(parts)
        return ", ".join(f"{name} {_said(part)}" for name, part in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_entry(part, {}) if isinstance(part, Mapping) else _said(part) for part in value)
    return str(value)


def _entry(entry: Mapping[str, Any], points: Mapping[str, str]) -> str:
    """A row of a table: from where to where it holds, and what then is."""
    ends = [
        str(entry[key]) if key in points else f"{sign} {entry[key]}" for key, sign in ENDS if entry.get(key) is not None
    ]
    what = [_said(part) for key, part in entry.items() if key not in dict(ENDS)]
    return f"{' '.join(ends)}: {', '.join(what)}" if ends else ", ".join(what)
