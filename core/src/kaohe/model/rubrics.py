"""Rubrics: one assessment table — sections, items, clauses by their shapes, vetoes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, Literal

from attrs import field, frozen

from kaohe.model.facts import Name
from kaohe.model.parameters import Provenance


@frozen(kw_only=True)
class Clause:
    """One numbered line of a table: the document's words, the fact it counts, and (in a subclass) its shape.

    A printed line with several rates is several clauses that share its text. Points are positive; whether
    they are taken or given is the item's. `when` (`parameter=option`): the clause holds under that reading only. `by`:
    who sets the indicator and answers for it, as scorers or roles of scorers; empty means whoever records its facts.
    """

    shape: ClassVar[str]
    clause: str
    text: str
    fact: str
    number: str = ""
    when: str = ""
    by: list[str] = field(factory=list)


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


@frozen
class End:
    """A value and its points: where a line begins, bends or ends."""

    at: Decimal
    points: Decimal


@frozen(kw_only=True)
class Line(Clause):
    """Points along a straight line from each end to the next, half up to `decimals`; level before and behind them."""

    shape: ClassVar[str] = "line"
    ends: list[End]
    decimals: int = 4

    def rounded(self, points: Decimal) -> Decimal:
        """The points as they count."""
        return points.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)


@frozen(kw_only=True)
class Peers(Clause):
    """每高出平均…: points for each full `step` by which a ratio exceeds the average of the scorer's peers."""

    shape: ClassVar[str] = "peers"
    points: Decimal
    step: Decimal


@frozen(kw_only=True)
class Mark(Clause):
    """A mark that a scorer gives on the item, from 0 to `out_of` (by default the item's full score).

    It is worth the item's full score in proportion. `by`: who gives it, `of`: whom it is about, each as scorers or
    roles of scorers; empty means every sheet. Which of the two decides on which sheets the item stands is the
    parameter marks.roles.
    """

    shape: ClassVar[str] = "mark"
    fact: str = "mark"
    out_of: Decimal | None = None
    of: list[str] = field(factory=list)


SHAPES: dict[str, type[Clause]] = {
    shape.shape: shape for shape in (PerCase, Once, ShortOf, PerN, Bands, LookUp, Line, Peers, Mark)
}


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

    `full_score_basis` says whether the document prints the total or it is our sum of the items. `provenance`: where
    its numbers come from; what rests on an assumed table is marked.
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
    provenance: Provenance = "published"
    source: str = ""

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
