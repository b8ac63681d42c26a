"""Appeals: a finding that is disputed stays in, goes out, or is reduced; and what that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import polars as pl
from attrs import evolve

from kaohe.dataset import CONTRACT, Dataset
from kaohe.dataset.places import Row, at_rows
from kaohe.marking import allowed
from kaohe.messages import Text, text
from kaohe.model import UNITS_PER_POINT, Fact, Rules, points
from kaohe.problems import Problem

Taken = Literal["as_decided", "in", "out"]
APPEALED = {
    "appeal": pl.String, "institution": pl.String, "table": pl.String, "row": pl.String, "filed": pl.Date,
    "department": pl.String, "answered": pl.Date, "decision": pl.String, "score_in": pl.Int64, "score_out": pl.Int64,
    "score": pl.Int64,
}  # fmt: skip
"""`score_in`, `score_out`: the score with the finding as it was recorded, and without it, the other appeals as they
were decided; `score`: as all were decided."""
VALUE = {"events": "count", "metrics": "numerator", "marks": "points"}


def decided(dataset: Dataset, taken: Taken = "as_decided", only: int | None = None) -> Dataset:
    """The dataset as its appeals were decided.

    Upheld: the finding is withdrawn (or is `to`, where that is given). Reduced: it is `to`. Rejected: it stays.
    Without a decision it stays, disputed. `taken` treats each institution's appeal with the number `only` as rejected
    or as upheld instead.
    """
    appeals = dataset.held("appeals")
    if appeals is None or appeals.is_empty():
        return dataset
    tables = dict(dataset.tables)
    numbered = _numbered(appeals)
    for table, value in VALUE.items():
        if table in tables:
            own = numbered.filter(pl.col("table") == table)
            tables[table] = _applied(tables[table], table, value, own, taken, only)
    return evolve(dataset, tables=tables)


def _numbered(appeals: pl.DataFrame) -> pl.DataFrame:
    """The appeals with their number within their institution, from 0, as they were filed."""
    ordered = appeals.sort("filed", "appeal")
    return ordered.with_columns(number=pl.int_range(pl.len()).over("institution"))


def rows_of(table: str) -> list[pl.Expr]:
    """How a row of a table is named by an appeal: an event by its code; a metric by fact and period, after its
    scorer if it has one; a mark by scorer and item, before its person if there are several."""
    if table == "events":
        return [pl.col("event")]
    if table == "metrics":
        whole = pl.concat_str("scorer", "fact", "period", separator=" ", ignore_nulls=True).str.strip_chars()
        return [whole, pl.concat_str("fact", "period", separator=" ")]
    return [pl.concat_str("scorer", "item", separator=" "), pl.concat_str("scorer", "item", "by", separator=" ")]


def _applied(
    frame: pl.LazyFrame, table: str, value: str, appeals: pl.DataFrame, taken: Taken, only: int | None
) -> pl.LazyFrame:
    """A table's rows as the appeals against them were decided; of several against one row the last."""
    forced = {"in": "rejected", "out": "upheld"}.get(taken)
    if forced is not None:
        this = pl.col("number") == only
        appeals = appeals.with_columns(
            decision=pl.when(this).then(pl.lit(forced)).otherwise(pl.col("decision")),
            to=pl.when(~this).then(pl.col("to")),
        )
    last = (
        appeals.unique(["institution", "row"], keep="last", maintain_order=True)
        .select("institution", "decision", "to", _row="row", _appealed=pl.lit(True))
        .lazy()
    )
    indexed = frame.with_row_index("_index")
    matched = [
        indexed.select("_index", "institution", _row=name)
        .join(last, on=["institution", "_row"])
        .drop("institution", "_row")
        for name in rows_of(table)
    ]
    found = pl.concat(matched).unique("_index", keep="first")
    joined = indexed.join(found, on="_index", how="left", maintain_order="left")
    there, decision = pl.col("_appealed").fill_null(False), pl.col("decision")
    unit = pl.lit(UNITS_PER_POINT)
    to = pl.col("to") if table == "marks" else pl.col("to") // unit
    if table == "metrics":
        to = pl.when(pl.col("denominator").is_null()).then(pl.col("to") // unit).otherwise(pl.col("to"))
    changed = there & decision.is_in(["upheld", "reduced"]) & pl.col("to").is_not_null()
    gone = there & (decision == "upheld") & pl.col("to").is_null()
    status = pl.col("status").fill_null("confirmed")
    return joined.with_columns(
        pl.when(changed).then(to).otherwise(pl.col(value)).alias(value),
        pl.when(gone)
        .then(pl.lit("withdrawn"))
        .when(there & decision.is_null() & (status == "confirmed"))
        .then(pl.lit("disputed"))
        .when(there & decision.is_not_null() & (status == "disputed"))
        .then(pl.lit("confirmed"))
        .otherwise(status)
        .alias("status"),
    ).select(frame.collect_schema().names())


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Appeals against nothing, and decisions that cannot be: without department or day, or with an impossible value.

    An objection never makes a finding worse: what is upheld or reduced counts fewer cases, or gives a higher mark.
    """
    appeals = dataset.held("appeals")
    if appeals is None or not dataset.sound("institutions", *VALUE):
        return

    def fault(
        rows: pl.DataFrame, column: str, message: Text | Callable[[Row], Text], remedy: Text
    ) -> Iterator[Problem]:
        def said(row: Row) -> Text:
            what = message(row) if callable(message) else message
            return text("appeal “{appeal}”: {message}", appeal=row["appeal"], message=what)

        return at_rows(dataset, "appeals", rows, column, said, remedy, code="appeal")

    decision, to = pl.col("decision"), pl.col("to")
    met = disputed(dataset, appeals)
    remedy = text("name it as kaohe explain --json does; a mark by scorer and item")
    yield from fault(appeals.join(met, on="appeal", how="anti"), "row", _nothing, remedy)
    unsaid = appeals.filter(decision == "reduced", to.is_null())
    yield from fault(unsaid, "to", text("it was reduced, but not said to what"), text("fill in “to”"))
    idle = appeals.filter(decision.is_null() | (decision == "rejected"), to.is_not_null())
    remedy = text("leave “to” blank, or correct the decision")
    yield from fault(idle, "to", text("it changes nothing as it was decided, but says to what"), remedy)
    for column in ("department", "answered"):
        missing = appeals.filter(decision.is_not_null(), pl.col(column).is_null())
        yield from fault(missing, column, text("it was decided, but not by whom or when"), text("fill it in"))
    changed = met.filter(decision.is_in(["upheld", "reduced"]), to.is_not_null())
    wrong = _impossible(changed, dataset, rules)
    rows = changed.filter(pl.col("appeal").is_in(list(wrong))).unique("appeal")
    yield from fault(rows, "to", lambda row: wrong[row["appeal"]], text("correct it"))


def disputed(dataset: Dataset, appeals: pl.DataFrame) -> pl.DataFrame:
    """The appeals with each record that they are against: its scorer, item, fact, value and denominator."""
    wanted = {"scorer": pl.String, "item": pl.String, "fact": pl.String, "value": pl.Int64, "denominator": pl.Int64}
    parts = [appeals.clear().with_columns(pl.lit(None, kind).alias(name) for name, kind in wanted.items())]
    for table, value in VALUE.items():
        own = appeals.filter(pl.col("table") == table)
        if table not in dataset.tables or own.is_empty():
            continue
        frame = dataset.tables[table].with_columns(value=value)
        there = frame.collect_schema().names()
        known = [pl.col(name) if name in there else pl.lit(None, kind).alias(name) for name, kind in wanted.items()]
        for name in rows_of(table):
            records = frame.select("institution", *known, row=name)
            parts.append(own.lazy().join(records, on=["institution", "row"]).collect().select(parts[0].columns))
    return pl.concat(parts).unique(maintain_order=True)


def _impossible(changed: pl.DataFrame, dataset: Dataset, rules: Rules) -> dict[str, Text]:
    """What is wrong with the values that appeals lead to, by appeal."""
    kinds = dict(dataset.tables["institutions"].select("institution", "kind").collect().rows())
    highest = {(kind, item): most for kind, item, most, _ in allowed(rules).rows()}
    wrong: dict[str, Text] = {}
    for row in changed.to_dicts():
        match row["table"]:
            case "events":
                said = _no_count(row)
            case "metrics":
                fact = rules.facts.get(row["fact"])
                said = None if fact is None else _no_metric(row, fact)
            case _:
                said = _no_mark(row, highest.get((kinds[row["institution"]], row["item"])))
        if said is not None:
            wrong.setdefault(row["appeal"], said)
    return wrong


def _no_count(row: Row) -> Text | None:
    if row["to"] % UNITS_PER_POINT or row["to"] < 0:
        return text("{to} is not a number of cases", to=points(row["to"]))
    if row["to"] >= row["value"] * UNITS_PER_POINT:
        return text("{to} is not fewer than the {value} recorded", to=points(row["to"]), value=row["value"])
    return None


def _no_metric(row: Row, fact: Fact) -> Text | None:
    ratio = fact.measure in ("share", "ratio")
    if row["to"] < 0 or (row["to"] % UNITS_PER_POINT and (not ratio or fact.most is not None)):
        return text("{to} is not a whole number", to=points(row["to"]))
    if fact.measure == "share" and row["to"] > row["denominator"]:
        whole = points(row["denominator"])
        return text("{to} of {denominator} is more than the whole", to=points(row["to"]), denominator=whole)
    if fact.most is not None and row["to"] > fact.most * UNITS_PER_POINT:
        return text("this is above the highest value that the fact takes")
    return None


def _no_mark(row: Row, most: int | None) -> Text | None:
    if most is not None and row["to"] > most:
        return text("{points} is more than the highest mark, {most}", points=points(row["to"]), most=points(most))
    if row["to"] <= row["value"]:
        return text("{to} is not more than the mark given, {value}", to=points(row["to"]), value=points(row["value"]))
    return None


def _nothing(row: Row) -> Text:
    return text("there is no such record: {table} “{row}”", table=CONTRACT[row["table"]], row=row["row"])


def concerned(dataset: Dataset, *, whole: bool) -> Dataset:
    """The dataset of who appealed, without money; `whole`: of everybody, because peers are compared."""
    institutions = dataset.tables["appeals"].select("institution").unique().collect()["institution"].implode()
    money = ("payments", "ledgers", "staff")
    tables = {}
    for name, frame in dataset.tables.items():
        if name in money:
            continue
        own = pl.col("institution").is_in(institutions) | pl.col("institution").is_null()
        keep = whole or "institution" not in frame.collect_schema().names()
        tables[name] = frame if keep else frame.filter(own)
    return evolve(dataset, tables=tables)


def told(
    dataset: Dataset, scores: dict[tuple[Taken, int], dict[str, int | None]], final: dict[str, int | None]
) -> pl.DataFrame:
    """Each appeal with the scores that it led to; `scores` by how it was taken and its number."""
    appeals = dataset.held("appeals")
    if appeals is None:
        return pl.DataFrame(schema=APPEALED)
    rows = []
    for row in _numbered(appeals).sort("appeal").to_dicts():
        institution, number = row["institution"], row["number"]
        found = {"score_in": scores["in", number].get(institution), "score_out": scores["out", number].get(institution)}
        rows.append({**row, **found, "score": final.get(institution)})
    return pl.DataFrame([{name: row[name] for name in APPEALED} for row in rows], APPEALED)


def most(dataset: Dataset) -> int:
    """The most appeals that one institution filed."""
    appeals = dataset.held("appeals")
    if appeals is None or appeals.is_empty():
        return 0
    return int(_numbered(appeals)["number"].max() or 0) + 1  # type: ignore[arg-type]
