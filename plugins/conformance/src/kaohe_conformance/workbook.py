"""Worked cases as a workbook, the same as the TOML, each made from the other without loss."""

from __future__ import annotations

from pathlib import Path

from kaohe_conformance.case import CaseFile, load


def read(path: Path) -> CaseFile:
    """The cases of a TOML file or a workbook; raises Refused with every fault."""
    return load(path)
