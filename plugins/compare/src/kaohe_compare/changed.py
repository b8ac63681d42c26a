"""What two stored runs were computed from and by that is not the same: parameters, clauses, rules, records."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

import polars as pl
from attrs import frozen

from kaohe.store import Stored, parameters
from kaohe.store.digests import recorded

What = Literal["scheme", "stage", "parameter", "clause", "rules", "records", "dataset", "version", "corrects"]


@frozen
class Change:
    """One thing that is not the same; `before` and `after` are empty where there is none."""

    what: What
    name: str
    before: str
    after: str


def changes(before: Stored, after: Stored) -> list[Change]:
    """Everything that is not the same, what explains most first."""
    return [
        *_columns(before, after),
        *_pairs("stage", _mapping(before, "stages"), _mapping(after, "stages")),
        *_parameters(before, after),
        *_pairs("clause", _set(before), _set(after)),
        *_pairs("rules", _rules(before), _rules(after)),
        *_records(before, after),
        *_pairs("version", _mapping(before, "versions"), _mapping(after, "versions")),
    ]


def _pairs(what: What, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield Change(what, name, "" if old is None else str(old), "" if new is None else str(new))


def _columns(before: Stored, after: Stored) -> Iterator[Change]:
    yield from _pairs("scheme", {"": before.about["scheme"]}, {"": after.about["scheme"]})
    for column in ("name", "from", "to"):
        yield from _pairs("dataset", {column: before.about[column]}, {column: after.about[column]})
    yield from _pairs("corrects", _corrected(before), _corrected(after))


def _corrected(run: Stored) -> dict[str, str]:
    return {"": json.loads(run.about["corrects"])["run"]} if run.about["corrects"] else {}


def _mapping(run: Stored, column: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run.about[column])
    return found


def _parameters(before: Stored, after: Stored) -> Iterator[Change]:
    """Parameters whose value, or where it comes from, is not the same, named as the later run names them."""
    sides = [{(entry["scheme"], entry["parameter"]): entry for entry in parameters(run)} for run in (before, after)]
    several = len({scheme for scheme, _ in sides[0] | sides[1]}) > 1
    for key, entry in (sides[0] | sides[1]).items():
        old, new = (side.get(key) for side in sides)
        if not _value(old) and not _value(new):
            continue
        if not (old and new and all(old[name] == new[name] for name in ("value", "provenance", "source"))):
            code = ":".join(key) if several else key[1]
            yield Change("parameter", f"{entry['name']} ({code})", _value(old), _value(new))


def _value(entry: Mapping[str, Any] | None) -> str:
    """A parameter's value (a choice's option in words) with its provenance; empty where it is unset."""
    if entry is None or entry["value"] is None:
        return ""
    value = entry["value"]
    said = entry["option"] or (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return f"{said} ({entry['provenance']}{': ' + entry['source'] if entry['source'] else ''})"


def _set(run: Stored) -> dict[str, Any]:
    """What was set of clauses for the run alone."""
    texts = [row["text"] for row in run.rows("rules", path="given/changes.toml")]
    return tomllib.loads(texts[0], parse_float=Decimal) if texts else {}


def _rules(run: Stored) -> dict[str, str]:
    """The digests of rule files, by path; of what was given for the run only the plan."""
    told = {row["path"]: row["sha256"][:12] for row in run.rows("rules")}
    return {path: digest for path, digest in told.items() if not path.startswith("given/") or "/plan/" in path}


def _records(before: Stored, after: Stored) -> Iterator[Change]:
    """Input tables whose digests differ: how many rows only one of the runs has, as far as both keep them."""
    runs = before, after
    digests = [recorded(run.about) for run in runs]
    for table in dict.fromkeys(name for noted in digests for name in noted if name.startswith("in_")):
        if digests[0].get(table) == digests[1].get(table):
            continue
        if all(table in run.tables() or table not in noted for run, noted in zip(runs, digests, strict=True)):
            rows = [_rows(run, table) for run in runs]
            counts = [len(rows[0] - rows[1]), len(rows[1] - rows[0])]
            if any(counts):  # otherwise only their order, or a column in which nothing stands
                yield Change("records", table.removeprefix("in_"), *map(str, counts))
        else:
            yield Change("records", table.removeprefix("in_"), *(noted.get(table, "")[:12] for noted in digests))


def _rows(run: Stored, table: str) -> set[tuple[tuple[str, Any], ...]]:
    if table not in run.tables():
        return set()
    frame = pl.concat(list(run.portions(table))).cast(pl.String)
    return {tuple((name, cell) for name, cell in row.items() if cell is not None) for row in frame.to_dicts()}
