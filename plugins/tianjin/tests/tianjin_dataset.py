"""A small year of either regime as files: a background, and where a test differs from it.

Background of the agencies: N01, area Q1, the year 2024 (366 days), an agreement over it with a fee of 366,000.00; the
agency itself (ZP), one sub-centre (FZ1) and the centre (ZX) give full marks. Of the institutions: N01, a hospital, the
agreement year 2023 at a rate of 0.05; the departments mark 50, 30 and 10, nothing was violated: 100 points.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import tomli_w
from attrs import field, frozen

import kaohe
from kaohe.corrections import correct
from kaohe.store import save
from kaohe_tianjin import HERE

PLANS = {
    "agencies": HERE / "agencies-2024" / "cases" / "plan.toml",
    "institutions": HERE / "institutions-2023" / "cases" / "plan.toml",
}
"""The plans of the worked cases."""
ABSENT = "absent"
"""What a case writes for a mark that is not there."""
Rows = list[dict[str, Any]]

SCHEMES = {"agencies": "tianjin/agencies-2024", "institutions": "tianjin/institutions-2023"}
YEARS = {"agencies": "2024", "institutions": "2023"}
BACKGROUND: dict[str, dict[str, Rows]] = {
    "agencies": {
        "institutions": [{"institution": "N01", "name": "甲公司", "kind": "entrusted_agency", "region": "Q1"}],
        "agreements": [
            {"agreement": "X1", "institution": "N01", "from": "2024-01-01", "to": "2024-12-31", "fee": "366000.00"}
        ],
        "scorers": [
            {"scorer": "ZP", "name": "自评", "role": "agency", "region": "Q1"},
            {"scorer": "FZ1", "name": "分中心一", "role": "sub_centre", "region": "Q1"},
            {"scorer": "ZX", "name": "市级综合服务中心", "role": "centre", "region": ""},
        ],
    },
    "institutions": {
        "institutions": [{"institution": "N01", "name": "甲医院", "kind": "medical", "region": "河东"}],
        "agreements": [
            {"agreement": "X1", "institution": "N01", "from": "2023-01-01", "to": "2023-12-31", "deposit_rate": "0.05"}
        ],
        "scorers": [
            {"scorer": "JS", "name": "结算中心", "role": "department", "region": ""},
            {"scorer": "JJ", "name": "基金管理中心", "role": "department", "region": ""},
            {"scorer": "CG", "name": "采购中心", "role": "department", "region": ""},
        ],
    },
}
FULL = {
    "agencies": {"ZP": {"1": "60", "2": "100"}, "FZ1": {"1": "60", "2": "100"}, "ZX": {"1": "60", "2": "100"}},
    "institutions": {"JS": {"1": "50"}, "JJ": {"2": "30"}, "CG": {"3": "10"}},
}


@frozen(kw_only=True)
class Given:
    """What is recorded: whole tables in place of the background's, marks by scorer and item, payments by month.

    `marks` and `tables.marks` add up. `readings` are choices, `parameters` what a parameter file says.
    """

    tables: dict[str, Rows] = field(factory=dict)
    marks: dict[str, dict[str, str]] = field(factory=dict)
    payments: dict[str, str] = field(factory=dict)
    rate: str = ""
    readings: dict[str, str] = field(factory=dict)
    parameters: dict[str, Any] = field(factory=dict)


def write(given: Given, regime: str, folder: Path) -> Path:
    """The dataset as a folder of CSV files."""
    tables = {**BACKGROUND[regime], **{name: rows for name, rows in given.tables.items() if name != "marks"}}
    if given.rate:
        tables["agreements"] = [{**row, "deposit_rate": given.rate} for row in tables["agreements"]]
    marks = {scorer: {**items, **given.marks.get(scorer, {})} for scorer, items in FULL[regime].items()}
    marks |= {scorer: items for scorer, items in given.marks.items() if scorer not in marks}
    tables["marks"] = [
        {"institution": "N01", "scorer": scorer, "item": item, "points": points, "by": ""}
        for scorer, items in marks.items()
        for item, points in items.items()
        if points != ABSENT
    ] + given.tables.get("marks", [])
    if given.payments:
        tables["payments"] = [
            {"institution": "N01", "fund": "F", "month": month, "payable": amount}
            for month, amount in given.payments.items()
        ]
    folder.mkdir(parents=True, exist_ok=True)
    year = YEARS[regime]
    about = f'name = "算例"\nfrom = {year}-01-01\nto = {year}-12-31\n'
    (folder / "dataset.toml").write_text(about, encoding="utf-8")
    for table, rows in tables.items():
        headings = list(dict.fromkeys(name for row in rows for name in row))
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, headings, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def run(given: Given, regime: str, folder: Path, corrects: Path | None = None) -> kaohe.Run:
    """The run, written to run.db in the folder; raises Refused."""
    dataset = write(given, regime, folder / "dataset")
    settings = folder / "parameters.toml"
    content = {
        name: {"value": value, "provenance": "agreement", "source": "算例"} for name, value in given.parameters.items()
    }
    settings.write_text(tomli_w.dumps(content), encoding="utf-8")
    plan = PLANS[regime]
    done = kaohe.assess(dataset, SCHEMES[regime], plan=plan, parameters=settings, readings=given.readings)
    if corrects is not None:
        done = correct(done, corrects)
    save(done, folder / "run.db")
    return done
