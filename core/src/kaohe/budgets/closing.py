"""A fund's year-end: available funds, deposits, and the overspend met from the scheme's sources in their order."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from kaohe.accounts import YEAR_END
from kaohe.budgets.allocation import Allocated
from kaohe.budgets.months import Settled
from kaohe.budgets.year import Fund, Row
from kaohe.causes import cause, fen
from kaohe.journal import Journal, Posting
from kaohe.model import Budgets, Rules, Schedule, Source
from kaohe.model import points as decimal_points
from kaohe.money import half_up, percent, split, tiered, within
from kaohe.waterfall import Common, Own, Use, by_score, cover, shared

FULL = 1_000_000
"""100 points in ten-thousandths: results and agencies' scores are out of 100."""


@frozen
class Close:
    """What a fund's year-end works on: its allocation, its months, the institutions' results, and the last day."""

    fund: Fund
    year: int
    allocated: Allocated
    settled: Settled
    results: Mapping[str, Row]
    day: str
    rules: Rules
    says: Budgets
    journal: Journal

    def post(self, postings: list[Posting], article: str, why: str) -> None:
        """Post one entry of the year-end."""
        self.journal.post(self.fund.fund, self.day, postings, article=article, cause=why, series=YEAR_END)


def settle_year(close: Close) -> None:
    """Post the fund's year-end, step by step."""
    _unpark(close)
    reserve, overspent = _available(close)
    forfeited = _deposits(close)
    needs = {region: overspent.get(region, 0) for region in close.allocated.regions}
    base, left = _covered(close, needs, forfeited, reserve)
    shares = _shares(close, base, left)
    _share(close, base, left, shares)
    _pay_deferred(close, left if shares is None else {})


def released(rules: Rules, by: str, shares: str, result: Row | None) -> Fraction | None:
    """The share that a result leaves; None where the result, or what it is measured by, is not there.

    `by`: option score (÷ 100) or grades (the mapping `shares`), or a parameter that is one of them or a schedule.
    """
    if result is None:
        return None
    method = rules.option(by)
    if method == "grades":
        share = (rules.value(shares) or {}).get(result["grade"])
        return None if share is None else Fraction(share)
    if result["score"] is None or method is None:
        return None
    if isinstance(method, Schedule):
        return method.share(decimal_points(result["score"]))
    return Fraction(result["score"], FULL)


def release_cause(share: Fraction, held: int, result: Row) -> str:
    """Why so much of an amount is released."""
    return cause("released", percent(share), fen(held), said(result))


def said(result: Row) -> str:
    """A result's score, or its grade where it has no score."""
    return str(result["grade"]) if result["score"] is None else points(Fraction(result["score"]))


def points(score: Fraction) -> str:
    """A score in ten-thousandths as points of at most two decimals: 88.67."""
    cents = half_up(score / 100)
    return f"{cents // 100}.{cents % 100:02}".rstrip("0").rstrip(".")


def _unpark(close: Close) -> None:
    """What passed a month's limit is within the year's budget after all, or overspend."""
    settled, months = close.settled, close.says.months
    for region, amount in settled.parked.items():
        regained = min(amount, close.allocated.regions[region] - settled.used[region])
        settled.used[region] += regained
        lines = [Posting("budget", regained, region=region), Posting("overspend", amount - regained, region=region)]
        lines.append(Posting("parked", -amount, region=region))
        close.post(lines, months.article if months else "", cause("parked"))


def _available(close: Close) -> tuple[int, dict[str, int]]:
    """The reserve and each region's overspend, once the fund's actual revenue has bounded what was budgeted."""
    allocated, settled, says = close.allocated, close.settled, close.says.available
    reserve, actual = allocated.reserve, close.fund.actual
    overspent = {region: settled.cost[region] - settled.used[region] for region in allocated.regions}
    bounded = says is not None and close.rules.option(says.revenue) == "bounded"
    if says is None or not bounded or actual is None or actual >= allocated.budget:
        return reserve, overspent
    why = cause("revenue", fen(actual), fen(allocated.budget))
    cut = max(0, reserve - actual)
    set_aside = close.says.reserve.article if close.says.reserve else ""
    close.post([Posting("reserve", cut), Posting("fund", -cut)], set_aside, why)
    lacking = sum(allocated.regions.values()) - max(0, actual - reserve)
    for region, part in within(lacking, allocated.regions).items():
        unused = min(part, allocated.regions[region] - settled.used[region])
        overspent[region] += part - unused
        lines = [Posting("budget", unused, region=region), Posting("overspend", part - unused, region=region)]
        close.post([*lines, Posting("fund", -part, region=region)], says.article, why)
        settled.used[region] += unused
    return reserve - cut, overspent


def _deposits(close: Close) -> dict[str, int]:
    """What each region's institutions forfeit; the deposit of one without a result stays where it is."""
    forfeited, says = dict.fromkeys(close.allocated.regions, 0), close.says.deposit
    for (region, institution), held in sorted(close.settled.held.items()):
        result = close.results.get(institution)
        share = released(close.rules, says.release, says.shares, result) if says else None
        if share is None or result is None or says is None:
            continue
        back = half_up(held * share)
        forfeited[region] += held - back
        close.post(
            [
                Posting("deposit", held, institution, region),
                Posting("released", -back, institution, region),
                Posting("forfeited", back - held, institution, region),
            ],
            says.article,
            release_cause(share, held, result),
        )
    return forfeited


def _covered(
    close: Close, needs: Mapping[str, int], forfeited: Mapping[str, int], reserve: int
) -> tuple[dict[str, int], dict[str, int]]:
    """Overspend met by the sources in their order: what the regions' own ones left, and what all left.

    The first is the base of the sharing, so that a common source changes nobody's weight.
    """
    left = dict(needs)
    base: dict[str, int] | None = None
    for says in close.says.sources:
        if not close.rules.holds(says.when):
            continue
        wanted = _wanted(close, says, needs, left)
        source = _source(close, says, wanted, forfeited, reserve)
        base = left.copy() if base is None and isinstance(source, Common) else base
        uses = cover(wanted, [source]).uses
        _post_uses(close, says, uses, reserve)
        left = {use.party: left[use.party] - use.paid for use in uses}
    return (left if base is None else base), left


def _wanted(close: Close, says: Source, needs: Mapping[str, int], left: Mapping[str, int]) -> dict[str, int]:
    """The most that a source bears of what is left of each region's need, in fen, half up.

    None of it where the parameter is not set.
    """
    wanted = dict(left)
    if says.share:
        share = Fraction(close.rules.value(says.share) or 0)
        wanted = {region: half_up(need * share) for region, need in wanted.items()}
    if says.tiers:
        tiers = [(Fraction(tier.above), Fraction(tier.share)) for tier in close.rules.value(says.tiers) or ()]
        for region, budget in close.allocated.regions.items():
            most = half_up(tiered(needs[region], budget, tiers)) if tiers else 0
            wanted[region] = min(wanted[region], most)
    return wanted


def _source(
    close: Close, says: Source, wanted: Mapping[str, int], forfeited: Mapping[str, int], reserve: int
) -> Own | Common:
    """The source with what it holds, in fen."""
    name, division = says.source, _division(close, says, wanted)
    if says.own:
        regions = close.fund.regions.items()
        return Own(name, {code: region.figure(says.own, close.year) or 0 for code, region in regions})
    if says.common:
        return Common(name, close.fund.row.get(says.common) or 0, division)
    match name:
        case "forfeited":
            return Own(name, forfeited)
        case "reserve":
            return Common(name, reserve, division)
        case "unspent":
            return Common(name, sum(_unspent(close).values()), division)
        case _:
            return Common(name, sum(wanted.values()), division)


def _division(close: Close, says: Source, needs: Mapping[str, int]) -> Mapping[str, int]:
    """The weights by which a common source is divided where it is short."""
    match close.rules.option(says.division):
        case "need":
            return needs
        case "budget":
            return close.allocated.regions
        case _:
            return dict.fromkeys(needs, 1)


def _post_uses(close: Close, says: Source, uses: list[Use], reserve: int) -> None:
    """An entry for each region that a source helps; one for all where other regions' budgets do."""
    if says.source == "unspent":
        _move(close, says, {use.party: use.paid for use in uses})
        return
    why = {
        "forfeited": cause("forfeited"),
        "reserve": cause("reserve", fen(reserve), fen(sum(use.need for use in uses))),
    }.get(says.source, cause("source", says.source))
    of_region = says.source in ("forfeited", "fund") or says.own
    account = "borne" if says.source == "fund" else says.source
    for use in uses:
        source = Posting(account, use.paid, region=use.party if of_region else "")
        close.post([source, Posting("overspend", -use.paid, region=use.party)], says.article, why)


def _unspent(close: Close) -> dict[str, int]:
    """What each region left of its budget."""
    return {region: budget - close.settled.used[region] for region, budget in close.allocated.regions.items()}


def _move(close: Close, says: Source, paid: Mapping[str, int]) -> None:
    """What regions left of their budgets, in proportion to it, to those that overspent."""
    if total := sum(paid.values()):
        given = split(total, _unspent(close))
        lines = [Posting("budget", amount, region=region) for region, amount in given.items()]
        lines += [Posting("overspend", -amount, region=region) for region, amount in paid.items()]
        close.post(lines, says.article, cause("unspent"))


def _shares(close: Close, base: Mapping[str, int], left: Mapping[str, int]) -> dict[str, int] | None:
    """What each region bears of the overspend that nothing covered; None while nobody can be made to share it.

    `base`: the overspend that a region's own sources left.
    """
    total, says = sum(left.values()), close.says.sharing
    if not total:
        return {}
    if says is None:
        return None
    bases = {"overspent": dict(base), "all": dict(close.allocated.regions), "equal": dict.fromkeys(base, 1)}[
        close.rules.option(says.who)
    ]
    # Where no budget was given to anybody, all regions count alike.
    parties = {region: amount for region, amount in bases.items() if amount} or dict.fromkeys(bases, 1)
    scores = {region: close.fund.regions[region].score for region in parties}
    known = {region: score for region, score in scores.items() if score is not None}
    if len(known) < len(scores):
        return None
    return shared(total, by_score(parties, known, FULL, close.rules.option(says.scores)))


def _share(close: Close, base: Mapping[str, int], left: Mapping[str, int], shares: Mapping[str, int] | None) -> None:
    """One entry: the regions that share on one side, the overspend that is left on the other; its cause says how."""
    says = close.says.sharing
    if not shares or says is None:
        return
    bases = {"overspent": base, "all": close.allocated.regions}.get(close.rules.option(says.who), {})
    told = [
        [about.name, fen(bases[region]) if region in bases else "", points(about.score or Fraction(0)), fen(amount)]
        for region, amount in shares.items()
        for about in [close.fund.regions[region]]
    ]
    lines = [Posting("shared", amount, region=region) for region, amount in shares.items()]
    lines += [Posting("overspend", -amount, region=region) for region, amount in left.items()]
    close.post(lines, says.article, cause("sharing", fen(sum(left.values())), *told))


def _pay_deferred(close: Close, open_: Mapping[str, int]) -> None:
    """What was deferred is paid as far as its region's overspend has found who bears it."""
    months = close.says.months
    for region in close.allocated.regions:
        deferred = {key: amount for key, amount in sorted(close.settled.deferred.items()) if key[0] == region}
        payable = sum(deferred.values()) - open_.get(region, 0)
        for (_, institution), amount in within(payable, deferred).items():
            close.post(
                [Posting("deferred", amount, institution, region), Posting("paid", -amount, institution, region)],
                months.beyond if months else "",
                cause("deferred"),
            )
