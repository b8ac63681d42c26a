"""What happened in the year at each institution, and each district's list of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from kaohe_changzhou.demo.city import CENTRE, YEAR, District, working_day, working_days_later
from kaohe_changzhou.demo.deeds import COMPLAINT, INSPECTION, PRICES, Deed
from kaohe_changzhou.demo.files import Row
from kaohe_changzhou.demo.institutions import Institution
from kaohe_changzhou.demo.kinds import HOME_CARE, VETOES, Fate

EVENTS = "事件编号 机构编码 考核主体编码 发生日期 处理日期 事实 例数 涉及金额 佐证材料 状态"
REFUSAL = date(2023, 2, 21)
"""While the year is being assessed."""
HANDLED_IN_JANUARY, UNPROVEN = 4, 3
"""Complaints of the December before, and records of the worst home care institution whose papers are not there."""


class Case(NamedTuple):
    """What happened once at one institution, and which scorers recorded it."""

    institution: Institution
    scorers: tuple[str, ...]
    deed: Deed
    day: date
    handled: date | None = None
    cases: int = 1
    amount: str = ""
    status: str = "已确认"
    proven: bool = True


def cases(rng: Random, institutions: list[Institution]) -> list[Case]:
    """All cases by day."""
    drawn = [case for institution in institutions for case in _of(rng, institution)]
    complaints = [
        place
        for place, case in enumerate(drawn)
        if case.deed.form == COMPLAINT and case.institution.fate is not Fate.BEGUN
    ]
    for days, place in enumerate(rng.sample(complaints, HANDLED_IN_JANUARY)):
        filed = date(YEAR - 1, 12, 20) + timedelta(days)
        drawn[place] = drawn[place]._replace(day=filed, handled=filed + timedelta(21))
    worst = HOME_CARE.cares[-1]
    bare = [
        place
        for place, case in enumerate(drawn)
        if case.institution.care is worst and case.deed in HOME_CARE.deeds.found
    ]
    for place in rng.sample(bare, UNPROVEN):
        drawn[place] = drawn[place]._replace(proven=False)
    return sorted(drawn, key=lambda case: (case.day, case.institution.code, case.deed.fact))


def _of(rng: Random, institution: Institution) -> Iterator[Case]:
    if not institution.served:
        return
    deeds, care, everyone = institution.kind.deeds, institution.care, tuple(institution.served)
    yield from _drawn(rng, institution, everyone, deeds.known, rng.randint(*care.known))
    yield from _drawn(rng, institution, everyone, deeds.known_gains, rng.randint(*care.gains) // 5)
    yield from _drawn(rng, institution, (CENTRE.scorer,), deeds.city, rng.randint(*care.gains) // 4)
    for scorer, persons in institution.served.items():
        found, gains = min(rng.randint(*care.found), 10 + persons), min(rng.randint(*care.gains), 4 + persons // 3)
        yield from _drawn(rng, institution, (scorer,), deeds.found, found)
        yield from _drawn(rng, institution, (scorer,), deeds.gains, gains)
    if veto := VETOES.get(institution.fate):
        scorer = institution.seat.scorer if institution.fate is Fate.REFUSED else CENTRE.scorer
        suspension = date(YEAR, rng.randint(6, 9), 15)
        day = {Fate.TERMINATED: institution.days[1], Fate.REFUSED: REFUSAL}.get(institution.fate, suspension)
        yield Case(institution, (scorer,), veto, day)


def _drawn(
    rng: Random, institution: Institution, scorers: tuple[str, ...], deeds: tuple[Deed, ...], number: int
) -> Iterator[Case]:
    for deed in rng.choices(deeds, [deed.weight for deed in deeds], k=number) if deeds else ():
        day = working_day(rng, *institution.days)
        waits = deed.form == COMPLAINT and rng.randrange(6) == 0
        handled = working_days_later(day, rng.randint(5, 15)) if waits else None
        amount = f"{rng.randint(30, 900)}.{rng.randrange(100):02}" if deed.form == PRICES else ""
        status = {0: "有异议", 1: "已撤销"}.get(rng.randrange(100), "已确认")
        yield Case(institution, scorers, deed, day, handled, rng.randint(1, deed.most), amount, status)


def events(cases: list[Case], district: District) -> Iterator[Row]:
    """The district's own list: its numbers, and the number of the paper in the register of its form."""
    papers: Counter[str] = Counter()
    own = 0
    for case in cases:
        form = case.deed.form
        series = f"{form} {case.scorers[0][:2]}-{case.day}-" if form == INSPECTION else f"{form} {case.day.year}-"
        papers[series] += 1
        if district.scorer not in case.scorers:
            continue
        own += 1
        evidence = f"{series}{papers[series]:0{2 if form == INSPECTION else 4}}" if case.proven else ""
        yield (
            f"{district.scorer[:2] or 'ZX'}-{YEAR}-{own:04}", case.institution.code, district.scorer,
            district.written(case.day), district.written(case.handled), case.deed.fact, case.cases, case.amount,
            evidence, case.status,
        )  # fmt: skip
