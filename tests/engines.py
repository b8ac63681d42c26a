"""Which engines the tests can compute on, and outcomes side by side."""

from __future__ import annotations

import shutil
import warnings
from importlib.util import find_spec

import pytest

from kaohe.stages.engines import Engine, computing_on, engine_named
from kaohe.stages.outcome import Outcome

JAVA = shutil.which("java")
needs_spark = pytest.mark.skipif(
    JAVA is None or find_spec("pyspark") is None, reason="Spark is not tested here: it needs pyspark and Java 17"
)


def started(name: str) -> Engine:
    """The engine, ready to compute; what it warns of while it starts or works is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return engine_named(name)


def assert_same_tables(found: Outcome, expected: Outcome) -> None:
    """Row for row the same, in the same order, with the same types."""
    assert found.keys() == expected.keys()
    for table in expected:
        assert found[table].schema == expected[table].schema, table
        assert found[table].rows() == expected[table].rows(), table


__all__ = ["assert_same_tables", "computing_on", "needs_spark", "started"]
