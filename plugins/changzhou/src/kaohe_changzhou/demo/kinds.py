"""The kinds of institutions: how many there are, where, how well they work, and what becomes of some of them."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from kaohe_changzhou.demo import deeds
from kaohe_changzhou.demo.deeds import Deeds


class Fate(Enum):
    """What sets one institution's year apart from the usual one."""

    USUAL = auto()
    SUSPENDED = auto()
    TERMINATED = auto()
    REFUSED = auto()
    LATE = auto()  # declared after the day
    UNDATED = auto()  # never declared
    UNRECORDED = auto()  # nobody entered whether it declared
    SILENT = auto()  # one of its scorers has not reported
    BEGUN = auto()  # its agreement begins in July
    ENDED = auto()  # its agreement ended the year before


VETOES = {Fate.SUSPENDED: deeds.SUSPENDED, Fate.TERMINATED: deeds.TERMINATED, Fate.REFUSED: deeds.REFUSED}


class Care(NamedTuple):
    """How well an institution works: how many do, and the ranges that its year is drawn from."""

    institutions: int
    found: tuple[int, int]  # deductions on each sheet
    known: tuple[int, int]  # deductions known to all of its scorers
    gains: tuple[int, int]  # on each sheet
    trainings: tuple[int, int]
    unhappy: tuple[int, int]  # per cent
    lapses: int = 0  # months of a hundred in which service fell short; orders of ten thousand that were returned
    bad: bool = False


class Kind(NamedTuple):
    """A kind: its title in the register and the prefix of its codes, its numbers, names, services, cares and deeds.

    `seats`: institutions in each district. `reach`: institutions assessed by one scorer, by two, three, four.
    `persons`: served by the smallest, for each scorer, and by the largest. `services`: what is offered, whether
    designated by the basic insurance, and by how many. `lost`: metrics that nobody recorded.
    """

    title: str
    prefix: str
    annex: str
    seats: tuple[int, int, int, int]
    reach: tuple[int, int, int, int]
    persons: tuple[int, int]
    second_names: tuple[str, ...]
    endings: tuple[str, ...]
    services: tuple[tuple[str, bool, int], ...]
    cares: tuple[Care, ...]
    deeds: Deeds
    full_scores: tuple[int, ...] = ()
    earned: int = 0  # the first item that starts at zero
    fates: tuple[Fate, ...] = ()
    lost: int = 0


FIRST_NAMES = ("云岫", "鹤汀", "雁洲", "月泊", "星垂", "霁雪", "漱石", "归棹", "晚棠", "枕溪", "半亩", "竹外")
"""Twelve; with the second names of a kind there are at least as many names as institutions of it."""

_SUSPENDED, _TERMINATED, _REFUSED = Fate.SUSPENDED, Fate.TERMINATED, Fate.REFUSED

ASSESSMENT_INSTITUTION = Kind(
    "评估机构", "PG", "附件1", (10, 4, 4, 6), (0, 3, 5, 16), (40, 2800),
    ("衡正", "明鉴"), ("评估服务中心", "评估服务中心", "健康评估有限公司"),
    (("失能评估", False, 24),),
    (
        Care(6, (3, 8), (0, 1), (14, 24), (2, 4), (0, 0), 3),
        Care(11, (6, 13), (0, 2), (12, 22), (2, 3), (0, 0), 9),
        Care(4, (11, 19), (1, 3), (8, 15), (1, 3), (0, 0), 18),
        Care(3, (20, 34), (2, 4), (2, 8), (0, 2), (0, 0), 45, True),
    ),
    deeds.ASSESSMENT_INSTITUTION,
    (5, 10, 20, 20, 10, 5, 10, 6, 6, 8), 8,
    (_SUSPENDED, _TERMINATED, _REFUSED, Fate.LATE), 2,
)  # fmt: skip
NURSING_HOME = Kind(
    "养老机构", "YL", "附件2", (34, 20, 16, 26), (64, 16, 10, 6), (3, 180),
    ("安颐", "福棠", "和煦", "同春", "慈萱", "松龄", "恒寿", "长乐"),
    ("养老院", "养老院", "护理院", "颐养中心", "养老服务中心", "老年公寓"),
    (("机构护理", False, 78), ("机构护理、医疗护理", True, 18)),
    (
        Care(22, (0, 4), (0, 1), (12, 24), (4, 6), (0, 6)),
        Care(46, (3, 9), (0, 2), (12, 26), (4, 6), (0, 11)),
        Care(18, (5, 13), (1, 3), (8, 20), (3, 5), (4, 17)),
        Care(9, (9, 19), (2, 5), (3, 10), (1, 4), (8, 24), bad=True),
        Care(1, (90, 120), (9, 12), (0, 1), (0, 0), (20, 40), bad=True),
    ),
    deeds.NURSING_HOME,
    (5, 10, 20, 5, 10, 5, 10, 10, 5, 8, 12), 10,
    (_SUSPENDED, _SUSPENDED, _TERMINATED, _REFUSED, Fate.LATE, Fate.UNRECORDED, *[Fate.SILENT] * 3), 6,
)  # fmt: skip
HOME_CARE = Kind(
    "居家上门服务机构", "JJ", "附件3", (44, 20, 16, 30), (26, 28, 28, 28), (20, 900),
    ("邻安", "暖归", "到宅", "扶苏", "惠泽", "守望", "佑邻", "晨曦", "家颐", "知冷"),
    ("居家养老服务中心", "护理服务有限公司", "护理站", "照护服务中心"),
    (("居家护理", False, 92), ("居家护理、辅具租赁", False, 12), ("居家护理、家庭病床", True, 6)),
    (
        Care(25, (4, 10), (0, 1), (38, 62), (4, 6), (0, 6), 4),
        Care(50, (7, 16), (0, 2), (36, 60), (4, 6), (0, 11), 10),
        Care(23, (11, 20), (1, 3), (30, 50), (3, 5), (3, 16), 22),
        Care(11, (19, 30), (2, 5), (14, 30), (2, 4), (8, 24), 45, True),
        Care(1, (90, 120), (9, 12), (0, 1), (0, 0), (20, 40), 100, True),
    ),
    deeds.HOME_CARE,
    (10, 25, 5, 10, 5, 10, 10, 5, 8, 12), 9,
    (
        _SUSPENDED, _SUSPENDED, _TERMINATED, _REFUSED, Fate.LATE, Fate.LATE, Fate.UNDATED, Fate.BEGUN, Fate.ENDED,
        Fate.SILENT, Fate.SILENT,
    ), 6,
)  # fmt: skip
DEVICE_RENTAL = Kind(
    "辅具租赁机构", "FJ", "附件4", (10, 4, 3, 5), (2, 3, 5, 12), (20, 360),
    ("安步", "轻扶"), ("康复辅具有限公司", "辅具服务中心", "医疗器械有限公司"),
    (("辅具租赁", False, 22),),
    (
        Care(6, (2, 6), (0, 1), (12, 22), (4, 6), (0, 6)),
        Care(10, (5, 12), (0, 2), (10, 20), (4, 6), (0, 11)),
        Care(4, (9, 17), (1, 3), (7, 15), (3, 5), (3, 16)),
        Care(2, (20, 32), (2, 5), (2, 8), (1, 4), (8, 24), bad=True),
    ),
    deeds.DEVICE_RENTAL,
    (5, 10, 20, 5, 10, 5, 10, 10, 5, 8, 12), 10,
    (_SUSPENDED, _TERMINATED, _REFUSED, Fate.LATE), 2,
)  # fmt: skip
MEDICAL = Kind(
    "医疗机构", "YY", "", (20, 10, 8, 10), (48, 0, 0, 0), (5, 60),
    ("仁济堂", "康禾", "惠民里", "杏林"), ("门诊部", "社区卫生服务站", "卫生院", "中医院"),
    (
        ("医疗护理", True, 14), ("家庭病床", True, 8), ("医疗护理、家庭病床", True, 18),
        ("医疗护理、家庭病床", False, 5), ("医疗护理、居家护理", True, 3),
    ),
    (Care(48, (2, 8), (0, 1), (3, 9), (3, 5), (0, 10), 10),),
    deeds.MEDICAL,
)  # fmt: skip
KINDS = (ASSESSMENT_INSTITUTION, NURSING_HOME, HOME_CARE, DEVICE_RENTAL, MEDICAL)
