"""Coverage: of which clauses of each scheme the dataset knows anything, before any number is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Literal

import polars as pl

from kaohe import Dataset
from kaohe.model import Fact, Rubric
from kaohe_compare.sides import Side

MARK = "mark"
State = Literal["data", "missing", "no_record", "given", "not_applicable"]
"""`data`: some institution of the kind has a record of the fact. Without any: `missing`, where it must be shown;
`no_record`, where silence counts as no case. `given`: results of a document without tables. `not_applicable`: nobody of
the kind is in the dataset, or the scheme has no table for it."""

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "side": pl.String, "kind": pl.String, "institutions": pl.Int64, "rubric": pl.String, "item": pl.String,
    "name": pl.String, "full_score": pl.Decimal(38, 4), "clause": pl.String, "text": pl.String, "fact": pl.String,
    "state": pl.String, "recorded": pl.Int64,
}  # fmt: skip
RECORDED = {"kind": pl.String, "fact": pl.String, "item": pl.String, "institutions": pl.Int64}


def coverage(dataset: Dataset, sides: Sequence[Side]) -> pl.DataFrame:
    """A row for each side, kind of institution, and clause: COLUMNS. Vetoes are clauses of the item “”.

    `recorded`: how many institutions of the kind have a record of the clause's fact, of `institutions` in all. A kind
    that a side has no table for has one row.
    """
    number = dict(dataset.tables["institutions"].group_by("kind").len().sort("kind").collect().rows())
    recorded = {(kind, fact, item): count for kind, fact, item, count in _recorded(dataset, sides).rows()}
    rows: list[tuple[object, ...]] = []
    for side in sides:
        rules = side.chosen.rules
        for kind in dict.fromkeys([*number, *rules.kinds]):
            of = number.get(kind, 0)
            if kind in rules.kinds:
                rubric = rules.rubrics[rules.kinds[kind]]
                for *about, fact, state, count in _clauses(rubric, kind, of, recorded, rules.facts):
                    rows.append((side.name, kind, of, rubric.rubric, *about, fact, state, count))
                continue
            given = recorded.get((kind, MARK, ""), 0)
            state = "given" if _gives(side) and of else "not_applicable"
            rows.append((side.name, kind, of, "", "", "", None, "", "", "", state, given if state == "given" else 0))
    return pl.DataFrame(rows, COLUMNS, orient="row")


def _gives(side: Side) -> bool:
    return side.chosen.stages["grade"].rules.scheme.results_given is not None


def _clauses(
    rubric: Rubric, kind: str, of: int, recorded: dict[tuple[str, str, str], int], facts: dict[str, Fact]
) -> Iterator[tuple[object, ...]]:
    """Item, its name and full score, clause, its words, fact, state and how many have a record, of every clause."""

    def state(fact: str, count: int) -> State:
        if not of:
            return "not_applicable"
        return "data" if count else "missing" if facts[fact].absent == "missing" else "no_record"

    for item, clause in rubric.clauses:
        count = recorded.get((kind, clause.fact, item.item if clause.fact == MARK else ""), 0)
        yield (
            item.item,
            item.name,
            item.full_score,
            clause.clause,
            clause.text,
            clause.fact,
            state(clause.fact, count),
            count,
        )
    for veto in rubric.vetoes:
        count = recorded.get((kind, veto.fact, ""), 0)
        yield "", "", None, veto.clause, veto.text, veto.fact, state(veto.fact, count), count


def _recorded(dataset: Dataset, sides: Sequence[Side]) -> pl.DataFrame:
    """How many institutions of each kind have a record of each fact (of a mark: of each item); RECORDED.

    Withdrawn records are none, nor are marks that an institution gave itself. The fact `mark` of no item: any mark, or
    a result of the year in the history.
    """
    institutions = dataset.tables["institutions"].select("institution", "kind")
    parts = []
    for table in ("events", "metrics"):
        if table in dataset.tables:
            rows = dataset.tables[table].filter(pl.col("status").fill_null("") != "withdrawn")
            parts.append(rows.select("institution", "fact", item=pl.lit("")))
    parts += _columns(dataset, sides)
    parts += _given(dataset)
    every = pl.concat(parts).join(institutions, on="institution") if parts else pl.LazyFrame(schema=RECORDED)
    counted = (
        every.group_by("kind", "fact", "item").agg(pl.col("institution").n_unique().cast(pl.Int64)) if parts else every
    )
    return counted.collect(engine="streaming")


def _columns(dataset: Dataset, sides: Sequence[Side]) -> Iterator[pl.LazyFrame]:
    """Facts that stand in columns of the institutions."""
    institutions = dataset.tables["institutions"]
    there = set(institutions.collect_schema().names())
    facts = {fact.fact for side in sides for fact in side.chosen.rules.facts.values() if fact.table == "institutions"}
    for fact in sorted(facts & there):
        known = institutions.filter(pl.col(fact).is_not_null())
        yield known.select("institution", fact=pl.lit(fact), item=pl.lit(""))


def _given(dataset: Dataset) -> Iterator[pl.LazyFrame]:
    """Marks by others than the institution, by item and together; results of the year on record."""
    if "marks" in dataset.tables:
        own = pl.LazyFrame(schema={"scorer": pl.String})
        if "scorers" in dataset.tables:
            own = dataset.tables["scorers"].filter(pl.col("role") == "self").select("scorer")
        marks = dataset.tables["marks"].filter(pl.col("status").fill_null("") != "withdrawn")
        marks = marks.join(own, on="scorer", how="anti").select("institution", "item", fact=pl.lit(MARK))
        yield marks.select("institution", "fact", "item")
        yield marks.select("institution", "fact", item=pl.lit(""))
    if "history" in dataset.tables:
        of_year = dataset.tables["history"].filter(pl.col("year") == dataset.year)
        yield of_year.select("institution", fact=pl.lit(MARK), item=pl.lit(""))


def by_item(covered: pl.DataFrame) -> pl.DataFrame:
    """Coverage by side, kind and item: how many clauses have data, have none (missing; no record), do not apply."""
    states = ("data", "missing", "no_record", "given", "not_applicable")
    counts = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in states]
    key = ["side", "kind", "institutions", "rubric", "item", "name", "full_score"]
    return covered.group_by(key, maintain_order=True).agg(pl.len().cast(pl.Int64).alias("clauses"), *counts)


def by_kind(covered: pl.DataFrame) -> dict[tuple[str, str], Fraction | None]:
    """The part of each table's full score of which the dataset knows anything, by side and kind.

    An item counts by its full score and the part of its clauses with data. None where there is no table, or nobody.
    """
    found: dict[tuple[str, str], Fraction | None] = {}
    for (side, kind), items in by_item(covered).group_by("side", "kind", maintain_order=True):
        rows = items.filter(pl.col("item") != "", pl.col("institutions") > 0).rows(named=True)
        whole = sum((Fraction(row["full_score"]) for row in rows), Fraction(0))
        known = sum((Fraction(row["full_score"]) * Fraction(row["data"], row["clauses"]) for row in rows), Fraction(0))
        found[str(side), str(kind)] = known / whole if whole else None
    return found


def shared_facts(sides: Iterable[Side], kind: str) -> list[str]:
    """The facts that clauses of all tables for this kind count, in the order of the first; never marks."""
    rubrics = [
        rules.rubrics[rules.kinds[kind]] for rules in (side.chosen.rules for side in sides) if kind in rules.kinds
    ]
    counted = [dict.fromkeys(clause.fact for _, clause in rubric.clauses) for rubric in rubrics]
    return [fact for fact in counted[0] if fact != MARK and all(fact in own for own in counted)] if counted else []
