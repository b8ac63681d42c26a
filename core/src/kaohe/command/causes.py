"""Why an entry of the journal was made, for people."""

from __future__ import annotations

from kaohe.messages import listing, text


def cause_said(cause: str) -> str:
    """Why an entry was made, in words; a cause of a city's own as it stands."""
    cause, *assumed = cause.split(" assumption:")
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
    return str(
        text("{cause} (by an assumption: {parameter})", cause=whole, parameter=listing(assumed)) if assumed else whole
    )
