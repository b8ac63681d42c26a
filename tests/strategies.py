"""Random rules and random years to hold the engine against the oracle.

Hypothesis draws a `Shape` — how large, how dense, and a seed — and everything else follows from it, so that a
year of 500 institutions is as cheap to draw as one of two.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from oracle import Case
from years import UNIT, Year

from kaohe import rubric as rubric_checks
from kaohe import rules as rule_checks
from kaohe.dataset import CONTRACT
from kaohe.model import (
    Band,
    Bands,
    Clause,
    Cutoff,
    End,
    Fact,
    Item,
    Level,
    Line,
    LookUp,
    Name,
    Once,
    Peers,
    PerCase,
    PerN,
    Rubric,
    Section,
    ShortOf,
    Veto,
)  # fmt: skip

KINDS = list(CONTRACT["institutions"].columns["kind"].values)
SPANS = [
    (date(2022, 1, 1), date(2022, 12, 31)),
    (date(2022, 7, 1), date(2023, 6, 30)),
    (date(2024, 2, 1), date(2024, 2, 29)),
    (date(2022, 11, 16), date(2023, 2, 3)),
]
"""A calendar year, a year across two, one month, and part of a year that begins and ends within a month."""

STEPS = ["0.001", "0.05", "0.1", "0.125", "0.25", "1", "1000"]

CHOICES: dict[str, list[Any]] = {
    "combine.scorers": ["weighted", "mean", "pooled"],
    "peers.average": ["mean", "pooled"],
    "peers.itself": ["with", "without"],
    "peers.empty": ["left_out", "zero"],
    "missing.counts": [None, "full", "zero", "reweighted"],
    "score.rounding": ["half_up_2", "half_up_1", "half_up_0", "down_2"],
    "grade.cutoffs": [
        None,
        [Cutoff(grade, Decimal(end)) for grade, end in (("A", "90"), ("B", "37.5"), ("C", "10.01"), ("D", "0"))],
        [Cutoff("all", Decimal(0))],
    ],
}  # fmt: skip
"""The values of the parameters. None is unset."""


@dataclass(frozen=True)
class Shape:
    """How large and how dense a case is. `missing` and `unreported` are in percent; `span` is one of SPANS."""

    seed: int
    institutions: int
    scorers: int
    kinds: int
    items: int
    facts: int
    records: int
    missing: int
    unreported: int
    span: int


def shapes(institutions: st.SearchStrategy[int]) -> st.SearchStrategy[Shape]:
    """Shapes with that many institutions."""
    return st.builds(
        Shape,
        seed=st.integers(0, 2**32 - 1),
        institutions=institutions,
        scorers=st.integers(1, 4),
        kinds=st.integers(1, 3),
        items=st.integers(1, 5),
        facts=st.integers(1, 12),
        records=st.integers(0, 6),
        missing=st.sampled_from([0, 5, 20, 50, 100]),
        unreported=st.sampled_from([0, 0, 20, 60, 100]),
        span=st.integers(0, len(SPANS) - 1),
    )


def parameters(**only: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Every combination of the parameters' values; `only` keeps to some (combine_scorers=["pooled"])."""
    options = {**CHOICES, **{name.replace("_", ".", 1): values for name, values in only.items()}}
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in options.items()})


def cases(institutions: st.SearchStrategy[int], **only: list[Any]) -> st.SearchStrategy[Case]:
    """Cases with that many institutions."""
    return st.builds(case, shapes(institutions), parameters(**only))


def case(shape: Shape, chosen: dict[str, Any]) -> Case:
    """The case of a shape. Its rules have no fault that loading them would find."""
    chance = random.Random(shape.seed)
    kinds = chance.sample(KINDS, shape.kinds + 1)
    maker = RulesMaker(shape, chance)
    facts = maker.facts()
    rubrics = [maker.rubric(f"annex{number}", kind, facts) for number, kind in enumerate(kinds[:-1])]
    faults = [fault for fact in facts.values() for fault in rule_checks._fact_faults(fact, "")]
    faults += [fault.message for rubric in rubrics for fault in rubric_checks.faults(rubric, facts, "")]
    assert not faults, [str(fault) for fault in faults]
    begins, ends = SPANS[shape.span]
    tables = {rubric.kind: rubric.rubric for rubric in rubrics}
    if chance.random() < 0.2:
        tables[kinds[-1]] = rubrics[0].rubric  # lent by the first kind
    source = f"case({shape}, {chosen})"
    rules = Case({rubric.rubric: rubric for rubric in rubrics}, tables, facts, chosen, {}, begins, ends, source)
    return replace(rules, tables=Year(shape, chance, rules, kinds).tables())


class RulesMaker:
    """Makes the vocabulary and the rubrics."""

    def __init__(self, shape: Shape, chance: random.Random) -> None:
        self.shape, self.chance = shape, chance

    def percent(self, share: int) -> bool:
        return self.chance.randrange(100) < share

    def points(self, most: int = 20) -> Decimal:
        """Points with up to four decimals; now and then the most that there may be."""
        places = self.chance.choice([0, 0, 0, 1, 2, 4])
        return Decimal(1000) if self.percent(1) else self.decimal(most, places)

    def decimal(self, most: int, places: int) -> Decimal:
        return Decimal(self.chance.randint(0, most * 10**places)).scaleb(-places)

    def facts(self) -> dict[str, Fact]:
        made = [self.fact(f"f{number}") for number in range(self.shape.facts)]
        scopes = self.chance.sample(["scorer", "city", "any"], 2)
        made += [self.fact(f"v{scope}", table="events", absent="none", pool="sum", scope=scope) for scope in scopes]
        return {fact.fact: fact for fact in made}

    def fact(self, code: str, **fixed: str) -> Fact:
        choice = self.chance.choice
        table = fixed.get("table") or choice(["events", "events", "metrics", "metrics", "institutions"])
        whole_city = table == "institutions"
        measure = {
            "events": "cases",
            "metrics": choice(["share", "ratio", "number", "level"]),
            "institutions": choice(["number", "level"]),
        }[table]
        declared: dict[str, Any] = {
            "table": table,
            "measure": measure,
            "period": "year" if whole_city else choice(["year", "year", "assessment", "month", "month"]),
            "scope": "city" if whole_city else choice(["scorer", "scorer", "city"]),
            "absent": choice(["none", "none", "missing"] if table == "events" else ["none", "missing", "missing"]),
        }
        pools = {"sum", "once", "latest"} - ({"once"} if measure in ("share", "ratio") else set())
        declared["pool"] = choice(sorted(pools - ({"latest"} if declared["absent"] == "none" else set())))
        if measure in ("share", "ratio") and self.percent(50):
            declared["empty"] = "nothing"
        if measure == "share" and self.percent(60):
            declared["most"] = 1_000_000
        elif measure in ("number", "level") and self.percent(10):
            declared["most"] = self.chance.choice([5, 100])
        return Fact(code, Name(f"事实{code}", f"fact {code}"), "", **{**declared, **fixed})

    def rubric(self, code: str, kind: str, facts: dict[str, Fact]) -> Rubric:
        """A table that counts some facts, each up to three times, in any of its items."""
        ordinary = [fact for name, fact in facts.items() if name.startswith("f")]
        uses = self.chance.sample(ordinary * 3, self.chance.randint(1, 3 * len(ordinary)))
        shares = [uses[number :: self.shape.items] for number in range(self.shape.items)]
        items = [self.item(str(number), share) for number, share in enumerate(shares, 1) if share]
        cut = self.chance.randint(0, len(items))
        sections = [Section(f"s{number}", "", part) for number, part in enumerate((items[:cut], items[cut:]))]
        return Rubric(
            rubric=code, kind=kind, name=Name(code, code), document="文件", annex=code, full_score_basis="sum",
            full_score=sum((item.full_score for item in items), Decimal(0)), sections=sections,
            vetoes=self.vetoes([fact for fact in facts.values() if fact.measure == "cases"]),
        )  # fmt: skip

    def item(self, code: str, facts: Sequence[Fact]) -> Item:
        clauses = [self.clause(f"{code}.{number}", fact) for number, fact in enumerate(facts, 1)]
        return Item(code, f"第{code}项", self.points(40), clauses, self.chance.choice(["deduct", "deduct", "earn"]))

    def vetoes(self, facts: Sequence[Fact]) -> list[Veto]:
        made = []
        for number in range(self.chance.randint(0, 3)):
            fact = self.chance.choice([facts[-1], facts[-2], self.chance.choice(facts)]).fact
            if self.percent(60):
                made.append(
                    Veto(clause=f"v{number}", text="", fact=fact, effect="subtract", points=max(self.points(), UNIT))
                )
            else:
                made.append(Veto(clause=f"v{number}", text="", fact=fact, effect="zero"))
        return made

    def clause(self, code: str, fact: Fact) -> Clause:
        said: dict[str, Any] = {"clause": code, "text": f"第{code}款", "fact": fact.fact}
        match self.chance.choice(fitting_shapes(fact)):
            case "per_case":
                return PerCase(**said, points=self.points(5))
            case "once":
                return Once(**said, points=self.points())
            case "short_of":
                return ShortOf(**said, points=self.points(5), target=self.chance.choice([1, 1, 2, 4, 10, 100_000]))
            case "per_n":
                return PerN(**said, points=self.points(5), n=self.chance.choice([1, 2, 3, 10, 100_000]))
            case "look_up":
                values = self.chance.sample([*range(7), 100_000], self.chance.randint(1, 6))
                return LookUp(**said, levels=[Level(value, self.points()) for value in values])
            case "line":
                return self.line(said, fact)
            case "peers":
                return Peers(**said, points=self.points(5), step=Decimal(self.chance.choice(STEPS)))
            case _:
                return Bands(**said, bands=self.bands(self.band_ends(fact)))

    def line(self, said: dict[str, Any], fact: Fact) -> Line:
        """Two to four ends, as they are likely for the fact; points go up, down or stay."""
        most, step = {"share": (1, 20), "ratio": (2, 40)}.get(fact.measure, (8, 4))
        ends = sorted(self.chance.sample(range(most * step + 1), self.chance.randint(2, 4)))
        made = [End(Decimal(at) / step, self.points(10)) for at in ends]
        return Line(**said, ends=made, decimals=self.chance.choice([0, 1, 2, 4]))

    def band_ends(self, fact: Fact) -> list[Decimal]:
        """Up to five ends, as they are likely for the fact: of a share up to 1, of a number small; often 0."""
        if self.percent(2):
            return [Decimal("0.00001"), Decimal(100_000)]
        places = {"share": 2, "ratio": self.chance.choice([1, 4])}.get(fact.measure, self.chance.choice([0, 0, 1]))
        most = {"share": 1, "ratio": 2}.get(fact.measure, 8) * 10**places
        numbers = self.chance.sample(range(1, most + 1), self.chance.randint(0, 4))
        numbers += [0] if self.percent(30) else []
        return [Decimal(number).scaleb(-places) for number in sorted(numbers)]

    def bands(self, ends: Sequence[Decimal]) -> list[Band]:
        """Bands between the ends, some left out. An end belongs to the band below it, above it, or to none.

        Now and then it is a band by itself; the bands then stay in order, otherwise they come in any.
        """
        owners = [self.chance.choice(["below", "below", "above", "above", "none", "itself"]) for _ in ends]
        made: list[Band] = []
        for place in range(len(ends) + 1):
            between: dict[str, Decimal] = {}
            if place > 0:
                between["at_least" if owners[place - 1] == "above" else "above"] = ends[place - 1]
            if place < len(ends):
                between["at_most" if owners[place] == "below" else "below"] = ends[place]
            if self.percent(80):
                made.append(Band(self.points(), **between))
            if place < len(ends) and owners[place] == "itself":
                made.append(Band(self.points(), at_least=ends[place], at_most=ends[place]))
        if "itself" not in owners:
            self.chance.shuffle(made)
        return made or [Band(self.points())]


def fitting_shapes(fact: Fact) -> list[str]:
    """The shapes of clauses that may count the fact."""
    if fact.measure in ("share", "ratio"):
        compared = fact.measure == "share" and fact.most == 1_000_000
        return ["bands", "line", *(["peers", "peers"] if compared else [])]
    shapes = ["bands", "look_up", "per_case", "once", "per_n", "line"]
    return [*shapes, "short_of", "short_of"] if fact.absent == "missing" else shapes
