"""A seeded example year, on disk as the city's centre would hold it. Every institution and person is invented."""

from __future__ import annotations

from pathlib import Path
from random import Random

from kaohe_changzhou.demo.cases import EVENTS, cases, events
from kaohe_changzhou.demo.files import save, save_by_district
from kaohe_changzhou.demo.institutions import institutions
from kaohe_changzhou.demo.marks import MARKS, marks
from kaohe_changzhou.demo.metrics import METRICS, metrics
from kaohe_changzhou.demo.register import (
    AGREEMENTS,
    HISTORY,
    INSTITUTIONS,
    SCORERS,
    SERVED,
    agreements,
    history,
    persons,
    registered,
    scorers,
)
from kaohe_changzhou.demo.staff import STAFF, rosters
from kaohe_changzhou.demo.steps import STEPS, steps

SCHEME = "changzhou/2022"
TITLE = "2022年度常州市长期护理保险定点机构综合考核(示例,机构和人员均为虚构)"


def write(folder: Path, seed: int) -> str:
    """Write the year into the folder, the same bytes for the same seed; return the scheme to run it under."""

    def rng(concern: str) -> Random:
        return Random(f"{seed} {concern}")

    drawn = institutions(rng("institutions"))
    happened = cases(rng("cases"), drawn)
    measured = metrics(rng("metrics"), drawn, happened)
    people = rosters(rng("staff"), drawn)
    folder.mkdir(parents=True, exist_ok=True)
    content = f'name = "{TITLE}"\nfrom = 2022-01-01\nto = 2022-12-31\ncurrency = "CNY"\n'
    (folder / "dataset.toml").write_text(content, encoding="utf-8", newline="\n")
    save(folder / "机构.csv", INSTITUTIONS, registered(rng("register"), drawn))
    save(folder / "协议.csv", AGREEMENTS, agreements(rng("agreements"), drawn))
    save(folder / "考核主体.csv", SCORERS, scorers())
    save(folder / "服务人数.csv", SERVED, persons(drawn))
    save(folder / "历年结果.csv", HISTORY, history(rng("history"), drawn))
    save(folder / "考核步骤.csv", STEPS, steps(rng("steps"), drawn))
    save_by_district(folder / "事件", EVENTS, lambda district: events(happened, district))
    save_by_district(folder / "指标", METRICS, lambda district: (row for row in measured if row[1] == district.scorer))
    save_by_district(
        folder / "从业人员", STAFF, lambda district: (row for seat, row in people if seat == district), centre=False
    )
    save(folder / "评分.csv", MARKS, marks(rng("marks"), drawn, happened))
    return SCHEME
