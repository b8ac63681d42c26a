"""The steps of the assessment: who declared, took the tests, was reviewed, looked at and reported on, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from kaohe_changzhou.demo.city import DISTRICTS, weekday
from kaohe_changzhou.demo.files import Row
from kaohe_changzhou.demo.institutions import Institution
from kaohe_changzhou.demo.kinds import DEVICE_RENTAL, HOME_CARE, NURSING_HOME, Fate

STEPS = "机构编码 考核主体编码 步骤 应完成日期 实际完成日期 结果"
DECLARED, TESTED, REVIEWED, LOOKED_AT = date(2023, 2, 10), date(2023, 2, 17), date(2023, 2, 28), date(2023, 3, 3)
"""The last days of 四(一), 四(二)1, 四(三), which is 四(二)2's too, and 四(四) of the notice."""
AT_ONCE = DISTRICTS[1]
"""The district that reports all of its sheets in one row."""


def steps(rng: Random, institutions: list[Institution]) -> Iterator[Row]:
    """Every institution's steps; the evaluation (四(五)) is still to come."""
    for institution in institutions:
        if institution.assessed:
            yield from _declared(rng, institution)
            yield from _tested(rng, institution)
            yield from _sheets(rng, institution)
            yield from _looked_at(rng, institution)
    yield "", AT_ONCE.scorer, "已报送", REVIEWED, REVIEWED - timedelta(1), "汇总报送"


def _declared(rng: Random, institution: Institution) -> Iterator[Row]:
    """An institution declares at its seat's window."""
    row = institution.code, institution.seat.scorer, "自查申报", DECLARED
    day = weekday(DECLARED - timedelta(rng.randrange(9)))
    if institution.fate is Fate.LATE:
        yield *row, DECLARED + timedelta(rng.randint(3, 7)), "逾期申报"
    elif institution.fate is Fate.UNDATED:
        yield *row, "", "逾期未申报"
    elif institution.fate is not Fate.UNRECORDED:
        yield *row, day, "已受理"


def _tested(rng: Random, institution: Institution) -> Iterator[Row]:
    """The staff's tests are the centre's; one in sixty takes them too late, those who refuse not at all."""
    kinds = (("线上测试", TESTED), ("实操测试", REVIEWED))
    practical = institution.kind in (NURSING_HOME, HOME_CARE)
    for step, due in kinds if practical else kinds[:1]:
        if institution.fate is Fate.REFUSED:
            yield institution.code, "", step, due, "", "未参加"
        elif rng.randrange(60) == 0:
            yield institution.code, "", step, due, weekday(due + timedelta(rng.randint(3, 6))), "补测"
        else:
            yield institution.code, "", step, due, weekday(due - timedelta(rng.randrange(4))), "已完成"


def _sheets(rng: Random, institution: Institution) -> Iterator[Row]:
    """Each district reviews what was declared, and reports its sheet."""
    for scorer in institution.served:
        silent = scorer == institution.silent
        sent = weekday(REVIEWED - timedelta(rng.randrange(5)))
        reviewed = weekday(sent - timedelta(rng.randint(1, 6)))
        outcome = "补正后通过" if rng.randrange(12) == 0 else "通过"
        row = institution.code, scorer
        yield *row, "书面审核", REVIEWED, *(("", "审核中") if silent else (reviewed, outcome))
        if scorer != AT_ONCE.scorer:
            yield *row, "已报送", REVIEWED, *(("", "审核中") if silent else (sent, ""))


def _looked_at(rng: Random, institution: Institution) -> Iterator[Row]:
    """Some are visited by their seat's district."""
    share = {HOME_CARE.title: 3, DEVICE_RENTAL.title: 2}.get(institution.kind.title)
    if share and rng.randrange(share) == 0 and institution.fate is not Fate.REFUSED:
        day = weekday(LOOKED_AT - timedelta(rng.randrange(6))) if rng.randrange(20) else LOOKED_AT + timedelta(3)
        outcome = rng.choice(("未见异常", "未见异常", "台账需补正", "责令整改"))
        yield institution.code, institution.seat.scorer, "现场检查", LOOKED_AT, day, outcome
