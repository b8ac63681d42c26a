"""The invented city: eight regions, their figures of three years, and how each one's year 2023 goes under each fund."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

YEAR = 2023
EMPLOYEES, RESIDENTS = "职工", "居民"


class Region(NamedTuple):
    """A management region.

    `spending`: of 2022 in ten thousand yuan, by fund. `growth`: a year, in percent. `beneficiaries`: of 2022.
    `cost`: of 2023 in thousandths of the budget, by fund. `agency`: its agency's score. `mean`: of its institutions.
    """

    region: str
    name: str
    spending: dict[str, int]
    growth: dict[str, int]
    beneficiaries: dict[str, int]
    institutions: int
    enough: bool
    cost: dict[str, int]
    agency: str
    mean: int


def _by_fund(employees: int, residents: int) -> dict[str, int]:
    return {EMPLOYEES: employees, RESIDENTS: residents}


REGIONS = (
    Region("SN", "市内三区", _by_fund(28_600, 6_900), _by_fund(6, 5), _by_fund(14_200, 5_600),
           40, True, _by_fund(985, 988), "", 91),
    Region("LS", "崂山区", _by_fund(6_100, 2_150), _by_fund(8, 6), _by_fund(2_900, 1_700),
           12, True, _by_fund(1002, 955), "92", 89),
    Region("CY", "城阳区", _by_fund(7_400, 3_050), _by_fund(9, 8), _by_fund(3_500, 2_500),
           15, False, _by_fund(972, 1002), "94", 90),
    Region("XH", "西海岸新区", _by_fund(13_200, 6_300), _by_fund(10, 9), _by_fund(6_300, 5_200),
           26, False, _by_fund(1017, 979), "88", 90),
    Region("JM", "即墨区", _by_fund(5_300, 4_650), _by_fund(7, 11), _by_fund(2_600, 3_900),
           16, False, _by_fund(991, 1086), "90", 88),
    Region("JZ", "胶州市", _by_fund(4_900, 3_900), _by_fund(7, 8), _by_fund(2_400, 3_300),
           14, False, _by_fund(964, 973), "96", 92),
    Region("PD", "平度市", _by_fund(3_600, 4_300), _by_fund(5, 12), _by_fund(1_800, 3_700),
           15, False, _by_fund(1003, 1140), "83", 86),
    Region("LX", "莱西市", _by_fund(2_700, 2_600), _by_fund(4, 10), _by_fund(1_300, 2_200),
           12, True, _by_fund(981, 1180), "79", 87),
)  # fmt: skip
"""Employees: three regions overspend, and deposits or the reserve cover them. Residents: the reserve runs out."""

DISTRICTS = (("SN1", "市南区", "91.5", 61), ("SN2", "市北区", "89", 118), ("SN3", "李沧区", "93.25", 72))
"""The districts of 市内三区: code, name, their agency's score, and the insured in ten thousands."""

BUDGETS = _by_fund(76_500, 36_800)
"""Of 2023, in ten thousand yuan."""


def past(amount: int, growth: int, years: int) -> int:
    """An amount of 2022 as it was some years before, if it grew evenly."""
    return int(Fraction(amount) * Fraction(100, 100 + growth) ** years)
