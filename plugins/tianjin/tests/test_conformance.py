"""Tianjin's plugin, its rules and its worked cases against the whole suite."""

from __future__ import annotations

from kaohe_conformance import Conformance


class TestTianjin(Conformance):
    """Every check of the city."""

    city = "tianjin"
    level = "gold"
    at_least = 500
    lacks = ("rubric", "results_given", "grade", "allocate", "settle")
