"""A comparison as a workbook for people: codes in words, one page across on A4, headings on every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from kaohe import Refused
from kaohe.accounts import ACCOUNTS, named
from kaohe.command.basis import basis_said
from kaohe.command.summary import status_names
from kaohe.dataset import CONTRACT
from kaohe.workbook import MONEY as YUAN
from kaohe.workbook import MOST_ROWS, POINTS, TEXT, WHOLE, Book, Column, too_long
from kaohe_compare.comparing import Comparison
from kaohe_compare.sides import Side
from kaohe_compare.tables import MONEY, tables
from kaohe_compare.words import computed, headings, parts, stages, states, text, titles

PRINTED = ("sides", "assumptions", "left_open", "coverage", "grades", "balances", "money_causes")
RECORDS = ("results", "clauses", "money", "score_parts", "money_parts")
"""Sheets that are printed, and those in which things are looked up; coverage before any number."""
ACCOUNT = ("fund", "account")
WIDTHS = {
    "side": 6, "left": 6, "right": 6, "scheme": 40, "message": 110, "open": 80, "remedy": 50, "text": 60, "basis": 44,
    "consequences": 26,
    "name": 26, "fact": 30, "part": 34, "account": 28, "stage": 22, "kind": 19, "institution": 11, "fund": 18,
    "status": 24, "rubric": 12, "state": 18,
}  # fmt: skip
WIDTH = 9
"""Of columns that hold a number or a short code."""
SCHEME = 26
"""Of columns that hold the name of a scheme."""
Words = Callable[[Any, Mapping[str, Any]], object]


def write(comparison: Comparison, target: Path) -> None:
    """Write the workbook: a sheet for each table, coverage before any number; raises Refused where one has no room."""
    whole = tables(comparison)
    named = {
        **whole,
        "sides": _legend(comparison),
        "left_open": whole["left_open"].drop("code"),
        **_summaries(whole, list(comparison.sides)),
    }
    found = {name: named[name] for name in (*PRINTED, *RECORDS)}
    if large := [(name, rows.height) for name, rows in found.items() if rows.height > MOST_ROWS]:
        raise Refused([too_long(str(titles()[name]), rows) for name, rows in large])
    words = _words(comparison)
    with Book(target) as book:
        for name, rows in found.items():
            columns = [_column(*each) for each in rows.schema.items()]
            sheet = book.listed(str(titles()[name]), columns, _said(rows, words), record=name in RECORDS)
            sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
            sheet.headed(f"{comparison.dataset.name} · {titles()[name]}")


def _legend(comparison: Comparison) -> pl.DataFrame:
    """Each side's letter, as it is called on the other sheets, its name, and the scheme that each stage is from."""
    return pl.DataFrame(
        [
            {"side": name, str(text("scheme or mix")): name}
            | {str(computed()[stage]): source.rules.scheme.scheme for stage, source in side.chosen.stages.items()}
            for name, side in comparison.sides.items()
        ]
    )


def _summaries(found: Mapping[str, pl.DataFrame], sides: list[str]) -> dict[str, pl.DataFrame]:
    """The city as a whole: how many institutions of each kind have which grade, the accounts, why its money differs."""
    of_kind, accounts, parts = ["side", "kind", "grade"], ["side", *ACCOUNT], ["left", "right", *ACCOUNT, "stage"]
    whole = {
        "grades": (found["results"], of_kind, pl.len().alias("institutions")),
        "balances": (found["money"], accounts, pl.col("amount").sum()),
        "money_causes": (found["money_parts"], parts, pl.col("amount").sum()),
    }
    order = {name: pl.col(name).cast(pl.Enum(sides)) for name in ("side", "left", "right")}
    return {
        name: rows.group_by(keys).agg(summed).sort([order.get(key, pl.col(key)) for key in keys], nulls_last=True)
        for name, (rows, keys, summed) in whole.items()
    }


def _said(rows: pl.DataFrame, words: Mapping[str, Words]) -> pl.DataFrame:
    """The rows as texts: codes in words, numbers as they are."""
    each = rows.to_dicts()
    told = {
        column: [None if row[column] is None else str(words[column](row[column], row)) for row in each]
        for column in rows.columns
        if column in words
    }
    return rows.with_columns(pl.Series(column, said, pl.String) for column, said in told.items()).cast(pl.String)


def _column(name: str, kind: pl.DataType) -> Column:
    said, width = headings(), 14 if name in MONEY else WIDTH if name in headings() else SCHEME
    shape = _shape(name, kind)
    return Column(str(said.get(name, name)), WIDTHS.get(name, width), shape, wraps=shape == TEXT)


def _shape(name: str, kind: pl.DataType) -> str:
    if isinstance(kind, pl.Decimal):
        return YUAN if name in MONEY else POINTS
    return WHOLE if kind.is_integer() else TEXT


def _words(comparison: Comparison) -> dict[str, Words]:
    """What the codes of a column mean."""
    own = comparison.letters
    kinds, facts = CONTRACT["institutions"].columns["kind"], _facts(comparison)
    stage_names = {**computed(), **stages()}
    severities = {"error": text("error"), "warning": text("warning"), "note": text("note")}
    status, known = status_names(), {name: _known(side) for name, side in comparison.sides.items()}
    return {
        "severity": lambda code, _: severities[code],
        "kind": lambda code, _: kinds.shown(code),
        "state": lambda code, _: states()[code],
        "stage": lambda code, _: stage_names.get(code, code),
        "account": lambda code, _: named(ACCOUNTS, code),
        "status": lambda code, _: status.get(code, code),
        "fact": lambda code, _: facts.get(code, code),
        "part": lambda code, row: _part(code, row, own),
        "side": lambda name, row: own.get(name) or own.get(row.get(name), ""),
        "left": lambda name, _: own[name],
        "right": lambda name, _: own[name],
        "basis": lambda codes, row: "；".join(basis_said(code, known[str(row["side"])]) for code in codes.split()),
    }


def _facts(comparison: Comparison) -> dict[str, str]:
    rules = [side.chosen.rules for side in comparison.sides.values()]
    return {code: str(fact.name) for one in rules for code, fact in one.facts.items()}


def _part(code: str, row: Mapping[str, Any], own: Mapping[str, str]) -> object:
    """A part of scoring; a fact is named in its own column."""
    if code == "fact":
        return text("points of a fact")
    whose = [row[row["side"]]] if row["side"] else [row["left"], row["right"]]
    return parts(item=row["item"], side=" ".join(own[name] for name in whose))[code] if code else ""


def _known(side: Side) -> dict[str, dict[str, Any]]:
    """The parameters of a side's stages, as a result's basis names them; those of the scheme itself go before."""
    rules = [source.rules for source in side.chosen.stages.values()]
    return {
        name: {"name": str(one.name), "source": one.source, "option": str(one.options.get(str(one.value), ""))}
        for of_stage in reversed(rules)
        for name, one in of_stage.parameters.items()
    }
