"""A region's year as the year-end letter to it, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kaohe.accounts import ACCOUNTS, STEPS, named
from kaohe.causes import cause_said
from kaohe.messages import listing, plural, text, titled
from kaohe.money import percent, shown

if TYPE_CHECKING:
    from kaohe.letter import Deposits, FundYear, Letter, Month, Step


def lines(told: Letter) -> Iterator[str]:
    """The letter for people, line by line."""
    yield str(text("To {region}: the settlement of {year}", region=titled(told.name, told.region), year=told.year))
    yield f"{told.dataset} · {told.scheme}"
    for fund in told.funds:
        yield ""
        yield str(text("Fund: {fund}", fund=fund.fund))
        yield from _budget(fund)
        yield from _months(fund)
        if fund.settled:
            yield from _deposits(fund.deposits)
            yield from _overspend(fund, told)
            yield from _corrected(fund)
        else:
            yield str(text("The year-end is not settled yet: the fund's actual revenue is not recorded."))
    yield ""
    yield from _grounds(told)


def _corrected(fund: FundYear) -> Iterator[str]:
    """What a correction moved since the year-end that is told above."""
    if not fund.corrected:
        return
    yield str(text("5. Corrected since (debit positive)"))
    for line in fund.corrected:
        account, amount = named(ACCOUNTS, line.account), f"{line.amount:+,.2f}"
        yield str(text("  {account}: {amount} ({article})", account=account, amount=amount, article=line.article))
    borne = fund.shared + sum((line.amount for line in fund.corrected if line.account == "shared"), Decimal(0))
    if borne != fund.shared:
        yield str(text("  Your region now bears {amount}.", amount=shown(borne)))


def _grounds(told: Letter) -> Iterator[str]:
    """What the figures rest on beside the document."""
    if told.assumptions:
        yield str(text("These values were not published; they are assumptions:"))
        for ground in told.assumptions:
            yield str(
                text(
                    "  {name} ({parameter}): {value} ({source})",
                    name=ground.name,
                    parameter=ground.parameter,
                    value=ground.value,
                    source=ground.source,
                )
            )
    if told.readings:
        yield str(text("Where the document leaves it open, it was read so:"))
        for ground in told.readings:
            yield str(
                text(
                    "  {name} ({parameter}): {value}", name=ground.name, parameter=ground.parameter, value=ground.value
                )
            )


def _budget(fund: FundYear) -> Iterator[str]:
    article = fund.steps[-1].article
    yield str(text("1. The budget ({article})", article=article))
    whole = listing(f"{named(STEPS, step.step)} {shown(step.amount)}" for step in fund.whole)
    yield str(text("  The city: {steps}.", steps=whole))
    for step in fund.steps:
        name = named(STEPS, step.step)
        if step.step == "last_year" and fund.share[1]:
            share = percent(Fraction(fund.share[0]) / Fraction(fund.share[1]), 2)
            yield str(
                text("  {name}: {amount}, {share} of the city's", name=name, amount=shown(step.amount), share=share)
            )
        elif step.step in ("last_year", "base", "budget"):
            yield str(text("  {name}: {amount}", name=name, amount=shown(step.amount)))
        else:
            yield str(text("  {name}: {amount}", name=name, amount=f"{step.amount:+,.2f}")) + _figures(step)


def _figures(step: Step) -> str:
    """What the region had of a factor's figure in the years on record, and the factor's weight."""
    if not step.figures:
        return ""
    figures = listing(f"{year}: {Decimal(value):,}" for year, value in step.figures.items())
    return str(text(" ({figures}; weight {weight})", figures=figures, weight=step.weight))


def _months(fund: FundYear) -> Iterator[str]:
    yield str(text("2. The months"))
    if not fund.months:
        yield str(text("  Nothing was payable."))
        return
    headings = [
        text("month"),
        text("payable"),
        text("within the budget"),
        text("deposit"),
        text("paid"),
        text("deferred"),
    ]
    yield "  " + "  ".join(_padded(str(heading), 8 if place == 0 else 16) for place, heading in enumerate(headings))
    for month in fund.months:
        yield "  " + "  ".join(_padded(cell, 8 if place == 0 else 16) for place, cell in enumerate(_cells(month)))
    total = sum((month.payable for month in fund.months), Decimal(0))
    yield str(text("  The year's actual cost: {cost}.", cost=shown(total)))


def _cells(month: Month) -> list[str]:
    amounts = (month.payable, month.within, month.deposit, month.paid, month.deferred)
    return [month.month, *map(shown, amounts)]


def _padded(cell: str, width: int) -> str:
    """The cell set to the right; a Chinese character is two columns wide."""
    from rich.cells import cell_len

    return " " * max(0, width - cell_len(cell)) + cell


def _deposits(deposits: Deposits) -> Iterator[str]:
    yield str(text("3. The institutions' quality deposits"))
    yield str(
        text(
            "  Of {withheld} withheld, {released} are released by the assessment and {forfeited} are forfeited.",
            withheld=shown(deposits.withheld),
            released=shown(deposits.released),
            forfeited=shown(deposits.forfeited),
        )
    )
    if deposits.waiting:
        number = plural(
            len(deposits.waiting), "{n} institution has no result yet", "{n} institutions have no result yet"
        )
        held = shown(deposits.held)
        yield str(
            text("  {held} stay withheld: {number} ({who}).", held=held, number=number, who=listing(deposits.waiting))
        )


def _overspend(fund: FundYear, told: Letter) -> Iterator[str]:
    yield str(text("4. The settlement"))
    if fund.cut:
        yield str(
            text("  Your budget is cut by {cut}: {cause}.", cut=shown(fund.cut), cause=cause_said(fund.cause_of_cut))
        )
    if fund.overspend:
        yield str(
            text(
                "  Your cost is above your available funds by {overspend}. It is borne as follows:",
                overspend=shown(fund.overspend),
            )
        )
    else:
        yield str(text("  Your cost is within your available funds; {unused} are left.", unused=shown(fund.unused)))
    for number, cover in enumerate(fund.covers, 1):
        yield str(
            text(
                "  ({number}) {source}: {amount}, {left} left ({article}): {cause}",
                number=number,
                source=named(ACCOUNTS, cover.source),
                amount=shown(cover.amount),
                left=shown(cover.left),
                article=cover.article,
                cause=cause_said(cover.cause),
            )
        )
    if fund.forfeited_left:
        yield str(text("  {amount} of the forfeited deposits are left.", amount=shown(fund.forfeited_left)))
    if fund.open:
        yield str(text("  Nobody bears {open} yet: an agency's score is not recorded.", open=shown(fund.open)))
    if fund.shared:
        score = text(", your agency's score being {score}", score=told.score) if told.score else ""
        yield str(text("  Your region bears {amount}{score}.", amount=shown(fund.shared), score=score))
    elif fund.overspend and not fund.open:
        yield str(text("  Your region bears nothing of it."))
    if fund.paid_late:
        yield str(
            text("  {amount} that had been deferred are paid to the institutions now.", amount=shown(fund.paid_late))
        )
