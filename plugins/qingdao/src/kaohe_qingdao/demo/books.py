"""The dataset's tables of money and regions: rows in the order of their Chinese headings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from kaohe import split
from kaohe_qingdao.demo.city import BUDGETS, DISTRICTS, EMPLOYEES, REGIONS, RESIDENTS, YEAR, Region, past
from kaohe_qingdao.demo.institutions import Institution

Row = tuple[object, ...]
WAN = 1_000_000
"""Ten thousand yuan in fen."""

FUNDS = "基金 年度 总额预算"
REVENUES = "基金 年度 来源 缴付方 人数 标准 计划收入 实际收入"
REGION_ROWS = (
    "管理区 管理区名称 基金 年度 支出 待遇人数 参保人数 服务量 机构数 照护资源是否充足 经办考核得分 所属管理区"
)
PAYMENTS = "机构编码 管理区 基金 月份 应拨付金额 实际预留金额"
SEASONS = (96, 92, 99, 100, 101, 100, 101, 102, 101, 103, 102, 103)
"""How the months weigh."""


def yuan(fen: int) -> Decimal:
    """Fen as yuan."""
    return Decimal(fen) / 100


def funds() -> Iterator[Row]:
    """Each fund's budget."""
    for fund, budget in BUDGETS.items():
        yield fund, YEAR, f"{budget}0000.00"


def revenues() -> Iterator[Row]:
    """Where the money comes from; residents' as item 1 has it, employees' as before (现行渠道)."""
    yield EMPLOYEES, YEAR, "职工医保统筹基金划转", "医保基金", "", "", "582000000.00", "583145200.00"
    yield EMPLOYEES, YEAR, "个人账户划转", "参保职工", "", "", "169000000.00", "168902340.50"
    yield EMPLOYEES, YEAR, "财政补贴", "市财政", "", "", "20000000.00", "20000000.00"
    insured = 4_240_000
    yield RESIDENTS, YEAR, "居民医保基金划转", "医保基金", "", "", "243000000.00", "243518000.00"
    for payer, rate in (("市财政", 12), ("区（市）财政", 18)):
        yield RESIDENTS, YEAR, "财政补贴提高部分", payer, insured, f"{rate}.00", "", f"{insured * rate}.00"


def regions(rng: Random) -> Iterator[Row]:
    """Three years of history, the year itself, and the districts of 市内三区."""
    for fund in BUDGETS:
        for region in REGIONS:
            yield from _years(rng, region, fund)
        for code, name, score, insured in DISTRICTS:
            yield code, name, fund, YEAR, "", "", insured * 10_000, "", "", "", score, "SN"


def _years(rng: Random, region: Region, fund: str) -> Iterator[Row]:
    growth, enough = region.growth[fund], "是" if region.enough else "否"
    for before in (2, 1, 0):
        spent = past(region.spending[fund] * WAN, growth, before)
        persons = past(region.beneficiaries[fund], growth + rng.randint(-3, 2), before)
        visits = persons * rng.randint(96, 108)
        number = region.institutions - before
        yield (
            region.region, region.name, fund, YEAR - 1 - before, yuan(spent), persons, persons * 60, visits, number,
            enough, "", "",
        )  # fmt: skip
    now = region.institutions + (1 if region.region == "LX" else 0)
    yield region.region, region.name, fund, YEAR, "", "", "", "", now, enough, region.agency, ""


def payments(rng: Random, institutions: list[Institution], budgets: dict[str, dict[str, int]]) -> Iterator[Row]:
    """What is payable: each region's cost over its institutions and months, to the fen."""
    months = [f"{YEAR}-{month:02}" for month in range(1, 13)]
    for fund, of_regions in budgets.items():
        for region in REGIONS:
            own = [one for one in institutions if one.region == region.region]
            weights = {
                (one.code, month): one.size * season * rng.randint(95, 105)
                for one in own
                for month, season in zip(months, SEASONS, strict=True)
            }
            cost = of_regions[region.region] * region.cost[fund] // 1000
            for (code, month), amount in split(cost, weights).items():
                yield code, region.region, fund, month, yuan(amount), ""
