"""A scheme by its name, with the rules of the year and its papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kaohe.assembly import assemble
from kaohe.model import Rules
from kaohe.plugin.manager import City, scheme_named
from kaohe_office.papers import Papers, papers


def chosen(name: str, plan: Sequence[Path] = ()) -> tuple[City, Rules, Papers]:
    """The city, rules and papers of a scheme; raises Refused."""
    city, scheme, folder = scheme_named(name)
    rules = assemble(city, scheme, folder, plan=plan)
    return city, rules, papers(rules.files, scheme.scheme)
