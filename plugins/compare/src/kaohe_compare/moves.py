"""A difference on a terminal: what was changed, who moves, by which clause, whose money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from kaohe.accounts import ACCOUNTS, STEPS, named
from kaohe.command.output import console
from kaohe.command.tables import Table
from kaohe.dataset import CONTRACT
from kaohe.money import yuan
from kaohe_compare.difference import Difference
from kaohe_compare.words import text

if TYPE_CHECKING:
    pass

SHOWN = 12
NO = "–"


def show(difference: Difference, institutions: Sequence[str] = ()) -> None:
    """The whole difference; of these institutions everything, or of those that move most what they move by."""
    screen = console()
    for table in _tables(difference, institutions):
        screen.print("")
        screen.print(table)


def document(difference: Difference, institutions: Sequence[str] = ()) -> dict[str, Any]:
    """The difference as plain data: points and money as decimal text."""
    from attrs import asdict

    tables = {name: getattr(difference, name) for name in ("results", "consequences", "parts", "clauses", "money")}
    rows = {name: _plain(_of(table, institutions)).to_dicts() for name, table in tables.items()}
    rows["allocations"] = _plain(difference.allocations).to_dicts()
    return {"changes": [asdict(change) for change in difference.changes], **rows}


def _of(table: pl.DataFrame, institutions: Sequence[str]) -> pl.DataFrame:
    known = institutions and "institution" in table.columns
    return table.filter(pl.col("institution").is_in(list(institutions))) if known else table


def _plain(table: pl.DataFrame) -> pl.DataFrame:
    money = [name for name in ("before", "after", "change") if table.schema.get(name) == pl.Int64]
    fen = [(pl.col(name).cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(38, 2)).alias(name) for name in money]
    table = table.with_columns(fen)
    points = [name for name, kind in table.schema.items() if isinstance(kind, pl.Decimal)]
    return table.with_columns(pl.Series(name, [_said(value) for value in table[name]], pl.String) for name in points)


def _said(value: Decimal | None) -> str | None:
    """A number without needless zeros."""
    return None if value is None else f"{value.normalize():f}" if value else "0"


def _tables(difference: Difference, institutions: Sequence[str]) -> Iterator[Table]:
    yield _changes(difference)
    yield _counts(difference)
    results = _of(difference.results, institutions)
    if results.height:
        yield _results(results, institutions)
    if difference.clauses.height:
        yield _clauses(difference)
    told = list(institutions) or _most_moved(difference)[:1]
    if (parts := _of(difference.parts, told)).height:
        yield _parts(parts)
    if (consequences := _of(difference.consequences, institutions)).height:
        yield _consequences(consequences)
    if difference.money.height:
        yield _accounts(difference)
        yield _money(_of(difference.money.filter(pl.col("institution") != ""), institutions))
    if difference.allocations.height:
        yield _allocations(difference)


def _changes(difference: Difference) -> Table:
    words = {
        "scheme": text("scheme"), "dataset": text("dataset"), "corrects": text("corrects"), "stage": text("stage"),
        "parameter": text("parameter"), "clause": text("clause set"), "rules": text("rule file"),
        "records": text("records"), "version": text("version"),
    }  # fmt: skip
    if not difference.changes:
        table = Table(text("What was changed"), "")
        table.row(str(text("nothing: both runs were computed from the same by the same")))
        return table
    table = Table(text("What was changed"), "", "", text("before"), text("after"))
    for change in difference.changes:
        name, before, after = change.name, change.before, change.after
        if change.what == "records" and before.isdecimal() and after.isdecimal():
            name = f"{CONTRACT[name]} ({name})"
            before, after = str(text("{n} rows only here", n=before)), str(text("{n} rows only here", n=after))
        table.row(str(words[change.what]), name, before or NO, after or NO)
    return table


def _counts(difference: Difference) -> Table:
    """How many move, and how."""
    results = difference.results
    table = Table(text("Who moves"), "", "", right=1)
    for said, condition in (
        (text("score lower"), pl.col("moved") < 0),
        (text("score higher"), pl.col("moved") > 0),
        (text("score determined only before"), pl.col("score").is_not_null() & pl.col("score_after").is_null()),
        (text("score determined only after"), pl.col("score").is_null() & pl.col("score_after").is_not_null()),
        (text("rank"), pl.col("rank").ne_missing(pl.col("rank_after"))),
        (text("grade"), pl.col("grade").ne_missing(pl.col("grade_after"))),
    ):
        if number := results.filter(condition).height:
            table.row(str(said), str(number))
    for said, rows in (
        (text("institutions with other consequences"), difference.consequences),
        (text("institutions with other money"), difference.money.filter(pl.col("institution") != "")),
    ):
        if number := rows["institution"].n_unique():
            table.row(str(said), str(number))
    if not table.row_count:
        table.row(str(text("nobody")), "")
    return table


def _most_moved(difference: Difference) -> list[str]:
    """The institutions in the order in which they move: grade, then score, then code."""
    moved = difference.results.with_columns(
        other=pl.col("grade").ne_missing(pl.col("grade_after")), far=pl.col("moved").abs().fill_null(0)
    )
    ordered: list[str] = moved.sort("other", "far", "institution", descending=[True, True, False])[
        "institution"
    ].to_list()
    return ordered


def _results(results: pl.DataFrame, institutions: Sequence[str]) -> Table:
    moved = results.with_columns(
        other=pl.col("grade").ne_missing(pl.col("grade_after")), far=pl.col("moved").abs().fill_null(0)
    ).sort("other", "far", "institution", descending=[True, True, False])
    shown = moved if institutions else moved.head(SHOWN)
    title = text("Results, the largest moves first ({n} of {all})", n=len(shown), all=len(moved))
    table = Table(title, text("institution"), "", text("score"), text("change"), text("rank"), text("grade"), right=2)
    for row in shown.to_dicts():
        ends = [
            _span(row["score"], row["low"], row["high"]),
            _span(row["score_after"], row["low_after"], row["high_after"]),
        ]
        change = NO if row["moved"] is None else f"{row['moved']:+.2f}"
        ranks, grades = (row["rank"], row["rank_after"]), (row["grade"], row["grade_after"])
        table.row(row["institution"], row["name"], _arrow(*ends), change, _arrow(*ranks), _arrow(*grades))
    return table


def _span(score: Decimal | None, low: Decimal | None, high: Decimal | None) -> str:
    if score is not None:
        return f"{score:.2f}"
    return NO if low is None or high is None else f"{low:.2f}–{high:.2f}"


def _arrow(before: object, after: object) -> str:
    said = [NO if value is None else str(value) for value in (before, after)]
    return said[0] if said[0] == said[1] else " → ".join(said)


def _clauses(difference: Difference) -> Table:
    title = text("By which clause: points of all sheets together, before floors and ceilings")
    ordered = difference.clauses.sort(pl.col("change").abs(), descending=True).head(SHOWN)
    headings = (text("clause"), "", text("institutions"), text("before"), text("after"), text("change"))
    table = Table(title, *headings, right=2)
    for row in ordered.to_dicts():
        place = f"{row['rubric']} {row['clause']}"
        numbers = [str(_said(row[name])) for name in ("before", "after", "change")]
        table.row(place, row["text"] or "", str(row["institutions"]), *numbers)
    return table


def _parts(parts: pl.DataFrame) -> Table:
    title = text("Sheet by sheet; the rows of a sheet add up to the change of its score")
    headings = (text("institution"), text("scorer"), text("clause"), text("before"), text("after"), text("change"))
    table = Table(title, *headings, right=3)
    for row in parts.to_dicts():
        place = f"{row['rubric']} {row['clause']}"
        if not row["clause"]:
            place = str(text("floor or ceiling of item {item}", item=row["item"]) if row["item"] else text("the rest"))
        numbers = [_said(row[name]) or "" for name in ("before", "after", "change")]
        table.row(row["institution"], row["scorer"], place, *numbers)
    return table


def _consequences(rows: pl.DataFrame) -> Table:
    table = Table(text("Consequences"), text("institution"), "", text("consequence"), text("article"))
    sides = {"before": text("only before"), "after": text("only after")}
    for row in rows.sort("institution", "side", "consequence", descending=[False, True, False]).to_dicts():
        table.row(row["institution"], str(sides[row["side"]]), row["consequence"], row["article"])
    return table


def _accounts(difference: Difference) -> Table:
    """What changes on each account, and in all: the changes of a fund sum to zero."""
    title = text("Whose money: balances in yuan, debit positive")
    headings = (text("fund"), text("account"), text("before"), text("after"), text("change"))
    table = Table(title, *headings, right=2)
    sums = difference.money.group_by("fund", "account").agg(pl.col("before", "after", "change").sum())
    for row in sums.filter(pl.col("change") != 0).sort("fund", "account").to_dicts():
        numbers = [yuan(row[name]) for name in ("before", "after", "change")]
        table.row(row["fund"], named(ACCOUNTS, row["account"]), *numbers)
    return table


def _money(rows: pl.DataFrame) -> Table:
    largest = rows.group_by("institution").agg(most=pl.col("change").abs().max()).sort(
        "most", "institution", descending=[True, False]
    )  # fmt: skip
    told = rows.filter(pl.col("institution").is_in(largest.head(SHOWN)["institution"].implode()))
    headings = (text("institution"), text("account"), text("before"), text("after"), text("change"))
    table = Table(text("Institutions whose money moves most"), *headings, right=2)
    for row in told.sort("institution", "fund", "account").to_dicts():
        numbers = [yuan(row[name]) for name in ("before", "after", "change")]
        table.row(row["institution"], named(ACCOUNTS, row["account"]), *numbers)
    return table


def _allocations(difference: Difference) -> Table:
    headings = (text("fund"), text("region"), "", text("before"), text("after"), text("change"))
    table = Table(text("Budgets, in yuan"), *headings, right=3)
    for row in difference.allocations.to_dicts():
        numbers = [yuan(row[name]) for name in ("before", "after", "change")]
        table.row(row["fund"], row["region"], named(STEPS, row["step"]), *numbers)
    return table
