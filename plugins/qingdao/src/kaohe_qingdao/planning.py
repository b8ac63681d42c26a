"""Planning gauges (item 8): facts beside the settlement, each with its item; nothing is decided by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from kaohe import Problem, Rules, Year, percent
from kaohe_qingdao.words import ASSESSORS, PLANNING, plural, text


def gauges(year: Year, rules: Rules) -> list[Problem]:
    """Notes: the share of quality chains, institutions growing where there are enough, institutions of small volume."""
    return [*_chains(year, rules), *_growth(year), *_small(year, rules), *_regions(year)]


def _designated(year: Year) -> list[str]:
    return [code for code, row in year.institutions.items() if row["kind"] not in ASSESSORS]


def _chains(year: Year, rules: Rules) -> Iterator[Problem]:
    """将主要从事长护险服务的优质连锁机构数量提高到定点机构总数的40%以上."""
    designated, target = _designated(year), rules.value("planning.chains")
    if not designated:
        return
    said = [year.institutions[code].get("chain") for code in designated]
    chains, unknown = said.count("yes"), said.count(None)
    message = text(
        "{article}: {chains} of {number} institutions are high-quality chains, {share}; the target is {target} or more",
        article=PLANNING,
        chains=chains,
        number=len(designated),
        share=percent(Fraction(chains, len(designated)), 2),
        target=percent(Fraction(target)),
    )
    remedy = None
    if unknown:
        remedy = plural(unknown, "of {n} institution it is not recorded", "of {n} institutions it is not recorded")
    yield Problem("gauge", message, remedy, "note", table="institutions", column="chain")


def _growth(year: Year) -> Iterator[Problem]:
    """自2023年起,照护资源相对充足的区域,原则上控制长护险定点机构数量不再增长."""
    told = set()
    for fund in year.funds.values():
        for region in fund.regions.values():
            now, before = region.figure("institutions", year.year), region.figure("institutions", year.year - 1)
            enough = region.years.get(year.year, {}).get("sufficient") == "yes"
            if enough and now is not None and before is not None and now > before and region.region not in told:
                told.add(region.region)
                message = text(
                    "{article}: {region} has enough care, yet its institutions grew from {before} to {now}",
                    article=PLANNING, region=region.name, before=before, now=now,
                )  # fmt: skip
                yield Problem("gauge", message, None, "note", table="regions", column="institutions")


def _small(year: Year, rules: Rules) -> Iterator[Problem]:
    """将业务量偏小、服务成本高、团队力量弱的定点护理机构进行资源整合; only the volume is in the data."""
    share = rules.value("planning.small")
    volumes: defaultdict[str, int] = defaultdict(int)
    for payment in year.payments:
        volumes[payment.institution] += payment.payable
    volumes = defaultdict(int, {code: volumes[code] for code in _designated(year) if volumes[code]})
    if share is None or not volumes:
        return
    mean = Fraction(sum(volumes.values()), len(volumes))
    for code, volume in volumes.items():
        if volume < mean * Fraction(share):
            name, part = year.institutions[code]["name"], percent(volume / mean, 2)
            message = text(
                "{article}: {institution} ({name}) has a small volume, {share} of the mean",
                article=PLANNING, institution=code, name=name, share=part,
            )  # fmt: skip
            yield Problem("gauge", message, text("to be considered for merging"), "note", table="payments")


REGIONS = ("市内三区", "崂山", "城阳", "西海岸", "即墨", "胶州", "平度", "莱西")
"""The eight management regions of item 3."""


def _regions(year: Year) -> Iterator[Problem]:
    for fund in year.funds.values():
        names = [region.name for region in fund.regions.values()]
        missing = [region for region in REGIONS if not any(name.startswith(region) for name in names)]
        if missing and fund.regions:
            message = text(
                "fund “{fund}” lacks regions of item 3: {regions}", fund=fund.fund, regions="、".join(missing)
            )
            yield Problem("regions", message, text("add them, if they have this fund"), "note", table="regions")
