"""Two random cities on one random year: rules as the engine's tests draw them, and money that depends on the score."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from attrs import evolve
from hypothesis import strategies as st
from oracle import Case
from strategies import RulesMaker, Shape, case, parameters, shapes
from years import write

from kaohe import Dataset, Rules, hookimpl
from kaohe.dataset.check import check
from kaohe.dataset.read import read
from kaohe.dataset.served import with_served
from kaohe.model import Deposit, Needs, Rubric, Schedule, Scheme, Step
from kaohe.parameters import DECLARED
from kaohe.plugin.manager import City
from kaohe.rules import core_parameters, feature_files
from kaohe.sources import Chosen, Resolved
from kaohe.stages.contract import STAGES
from kaohe_compare.mixes import COMBINING, GRADING, SCORING, SETTLING, VETOES
from kaohe_compare.sides import Side

PARAMETERS = {
    SCORING: ("peers.average", "peers.itself", "peers.empty"),
    COMBINING: ("combine.scorers", "missing.counts", "score.rounding"),
    GRADING: ("grade.cutoffs",),
}
"""The parameters that each stage reads."""
SCHEDULES = (
    Schedule(
        "steps", [Step(Decimal(0), Decimal("0.3")), Step(Decimal(20), Decimal("0.777")), Step(Decimal(60), Decimal(1))]
    ),
    Schedule("line", [Step(Decimal(10), Decimal("0.1")), Step(Decimal(90), Decimal("0.9"))]),
)


class Nowhere:
    """A city with nothing of its own: all stages are the core's."""

    @hookimpl
    def schemes(self) -> list[Path]:
        return []


CITY = City.of("test", Nowhere())
Pair = tuple[Dataset, Side, Side]


@dataclass(frozen=True)
class Drawn:
    """What a pair is made from. The sides may differ in everything but the stages in `same`."""

    shape: Shape
    left: dict[str, Any]
    right: dict[str, Any]
    same: tuple[str, ...]

    def pair(self) -> Pair:
        """The year and the two sides; the right one has the left one's rules where they are the same."""
        ours = case(self.shape, self.left)
        chance = random.Random(self.shape.seed + 1)
        maker = RulesMaker(self.shape, chance)
        rubrics: dict[str, Rubric] = {}
        for code, rubric in ours.rubrics.items():
            other = maker.rubric(code, rubric.kind, ours.facts)
            items, vetoes = (rubric if stage in self.same else other for stage in (SCORING, VETOES))
            rubrics[code] = evolve(items, vetoes=vetoes.vetoes)
        values = {
            name: (self.left if stage in self.same else self.right)[name]
            for stage, names in PARAMETERS.items()
            for name in names
        }
        settled = SCHEDULES[SETTLING not in self.same]
        left = _side("left", _rules(ours, ours.rubrics, self.left, SCHEDULES[0]))
        return _year(ours, chance), left, _side("right", _rules(ours, rubrics, values, settled))


def drawn(*same: str) -> st.SearchStrategy[Drawn]:
    """Pairs that are alike in these stages at the least."""
    return st.builds(Drawn, shapes(st.integers(1, 6)), parameters(), parameters(), st.just(same))


def _rules(ours: Case, rubrics: dict[str, Rubric], values: dict[str, Any], schedule: Schedule) -> Rules:
    declared = core_parameters([DECLARED, *feature_files(["deposit"])])
    chosen = {
        name: evolve(declared[name], value=value) for name, value in {**values, "deposit.release": schedule}.items()
    }
    name = next(iter(ours.facts.values())).name
    scheme = Scheme(
        scheme="test/2022",
        name=name,
        documents=[],
        reviewed=date(2022, 1, 1),
        deposit=Deposit(withheld="一", settled="二"),
    )
    return Rules(scheme=scheme, rubrics=rubrics, kinds=ours.kinds, facts=ours.facts, parameters={**declared, **chosen})


def _side(name: str, rules: Rules) -> Side:
    return Side(name, Chosen(CITY, rules, dict.fromkeys(STAGES, Resolved(CITY, rules))), {})


def _year(ours: Case, chance: random.Random) -> Dataset:
    """The case's dataset by way of files, with a payment to each institution; of some nothing is withheld."""
    with tempfile.TemporaryDirectory() as folder:
        write(ours, Path(folder), chance)
        raws, files, problems = read(Path(folder))
        dataset, found = check(raws, files, "", ours.facts, Needs())
    assert dataset is not None, [str(problem) for problem in problems + found]
    institutions = sorted(row["institution"] for row in ours.tables["institutions"])
    payments = pl.DataFrame(
        [
            (code, "", "长护险", f"{ours.begins:%Y-%m}", payable := chance.randint(0, 10**7), payable // 20)
            for code in institutions
        ],
        {
            "institution": pl.String,
            "region": pl.String,
            "fund": pl.String,
            "month": pl.String,
            "payable": pl.Int64,
            "withheld": pl.Int64,
        },
        orient="row",
    )
    agreements = pl.LazyFrame(
        schema={
            "agreement": pl.String,
            "institution": pl.String,
            "from": pl.Date,
            "to": pl.Date,
            "deposit_rate": pl.Int64,
        }
    )
    return with_served(
        evolve(dataset, tables={**dataset.tables, "payments": payments.lazy(), "agreements": agreements})
    )
