"""Digests of what is stored of a run: by them a change of any table, rule or parameter is found and named.

A table's digest is the SHA-256 of its rows as CSV in their stored order: UTF-8, a line of headings, commas, LF, a blank
for null and quotes where a cell needs them or is the empty text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl
from attrs import define, field

Portions = Callable[[], Iterator[pl.DataFrame]]
"""A table of any size, a part of its rows at a time, in order."""

SAID_BY_ITSELF = ("closed", "digests")
"""Columns of the table `run` that have no digest: what is written later, and the digests themselves."""


@define(eq=False)
class Hashing:
    """The digest of one table, taken while its portions go by."""

    _sha256: Any = field(factory=hashlib.sha256)
    _begun: bool = False

    def write(self, content: bytes) -> int:
        """Take a piece of CSV."""
        self._sha256.update(content)
        return len(content)

    def passed(self, portions: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The portions, unchanged; none is held once it has gone by."""
        return map(self._took, portions)

    def _took(self, portion: pl.DataFrame) -> pl.DataFrame:
        portion.write_csv(self, include_header=not self._begun, line_terminator="\n")  # type: ignore[call-overload]
        self._begun = True
        return portion

    @property
    def digest(self) -> str:
        """The digest of all that went by."""
        return str(self._sha256.hexdigest())


def noting(name: str, portions: Portions, digests: dict[str, str]) -> Portions:
    """The table's portions; when all of them have been read, its digest is among `digests`."""

    def noted() -> Iterator[pl.DataFrame]:
        hashing = Hashing()
        yield from hashing.passed(portions())
        digests[name] = hashing.digest

    return noted


def digest_of(portions: Iterator[pl.DataFrame]) -> str:
    """The digest of a table."""
    hashing = Hashing()
    for _ in hashing.passed(portions):
        pass
    return hashing.digest


def of_columns(about: Mapping[str, Any]) -> dict[str, str]:
    """The digest of each column of the table `run`, under the name `run.COLUMN`."""
    return {
        f"run.{column}": hashlib.sha256(("" if value is None else str(value)).encode()).hexdigest()
        for column, value in about.items()
        if column not in SAID_BY_ITSELF
    }


def as_text(digests: Mapping[str, str]) -> str:
    """The digests as they stand in the run."""
    return json.dumps(digests, sort_keys=True)


def of_run(about: Mapping[str, Any]) -> str:
    """The digest of a whole run: of the digests of its parts. Closing a run, or copying it, does not change it."""
    return hashlib.sha256(str(about["digests"]).encode()).hexdigest()


def recorded(about: Mapping[str, Any]) -> dict[str, str]:
    """The digests that the row of the table `run` holds; none where they cannot be read."""
    try:
        digests = json.loads(about["digests"])
    except (TypeError, ValueError):
        return {}
    return digests if isinstance(digests, dict) else {}
