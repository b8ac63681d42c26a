"""A small year as a dataset folder and a parameter file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import field, frozen

Rows = list[dict[str, Any]]
COLUMNS = {
    "institutions": ["institution", "name", "kind", "region", "chain"],
    "funds": ["fund", "year", "budget"],
    "revenues": ["fund", "year", "source", "payer", "persons", "rate", "planned", "actual"],
    "regions": ["region", "name", "fund", "year", "spending", "beneficiaries", "insured", "services", "institutions",
                "sufficient", "agency_score", "part_of"],
    "payments": ["institution", "region", "fund", "month", "payable", "withheld"],
    "agreements": ["agreement", "institution", "from", "to", "fee", "deposit_rate"],
    "scorers": ["scorer", "name", "role"],
    "marks": ["institution", "scorer", "item", "points"],
    "history": ["institution", "scheme", "year", "grade"],
}  # fmt: skip
DATASET = 'name = "算例"\nfrom = 2023-01-01\nto = 2023-12-31\n'
DEFAULTS = {"reserve.rate": "0.05", "deposit.rate": "0.10"}
CHOICES_END = ("rate", "growth", "services", "beneficiaries", "least", "chains", "small")
"""How the names of parameters end that are numbers."""


@frozen(kw_only=True)
class Institution:
    """What is payable from January on (a blank is a month without a row), and its result (`mark` or `grade`).

    `months` and `region` in place of those; `again`: a second row of the first month, its region left blank.
    """

    payable: list[str] = field(factory=list)
    months: list[str] = field(factory=list)
    region: str = ""
    again: str = ""
    withheld: list[str] = field(factory=list)
    mark: str = ""
    grade: str = ""
    deposit_rate: str = ""
    fee: str = ""
    kind: str = "nursing_home"
    chain: str = ""


@frozen(kw_only=True)
class Region:
    """A region's figures, last year's first; `payable` and `mark` are those of its one institution, I-REGION.

    `parts`: its districts' scores, and the insured of each after a slash.
    """

    spending: list[str]
    services: list[str] = field(factory=list)
    beneficiaries: list[str] = field(factory=list)
    institutions_counted: list[str] = field(factory=list)
    sufficient: str = ""
    score: str = ""
    parts: list[str] = field(factory=list)
    payable: list[str] = field(factory=list)
    mark: str = ""
    institutions: dict[str, Institution] = field(factory=dict)


@frozen(kw_only=True)
class Source:
    source: str
    payer: str = ""
    persons: str = ""
    rate: str = ""
    planned: str = ""
    actual: str = ""


@frozen(kw_only=True)
class Given:
    """Background: a budget of 1000 that is also the revenue, a reserve of 5 %, a deposit of 10 %.

    `parameters` adds to that; a blank one is unset. `parties` are institutions of no region.
    """

    regions: dict[str, Region]
    budget: str = "1000.00"
    planned: str | None = None
    actual: str | None = None
    sources: list[Source] = field(factory=list)
    parties: dict[str, Institution] = field(factory=dict)
    parameters: dict[str, Any] = field(factory=dict)


def institutions(given: Given) -> Iterable[tuple[str, str, Institution]]:
    """Each institution with its region; third parties have none."""
    for code, region in given.regions.items():
        for name, institution in region.institutions.items():
            yield name, code, institution
    for name, institution in given.parties.items():
        yield name, "", institution


def tables(given: Given) -> dict[str, Rows]:
    known = list(institutions(given))
    return {
        "institutions": [
            {"institution": code, "name": code, "kind": one.kind, "region": region, "chain": one.chain}
            for code, region, one in known
        ],
        "funds": [{"fund": "F", "year": 2023, "budget": given.budget}],
        "revenues": _revenues(given),
        "regions": [row for code, region in given.regions.items() for row in _region(code, region)],
        "payments": [row for code, region, one in known for row in _payments(code, region, one)],
        "agreements": [
            {
                "agreement": f"X-{code}", "institution": code, "from": "2023-01-01", "to": "2023-12-31",
                "fee": one.fee, "deposit_rate": one.deposit_rate,
            }
            for code, _, one in known
        ],
        "scorers": [{"scorer": "S", "name": "经办机构", "role": "centre"}],
        "marks": [
            {"institution": code, "scorer": "S", "item": "1", "points": one.mark} for code, _, one in known if one.mark
        ],
        "history": [
            {"institution": code, "scheme": "F", "year": 2023, "grade": one.grade}
            for code, _, one in known
            if one.grade
        ],
    }  # fmt: skip


def _payments(code: str, region: str, one: Institution) -> Rows:
    months = one.months or [f"2023-{month:02}" for month in range(1, 13)]
    row = {"institution": code, "region": one.region or region, "fund": "F"}
    rows: Rows = [
        {**row, "month": month, "payable": payable, "withheld": _at(one.withheld, place)}
        for place, (month, payable) in enumerate(zip(months, one.payable, strict=False))
        if payable
    ]
    if one.again:
        rows.append({**row, "region": "", "month": months[0], "payable": one.again})
    return rows


def _revenues(given: Given) -> Rows:
    if given.sources:
        return [
            {
                "fund": "F", "year": 2023, "source": one.source, "payer": one.payer, "persons": one.persons,
                "rate": one.rate, "planned": one.planned, "actual": one.actual,
            }
            for one in given.sources
        ]  # fmt: skip
    planned = given.budget if given.planned is None else given.planned
    actual = planned if given.actual is None else given.actual
    return [{"fund": "F", "year": 2023, "source": "筹资", "planned": planned, "actual": actual}]


def _region(code: str, region: Region) -> Rows:
    rows: Rows = []
    for back, spending in enumerate(region.spending, 1):
        rows.append(
            {"region": code, "name": code, "fund": "F", "year": 2023 - back, "spending": spending}
            | {name: _at(values, back - 1) for name, values in _figures(region).items()}
        )
    now = {"region": code, "name": code, "fund": "F", "year": 2023, "sufficient": region.sufficient}
    counted = _at(region.institutions_counted, 0)
    rows.append({**now, "institutions": counted, "agency_score": region.score})
    for number, part in enumerate(region.parts, 1):
        score, _, insured = part.partition("/")
        row = {"region": f"{code}{number}", "name": f"{code}{number}", "fund": "F", "year": 2023, "part_of": code}
        rows.append({**row, "agency_score": score, "insured": insured})
    return rows


def _figures(region: Region) -> dict[str, list[str]]:
    """Figures of the years before; the institutions' count of 2023 stands first."""
    return {
        "services": region.services,
        "beneficiaries": region.beneficiaries,
        "institutions": region.institutions_counted[1:],
    }


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def write_dataset(folder: Path, given: Given) -> Path:
    folder.mkdir()
    (folder / "dataset.toml").write_text(DATASET, encoding="utf-8")
    for table, rows in tables(given).items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as content:
            writer = csv.DictWriter(content, COLUMNS[table])
            writer.writeheader()
            writer.writerows(rows)
    return folder


def write_parameters(path: Path, given: Given) -> Path:
    lines = []
    for name, value in {**DEFAULTS, **given.parameters}.items():
        if value == "":
            continue
        if isinstance(value, dict):
            written = "{ " + ", ".join(f'"{key}" = "{share}"' for key, share in value.items()) + " }"
        else:
            written = value if name.rpartition(".")[2] in CHOICES_END else f'"{value}"'
        lines.append(f'["{name}"]\nvalue = {written}\nprovenance = "assumption"\nsource = "算例"\n')
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
