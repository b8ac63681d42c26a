"""The institutions' own marks: every gain remembered, every second deduction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from kaohe_changzhou.demo.cases import Case
from kaohe_changzhou.demo.city import SELF
from kaohe_changzhou.demo.files import Row
from kaohe_changzhou.demo.institutions import Institution
from kaohe_changzhou.demo.kinds import NURSING_HOME, Fate

MARKS = "机构编码 考核主体编码 项目序号 得分 佐证材料"
STAR_POINTS = {5: 3, 4: 2, 3: 1}
STAR_ITEM = 11
WITHOUT = (Fate.TERMINATED, Fate.REFUSED, Fate.UNDATED)


def marks(rng: Random, institutions: list[Institution], cases: list[Case]) -> Iterator[Row]:
    """The self-scores of those whose kind has a table; a few hand in none."""
    points: Counter[tuple[str, int]] = Counter()
    for case in cases:
        points[case.institution.code, case.deed.item] += case.deed.points * case.cases * len(case.scorers)
    for institution in institutions:
        if not institution.assessed or institution.fate in WITHOUT or rng.randrange(20) == 0:
            continue
        for item, full in enumerate(institution.kind.full_scores, 1):
            recorded = points[institution.code, item] // len(institution.served)
            gained = recorded + rng.randint(0, 2) + _stars(institution, item)
            mark = min(full, gained) if item >= institution.kind.earned else max(0, full - recorded // 2)
            yield institution.code, SELF, item, mark, f"自查评分表({institution.kind.annex})"


def _stars(institution: Institution, item: int) -> int:
    starred = institution.kind is NURSING_HOME and item == STAR_ITEM
    return STAR_POINTS.get(institution.star or 0, 0) if starred else 0
