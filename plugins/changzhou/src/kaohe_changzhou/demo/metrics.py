"""What is measured: for the year on each sheet, by the centre for each institution, and month by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from kaohe_changzhou.demo.cases import Case
from kaohe_changzhou.demo.city import CENTRE, DISTRICTS, YEAR
from kaohe_changzhou.demo.deeds import INSPECTION
from kaohe_changzhou.demo.files import Row
from kaohe_changzhou.demo.institutions import Institution
from kaohe_changzhou.demo.kinds import ASSESSMENT_INSTITUTION, DEVICE_RENTAL, HOME_CARE, KINDS, Care, Fate

METRICS = "机构编码 考核主体编码 期间 事实 分子 分母 佐证材料 状态"
SURVEY = "满意度调查汇总表"
DISPUTED = 3
"""Surveys whose outcome the institutions dispute."""
SHORT = ((890, 949), (760, 849), (600, 740))
"""Thousandths delivered in a month in which service fell short; mostly the first."""
AREAS = len(DISTRICTS)

Measured = tuple[str, object, str, object, object, str]
"""Scorer, period, fact, numerator, denominator, evidence."""


def metrics(rng: Random, institutions: list[Institution], cases: list[Case]) -> list[Row]:
    """The metrics of every reported sheet, but for a handful that nobody recorded."""
    refusing = {
        (case.institution.code, scorer) for case in cases for scorer in case.scorers if case.deed.fact == "无故拒绝派单"
    }
    rows = [
        (institution, measured)
        for institution in institutions
        if institution.kind.annex and institution.assessed and institution.fate is not Fate.REFUSED
        for measured in _of(rng, institution, refusing)
        if not measured[0] or measured[0] != institution.silent
    ]
    lost = {place for kind in KINDS for place in rng.sample(_usual(rows, kind.title), kind.lost)}
    surveys = [place for place, (_, measured) in enumerate(rows) if measured[-1] == SURVEY and place not in lost]
    disputed = set(rng.sample(surveys, DISPUTED))
    return [
        (institution.code, *measured, "有异议" if place in disputed else "已确认")
        for place, (institution, measured) in enumerate(rows)
        if place not in lost
    ]


def _usual(rows: list[tuple[Institution, Measured]], title: str) -> list[int]:
    """Places of the metrics of one kind whose institutions had an ordinary year."""
    return [
        place
        for place, (institution, _) in enumerate(rows)
        if institution.kind.title == title and institution.fate is Fate.USUAL
    ]


def _of(rng: Random, institution: Institution, refusing: set[tuple[str, str]]) -> Iterator[Measured]:
    care = institution.care
    fallible = care.bad and rng.randrange(3) == 0
    ruinous = care.trainings == (0, 0)
    plan, kept = int(not ruinous and not fallible), int(not ruinous)
    trainings = rng.randint(*care.trainings)
    for scorer, persons in institution.served.items():
        yield scorer, YEAR, "内部培训计划", plan, "", "年度培训计划"
        yield scorer, YEAR, "内部培训次数", trainings, "", "内部培训签到表"
        if institution.kind is ASSESSMENT_INSTITUTION:
            yield from _returns(rng, institution, scorer, persons)
            continue
        yield scorer, YEAR, "服务台账", kept, "", INSPECTION
        yield scorer, YEAR, "满意度", *_survey(rng, care, persons), SURVEY
        if institution.kind is HOME_CARE:
            covered = persons - persons * rng.randint(0, 2 * care.unhappy[1]) // 100
            yield scorer, YEAR, "服务质控覆盖率", covered, persons, "质控台账"
            yield from _delivered(rng, institution, scorer, persons)
    if institution.kind is ASSESSMENT_INSTITUTION:
        answered = sum((institution.code, scorer) not in refusing for scorer in institution.served)
        yield CENTRE.scorer, YEAR, "稳定响应评估任务的地区", answered, "", "派单响应统计"
    if institution.kind is DEVICE_RENTAL:
        yield CENTRE.scorer, YEAR, "有人员服务站点覆盖的地区", len(institution.served), "", "服务站点备案表"
    if institution.kind is HOME_CARE:
        yield from _home_care(rng, institution)


def _survey(rng: Random, care: Care, persons: int) -> tuple[int, int]:
    """Satisfied and valid answers; now and then exactly 95, 90 or 85 per cent, where the bands meet."""
    if not care.bad and persons >= 20 and rng.randrange(6) == 0:
        answers = persons // 20 * 20
        return answers * rng.choice((19, 18, 17)) // 20, answers
    answers = rng.randint(persons - persons // 3, persons)
    return answers - answers * rng.randint(*care.unhappy) // 100, answers


def _months(institution: Institution) -> list[str]:
    first, last = institution.days
    return [f"{YEAR}-{month:02}" for month in range(first.month, last.month + 1)]


def _returns(rng: Random, institution: Institution, scorer: str, orders: int) -> Iterator[Measured]:
    """Orders returned and reviewed; each of the orders fell into some month, into some months none."""
    months = _months(institution)
    reviewed = Counter(rng.choices(months, k=orders))
    for month in months:
        returned = sum(rng.randrange(10_000) < institution.care.lapses for _ in range(reviewed[month]))
        yield scorer, month, "退单率", returned, reviewed[month], "退单月报"


def _delivered(rng: Random, institution: Institution, scorer: str, persons: int) -> Iterator[Measured]:
    """Visits made and due; mostly 95 to 100 per cent, in a month in which service fell short less."""
    for month in _months(institution):
        due = persons * rng.randint(9, 13) - rng.randrange(persons)
        thousandths = rng.randint(952, 1000)
        if rng.randrange(100) < institution.care.lapses:
            thousandths = rng.randint(*rng.choices(SHORT, (16, 3, 1))[0])
        yield scorer, month, "服务提供率", due * thousandths // 1000, due, "服务提供率月报"


def _home_care(rng: Random, institution: Institution) -> Iterator[Measured]:
    """What the centre measures of an institution: signed persons by month, examinations, sites."""
    persons = sum(institution.served.values())
    capacity = persons * rng.randint(96 if institution.care.bad else 103, 150) // 100
    for month in _months(institution):
        yield CENTRE.scorer, month, "签约量与服务能力之比", persons * rng.randint(88, 104) // 100, capacity, "签约月报"
    expected = rng.choice((0, rng.randint(4, 12), rng.randint(8, 40)))
    absent = expected * rng.randint(0, 30 if institution.care.bad else 22) // 100
    sat = expected - absent
    passed = sat - sat * rng.randint(0, 20 if institution.care.bad else 13) // 100
    yield CENTRE.scorer, YEAR, "岗前考试通过率", passed, sat, "岗前考试成绩册"
    yield CENTRE.scorer, YEAR, "考试缺考率", absent, expected, "岗前考试成绩册"
    districts = 7 if len(institution.served) == AREAS and rng.randrange(3) else len(institution.served)
    yield CENTRE.scorer, YEAR, "正常运行服务站点覆盖的区县", districts, "", "服务站点备案表"
