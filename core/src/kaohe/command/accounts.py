"""The journal for people: accounts by name, causes in words, fen as yuan."""

from __future__ import annotations

from kaohe.messages import text


def account_name(account: str) -> str:
    """An account of the core's own settlement by its name; another by its code."""
    names = {
        "settlement_payable": text("settlement payable to the institution"),
        "quality_deposit": text("quality deposit held"),
        "deposit_forfeited": text("quality deposit forfeited, no claim of the institution"),
        "service_fee": text("service fee"),
        "service_fee_payable": text("service fee payable to the agency"),
        "service_fee_reduced": text("service fee not paid, by the result"),
        "fund_loss_deducted": text("losses of the fund deducted from the fee"),
    }
    return str(names.get(account, account))


def cause_said(cause: str) -> str:
    """Why an entry was made, in words; a cause of a city's own as it stands."""
    cause, _, assumed = cause.partition(" assumption:")
    what, _, which = cause.partition(":")
    said = {
        "payment": text("payment of {month}", month=which),
        "score": text("score {score}", score=which),
        "failed": text("failed"),
        "agreement": text("agreement {agreement}", agreement=which.replace("/", " / ")),
        "fund_loss": text("losses of the fund by major violations"),
        "withdrawn": text("no longer follows from the facts"),
    }
    whole = said.get(what, cause)
    return str(text("{cause} (by an assumption: {parameter})", cause=whole, parameter=assumed) if assumed else whole)
