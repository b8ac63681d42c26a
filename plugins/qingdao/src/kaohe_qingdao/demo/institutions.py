"""The institutions and third parties, drawn: names, sizes, whether they are quality chains, and their marks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import NamedTuple

from kaohe_qingdao.demo.city import REGIONS, YEAR

Row = tuple[object, ...]
INSTITUTIONS = "机构编码 机构名称 机构类型 所属区域 定点起始日期 是否优质连锁机构"
AGREEMENTS = "协议编号 机构编码 协议起始日期 协议截止日期 服务区域 服务费 保证金比例"
SCORERS = "考核主体编码 考核主体名称 角色 所属区域"
MARKS = "机构编码 考核主体编码 项目序号 得分 评分人 佐证材料"

FIRST = (
    "海晏",
    "崂泉",
    "青屿",
    "栈桥",
    "浮山",
    "汇泉",
    "琴岛",
    "信号山",
    "胶澳",
    "太平角",
    "月湖",
    "沧口",
    "墨水河",
    "大沽河",
)
SECOND = ("康护", "颐养", "惠民", "安宁", "和济", "仁爱", "福临", "春晖", "松龄", "银杏")
KINDS = (("居家上门服务机构", "护理站"), ("养老机构", "养老院"), ("医疗机构", "护理院"))
ITEMS = (("1", 40), ("2", 30), ("3", 30))
"""The items that are marked (service, agreement, cost control), and the most of each. Invented: none is published."""
PARTIES = (
    ("DSF1", "海岳人寿青岛分公司", "委托经办机构", 9_600_000, 93),
    ("DSF2", "沧浪财险青岛分公司", "委托经办机构", 7_450_000, 88),
    ("DSF3", "琴海失能评估中心", "评估机构", 3_180_000, 96),
)
"""Third parties (item 6): code, name, kind, the fee of the year in yuan, score."""


class Institution(NamedTuple):
    """A designated institution: how much it serves, and what its region marks it on average."""

    code: str
    name: str
    kind: str
    region: str
    size: int
    chain: bool
    mean: int


def institutions(rng: Random) -> list[Institution]:
    """All institutions by region; the first of each region is the largest."""
    names = [first + second for first in FIRST for second in SECOND]
    names += [f"{name}二部" for name in names]
    rng.shuffle(names)
    drawn = []
    for region in REGIONS:
        for number in range(1, region.institutions + 1):
            kind, ending = rng.choices(KINDS, (6, 3, 2))[0]
            size = rng.randint(60, 100) if number == 1 else rng.choices((6, 20, 30, 40, 60), (1, 9, 9, 7, 4))[0]
            code = f"{region.region}{number:03}"
            drawn.append(
                Institution(code, names.pop() + ending, kind, region.region, size, rng.randrange(100) < 34, region.mean)
            )
    return drawn


def register(drawn: list[Institution]) -> Iterator[Row]:
    """The table of institutions, third parties last."""
    for one in drawn:
        yield one.code, one.name, one.kind, one.region, "2021-01-01", "是" if one.chain else "否"
    for code, name, kind, _, _ in PARTIES:
        yield code, name, kind, "", "2021-01-01", ""


def agreements(drawn: list[Institution]) -> Iterator[Row]:
    """An agreement each; the third parties' have a fee."""
    for one in drawn:
        yield f"XY-{one.code}", one.code, f"{YEAR}-01-01", f"{YEAR}-12-31", "", "", ""
    for code, _, _, fee, _ in PARTIES:
        yield f"XY-{code}", code, f"{YEAR}-01-01", f"{YEAR}-12-31", "", f"{fee}.00", ""


def scorers() -> Iterator[Row]:
    """Each region's agency, and the city's for the third parties."""
    for region in REGIONS:
        yield f"JB-{region.region}", f"{region.name}医保经办机构", "分中心", region.region
    yield "JB-QD", "市医保经办机构", "市级中心", ""


def marks(rng: Random, drawn: list[Institution]) -> Iterator[Row]:
    """Three marks for each institution around its region's mean; one institution's assessment is not finished."""
    unfinished = drawn[len(drawn) // 3].code
    for one in drawn:
        for item, most in ITEMS:
            if one.code != unfinished:
                half_points = min(most * 2, most * 2 * (one.mean + rng.randint(-9, 9)) // 100)
                mark = Decimal(half_points) / 2
                yield one.code, f"JB-{one.region}", item, mark, "考核组", f"考核表 {one.code}-{item}"
    for code, _, _, _, score in PARTIES:
        yield code, "JB-QD", "1", score, "考核组", f"考核表 {code}"
