"""The registers of the centre: institutions, agreements, scorers, persons served, the basic insurance's results."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from kaohe_changzhou.demo.city import DISTRICTS, HALF_YEAR, SELF, TERMINATION, YEAR
from kaohe_changzhou.demo.files import Row
from kaohe_changzhou.demo.institutions import Institution
from kaohe_changzhou.demo.kinds import NURSING_HOME, Fate

INSTITUTIONS = (
    "机构编码 机构名称 机构类型 所属区域 定点起始日期 定点截止日期 养老机构星级 核定床位数 服务内容 是否基本医保定点"
)
AGREEMENTS = "协议编号 机构编码 协议起始日期 协议截止日期"
SCORERS = "考核主体编码 考核主体名称 角色 所属区域"
SERVED = "机构编码 考核主体编码 服务人数"
HISTORY = "机构编码 考核办法 年度 得分 等级"

LAST_YEAR_S_END = date(2021, 12, 31)
TERMS = (
    ((date(2021, 7, 1), date(2023, 6, 30)),),
    ((date(2022, 1, 1), date(2023, 12, 31)),),
    ((date(2020, 7, 1), date(2022, 6, 30)), (date(2022, 7, 1), date(2024, 6, 30))),  # renewed within the year
)
BASIC_INSURANCE = "basic_insurance"
BASIC_GRADES = ((90, "优秀"), (80, "良好"), (60, "合格"), (0, "不合格"))
WITHOUT_RESULT = 2
"""Institutions whose result of the year the basic insurance has not given yet."""


def registered(rng: Random, institutions: list[Institution]) -> Iterator[Row]:
    """The table of institutions."""
    ends = {Fate.TERMINATED: TERMINATION, Fate.ENDED: LAST_YEAR_S_END}
    for one in institutions:
        begins = date(rng.randint(2020, 2021), rng.choice((1, 4, 7, 10)), 1)
        if one.fate is Fate.BEGUN:
            begins = HALF_YEAR
        beds = (sum(one.served.values()) * 4 // 3 + 20) // 10 * 10 if one.kind is NURSING_HOME else ""
        yield (
            one.code, one.name, one.kind.title, one.seat.name, begins, ends.get(one.fate, ""),
            "" if one.star is None else one.star, beds, one.services, "是" if one.basic_insurance else "否",
        )  # fmt: skip


def agreements(rng: Random, institutions: list[Institution]) -> Iterator[Row]:
    """Each institution's agreements, some renewed within the year."""
    for one in institutions:
        terms = {
            Fate.BEGUN: ((HALF_YEAR, date(2024, 6, 30)),),
            Fate.ENDED: ((date(2020, 1, 1), LAST_YEAR_S_END),),
            Fate.TERMINATED: ((date(2021, 7, 1), TERMINATION),),
        }.get(one.fate) or rng.choices(TERMS, (6, 2, 2))[0]
        for number, (begins, ends) in enumerate(terms, 1):
            yield f"XY-{one.code}" + (f"-{number}" if number > 1 else ""), one.code, begins, ends


def scorers() -> Iterator[Row]:
    """The settlement districts, and the institutions themselves."""
    for district in DISTRICTS:
        yield district.scorer, f"{district.name}结算区", "结算区", district.name
    yield SELF, "定点机构自评", "机构自评", ""


def persons(institutions: list[Institution]) -> Iterator[Row]:
    """The persons that each institution serves of each scorer."""
    return ((one.code, *served) for one in institutions for served in one.served.items())


def history(rng: Random, institutions: list[Institution]) -> Iterator[Row]:
    """The basic insurance's results of those that it assesses."""
    exempt = [one.code for one in institutions if one.exempt]
    unknown = rng.sample(exempt, WITHOUT_RESULT)
    for code in exempt:
        for year in (YEAR - 1, YEAR):
            score = rng.choices((rng.randint(90, 98), rng.randint(80, 89), rng.randint(60, 79), 52), (12, 20, 8, 1))[0]
            grade = next(grade for least, grade in BASIC_GRADES if score >= least)
            if year < YEAR or code not in unknown:
                yield code, BASIC_INSURANCE, year, f"{score}.{rng.choice('05')}", grade
