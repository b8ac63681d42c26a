"""Why an entry of the journal was made: a code with its values in the run, a sentence for people.

A run does not depend on the language in which it was computed; a cause that a city writes in its own words stands as
it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from kaohe.messages import Text, listing, text
from kaohe.money import plain, shown


def cause(code: str, *values: object) -> str:
    """The cause as a run keeps it; amounts are given by `fen`."""
    return f"{code}:{json.dumps(values, ensure_ascii=False)}" if values else code


def fen(amount: int) -> str:
    """An amount in fen as a value of a cause."""
    return plain(amount)


def _yuan(amount: str) -> str:
    return shown(Decimal(amount))


def _sharing(total: str, *shares: list[str]) -> str:
    told = text("what is still overspent, {total}, is shared by the agencies' assessment", total=_yuan(total))
    return f"{told}（{'；'.join(str(_share(*share)) for share in shares)}）"


def _share(region: str, base: str, score: str, amount: str) -> Text:
    if not base:
        return text("{region}, score {score}: {amount}", region=region, score=score, amount=_yuan(amount))
    return text("{region}, on {base} and score {score}: {amount}",
                region=region, base=_yuan(base), score=score, amount=_yuan(amount))  # fmt: skip


SAID: dict[str, Callable[..., Text | str]] = {
    "payment": lambda month: text("payment of {month}", month=month),
    "score": lambda score: text("score {score}", score=score),
    "failed": lambda: text("failed"),
    "agreement": lambda agreement: text("agreement {agreement}", agreement=agreement.replace("/", " / ")),
    "fund_loss": lambda: text("losses of the fund by major violations"),
    "withdrawn": lambda: text("no longer follows from the facts"),
    "budget": lambda: text("the year's budget"),
    "within": lambda month: text("{month}: within the remaining budget", month=month),
    "beyond": lambda month: text("{month}: beyond the remaining budget", month=month),
    "within_limit": lambda month: text("{month}: within the month's limit", month=month),
    "beyond_limit": lambda month: text("{month}: beyond the month's limit", month=month),
    "parked": lambda: text("what passed a month's limit, against the year's"),
    "revenue": lambda actual, budget: text(
        "revenue of {actual} is below the budget of {expected}", actual=_yuan(actual), expected=_yuan(budget)
    ),
    "released": lambda share, held, result: text(
        "{share} of {held} by the result {result}", share=share, held=_yuan(held), result=result
    ),
    "forfeited": lambda: text("the region's own forfeited deposits cover its overspend first"),
    "reserve": lambda there, need: text(
        "the risk reserve of {there} balances between the regions, which need {need}",
        there=_yuan(there), need=_yuan(need),
    ),
    "unspent": lambda: text("budgets that other regions did not use balance the overspend"),
    "source": lambda source: text("{source} bears its part of the overspend", source=source),
    "product": lambda *factors: " × ".join(factors),
    "pool": lambda pool, volume, quality: text(
        "of {pool}: volume {volume} × quality {quality}", pool=_yuan(pool), volume=volume, quality=quality
    ),
    "verified": lambda claimed, verified: text(
        "claimed {claimed}, verified {verified}", claimed=_yuan(claimed), verified=_yuan(verified)
    ),
    "sanction": lambda beyond, share, times: text(
        "{beyond} was claimed beyond what was verified, {share} of the claim: {times} times that",
        beyond=_yuan(beyond), share=share, times=times,
    ),
    "clawback": lambda event, *bases: text(
        "{event}, by its bases: {bases}", event=event, bases=listing(_yuan(base) for base in bases)
    ),
    "sharing": _sharing,
    "deferred": lambda: text("deferred during the year, paid after the year-end settlement"),
}  # fmt: skip
"""What each code says."""


def cause_said(cause: str) -> str:
    """Why an entry was made, in words; a cause of a city's own as it stands."""
    cause, *assumed = cause.split(" assumption:")
    code, _, written = cause.partition(":")
    try:
        said = str(SAID[code](*_values(written))) if code in SAID else cause
    except (TypeError, ValueError, ArithmeticError):  # a city's own words that begin like a code
        said = cause
    return str(
        text("{cause} (by an assumption: {parameter})", cause=said, parameter=listing(map(_assumption, assumed)))
        if assumed
        else said
    )


def _assumption(name: str) -> Text | str:
    return text("the table of the assessment") if name == "rubric" else name


def _values(written: str) -> list[Any]:
    """The values of a cause; one that is no list is the only one."""
    if not written:
        return []
    return json.loads(written) if written.startswith("[") else [written]
