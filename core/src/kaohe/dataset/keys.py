"""Rows that stand in a table twice, found by a 64-bit digest of their key and then compared exactly."""

from __future__ import annotations

from functools import reduce
from operator import xor

import polars as pl

from kaohe.dataset.findings import Fault, Findings, collected
from kaohe.dataset.raw import FILE, ROW
from kaohe.dataset.typed import Typed
from kaohe.messages import text

DIGEST = "_digest"


def duplicates(table: Typed, findings: Findings) -> None:
    """Rows whose key stands there already; a withdrawn row may be followed by the one that replaces it.

    Of a large table no more is held than eight bytes a row.
    """
    key, columns = table.contents.key, table.contents.columns
    required = [name for name in key if columns[name].required]
    if not key or not all(name in table.names for name in required):
        return
    counted = [pl.col(name).is_not_null() for name in required]
    if "status" in table.values and "event" not in key:
        counted.append(pl.col("status").fill_null("confirmed") != "withdrawn")
    digest = reduce(xor, (pl.col(name).hash(seed) for seed, name in enumerate(key)))
    rows = table.rows.filter(*counted).select(FILE, ROW, *key, digest.alias(DIGEST))
    twice = _twice(collected(rows.select(DIGEST), held=table.raw.held).to_series())
    if not len(twice):
        return
    candidates = rows.join(pl.LazyFrame({DIGEST: twice}), on=DIGEST, how="semi").select(FILE, ROW, *key)
    alike = collected(candidates, held=table.raw.held).sort(FILE, ROW)
    repeated = alike.filter(pl.int_range(pl.len()).over(key) > 0).lazy()
    shown = pl.concat_str([pl.col(name).cast(pl.String).fill_null("–") for name in key], separator=" / ")
    fault = Fault("duplicate", text("this row stands here already"), text("remove one of the two"))
    heading = " / ".join(table.heading(name) for name in key)
    findings.rows(table.raw, repeated, fault, heading, shown, held=True)


def _twice(digests: pl.Series) -> pl.Series:
    """The digests that stand there more than once."""
    ordered = digests.sort()
    return ordered.filter(ordered == ordered.shift()).unique()
