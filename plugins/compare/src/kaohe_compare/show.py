"""A comparison on a terminal: assumptions and coverage first, then results, then why they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from kaohe import listing
from kaohe.accounts import ACCOUNTS, named
from kaohe.command.output import console, problem_lines
from kaohe.command.summary import status_names
from kaohe.command.tables import Table
from kaohe.dataset import CONTRACT
from kaohe.money import yuan
from kaohe_compare.attribution import Attribution
from kaohe_compare.comparing import Comparison
from kaohe_compare.coverage import by_item, by_kind
from kaohe_compare.words import parts, stages, text

if TYPE_CHECKING:
    pass

SHOWN = 12
"""Institutions that are shown where nobody asked for some."""
NO = "–"
UNSETTLED = ("tables", "deposit", "fee", "loss", "money", "uncovered", "unset")
"""Problems of a run that say why something is not settled."""


def show(comparison: Comparison, institutions: Sequence[str] = ()) -> None:
    """The whole comparison; results and causes of these institutions, or of those that differ most."""
    told = list(institutions) or most_different(comparison)
    screen = console()
    screen.print(
        str(text("{dataset}: {n} schemes compared", dataset=comparison.dataset.name, n=len(comparison.sides))),
        style="bold",
    )
    for table in _tables(comparison, told, bool(institutions)):
        screen.print("")
        screen.print(table)


def most_different(comparison: Comparison) -> list[str]:
    """The institutions whose scores lie furthest apart, by code where they are equally far."""
    scored = comparison.results.drop_nulls("score").group_by("institution").agg(
        apart=pl.col("score").max() - pl.col("score").min(), sides=pl.len()
    )  # fmt: skip
    compared = scored.filter(pl.col("sides") > 1).sort("apart", "institution", descending=[True, False])
    every: list[str] = comparison.results["institution"].unique(maintain_order=True).to_list()
    return compared.head(SHOWN)["institution"].to_list() or every[:SHOWN]


def _tables(comparison: Comparison, told: Sequence[str], asked: bool) -> Iterator[Table]:  # noqa: FBT001
    yield _sides(comparison)
    if comparison.assumptions:
        yield _assumptions(comparison)
    if comparison.problems:
        yield _found(comparison)
    yield _coverage(comparison)
    yield _results(comparison, told, asked)
    yield _grades(comparison)
    if comparison.money.height:
        yield _money(comparison)
    if (unsettled := _unsettled(comparison)).row_count:
        yield unsettled
    for left, right in comparison.pairs:
        why = comparison.why(left, right, told)
        yield from _why_money(comparison, why)
        yield from _why_scores(comparison, why, told if asked else told[:1])


def _sides(comparison: Comparison) -> Table:
    table = Table(text("Compared"), "", "", "")
    for side, letter in comparison.letters.items():
        table.row(letter, side, str(comparison.sides[side].chosen.rules.scheme.name))
    return table


def _assumptions(comparison: Comparison) -> Table:
    table = Table(text("What this rests on"), "", "")
    for assumption in comparison.assumptions:
        table.row(" ".join(comparison.letters[side] for side in assumption.sides), str(assumption.said))
    return table


def _found(comparison: Comparison) -> Table:
    """What was found when the dataset was checked."""
    table = Table(text("Noticed when the dataset was checked"), "")
    for line in problem_lines(comparison.problems):
        table.row(line)
    return table


def _coverage(comparison: Comparison) -> Table:
    """A row for each side and kind; the items of which some clause has no data are named."""
    table = Table(
        text("Coverage: what the dataset knows of each table"), "", text("kind"), text("institutions"),
        text("points with data"), text("clauses: with data, missing, no record"), text("items in part or without data"),
    )  # fmt: skip
    kinds, known = CONTRACT["institutions"].columns["kind"], by_kind(comparison.coverage)
    for (side, kind), items in by_item(comparison.coverage).group_by("side", "kind", maintain_order=True):
        letter, number = comparison.letters[str(side)], items["institutions"][0]
        part = known[str(side), str(kind)]
        if items["rubric"][0] == "":
            said = (
                text("results are given: {n}", n=_recorded(comparison, side, kind))
                if items["given"].sum()
                else text("not assessed")
            )
            table.row(letter, kinds.shown(str(kind)), str(number), NO, "", str(said))
            continue
        counts = " / ".join(str(items[state].sum()) for state in ("data", "missing", "no_record"))
        lacking = [
            f"{row['item'] or text('vetoes')} {row['data']}/{row['clauses']}"
            for row in items.rows(named=True)
            if row["data"] < row["clauses"]
        ]
        if part is None:
            table.row(letter, kinds.shown(str(kind)), "0", NO, "", str(text("nobody of the kind in the dataset")))
            continue
        percent = f"{100 * part.numerator // part.denominator} %"
        table.row(letter, kinds.shown(str(kind)), str(number), percent, counts, str(listing(lacking)))
    return table


def _recorded(comparison: Comparison, side: object, kind: object) -> int:
    rows = comparison.coverage.filter(pl.col("side") == side, pl.col("kind") == kind)
    return int(rows["recorded"].sum())


def _results(comparison: Comparison, told: Sequence[str], asked: bool) -> Table:  # noqa: FBT001
    title = text("Results: score, rank, grade") if asked else text("Results: score, rank, grade (those furthest apart)")
    table = Table(title, text("institution"), text("name"), *comparison.letters.values())
    comparable: list[list[str]] = []
    for institution in told:
        rows = {
            row["side"]: row for row in comparison.results.filter(pl.col("institution") == institution).rows(named=True)
        }
        name = next(iter(rows.values()))["name"] if rows else ""
        table.row(institution, name or "", *(_result(rows[side]) for side in comparison.sides if side in rows))
        if any(row["comparable"] is not None for row in rows.values()):
            comparable.append(
                ["", str(text("comparable facts only")), *(_comparable(rows[side]) for side in comparison.sides)]
            )
            table.row(*comparable[-1], style="dim")
        for title, cell in ((text("forfeited, yuan"), _forfeited), (text("consequences"), _consequences)):
            if any(cell(row) != NO for row in rows.values()) and (asked or cell is _forfeited):
                table.row("", str(title), *(cell(rows[side]) for side in comparison.sides), style="dim")
    return table


def _points(value: Decimal | None) -> str:
    return NO if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def _result(row: dict[str, Any]) -> str:
    if row["status"] is None:
        return NO
    if row["score"] is not None:
        score = _points(row["score"])
    elif row["low"] is not None:
        score = f"{_points(row['low'])}～{_points(row['high'])}"
    elif row["grade"] is None:
        return str(status_names().get(row["status"], row["status"]))
    else:
        score = NO
    return " · ".join(part for part in (score, str(row["rank"] or ""), row["grade"] or "") if part)


def _comparable(row: dict[str, Any]) -> str:
    return NO if row["comparable"] is None else f"{_points(row['comparable'])} / {_points(row['comparable_full'])}"


def _forfeited(row: dict[str, Any]) -> str:
    return NO if row["forfeited"] is None else yuan(row["forfeited"])


def _consequences(row: dict[str, Any]) -> str:
    return row["consequences"] or NO


def _grades(comparison: Comparison) -> Table:
    """How many institutions of each kind have a score, and which grades."""
    table = Table(text("Scored institutions and grades, by kind"), text("kind"), *comparison.letters.values())
    kinds = CONTRACT["institutions"].columns["kind"]
    for (kind,), rows in comparison.results.group_by("kind", maintain_order=True):
        cells = []
        for side in comparison.sides:
            own = rows.filter(pl.col("side") == side)
            grades = own.drop_nulls("grade").group_by("grade").len().sort("grade")
            listed = " ".join(f"{grade} {number}" for grade, number in grades.rows())
            cells.append(f"{own['score'].drop_nulls().len()} / {own.height}" + (f"\n{listed}" if listed else ""))
        table.row(kinds.shown(str(kind)), *cells)
    return table


def _money(comparison: Comparison) -> Table:
    """The balance of every account, of each fund."""
    table = Table(
        text("The journals, in yuan (debit positive)"),
        text("fund"),
        text("account"),
        *comparison.letters.values(),
        right=2,
    )
    balances = comparison.money.group_by("side", "fund", "account").agg(pl.col("amount").sum())
    for (fund, account), rows in balances.sort("fund", "account").group_by("fund", "account", maintain_order=True):
        of = dict(rows.select("side", "amount").rows())
        table.row(
            str(fund),
            named(ACCOUNTS, str(account)),
            *(yuan(of[side]) if side in of else NO for side in comparison.sides),
        )
    return table


def _unsettled(comparison: Comparison) -> Table:
    """Why there is no money, or not all: each reason once, with the sides it holds for."""
    reasons: dict[str, list[str]] = {}
    for side, problems in comparison.left_open.items():
        for problem in (problem for problem in problems if problem.code in UNSETTLED):
            reasons.setdefault(str(problem), []).append(comparison.letters[side])
    table = Table(text("What is not settled, or not given"), "", "")
    for reason, letters in reasons.items():
        table.row(" ".join(letters), reason)
    return table


def _why_money(comparison: Comparison, why: Attribution) -> Iterator[Table]:
    """The whole city's money, account by account, divided between the stages."""
    if why.money.is_empty():
        return
    own, words = comparison.letters, stages()
    there = [stage for stage in words if stage in set(why.money["stage"])]
    title = text("Why the city's money differs, {left} → {right}, in yuan", left=own[why.left], right=own[why.right])
    table = Table(title, text("fund"), text("account"), *(words[stage] for stage in there), text("difference"), right=2)
    sums = why.money.group_by("fund", "account", "stage").agg(pl.col("amount").sum()).sort("fund", "account")
    for (fund, account), rows in sums.group_by("fund", "account", maintain_order=True):
        of = dict(rows.select("stage", "amount").rows())
        amounts = [yuan(of.get(stage, 0)) for stage in there]
        table.row(str(fund), named(ACCOUNTS, str(account)), *amounts, yuan(sum(of.values())))
    yield table


def _why_scores(comparison: Comparison, why: Attribution, told: Sequence[str]) -> Iterator[Table]:
    """The parts of an institution's difference, stage by stage, scoring fact by fact."""
    own = comparison.letters
    for institution in told:
        rows = why.scores.filter(pl.col("institution") == institution)
        if rows.is_empty():
            continue
        title = text(
            "Why the score of {institution} differs, {left} → {right}",
            institution=institution,
            left=own[why.left],
            right=own[why.right],
        )
        table = Table(title, text("stage"), "", text("points"), right=2)
        for stage, word in stages().items():
            of_stage = rows.filter(pl.col("stage") == stage).sort(
                pl.col("points").abs(), "part", "item", "fact", descending=[True, False, False, False]
            )
            for place, row in enumerate(of_stage.rows(named=True)):
                table.row(str(word) if place == 0 else "", _part(comparison, why, row), _signed(row["points"]))
        table.row(str(text("difference")), "", _signed(int(rows["points"].sum())), style="bold")
        yield table


def _part(comparison: Comparison, why: Attribution, row: dict[str, Any]) -> str:
    if row["part"] == "fact":
        side = comparison.sides[why.left if row["fact"] in comparison.sides[why.left].chosen.rules.facts else why.right]
        return f"{side.chosen.rules.facts[row['fact']].name}（{row['fact']}）"
    if not row["part"]:
        return ""
    whose = {"left": [why.left], "right": [why.right]}.get(row["side"], [why.left, why.right])
    their = " ".join(comparison.letters[name] for name in whose)
    return str(parts(item=row["item"], side=their)[row["part"]])


def _signed(units: int) -> str:
    return f"{Decimal(units) / 10_000:+.4f}".rstrip("0").rstrip(".")
