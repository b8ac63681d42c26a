"""What a scheme is made of: facts, rubrics, clauses, parameters. Plain frozen data; `rules` loads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from attrs import field, frozen

from kaohe.messages import language

UNITS_PER_POINT = 10_000
"""The engine counts points in ten-thousandths."""


def units(points: Decimal) -> int:
    """Points as the engine's integer units; more than four decimals is a ValueError."""
    scaled = points * UNITS_PER_POINT
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{points}: at most four decimals")
    return int(scaled)


def points(units: int) -> Decimal:
    """The engine's units as points, without trailing zeros."""
    whole, rest = divmod(abs(units), UNITS_PER_POINT)
    digits = f"{whole}.{rest:04}".rstrip("0").rstrip(".")
    return Decimal(f"-{digits}" if units < 0 else digits)


@frozen
class Name:
    """A name in both languages; `str()` gives the one of the moment."""

    zh_CN: str
    en: str

    def __str__(self) -> str:
        return self.en if language() == "en" else self.zh_CN


@frozen
class Fact:
    """One code of the vocabulary and what its rows mean.

    `table`: where its rows stand (`institutions`: a column of the fact's name). `period`: by which it is
    counted; assessment is the year that is assessed, even where the fact came about after its end, while it
    was being assessed. `scope` city: recorded with a blank scorer, counts on every sheet; any: by a scorer,
    whether or not it serves there, or by the city, for vetoes. `pool`: how the records of several scorers
    become one: added up, one record of the same thing (the largest), or the latest. `absent`: what no row
    means. `empty`: whether a ratio may be 0 of 0, which counts nothing. `most`: the highest value of a number
    or level, or of a ratio's numerator and denominator, which then are whole.
    """

    fact: str
    name: Name
    definition: str
    table: Literal["events", "metrics", "institutions"] = "events"
    measure: Literal["cases", "share", "ratio", "number", "level"] = "cases"
    period: Literal["year", "month", "assessment"] = "year"
    scope: Literal["scorer", "city", "any"] = "scorer"
    pool: Literal["sum", "once", "latest"] = "sum"
    absent: Literal["none", "missing"] = "none"
    empty: Literal["refused", "nothing"] = "refused"
    most: int | None = None


@frozen(kw_only=True)
class Clause:
    """One numbered line of a table: the document's words, the fact it counts, and (in a subclass) its shape.

    A printed line with several rates is several clauses that share its text. Points are positive; whether
    they are taken or given is the item's. `when` (`parameter=option`): the clause holds under that reading only.
    """

    shape: ClassVar[str]
    clause: str
    text: str
    fact: str
    number: str = ""
    when: str = ""


@frozen(kw_only=True)
class PerCase(Clause):
    """每例/每次: points for each case."""

    shape: ClassVar[str] = "per_case"
    points: Decimal


@frozen(kw_only=True)
class Once(Clause):
    """Points as soon as there is one case, however many there are."""

    shape: ClassVar[str] = "once"
    points: Decimal


@frozen(kw_only=True)
class ShortOf(Clause):
    """不少于N,缺一: points for each one short of the target."""

    shape: ClassVar[str] = "short_of"
    points: Decimal
    target: int


@frozen(kw_only=True)
class PerN(Clause):
    """每增加N: points for each full `n`."""

    shape: ClassVar[str] = "per_n"
    points: Decimal
    n: int


@frozen
class Band:
    """A range and its points; an end that is not given is open without limit."""

    points: Decimal
    at_least: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    at_most: Decimal | None = None


@frozen(kw_only=True)
class Bands(Clause):
    """Points by the band that a ratio or number falls into; none outside all bands."""

    shape: ClassVar[str] = "bands"
    bands: list[Band]


@frozen
class Level:
    """One value of a look-up and its points."""

    value: int
    points: Decimal


@frozen(kw_only=True)
class LookUp(Clause):
    """Points by the exact value of a number or level; none for other values."""

    shape: ClassVar[str] = "look_up"
    levels: list[Level]


@frozen(kw_only=True)
class Peers(Clause):
    """每高出平均…: points for each full `step` by which a ratio exceeds the average of the scorer's peers."""

    shape: ClassVar[str] = "peers"
    points: Decimal
    step: Decimal


SHAPES: dict[str, type[Clause]] = {shape.shape: shape for shape in (PerCase, Once, ShortOf, PerN, Bands, LookUp, Peers)}


@frozen(kw_only=True)
class Veto:
    """一票否决: acts on the institution after its scorers were combined, if any of them recorded the fact."""

    clause: str
    text: str
    fact: str
    effect: Literal["subtract", "zero"]
    points: Decimal = Decimal(0)
    number: str = ""


@frozen
class Item:
    """One row of the table. `deduct` starts full and stops at zero; `earn` starts at zero and stops at full."""

    item: str
    name: str
    full_score: Decimal
    clauses: list[Clause]
    direction: Literal["deduct", "earn"] = "deduct"


@frozen
class Section:
    """A part of the table, as the document divides it."""

    section: str
    name: str
    items: list[Item]


@frozen(kw_only=True)
class Rubric:
    """One assessment table for one kind of institution.

    `full_score_basis` says whether the document prints the total or it is our sum of the items.
    """

    rubric: str
    kind: str
    name: Name
    document: str
    annex: str
    full_score: Decimal
    full_score_basis: Literal["printed", "sum"]
    sections: list[Section]
    vetoes: list[Veto] = field(factory=list)

    @property
    def items(self) -> Iterator[Item]:
        """All items, in the table's order."""
        return (item for section in self.sections for item in section.items)

    @property
    def clauses(self) -> Iterator[tuple[Item, Clause]]:
        """All clauses with their items, in the table's order; not the vetoes."""
        return ((item, clause) for item in self.items for clause in item.clauses)

    @property
    def counted(self) -> dict[str, None]:
        """The facts that clauses and vetoes count, once each, in the table's order."""
        return dict.fromkeys([clause.fact for _, clause in self.clauses] + [veto.fact for veto in self.vetoes])

    def place(self, item: str, clause: Clause | Veto | None = None) -> str:
        """Where a rule stands: document, annex, item, number."""
        return f"{self.document} {self.annex} 第{item}项{clause.number if clause else ''}"


Provenance = Literal["published", "agreement", "assumption"]


@frozen(kw_only=True)
class Parameter:
    """A named value that the rules leave open, and where its value comes from; None is unset.

    One with `options` is a choice; with `reading` it is a choice between two readings of the words, whose
    default has a `reason`.
    """

    parameter: str
    name: Name
    type: Literal["choice", "cutoffs", "share", "mapping"]
    value: Any = None
    provenance: Provenance = "assumption"
    source: str = ""
    reading: bool = False
    reason: Name | None = None
    options: dict[str, Name] = field(factory=dict)
    needed_for: Name | None = None
    given: bool = False


@frozen
class Cutoff:
    """The lowest score of a grade; grades are given from the best to the worst."""

    grade: str
    at_least: Decimal


@frozen
class Document:
    """A published document. A draft for comment is not in force."""

    number: str
    title: str
    issuer: str
    published: date | None = None
    status: Literal["in_force", "draft", "incomplete"] = "in_force"


@frozen
class Consequence:
    """What follows from a grade, as data: consequence, article, and for which grades."""

    consequence: str
    article: str
    grades: list[str]


@frozen
class Deadline:
    """A step of the procedure, by when it is to be taken, and where that stands.

    `kinds`: whom it concerns; empty means all. `everyone`: whether all of them take it, or only some.
    """

    step: str
    due: date
    article: str
    kinds: list[str] = field(factory=list)
    everyone: bool = True


@frozen
class Evidenced:
    """Grades that must stand on evidence, and where that stands."""

    grades: list[str]
    article: str


@frozen
class Draw:
    """Whose registered staff is drawn at random, and where that stands; `draw.share` says how many of them."""

    kinds: list[str]
    article: str


Type = Literal[
    "code",
    "text",
    "date",
    "count",
    "number",
    "points",
    "money",
    "rate",
    "year",
    "month",
    "period",
    "fact",
    "choice",
    "identity",
    "choices",
]


@frozen(kw_only=True)
class Column:
    """One column of a table: its names, type, and what its cells may hold.

    `choices` are several of the values, such as “a、b”. `refers`: the table whose key its values must be in.
    `most`: the highest whole number. `signed`: money that may be below zero.
    """

    zh: str
    en: str
    type: Type
    required: bool = False
    signed: bool = False
    refers: str = ""
    most: int | None = None
    values: dict[str, str] = field(factory=dict)

    def __str__(self) -> str:
        return self.en if language() == "en" else self.zh

    def shown(self, code: str) -> str:
        """One of the column's values, for people."""
        return code.replace("_", " ") if language() == "en" else self.values.get(code, code)


@frozen
class Needs:
    """Tables, and further columns of them, that a scheme cannot do without."""

    tables: list[str] = field(factory=list)
    columns: dict[str, dict[str, Column]] = field(factory=dict)


@frozen(kw_only=True)
class Scheme:
    """One document's regime in one version; `scheme` is `city/version`.

    `begins` and `ends`: the days it assesses. `reviewed`: when somebody last looked. `absent`: what the
    plugin does not do yet, in words. `stages`: stages taken from other schemes. `agreement`: the article by
    which only institutions with an agreement in the year are assessed. `lent`: for a kind without a table of
    its own, the parameter that may name one.
    """

    scheme: str
    name: Name
    documents: list[Document]
    begins: date | None = None
    ends: date | None = None
    reviewed: date
    absent: list[Name] = field(factory=list)
    needs: Needs = field(factory=Needs)
    stages: dict[str, str] = field(factory=dict)
    consequences: list[Consequence] = field(factory=list)
    agreement: str = ""
    calendar: list[Deadline] = field(factory=list)
    evidenced: Evidenced | None = None
    draw: Draw | None = None
    lent: dict[str, str] = field(factory=dict)

    @property
    def city(self) -> str:
        """The plugin that the scheme belongs to."""
        return self.scheme.partition("/")[0]


@frozen(kw_only=True)
class Rules:
    """Everything a run computes with: a scheme with its rubrics, the vocabulary and the parameters in force.

    `kinds`: the rubric by which each kind of institution is assessed. `files` are the rule files as they were,
    by path, for the run to keep.
    """

    scheme: Scheme
    rubrics: dict[str, Rubric]
    kinds: dict[str, str]
    facts: dict[str, Fact]
    parameters: dict[str, Parameter]
    files: dict[str, str] = field(factory=dict)

    def value(self, parameter: str) -> Any:
        """The parameter's value, or None where it is unset."""
        return self.parameters[parameter].value
