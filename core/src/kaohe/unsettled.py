"""What a run could not settle, by name and why; and what it found about ledgers and appeals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from attrs import asdict

from kaohe import cases
from kaohe.dataset import CONTRACT, Dataset
from kaohe.messages import Text, first, listing, plural, text
from kaohe.model import Clawback, Money, Pool, Product, Rules, Verified
from kaohe.money import yuan
from kaohe.problems import Problem
from kaohe.reconcile import unkept
from kaohe.stages.consequences import undecided
from kaohe.stages.contract import STAGES
from kaohe.stages.deposit import DEPOSIT
from kaohe.stages.fee import lost, unsaid
from kaohe.stages.frames import Frame, collected


def of(
    dataset: Dataset, rules: Rules, allocating: Rules, tables: Mapping[str, pl.DataFrame], frames: Mapping[str, Frame]
) -> list[Problem]:
    """Warnings and notes. `allocating`: the rules that split the budgets; `frames`: the tables as stages read them."""
    return [
        *_tables(dataset, rules),
        *_unallocated(rules, allocating),
        *_standing(rules, tables["results"]),
        *_opened_later(dataset, rules, tables["results"]),
        *cases.remarks(dataset, rules),
        *_deposits(dataset, rules, tables),
        *_fees(dataset, rules, tables, frames),
        *_money(dataset, rules, tables["results"]),
        *_consequences(rules, frames),
        *_ledgers(dataset, tables["reconciliation"]),
        *_appeals(dataset),
        *_assumed(rules),
    ]


def _tables(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Tables that the scheme which settles cannot do without; another scheme that scores does not ask for them."""
    read = {*STAGES["allocate"].reads, *STAGES["settle"].reads} & set(rules.scheme.needs.tables)
    if missing := [CONTRACT[table] for table in CONTRACT if table in read and table not in dataset.tables]:
        message = plural(len(missing), "{scheme} settles nothing: the table {tables} is missing",
                         "{scheme} settles nothing: the tables {tables} are missing",
                         scheme=rules.scheme.scheme, tables=listing(f"“{table}”" for table in missing))  # fmt: skip
        yield Problem("tables", message, text("add what it settles by"), "warning", table="journal")


def _unallocated(rules: Rules, allocating: Rules) -> Iterator[Problem]:
    """Regional budgets are settled as they were allocated: by a scheme that has none, nothing is."""
    if rules.scheme.budgets is not None and allocating.scheme.budgets is None:
        message = text("{scheme} settles nothing: {other} allocates no regional budgets",
                       scheme=rules.scheme.scheme, other=allocating.scheme.scheme)  # fmt: skip
        remedy = text("take the stage allocate from it too: allocate={scheme}", scheme=rules.scheme.scheme)
        yield Problem("tables", message, remedy, "warning", table="journal")


def _standing(rules: Rules, results: pl.DataFrame) -> Iterator[Problem]:
    standing = rules.scheme.standing
    if standing is None:
        return
    for status, article, said in (("pending", standing.pending, _pending), ("failed", standing.failed, _failed)):
        codes = results.filter(pl.col("status") == status)["institution"]
        if len(codes):
            remedy = text("by {article}: {names}", article=article, names=first(codes.sort().to_list()))
            yield Problem(status, said(len(codes)), remedy, "note", table="results")


def _opened_later(dataset: Dataset, rules: Rules, results: pl.DataFrame) -> Iterator[Problem]:
    """Investigations opened after the year that hold it up because nothing says that its assessment had ended."""
    investigations, steps = dataset.held("investigations"), dataset.held("steps")
    if rules.scheme.standing is None or investigations is None:
        return
    pending = results.filter(pl.col("status") == "pending").select("institution")
    later = investigations.filter(pl.col("opened") > dataset.ends).join(pending, on="institution")
    if steps is not None:
        ended = steps.filter(pl.col("step") == "evaluation", pl.col("done").is_not_null())
        later = later.join(ended, on="institution", how="anti")
    if codes := later["investigation"].sort().to_list():
        message = text("{names} was opened after the year and holds it up: when its assessment ended is not recorded",
                       names=first(codes))  # fmt: skip
        step = CONTRACT["steps"].columns["step"].shown("evaluation")
        remedy = text("record the step “{step}” with its date, by {article}", step=step,
                      article=rules.scheme.standing.pending)  # fmt: skip
        yield Problem("pending", message, remedy, "warning", table="steps")


def _pending(number: int) -> Text:
    return plural(
        number,
        "{n} institution is under investigation: no score, no rank, no release until it is concluded",
        "{n} institutions are under investigation: no score, no rank, no release until it is concluded",
    )


def _failed(number: int) -> Text:
    return plural(
        number, "{n} institution has failed; that is no score", "{n} institutions have failed; that is no score"
    )


def _deposits(dataset: Dataset, rules: Rules, tables: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    if rules.scheme.deposit is None:
        return
    if "payments" not in dataset.tables:
        message = text("no deposit is settled: the table “{table}” is missing", table=CONTRACT["payments"])
        yield Problem("deposit", message, text("add what was to be paid, month by month"), "warning", table="payments")
        return
    held = tables["journal"].filter(pl.col("account") == DEPOSIT)
    open_ones = held.group_by("institution").agg(pl.col("amount").sum()).filter(pl.col("amount") != 0)
    status = open_ones.join(tables["results"].select("institution", "status", "score"), on="institution", how="left")
    reasons = {
        "pending": status.filter(pl.col("status") == "pending"),
        "unset": status.filter(pl.col("score").is_not_null()),
        "undetermined": status.filter(pl.col("score").is_null() & (pl.col("status").fill_null("") != "pending")),
    }
    for reason, rows in reasons.items():
        if not rows.is_empty():
            said = _still_held(reason, rows.height, yuan(-int(rows["amount"].sum())))
            yield Problem("deposit", said, first(rows["institution"].sort().to_list()), "warning", table="journal")
    if (agreements := dataset.tables.get("agreements")) is None:
        return
    rates = agreements.filter(pl.col("deposit_rate").is_null()).select("institution").collect()
    payments = dataset.tables["payments"].filter(pl.col("withheld").is_null()).select("institution")
    unrated = payments.join(rates.lazy(), on="institution", how="semi").unique().collect().height
    if unrated:
        message = plural(
            unrated,
            "the agreement of {n} institution says no deposit rate: nothing was withheld",
            "the agreements of {n} institutions say no deposit rate: nothing was withheld",
        )
        yield Problem("deposit", message, text("fill in deposit_rate"), "warning", table="agreements")


def _still_held(reason: str, number: int, amount: str) -> Text:
    match reason:
        case "pending":
            return plural(
                number,
                "{amount} yuan of deposit is held: {n} institution is under investigation",
                "{amount} yuan of deposit is held: {n} institutions are under investigation",
                amount=amount,
            )
        case "unset":
            return plural(
                number,
                "{amount} yuan of deposit of {n} institution is not settled: deposit.release is not set",
                "{amount} yuan of deposit of {n} institutions is not settled: deposit.release is not set",
                amount=amount,
            )
        case _:
            return plural(
                number,
                "{amount} yuan of deposit of {n} institution is not settled: its score is not determined",
                "{amount} yuan of deposit of {n} institutions is not settled: their scores are not determined",
                amount=amount,
            )


def _fees(
    dataset: Dataset, rules: Rules, tables: Mapping[str, pl.DataFrame], frames: Mapping[str, Frame]
) -> Iterator[Problem]:
    if rules.scheme.fee is None:
        return
    if "agreements" not in dataset.tables:
        message = text("no service fee is settled: the table “{table}” is missing", table=CONTRACT["agreements"])
        yield Problem("fee", message, text("add the agreements with their fees"), "warning", table="agreements")
        return
    declared = {**CONTRACT["events"].columns, **rules.scheme.needs.columns.get("events", {})}

    def heading(name: str) -> str:
        return str(declared[name])

    journal = tables["journal"]
    deducted = dict(
        journal.filter(pl.col("account") == "fund_loss_deducted")
        .group_by("institution")
        .agg(-pl.col("amount").sum())
        .rows()
    )
    for institution, loss in sorted(lost(frames, rules.scheme.fee).items()):
        if left := loss - deducted.get(institution, 0):
            message = text(
                "{amount} yuan of losses of {institution} was not deducted", amount=yuan(left), institution=institution
            )
            yield Problem(
                "fee", message, text("by {article}", article=rules.scheme.fee.loss), "warning", table="journal"
            )
    for event, institution, blank in unsaid(frames, rules.scheme.fee):
        columns = listing(heading(name) for name in blank)
        message = text("{event} of {institution} may be a loss to deduct, but it is not said: {columns}",
                       event=event, institution=institution, columns=columns)  # fmt: skip
        remedy = text("fill it in; until then nothing is deducted, by {article}", article=rules.scheme.fee.loss)
        yield Problem("loss", message, remedy, "warning", table="events")
    unscored = tables["results"].filter(pl.col("score").is_null())["institution"].sort()
    for institution in unscored:
        message = text("the fee of {institution} is not settled: its score is not determined", institution=institution)
        yield Problem("fee", message, None, "warning", table="journal")
    if rules.value("fee.share") is None:
        message = text("no fee is settled by its result: fee.share is not set")
        yield Problem("fee", message, text("give it in a parameter file (--params)"), "warning", table="journal")


def _money(dataset: Dataset, rules: Rules, results: pl.DataFrame) -> Iterator[Problem]:
    """Steps of `[[money]]` that are not booked, or not for everybody: an unset parameter, a blank cell, no score."""
    for says in rules.scheme.money:
        named = [value for value in _said(says) if value in rules.parameters]
        for name in (name for name in named if rules.value(name) is None):
            message = text("“{step}” is not booked: {parameter} is not set", step=says.step, parameter=name)
            yield Problem("money", message, text("give it in a parameter file (--params)"), "warning", table="journal")
        for table, column in _columns(says):
            rows = dataset.tables[table].filter(pl.col(column).is_null()) if table in dataset.tables else None
            if rows is not None and (number := rows.collect().height):
                message = plural(number, "“{step}” is not booked for {n} row: {column} is blank",
                                 "“{step}” is not booked for {n} rows: {column} is blank",
                                 step=says.step, column=column)  # fmt: skip
                yield Problem("money", message, text("fill it in"), "warning", table=table, column=column)
        if isinstance(says, Clawback) and "amount" in {rules.option(base.base) for base in says.bases}:
            yield from _without_amount(dataset, says)
        if isinstance(says, Pool) and (unscored := results["score"].null_count()):
            message = plural(unscored, "“{step}”: {n} institution has no score and shares nothing",
                             "“{step}”: {n} institutions have no score and share nothing", step=says.step)  # fmt: skip
            yield Problem("money", message, None, "warning", table="results", column="score")


def _without_amount(dataset: Dataset, says: Clawback) -> Iterator[Problem]:
    """Events whose amount is taken back and is not recorded: nothing is taken for them."""
    events = dataset.held("events")
    if events is None:
        return
    blank = pl.col("amount").is_null() & pl.col("fact").is_in(says.facts) & (pl.col("status") != "withdrawn")
    if codes := events.filter(blank)["event"].sort().to_list():
        message = text("“{step}” is not booked for {events}: the amount is blank", step=says.step, events=first(codes))
        yield Problem("money", message, text("fill it in"), "warning", table="events", column="amount")


def _said(says: Any) -> Iterator[str]:
    """Every text that a step holds."""
    for value in asdict(says).values():
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            yield from part.values() if isinstance(part, dict) else [part]


def _columns(says: Money) -> list[tuple[str, str]]:
    """The columns of institutions and payments whose blank cells leave a step unbooked."""
    match says:
        case Product():
            return [(says.table, name) for name in says.factors if "." not in name]
        case Pool():
            return [("institutions", says.volume)]
        case Verified():
            return [("payments", says.claimed), ("payments", says.verified)]
        case _:
            return []


def _consequences(rules: Rules, frames: Mapping[str, Frame]) -> Iterator[Problem]:
    for rule in rules.scheme.consequences:
        if rule.below and rules.value(rule.below) is not None:
            open_ones = collected(undecided(rule, frames, rules))
            if len(open_ones):
                message = plural(
                    len(open_ones),
                    "whether “{consequence}” follows is not known for {n} institution",
                    "whether “{consequence}” follows is not known for {n} institutions",
                    consequence=rule.text or rule.consequence,
                )
                why = text("the score is not determined, or the earlier year's is not in the table “history”")
                remedy = text("{why}: {names}", why=why, names=first(open_ones["institution"].sort().to_list()))
                yield Problem("history", message, remedy, "warning", table="consequences")


def _ledgers(dataset: Dataset, reconciliation: pl.DataFrame) -> Iterator[Problem]:
    names = CONTRACT["ledgers"].columns["ledger"]
    for institution, ledger in unkept(dataset):
        message = text(
            "{institution}: the ledger “{ledger}” has no line and was not compared",
            institution=institution,
            ledger=names.shown(ledger),
        )
        yield Problem("ledger", message, text("add it"), "warning", table="ledgers")
    for institution, number, most in (
        reconciliation.group_by("institution")
        .agg(pl.len(), pl.col("difference").abs().max().alias("most"))
        .sort("institution")
        .rows()
    ):
        message = plural(
            number,
            "{institution}: its ledgers differ in {n} line, by {most} yuan",
            "{institution}: its ledgers differ in {n} lines, by at most {most} yuan",
            institution=institution,
            most=yuan(most),
        )
        remedy = text("the table “reconciliation” of the run lists them")
        yield Problem("ledger", message, remedy, "warning", table="ledgers")


def _appeals(dataset: Dataset) -> Iterator[Problem]:
    appeals = dataset.held("appeals")
    if appeals is not None:
        unanswered = appeals.filter(pl.col("decision").is_null()).height
        if unanswered:
            message = plural(unanswered, "{n} appeal is not answered: what it disputes counts until then",
                             "{n} appeals are not answered: what they dispute counts until then")  # fmt: skip
            yield Problem("appeal", message, text("record the answer"), "warning", table="appeals")


def _assumed(rules: Rules) -> Iterator[Problem]:
    for rubric in rules.rubrics.values():
        if rubric.provenance == "assumption" and rubric.rubric not in rules.replaced:
            message = text("the table “{rubric}” is an assumption: {source}", rubric=rubric.name, source=rubric.source)
            yield Problem("assumption", message, text("give the year's plan (--plan)"), "note", table="results")
