"""A fund's year-end: available funds, deposits, and the overspend in the published order (items 3, 4)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from kaohe import Common, Journal, Own, Posting, Rules, by_score, cover, half_up, shared, split, within
from kaohe_qingdao.budget import Allocated
from kaohe_qingdao.months import Settled
from kaohe_qingdao.words import CUSHIONS, REGIONS, text
from kaohe_qingdao.year import Fund, Row

FULL = 1_000_000
"""100 points in ten-thousandths: results and agencies' scores are out of 100."""


@frozen
class Close:
    """What a fund's year-end works on: its allocation, its months, the institutions' results, and the last day."""

    fund: Fund
    allocated: Allocated
    settled: Settled
    results: Mapping[str, Row]
    day: str
    rules: Rules
    journal: Journal

    def value(self, parameter: str) -> Any:
        """A parameter's value."""
        return self.rules.value(parameter)

    def post(self, postings: list[Posting], article: str, cause: object) -> None:
        """Post one entry of the year-end."""
        self.journal.post(self.fund.fund, self.day, postings, article=article, cause=str(cause), series="Y")


def yuan(amount: int) -> str:
    """Fen as yuan with two decimals: 1,234.56."""
    return f"{amount // 100:,}.{amount % 100:02}"


def settle_year(close: Close) -> None:
    """Post the fund's year-end, step by step."""
    reserve, overspent = _available(close)
    forfeited = _deposits(close)
    needs = {region: overspent.get(region, 0) for region in close.allocated.regions}
    left, shares = _covered(close, needs, forfeited, reserve)
    _share(close, left, shares)
    _pay_deferred(close, left if shares is None else {})


def released(rules: Rules, method: str, shares: str, result: Row | None) -> Fraction | None:
    """The share that a result leaves: by score out of 100, or by grade from a mapping; None without a result."""
    if result is None:
        return None
    if rules.value(method) == "score":
        return None if result["score"] is None else Fraction(result["score"], FULL)
    share = (rules.value(shares) or {}).get(result["grade"])
    return None if share is None else Fraction(share)


def _available(close: Close) -> tuple[int, dict[str, int]]:
    """The reserve and each region's overspend, once the fund's actual revenue has bounded what was budgeted."""
    allocated, settled = close.allocated, close.settled
    reserve, actual = allocated.reserve, close.fund.actual
    overspent = {region: settled.cost[region] - settled.used[region] for region in allocated.regions}
    if close.value("available.revenue") == "budget" or actual is None or actual >= allocated.budget:
        return reserve, overspent
    short = {"expected": yuan(allocated.budget), "actual": yuan(actual)}
    cause = text("revenue of {actual} is below the budget of {expected}", **short)
    cut = max(0, reserve - actual)
    close.post([Posting("reserve", cut), Posting("fund", -cut)], CUSHIONS, cause)
    lacking = sum(allocated.regions.values()) - max(0, actual - reserve)
    for region, part in within(lacking, allocated.regions).items():
        unused = min(part, allocated.regions[region] - settled.used[region])
        overspent[region] += part - unused
        lines = [Posting("budget", unused, region=region), Posting("overspend", part - unused, region=region)]
        close.post([*lines, Posting("fund", -part, region=region)], REGIONS, cause)
        settled.used[region] += unused
    return reserve - cut, overspent


def _deposits(close: Close) -> dict[str, int]:
    """What each region's institutions forfeit; the deposit of one without a result stays where it is."""
    forfeited = dict.fromkeys(close.allocated.regions, 0)
    for (region, institution), held in sorted(close.settled.held.items()):
        result = close.results.get(institution)
        share = released(close.rules, "deposit.release", "deposit.shares", result)
        if share is None or result is None:
            continue
        back = half_up(held * share)
        forfeited[region] += held - back
        close.post(
            [
                Posting("deposit", held, institution, region),
                Posting("released", -back, institution, region),
                Posting("forfeited", back - held, institution, region),
            ],
            CUSHIONS,
            text(
                "{share} of {held} by the result {result}", share=percent(share), held=yuan(held), result=said(result)
            ),
        )
    return forfeited


def percent(share: Fraction, places: int = 4) -> str:
    """A share as a percentage of at most so many decimals, rounded half up: 92.5%."""
    whole, rest = divmod(half_up(share * 10 ** (places + 2)), 10**places)
    return f"{whole}.{rest:0{places}}".rstrip("0").rstrip(".") + "%"


def said(result: Row) -> str:
    """A result's score, or its grade where it has no score."""
    return str(result["grade"]) if result["score"] is None else points(Fraction(result["score"]))


def points(score: Fraction) -> str:
    """A score in ten-thousandths as points of at most two decimals: 88.67."""
    cents = half_up(score / 100)
    return f"{cents // 100}.{cents % 100:02}".rstrip("0").rstrip(".")


def _covered(
    close: Close, needs: Mapping[str, int], forfeited: Mapping[str, int], reserve: int
) -> tuple[dict[str, int], dict[str, int] | None]:
    """Overspend met by the region's own forfeited deposits, then by the reserve: what is left, and who shares it.

    The second is None where nobody can be made to share yet, because a score is not recorded.
    """
    own = cover(needs, [Own("forfeited", forfeited)])
    unspent = {region: budget - close.settled.used[region] for region, budget in close.allocated.regions.items()}
    common = [Common("reserve", reserve, _division(close, own.open))]
    if close.value("available.unspent") == "moved":
        common.append(Common("unspent", sum(unspent.values()), own.open))
    rest = cover(own.open, common)
    causes = {
        "forfeited": text("the region's own forfeited deposits cover its overspend first"),
        "reserve": text("the risk reserve balances between the regions"),
    }
    for use in [*own.uses, *rest.uses]:
        covered = Posting("overspend", -use.paid, region=use.party)
        if use.source == "unspent":
            continue
        source = Posting(use.source, use.paid, region=use.party if use.source == "forfeited" else "")
        close.post([source, covered], CUSHIONS, causes[use.source])
    _move(close, unspent, {use.party: use.paid for use in rest.uses if use.source == "unspent"})
    return rest.open, _shares(close, own.open, rest.open)


def _division(close: Close, needs: Mapping[str, int]) -> Mapping[str, int]:
    """The weights by which the reserve is divided where it is short."""
    match close.value("reserve.division"):
        case "need":
            return needs
        case "budget":
            return close.allocated.regions
        case _:
            return dict.fromkeys(needs, 1)


def _move(close: Close, unspent: Mapping[str, int], paid: Mapping[str, int]) -> None:
    """What regions left of their budgets, in proportion to it, to those that overspent."""
    if total := sum(paid.values()):
        given = split(total, unspent)
        lines = [Posting("budget", amount, region=region) for region, amount in given.items()]
        lines += [Posting("overspend", -amount, region=region) for region, amount in paid.items()]
        close.post(lines, REGIONS, text("budgets that other regions did not use balance the overspend"))


def _shares(close: Close, base: Mapping[str, int], left: Mapping[str, int]) -> dict[str, int] | None:
    """What each region bears of the overspend that nothing covered; None while a score that matters is unknown.

    `base`: the overspend that a region's own forfeited deposits left, so that the reserve changes nobody's weight.
    """
    total = sum(left.values())
    if not total:
        return {}
    bases = {"overspent": dict(base), "all": dict(close.allocated.regions), "equal": dict.fromkeys(base, 1)}[
        close.value("sharing.who")
    ]
    # Where no budget was given to anybody, all regions count alike.
    parties = {region: amount for region, amount in bases.items() if amount} or dict.fromkeys(bases, 1)
    scores = {region: close.fund.regions[region].score for region in parties}
    known = {region: score for region, score in scores.items() if score is not None}
    if len(known) < len(scores):
        return None
    return shared(total, by_score(parties, known, FULL, close.value("sharing.scores")))


def _share(close: Close, left: Mapping[str, int], shares: Mapping[str, int] | None) -> None:
    """One entry: the regions that share on one side, the overspend that is left on the other; its cause says how."""
    if not shares:
        return
    total = yuan(sum(left.values()))
    cause = text("what is still overspent, {total}, is shared by the agencies' assessment", total=total)
    told = "；".join(str(_told(close, region, amount)) for region, amount in shares.items())
    lines = [Posting("shared", amount, region=region) for region, amount in shares.items()]
    lines += [Posting("overspend", -amount, region=region) for region, amount in left.items()]
    close.post(lines, REGIONS, f"{cause}（{told}）")


def _told(close: Close, region: str, amount: int) -> object:
    """One region's part of the sharing: its agency's score, and what it bears."""
    about = close.fund.regions[region]
    score = points(about.score or Fraction(0))
    return text("{region}, score {score}: {amount}", region=about.name, score=score, amount=yuan(amount))


def _pay_deferred(close: Close, open_: Mapping[str, int]) -> None:
    """What was deferred is paid as far as its region's overspend has found who bears it."""
    for region in close.allocated.regions:
        deferred = {key: amount for key, amount in sorted(close.settled.deferred.items()) if key[0] == region}
        payable = sum(deferred.values()) - open_.get(region, 0)
        for (_, institution), amount in within(payable, deferred).items():
            close.post(
                [Posting("deferred", amount, institution, region), Posting("paid", -amount, institution, region)],
                REGIONS,
                text("deferred during the year, paid after the year-end settlement"),
            )
