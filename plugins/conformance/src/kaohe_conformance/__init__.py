"""Worked cases as data, and the suite of counted checks that a city's plugin inherits."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kaohe_conformance.check import Check as Check
    from kaohe_conformance.inherit import Conformance as Conformance
    from kaohe_conformance.report import Report as Report
    from kaohe_conformance.report import conform as conform
    from kaohe_conformance.suite import Suite as Suite

_HOMES = {"Check": "check", "Conformance": "inherit", "Report": "report", "Suite": "suite", "conform": "report"}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"kaohe_conformance.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'kaohe_conformance' has no attribute {name!r}")
