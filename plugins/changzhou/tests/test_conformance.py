"""Changzhou's plugin, its rules and its worked cases against the whole suite."""

from __future__ import annotations

from kaohe_conformance import Conformance


class TestChangzhou(Conformance):
    """Every check of the city."""

    city = "changzhou"
    level = "gold"
    at_least = 1800
    lacks = ("plan", "results_given", "consequences", "deposit", "fee", "allocate", "settle", "checks", "facts")
