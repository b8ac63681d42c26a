"""Qingdao's plugin, its rules and its worked cases against the whole suite."""

from __future__ import annotations

from kaohe_conformance import Conformance


class TestQingdao(Conformance):
    """Every check of the city."""

    city = "qingdao"
    level = "gold"
    at_least = 320
    lacks = ("rubric", "plan", "grade", "consequences", "fee", "facts")
