"""The engines that can compute the stages: how each takes a table in, holds one, and gives it back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from threading import Lock
from typing import Any, Protocol

import narwhals as nw
import polars as pl
from attrs import field, frozen

from kaohe.messages import listing, text
from kaohe.problems import Problem, Refused

Frame = nw.LazyFrame[Any]


def _frame(native: Any) -> Frame:
    frame: Frame = nw.from_native(native)
    return frame


class Engine(Protocol):
    """One engine: a table comes in from Polars, is computed once where a stage says so, and goes out to Polars."""

    def table(self, rows: pl.LazyFrame) -> Frame:
        """The rows as a frame of this engine."""

    def materialised(self, frame: Frame) -> Frame:
        """The frame computed once, so that what follows does not compute it again."""

    def polars(self, frame: Frame) -> pl.LazyFrame:
        """The frame's rows as Polars has them."""


@frozen
class Polars:
    """In this process, in columns, lazily; the engine unless another is asked for."""

    def table(self, rows: pl.LazyFrame) -> Frame:
        """The rows as they are."""
        return nw.from_native(rows)

    def materialised(self, frame: Frame) -> Frame:
        """The frame collected by the streaming engine."""
        collected: pl.DataFrame = frame.to_native().collect(engine="streaming")
        return nw.from_native(collected.lazy())

    def polars(self, frame: Frame) -> pl.LazyFrame:
        """The frame as it is."""
        native: pl.LazyFrame = frame.to_native()
        return native


@frozen(eq=False)
class DuckDB:
    """In a DuckDB connection; what is materialised becomes a temporary table there.

    A run may be read by several threads, a connection by one at a time.
    """

    connection: Any
    numbers: Iterator[int] = field(factory=count)
    lock: Lock = field(factory=Lock)

    def table(self, rows: pl.LazyFrame) -> Frame:
        """The rows as a temporary table."""
        arrow = rows.collect(engine="streaming").to_arrow()
        return self._held(self.connection.from_arrow(arrow))

    def materialised(self, frame: Frame) -> Frame:
        """The frame as a temporary table."""
        return self._held(frame.to_native())

    def polars(self, frame: Frame) -> pl.LazyFrame:
        """The relation's rows, by way of Arrow."""
        with self.lock:
            rows: pl.DataFrame = frame.to_native().pl()
        return rows.lazy()

    def _held(self, relation: Any) -> Frame:
        name = f"kaohe_{next(self.numbers)}"
        relation.query("kaohe_rows", f"create temp table {name} as select * from kaohe_rows")
        return _frame(self.connection.table(name))


@frozen(eq=False)
class Spark:
    """In a Spark session; what is materialised is a checkpoint on the executors."""

    session: Any

    def table(self, rows: pl.LazyFrame) -> Frame:
        """The rows as a data frame, by way of Arrow."""
        return _frame(self.session.createDataFrame(rows.collect(engine="streaming").to_arrow()))

    def materialised(self, frame: Frame) -> Frame:
        """The frame, computed, without what led to it."""
        return _frame(frame.to_native().localCheckpoint())

    def polars(self, frame: Frame) -> pl.LazyFrame:
        """The data frame's rows, by way of Arrow."""
        rows = pl.from_arrow(frame.to_native().toArrow())
        assert isinstance(rows, pl.DataFrame)
        return rows.lazy()


POLARS = Polars()
_CURRENT: ContextVar[Engine] = ContextVar("engine", default=POLARS)


def engine() -> Engine:
    """The engine of the moment."""
    return _CURRENT.get()


@contextmanager
def computing_on(chosen: Engine) -> Iterator[None]:
    """Compute on this engine."""
    token = _CURRENT.set(chosen)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def engine_named(name: str) -> Engine:
    """The engine of a name, with a connection or session of its own. Raises Refused where it is not installed."""
    if name not in _STARTED:
        message = text("there is no engine “{name}”", name=name)
        raise Refused([Problem("engine", message, text("the engines are {engines}", engines=listing(_STARTED)))])
    try:
        return _STARTED[name]()
    except ImportError as fault:
        message = text("the engine “{name}” is not installed: {fault}", name=name, fault=fault)
        remedy = text("install it: pip install “{package}”", package=f"kaohe[{name}]")
        raise Refused([Problem("engine", message, remedy)]) from fault


def _duckdb() -> Engine:
    import duckdb
    import pyarrow  # noqa: F401

    return DuckDB(duckdb.connect())


def _spark() -> Engine:
    """A session on this machine; one that runs already is used as it is."""
    from pyspark.sql import SparkSession

    if (running := SparkSession.getActiveSession()) is not None:
        return Spark(running)
    local = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master("local[*]").appName("kaohe")
    for name, value in local.items():
        builder = builder.config(name, value)
    return Spark(builder.getOrCreate())


_STARTED: dict[str, Callable[[], Engine]] = {"polars": Polars, "duckdb": _duckdb, "spark": _spark}
