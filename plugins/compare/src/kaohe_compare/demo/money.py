"""The example's money: a fund, its revenue, four regions, what is payable to whom each month; invented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from kaohe import split
from kaohe.money import plain

YEAR = 2022
FUND = "长期护理保险基金"
SERVING = ("养老机构", "居家上门服务机构", "医疗机构")
"""Kinds to whom care is paid."""
WAN = 1_000_000
"""Ten thousand yuan in fen."""
BUDGET, PLANNED, ACTUAL = 30_000, 31_000, 30_640
"""In ten thousand yuan."""
REGIONS = {
    "市中心": (11_900, 6_300, 91, 11_950),
    "武进区": (7_950, 4_400, 88, 8_240),
    "溧阳市": (5_450, 3_100, 94, 5_420),
    "金坛区": (3_500, 2_000, 85, 3_610),
}
"""Last year's spending, beneficiaries, the agency's score, the year's cost; money in ten thousand yuan."""
HELD = 5
"""Percent of a payment that is held back as the quality deposit."""

Row = dict[str, str]


def funds() -> Iterator[Row]:
    """The fund's budget."""
    yield {"基金": FUND, "年度": str(YEAR), "总额预算": plain(BUDGET * WAN)}


def revenues() -> Iterator[Row]:
    """Its one source."""
    yield {
        "基金": FUND, "年度": str(YEAR), "来源": "医保基金划转", "缴付方": "医保基金", "计划收入": plain(PLANNED * WAN),
        "实际收入": plain(ACTUAL * WAN),
    }  # fmt: skip


def regions() -> Iterator[Row]:
    """Two years before the assessed one, and the year itself with the agencies' scores."""
    for region, (spending, persons, score, _) in REGIONS.items():
        for before in (2, 1):
            part = 100 - 6 * (before - 1)
            figures = plain(spending * WAN * part // 100), persons * part // 100, persons * part, ""
            yield _region(region, YEAR - before, *map(str, figures))
        yield _region(region, YEAR, "", "", "", str(score))


def _region(region: str, year: int, spending: str, persons: str, services: str, score: str) -> Row:
    return {
        "管理区": region, "管理区名称": region, "基金": FUND, "年度": str(year), "支出": spending, "待遇人数": persons,
        "服务量": services, "机构数": "", "照护资源是否充足": "否", "经办考核得分": score, "所属管理区": "",
    }  # fmt: skip


def payments(rng: Random, served: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    """What is payable: each region's cost over its institutions and months, to the fen; five percent are held back."""
    months = [f"{YEAR}-{month:02}" for month in range(1, 13)]
    for region, (*_, cost) in REGIONS.items():
        sizes = {row["机构编码"]: rng.randint(10, 90) for row in served if row["所属区域"] == region}
        weights = {(code, month): size * rng.randint(95, 105) for code, size in sizes.items() for month in months}
        for (code, month), amount in split(cost * WAN, weights).items():
            yield {
                "机构编码": code, "管理区": region, "基金": FUND, "月份": month, "应拨付金额": plain(amount),
                "实际预留金额": plain(amount * HELD // 100),
            }  # fmt: skip
