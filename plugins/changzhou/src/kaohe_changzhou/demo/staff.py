"""The rosters that nursing homes and home care institutions hand in (annex 6, item 7). Every person is invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from kaohe_changzhou.demo.city import District, weekday
from kaohe_changzhou.demo.files import Row
from kaohe_changzhou.demo.institutions import Institution
from kaohe_changzhou.demo.kinds import HOME_CARE, NURSING_HOME

STAFF = "机构编码 序号 姓名 身份证号码 人员类别 岗位 职务 参保情况 备案日期"

NOBODYS_AREA = "320000"
"""The province as a whole: no person's number is issued for it."""
OLDEST, YOUNGEST = date(1960, 1, 1), date(2000, 12, 31)
SEQUENCES = 1000
"""Numbers of one area and day of birth; men's are odd."""
RETIRES = {True: 60, False: 50}
"""The age, for men and women."""

SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹章潘葛范彭鲁"
GIVEN_NAMES = (
    "若溪", "听澜", "望舒", "采薇", "知秋", "清越", "扶光", "未央", "徽音", "子衿", "南乔", "砚秋", "疏影", "照野",
    "松月", "云归", "竹喧", "长风", "惊鸿", "素问", "半夏", "青黛", "连翘", "景行", "既白", "言蹊", "攸宁", "嘉树",
)  # fmt: skip
MANAGERS = ("院长", "办公室主任", "财务", "护理部主任")
HOME_CARE_MANAGERS = ("站长", "护理部主任", "财务", "客服主管")
CARERS, OF_EIGHTEEN = ("护理员", "护士", "康复师"), (14, 3, 1)


def rosters(rng: Random, institutions: list[Institution]) -> list[tuple[District, Row]]:
    """Every person's row, with the district where the institution handed it in."""
    sizes = [(institution, _size(rng, institution)) for institution in institutions if _hands_in(institution)]
    numbers = iter(rng.sample(range(((YOUNGEST - OLDEST).days + 1) * SEQUENCES), sum(size for _, size in sizes)))
    return [
        (institution.seat, (institution.code, place, *_person(rng, institution, place, next(numbers))))
        for institution, size in sizes
        for place in range(1, size + 1)
    ]


def _hands_in(institution: Institution) -> bool:
    return institution.kind in (NURSING_HOME, HOME_CARE) and institution.assessed


def _size(rng: Random, institution: Institution) -> int:
    """6 to 30 persons, more where more are served."""
    return min(30, rng.randint(6, 9) + sum(institution.served.values()) // 12)


def _person(rng: Random, institution: Institution, place: int, number: int) -> Iterator[object]:
    """Name, identity number, category, post, role, insured, registered on."""
    days, sequence = divmod(number, SEQUENCES)
    born = OLDEST + timedelta(days)
    retired = born.year + RETIRES[sequence % 2 == 1] <= 2022
    managers = MANAGERS if institution.kind is NURSING_HOME else HOME_CARE_MANAGERS
    manages = place <= 2 + (place <= len(managers) and rng.randrange(2))
    yield rng.choice(SURNAMES) + rng.choice(GIVEN_NAMES)
    yield identity_number(born, sequence)
    yield "退休" if retired else "在职"
    yield managers[place - 1] if manages else rng.choices(CARERS, OF_EIGHTEEN)[0]
    yield "管理人员" if manages else "护理人员"
    yield "未参保" if retired or rng.randrange(25) == 0 else "参保"
    day = weekday(date(2020, 6, 1) + timedelta(rng.randrange(930)))
    yield institution.seat.written(None if rng.randrange(30) == 0 else max(day, weekday(date(born.year + 18, 12, 31))))


def identity_number(born: date, sequence: int) -> str:
    """A number with a valid check digit (GB 11643)."""
    digits = f"{NOBODYS_AREA}{born:%Y%m%d}{sequence:03}"
    check = (1 - 2 * int(digits, 13)) % 11
    return digits + ("X" if check == 10 else str(check))
