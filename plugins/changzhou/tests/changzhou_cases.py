"""The form of a worked case, and the files that the cases stand in.

A case is about one institution, N. It says where N differs from the background (`changzhou_dataset`), and what
must come out, worked out by hand from the law. An unknown key is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import cattrs
from attrs import evolve, field, frozen
from attrs.validators import in_

from kaohe.assembly import assemble
from kaohe.loading import read_toml
from kaohe.plugin.manager import scheme_named

HERE = Path(__file__).parent / "cases"
RULES = assemble(*scheme_named("changzhou/2022"))
STARS: tuple[Any, ...] = (None, "", 0, 1, 2, 3, 4, 5)
MONTHS = [f"2022-{month:02}" for month in range(1, 13)]
POOLED = "pooled"


@frozen
class Span:
    """Points that are known, or the two ends between which they lie."""

    low: Decimal
    high: Decimal


def scorer_of(fact: str, scorer: str | None) -> str:
    """Who recorded a fact: D1 unless the case says; nobody where the fact is the city's."""
    if scorer is not None:
        return scorer
    return "" if RULES.facts[fact].scope == "city" else "D1"


def periods_of(fact: str, period: str) -> list[str]:
    """The period a case names; otherwise the year, or every month of it for what is counted by month."""
    if period:
        return [period]
    return MONTHS if RULES.facts[fact].period == "month" else ["2022"]


@frozen(kw_only=True)
class Event:
    fact: str
    count: int | None = None
    scorer: str | None = None
    date: str = "2022-06-15"
    handled: str = ""
    status: str = ""
    evidence: str = ""


@frozen(kw_only=True)
class Metric:
    fact: str
    numerator: Decimal
    denominator: Decimal | None = None
    scorer: str | None = None
    period: str = ""
    evidence: str = ""


@frozen(kw_only=True)
class Absent:
    fact: str
    scorer: str | None = None
    period: str = ""


@frozen(kw_only=True)
class Step:
    """One row of the procedure; without a date it is recorded as not done."""

    step: str
    done: str = ""


@frozen(kw_only=True)
class Agreement:
    begins: str
    ends: str


LONG = Agreement(begins="2021-01-01", ends="2023-12-31")


@frozen(kw_only=True)
class Party:
    """An institution as a case describes it."""

    served: dict[str, int] = field(factory=lambda: {"D1": 10})
    agreements: list[Agreement] = field(factory=lambda: [LONG])
    events: list[Event] = field(factory=list)
    metrics: list[Metric] = field(factory=list)
    absent: list[Absent] = field(factory=list)

    @property
    def sheets(self) -> list[str]:
        """The districts that serve somebody, and so have a sheet."""
        return [scorer for scorer, persons in self.served.items() if persons > 0]


@frozen(kw_only=True)
class Peer(Party):
    """Another institution of the same kind."""

    institution: str


@frozen(kw_only=True)
class History:
    """A result of the basic insurance's assessment."""

    year: str = "2022"
    grade: str


@frozen(kw_only=True)
class Given(Party):
    """What is recorded of N, and of the others.

    `kind`: the file's, unless the case says. `declaration`: its date; blank is a row without a date, “absent” no
    row. `parameters`: choices; `cutoffs` and `mapping` (basic_insurance.grades) are set beside them.
    """

    kind: str = ""
    star: Any = field(default=None, validator=in_(STARS))
    services: str = ""
    basic_insurance: str = ""
    declaration: str = "2023-02-08"
    steps: list[Step] = field(factory=list)
    reported: list[str] | None = None
    history: list[History] = field(factory=list)
    peers: list[Peer] = field(factory=list)
    parameters: dict[str, str] = field(factory=dict)
    mapping: dict[str, str] = field(factory=dict)
    cutoffs: list[dict[str, str]] = field(factory=list)

    @property
    def rubric(self) -> str | None:
        """The table by which the kind is assessed; None for medical institutions that no parameter gives one."""
        return RULES.kinds.get(self.kind) or self.parameters.get("medical.rubric")

    @property
    def main_sheet(self) -> str:
        """The sheet that `expect.items` speaks of, by its scorer."""
        return "" if self.parameters.get("combine.scorers") == POOLED else "D1"


@frozen(kw_only=True)
class Sheet:
    items: dict[str, Span]


@frozen(kw_only=True)
class Expect:
    """What a case says must come out; of the total exactly one of four, the rest as far as it says so.

    The total: `score`; `low` and `high`; `no_score` (a row without points); `no_result` (no row). `problems`:
    how many the run reports, by code; those that name an institution must name N. `unevidenced`: how many
    records without evidence are reported of N. `steps`: the state of steps of the procedure.
    """

    items: dict[str, Span] = field(factory=dict)
    sheets: dict[str, Sheet] = field(factory=dict)
    scores: dict[str, Span] = field(factory=dict)
    score: Span | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    no_score: bool = False
    no_result: bool = False
    grade: str | None = None
    no_grade: bool = False
    status: str | None = None
    basis: list[str] | None = None
    problems: dict[str, int] = field(factory=dict)
    unevidenced: int | None = None
    steps: dict[str, str] = field(factory=dict)

    @property
    def total(self) -> Span | None:
        """The institution's score or its ends, None where there are no points.

        Raises ValueError where the case does not say exactly one of the four.
        """
        ends = self.low is not None and self.high is not None
        if [self.score is not None, ends, self.no_score, self.no_result].count(True) != 1:
            raise ValueError("a case expects one of: score; low and high; no_score; no_result")
        if self.low is not None and self.high is not None:
            return Span(self.low, self.high)
        return self.score


@frozen(kw_only=True)
class Case:
    name: str
    working: str
    expect: Expect
    given: Given = field(factory=Given)


@frozen(kw_only=True)
class CaseFile:
    """The cases of one article, all of one kind of institution unless one says otherwise."""

    article: str
    kind: str = "nursing_home"
    cases: list[Case]


def exactly(kind: type) -> Callable[[Any, Any], Any]:
    """A value of this type and no other."""

    def exact(value: Any, _: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is not {kind.__name__}")
        return value

    return exact


def written_decimal(value: object) -> Decimal:
    """A number that is expected, which is written as text."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r}: a number that is expected is written as text")
    return Decimal(value)


def span(value: Any, _: Any) -> Span:
    """Points, or a table with the two ends."""
    if not isinstance(value, Mapping):
        return Span(written_decimal(value), written_decimal(value))
    if set(value) != {"low", "high"}:
        raise TypeError(f"{value!r}: a range has low and high")
    return Span(written_decimal(value["low"]), written_decimal(value["high"]))


converter = cattrs.Converter(forbid_extra_keys=True)
for exact_type in (str, int, bool):
    converter.register_structure_hook(exact_type, exactly(exact_type))
converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
converter.register_structure_hook(Span, span)


def load(path: Path) -> CaseFile:
    """A file of cases, each with its kind."""
    file = converter.structure(read_toml(path), CaseFile)
    cases = [evolve(case, given=evolve(case.given, kind=case.given.kind or file.kind)) for case in file.cases]
    return evolve(file, cases=cases)


FILES = {path.relative_to(HERE).with_suffix("").as_posix(): load(path) for path in sorted(HERE.glob("*/*.toml"))}
"""All files of cases, by folder and name: annex2/item-01."""
