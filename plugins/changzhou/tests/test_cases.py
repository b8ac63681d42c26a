"""The worked cases of annex 2, and the words of annex2.toml against the printed notice.

Each case in cases/annex2 becomes a dataset folder of its own; what is expected was worked out by hand from
the law and is compared without tolerance. Background of a case, unless it says otherwise: nursing home N
without a star, district D1 with 10 persons, which has reported; on each sheet one training plan, four
trainings, a ledger, satisfaction 100 of 100. `expect.items` is the sheet of D1, or the pooled one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve, field, frozen
from attrs.validators import in_

import kaohe
from kaohe.loading import converter as shared_converter
from kaohe.loading import read_toml
from kaohe.model import Clause, Item, Rubric, Section, Veto
from kaohe.plugin.manager import scheme_named
from kaohe.rules import assemble
from kaohe_changzhou import HERE as PLUGIN

CASES = Path(__file__).parent / "cases" / "annex2"
SCHEME = PLUGIN / "2022"
RULES = assemble(*scheme_named("changzhou/2022"))
FACTS, RUBRIC = RULES.facts, RULES.rubrics["annex2"]
ITEMS = list(RUBRIC.items)
CLAUSES = [clause for item in ITEMS for clause in item.clauses]

COLUMNS = {
    "institutions": ["institution", "name", "kind", "services", "basic_insurance", "star"],
    "agreements": ["agreement", "institution", "from", "to"],
    "scorers": ["scorer", "name", "role"],
    "served": ["institution", "scorer", "persons"],
    "steps": ["institution", "scorer", "step", "done"],
    "events": ["event", "institution", "scorer", "date", "handled", "fact", "count", "status"],
    "metrics": ["institution", "scorer", "period", "fact", "numerator", "denominator"],
}
STARS: tuple[Any, ...] = ("", 0, 1, 2, 3, 4, 5)
DATASET = 'name = "算例"\nfrom = 2022-01-01\nto = 2022-12-31\n'

Rows = list[dict[str, object]]


@frozen
class Span:
    """Points that are known, or the two ends between which they lie."""

    low: Decimal
    high: Decimal


@frozen(kw_only=True)
class Event:
    fact: str
    count: int | None = None
    scorer: str | None = None
    date: str = "2022-06-15"
    handled: str = ""
    status: str = ""


@frozen(kw_only=True)
class Metric:
    fact: str
    numerator: Decimal
    denominator: Decimal | None = None
    scorer: str = "D1"


@frozen(kw_only=True)
class Absent:
    fact: str
    scorer: str = "D1"


@frozen(kw_only=True)
class Given:
    star: Any = field(default=0, validator=in_(STARS))
    served: dict[str, int] = field(factory=lambda: {"D1": 10})
    reported: list[str] | None = None
    events: list[Event] = field(factory=list)
    metrics: list[Metric] = field(factory=list)
    absent: list[Absent] = field(factory=list)
    parameters: dict[str, str] = field(factory=dict)
    cutoffs: list[dict[str, str]] = field(factory=list)

    @property
    def sheets(self) -> list[str]:
        """The districts that serve somebody, and so have a sheet."""
        return [scorer for scorer, persons in self.served.items() if persons > 0]

    @property
    def main_sheet(self) -> str:
        """The sheet that `expect.items` speaks of, by its scorer."""
        return "" if self.parameters.get("combine.scorers") == "pooled" else "D1"


@frozen(kw_only=True)
class Sheet:
    items: dict[str, Span]


@frozen(kw_only=True)
class Expect:
    """What a case says must come out: `score`, or `low` and `high`; the rest as far as it says so."""

    items: dict[str, Span] = field(factory=dict)
    sheets: dict[str, Sheet] = field(factory=dict)
    scores: dict[str, Span] = field(factory=dict)
    score: Span | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    grade: str | None = None
    no_grade: bool = False
    status: str | None = None

    @property
    def total(self) -> Span:
        """The institution's score or its ends; raises ValueError where the case does not say exactly one."""
        if self.score is not None and self.low is None and self.high is None:
            return self.score
        if self.score is None and self.low is not None and self.high is not None:
            return Span(self.low, self.high)
        raise ValueError("a case expects either score, or low and high")


@frozen(kw_only=True)
class Case:
    name: str
    working: str
    expect: Expect
    given: Given = field(factory=Given)


@frozen(kw_only=True)
class CaseFile:
    article: str
    cases: list[Case]


def _decimal(value: object) -> Decimal:
    if not isinstance(value, str):
        raise TypeError(f"{value!r}: a number that is expected is written as text")
    return Decimal(value)


def _span(value: Any, _: Any) -> Span:
    if not isinstance(value, Mapping):
        return Span(_decimal(value), _decimal(value))
    if set(value) != {"low", "high"}:
        raise TypeError(f"{value!r}: a range has low and high")
    return Span(_decimal(value["low"]), _decimal(value["high"]))


converter = shared_converter.copy()
converter.register_structure_hook(Span, _span)


def load(path: Path) -> CaseFile:
    """A file of cases; an unknown key is a fault."""
    return converter.structure(read_toml(path), CaseFile)


FILES = {path.stem: load(path) for path in sorted(CASES.glob("*.toml"))}
ALL = [(stem, case) for stem, file in FILES.items() for case in file.cases]


# A case as a dataset folder.


def metrics_of(given: Given) -> list[Metric]:
    """The background values of every sheet, with those of the case in their place."""
    background = [
        Metric(fact="training.plan", numerator=Decimal(1)),
        Metric(fact="training.internal", numerator=Decimal(4)),
        Metric(fact="ledger.kept", numerator=Decimal(1)),
        Metric(fact="satisfaction", numerator=Decimal(100), denominator=Decimal(100)),
    ]
    values = {
        (scorer, metric.fact): evolve(metric, scorer=scorer)
        for scorer in given.sheets for metric in background
    }  # fmt: skip
    for metric in given.metrics:
        assert (metric.scorer, metric.fact) in values, f"no background value to replace: {metric}"
        values[metric.scorer, metric.fact] = metric
    for absent in given.absent:
        del values[absent.scorer, absent.fact]
    return list(values.values())


def scorer_of(event: Event) -> str:
    """Who recorded it: D1 unless the case says; nobody where the fact is the city's."""
    if event.scorer is not None:
        return event.scorer
    return "" if FACTS[event.fact].scope == "city" else "D1"


def event_rows(given: Given) -> Rows:
    return [
        {
            "event": f"E{number}", "institution": "N", "scorer": scorer_of(event), "date": event.date,
            "handled": event.handled, "fact": event.fact, "count": event.count, "status": event.status,
        }
        for number, event in enumerate(given.events, 1)
    ]  # fmt: skip


def metric_rows(given: Given) -> Rows:
    return [
        {
            "institution": "N", "scorer": metric.scorer, "period": "2022", "fact": metric.fact,
            "numerator": metric.numerator, "denominator": metric.denominator,
        }
        for metric in metrics_of(given)
    ]  # fmt: skip


def tables_of(given: Given) -> dict[str, Rows]:
    districts = list(given.served)
    reported = districts if given.reported is None else given.reported
    served = given.served.items()
    return {
        "institutions": [{"institution": "N", "name": "算例养老院", "kind": "nursing_home", "star": given.star}],
        "scorers": [{"scorer": scorer, "name": f"结算区{scorer}", "role": "district"} for scorer in districts],
        "served": [{"institution": "N", "scorer": scorer, "persons": persons} for scorer, persons in served],
        "agreements": [{"agreement": "X1", "institution": "N", "from": "2021-01-01", "to": "2023-12-31"}],
        "steps": [
            {"institution": "N", "step": "declaration", "done": "2023-02-08"},
            *({"scorer": scorer, "step": "reported", "done": "2023-02-20"} for scorer in reported),
        ],
        "events": event_rows(given),
        "metrics": metric_rows(given),
    }


def write_dataset(folder: Path, given: Given) -> Path:
    folder.mkdir()
    (folder / "dataset.toml").write_text(DATASET, encoding="utf-8")
    for table, rows in tables_of(given).items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as content:
            writer = csv.DictWriter(content, COLUMNS[table])
            writer.writeheader()
            writer.writerows(rows)
    return folder


def assignments(pairs: Mapping[str, str]) -> list[str]:
    """The pairs as TOML writes them."""
    return [f'{key} = "{value}"' for key, value in pairs.items()]


def write_parameters(path: Path, given: Given) -> Path | None:
    """The case's choices and cutoffs as a parameter file; None where it has none."""
    values = {name: f'"{option}"' for name, option in given.parameters.items()}
    if given.cutoffs:
        cutoffs = [f"{{ {', '.join(assignments(cutoff))} }}" for cutoff in given.cutoffs]
        values["grade.cutoffs"] = f"[{', '.join(cutoffs)}]"
    if not values:
        return None
    source = 'provenance = "assumption"\nsource = "测试"\n'
    content = "\n".join(f'["{name}"]\nvalue = {value}\n{source}' for name, value in values.items())
    path.write_text(content, encoding="utf-8")
    return path


# What was found, in the form in which it is expected.


def row_of(table: pl.DataFrame, **key: str) -> dict[str, Any]:
    matches = pl.all_horizontal(*(pl.col(name) == value for name, value in key.items()))
    return table.row(by_predicate=matches, named=True)


def span_of(row: Mapping[str, Any], settled: str) -> Span:
    """The settled value of a row, or its ends where it has none."""
    value = row[settled]
    return Span(row["low"], row["high"]) if value is None else Span(value, value)


def compared(run: kaohe.Run, case: Case) -> Iterator[tuple[str, object, object]]:
    """What the case speaks of, what it expects of it, and what was found."""
    expect = case.expect
    result = row_of(run.results, institution="N")
    yield "total", expect.total, span_of(result, "score")
    yield "ends", expect.total, Span(result["low"], result["high"])
    if expect.grade is not None or expect.no_grade:
        yield "grade", expect.grade, result["grade"]
    if expect.status is not None:
        yield "status", expect.status, result["status"]
    for scorer, span in expect.scores.items():
        yield f"score {scorer}", span, span_of(row_of(run.scores, institution="N", scorer=scorer), "score")
    sheets = {scorer: sheet.items for scorer, sheet in expect.sheets.items()}
    for scorer, items in {case.given.main_sheet: expect.items, **sheets}.items():
        for item, span in items.items():
            found = row_of(run.items, institution="N", scorer=scorer, item=item)
            yield f"item {item} {scorer}", span, span_of(found, "points")


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{stem}: {case.name}") for stem, case in ALL])
def test_case(case: Case, tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "dataset", case.given)
    parameters = write_parameters(tmp_path / "parameters.toml", case.given)
    run = kaohe.assess(folder, "changzhou/2022", parameters=parameters)
    rows = list(compared(run, case))
    expected = {what: value for what, value, _ in rows}
    assert {what: found for what, _, found in rows} == expected, case.working


# The cases as a whole.


def test_each_item_has_its_file() -> None:
    items = {f"item-{int(item.item):02}" for item in ITEMS}
    assert set(FILES) == items | {"vetoes", "combining", "missing", "grades"}


@pytest.mark.parametrize("stem", FILES)
def test_cases_are_complete_and_their_names_unique(stem: str) -> None:
    file = FILES[stem]
    assert file.article
    assert len({case.name for case in file.cases}) == len(file.cases)
    for case in file.cases:
        assert case.name, case
        assert case.working, case.name
        assert case.expect.total, case.name
        assert not (case.expect.no_grade and case.expect.grade), case.name


def touched(cases: list[Case]) -> set[str]:
    """The facts that some case records: events that count, values of metrics, a star."""
    given = [case.given for case in cases]
    events = [event for one in given for event in one.events]
    facts = {event.fact for event in events if event.status != "withdrawn" and event.count != 0}
    facts |= {metric.fact for one in given for metric in one.metrics}
    return facts | {"star" for one in given if one.star not in (0, "")}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.item)
def test_each_clause_is_touched_in_the_file_of_its_item(item: Item) -> None:
    facts = touched(FILES[f"item-{int(item.item):02}"].cases)
    assert {clause.clause for clause in item.clauses if clause.fact not in facts} == set()


def test_each_veto_is_touched() -> None:
    facts = touched(FILES["vetoes"].cases)
    assert {veto.clause for veto in RUBRIC.vetoes if veto.fact not in facts} == set()


# The table's words against the notice.


def bare(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split())


def annex(number: int) -> str:
    """One annex of the notice, from its heading line to the next annex's, without white space."""
    lines = (SCHEME / "sources" / "notice.txt").read_text(encoding="utf-8").splitlines()
    headings = [line.strip() for line in lines]
    return bare("".join(lines[headings.index(f"附件{number}") : headings.index(f"附件{number + 1}")]))


ANNEX = annex(2)


def printed(item: Item) -> str:
    """An item as the notice prints it, from its name on: full score, then each numbered line once."""
    lines = dict.fromkeys(clause.number + clause.text for clause in item.clauses)
    return bare(f"{item.name}{item.full_score}{''.join(lines)}")


def printed_table(rubric: Rubric) -> str:
    """The whole table as a pattern; a section's name may stand before any of its items.

    The notice repeats it where a page begins, and prints no number for the heading of the vetoes.
    """
    items = [
        f"{item.item}(?:{section.name})?{re.escape(printed(item))}"
        for section in rubric.sections for item in section.items
    ]  # fmt: skip
    vetoes = [f"{veto.clause}(?:一票否决项)?{re.escape(bare(veto.text))}" for veto in rubric.vetoes]
    heading = f"{rubric.annex}{rubric.name.zh_CN}序号考核周期内容标准分值评分标准自评得分"
    return heading + "".join(items + vetoes)


@pytest.mark.parametrize("clause", [*CLAUSES, *RUBRIC.vetoes], ids=lambda clause: clause.clause)
def test_clause_stands_in_the_notice(clause: Clause | Veto) -> None:
    assert bare(clause.number + clause.text) in ANNEX


@pytest.mark.parametrize("section", RUBRIC.sections, ids=lambda section: section.section)
def test_section_stands_in_the_notice_before_its_first_item(section: Section) -> None:
    first = section.items[0]
    assert bare(f"{first.item}{section.name}{first.name}{first.full_score}") in ANNEX


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.item)
def test_item_stands_in_the_notice_with_its_full_score(item: Item) -> None:
    assert printed(item) in ANNEX


def test_nothing_of_the_printed_table_is_left_out() -> None:
    assert re.fullmatch(printed_table(RUBRIC), ANNEX)


def test_the_items_add_up_to_the_full_score() -> None:
    assert sum(item.full_score for item in ITEMS) == RUBRIC.full_score == 100
