"""Worked cases: what is given, what must come out, and how it was worked out by hand.

A case says where its year differs from the background; its rows are rows of the dataset's tables, in the dataset's
columns. Everything is text. `load` and `dump` read and write TOML; `kaohe_conformance.workbook` holds the same as
a workbook.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from attrs import field, fields, frozen

from kaohe.dataset import CONTRACT
from kaohe.loading import read_toml, structure
from kaohe.messages import listing
from kaohe.model import Provenance
from kaohe.problems import Problem, refuse_errors
from kaohe_conformance.words import text

Row = dict[str, str]
Rows = list[Row]
NOTHING = "–"
"""What a case writes where nothing is to stand: no points, no grade."""
TO = ".."
"""Between the two ends of points that are not determined: 60..80."""


@frozen(kw_only=True)
class Given:
    """Rows by table, in place of the background's rows of the same key or beside them.

    `without`: the background's rows that are not there, by some of their cells. `parameters`: what a parameter
    file would say, and readings.
    """

    tables: dict[str, Rows] = field(factory=dict)
    without: dict[str, Rows] = field(factory=dict)
    parameters: dict[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Expect:
    """What must come out, as far as the case says so. Points and money are decimal text.

    Of whom the case is about: `score` (`–` no points, `60..80` the two ends), `grade`, `status`, `rank`, `basis`
    (codes), `no_result` (no row at all), `exempt` (the article by which no table assesses it), `items` by item (`3`, or
    `D2 3` of another scorer's sheet), `scores` by scorer, `steps` of the procedure, `consequences`, `due` by
    consequence, `unevidenced` (how many records without evidence are reported).

    Of the run: `problems` by code, `said` and `refused` (parts of what is said; of a refusal, of every fault).

    Money in yuan: `budgets` by region, whole; `allocations` by region and step; `articles`, by which article these are
    (by region and step as well); `balances` by region and account,
    whole; `left`, some of them; `entries` by article and account, whole; `lines`, how many the journal has. Of a year
    of regional budgets: `months` (by region and month: within the budget, deposit, paid, deferred), `covered`
    (overspend by source and region), `shared` and `open` by region, whole. `differences` between ledgers (account,
    month, document, left, right, difference), whole. `appealed`: by appeal the score with its finding, without it, now.
    """

    score: str | None = None
    grade: str | None = None
    status: str | None = None
    rank: str | None = None
    basis: list[str] | None = None
    no_result: str | None = None
    exempt: str | None = None
    items: dict[str, str] = field(factory=dict)
    scores: dict[str, str] = field(factory=dict)
    steps: dict[str, str] = field(factory=dict)
    consequences: list[str] | None = None
    due: dict[str, str] = field(factory=dict)
    unevidenced: str | None = None
    problems: dict[str, str] = field(factory=dict)
    said: list[str] = field(factory=list)
    refused: list[str] = field(factory=list)
    budgets: dict[str, str] | None = None
    allocations: dict[str, str] = field(factory=dict)
    articles: dict[str, str] = field(factory=dict)
    balances: dict[str, str] | None = None
    left: dict[str, str] = field(factory=dict)
    entries: dict[str, dict[str, str]] | None = None
    lines: str | None = None
    months: dict[str, list[str]] = field(factory=dict)
    covered: dict[str, dict[str, str]] | None = None
    shared: dict[str, str] | None = None
    open: dict[str, str] | None = None
    differences: list[list[str]] | None = None
    appealed: dict[str, list[str]] = field(factory=dict)


@frozen(kw_only=True)
class Later:
    """What is known later: the year is run again, as a correction."""

    given: Given
    expect: Expect


@frozen(kw_only=True)
class Case:
    """One worked case. Its name is a sentence; `working` is the arithmetic, as one writes it down."""

    name: str
    working: str
    given: Given = field(factory=Given)
    expect: Expect
    later: Later | None = None


@frozen(kw_only=True)
class Background:
    """What holds for every case that does not say otherwise.

    `institution`: whom a case is about. `scorer`: whose sheet `expect.items` means. `plan`: the year's plan, a file
    beside. `provenance`: where the parameters' values are from. `defaults`: cells by table and column, for rows that
    do not say them. `tables`: rows that are there; `*` stands for every institution, and for every scorer that
    serves it.
    """

    institution: str = ""
    scorer: str = ""
    begins: date | None = None
    ends: date | None = None
    plan: str = ""
    provenance: Provenance = "agreement"
    parameters: dict[str, Any] = field(factory=dict)
    defaults: dict[str, Row] = field(factory=dict)
    tables: dict[str, Rows] = field(factory=dict)


@frozen(kw_only=True)
class CaseFile:
    """The cases of one article, and where their background differs from the scheme's."""

    article: str
    remark: str = ""
    background: Background = field(factory=Background)
    cases: list[Case] = field(factory=list)


def load(path: Path) -> CaseFile:
    """The cases of a TOML file; raises Refused with every fault."""
    return structured(read_toml(path), str(path))


def load_background(path: Path) -> Background:
    """The background of a TOML file; raises Refused."""
    content, problems = _sorted_out(_as_text(read_toml(path)), Background, "", str(path))
    refuse_errors(problems)
    return structure(content, Background, str(path))


def structured(content: Mapping[str, Any], file: str) -> CaseFile:
    """The cases of a file's content; raises Refused with every fault."""
    told = _as_text(content)
    problems: list[Problem] = []
    if isinstance(told.get("background"), dict):
        told["background"], problems = _sorted_out(told["background"], Background, "background", file)
    for number, one in enumerate(told.get("cases", ())):
        for place, part in (("", one), ("later.", one.get("later", {}))):
            if isinstance(part.get("given"), dict):
                part["given"], found = _sorted_out(part["given"], Given, f"cases[{number}].{place}given", file)
                problems += found
    refuse_errors(problems)
    return structure(told, CaseFile, file)


def _as_text(value: Any, key: str = "") -> Any:
    """The content with every number and date as text; values of parameters stay what they are."""
    if key == "parameters" or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {name: _as_text(entry, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [_as_text(entry) for entry in value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if key in ("begins", "ends") else str(value)


def _sorted_out(content: Mapping[str, Any], kind: type, place: str, file: str) -> tuple[dict[str, Any], list[Problem]]:
    """The content with the dataset's tables in `tables`, and the keys that are neither table nor known."""
    known = {one.name for one in fields(kind)} - {"tables"}
    unknown = [name for name in content if name not in known and name not in CONTRACT]
    own = {name: value for name, value in content.items() if name in known}
    own["tables"] = {name: value for name, value in content.items() if name in CONTRACT and name not in known}
    return own, [
        Problem(
            "case",
            text("“{key}” is neither a table of a dataset nor known here", key=name),
            text(
                "the tables are {tables}; beside them stand {known}",
                tables=listing(CONTRACT),
                known=listing(sorted(known)),
            ),
            file=file,
            key=place,
        )
        for name in unknown
    ]


# Writing.


def dump(file: CaseFile) -> str:
    """The cases as TOML, in the form in which people write them."""
    lines = [f"article = {inline(file.article)}"]
    lines += [f"remark = {inline(file.remark)}"] if file.remark else []
    lines += _lines("background", content_of(file.background))
    for case in file.cases:
        lines += ["", "[[cases]]", f"name = {inline(case.name)}", f"working = {inline(case.working)}"]
        parts: list[tuple[str, Case | Later]] = [("", case), *([("later.", case.later)] if case.later else [])]
        for place, part in parts:
            lines += _lines(f"{place}given", content_of(part.given))
            lines += _lines(f"{place}expect", content_of(part.expect))
    return "\n".join(lines) + "\n"


def content_of(part: Given | Expect | Background) -> dict[str, Any]:
    """What a part says, without what it leaves at its default."""
    empty = type(part)()
    said = {one.name: getattr(part, one.name) for one in fields(type(part))}
    said = {name: value for name, value in said.items() if value != getattr(empty, name)}
    return {**said.pop("tables", {}), **said} if "tables" in said else said


WHOLE = {"count", "numerator", "denominator", "persons", "year", "insured", "services", "beneficiaries"}
"""Columns whose whole numbers are written without quotes."""


def _lines(place: str, content: Mapping[str, Any]) -> Iterator[str]:
    for key, value in content.items():
        if key in ("without", "parameters", "defaults"):
            yield from (f"{place}.{key}.{_key(name)} = {inline(entry)}" for name, entry in value.items())
        elif isinstance(value, list) and len(value) > 1 and isinstance(value[0], Mapping | list):
            yield f"{place}.{key} = ["
            yield from (f"    {inline(entry)}," for entry in value)
            yield "]"
        else:
            yield f"{place}.{key} = {inline(value)}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else inline(name)


def inline(value: Any, key: str = "") -> str:
    """A value as TOML in one line; `key`: the column that it is of."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(name)} = {inline(entry, name)}" for name, entry in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(inline(entry) for entry in value)}]"
    if isinstance(value, str):
        # JSON's strings are TOML's basic strings.
        return value if key in WHOLE and re.fullmatch(r"0|[1-9]\d*", value) else json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else str(value)  # numbers and dates
