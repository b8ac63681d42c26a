"""The form of a worked case, and the files that the cases stand in.

A case is about one fund, F. It says what is recorded of its regions, and what must come out, worked out by hand from
the opinions. Amounts are yuan, written as text. An unknown key is a fault.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cattrs
from attrs import evolve, field, frozen

from kaohe.loading import read_toml

HERE = Path(__file__).parent / "cases"
Amounts = dict[str, str]


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


@frozen(kw_only=True)
class Expect:
    """What must come out, as far as the case says so; every table that is named is compared whole.

    `budgets`: by region. `steps`: the allocation, by region and step (of the fund: the step alone). `months`: by
    region and month: within the budget, deposit, paid, deferred. `covered`: by source, the overspend that it bore by
    region. `shared`, `open`: by region. `left`: balances of accounts after all, by account or region and account.
    `refused`, `problems`: parts of what is said, in English. `entries`: how many lines the journal has.
    """

    budgets: Amounts | None = None
    steps: Amounts = field(factory=dict)
    months: dict[str, list[str]] = field(factory=dict)
    covered: dict[str, Amounts] | None = None
    shared: Amounts | None = None
    open: Amounts | None = None
    left: Amounts = field(factory=dict)
    refused: list[str] = field(factory=list)
    problems: list[str] = field(factory=list)
    entries: int | None = None


@frozen(kw_only=True)
class Case:
    name: str
    working: str
    given: Given
    expect: Expect


@frozen(kw_only=True)
class CaseFile:
    """The cases of one article. `regions` are those of every case that does not name its own."""

    article: str
    cases: list[Case]


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


converter = cattrs.Converter(forbid_extra_keys=True)
converter.register_structure_hook(str, _text)


def load(path: Path) -> CaseFile:
    """A file of cases; `background.regions` is merged, region by region, into each case's."""
    content = read_toml(path)
    background = content.pop("background", {})
    for case in content["cases"]:
        given = case.setdefault("given", {})
        regions = {name: {**row} for name, row in background.get("regions", {}).items()}
        for name, row in given.get("regions", {}).items():
            regions[name] = {**regions.get(name, {}), **row}
        given["regions"] = regions
    file = converter.structure(content, CaseFile)
    return evolve(file, cases=[evolve(case, given=_whole(case.given)) for case in file.cases])


def _whole(given: Given) -> Given:
    """The short form of a region with one institution, written out."""
    regions = {}
    for code, region in given.regions.items():
        if region.payable or region.mark:
            one = Institution(payable=region.payable, mark=region.mark)
            region = evolve(region, institutions={**region.institutions, f"I-{code}": one})
        regions[code] = region
    return evolve(given, regions=regions)


FILES = {path.stem: load(path) for path in sorted(HERE.glob("*.toml"))}
"""All files of cases by name."""
CASES = [(stem, case) for stem, file in FILES.items() for case in file.cases]
