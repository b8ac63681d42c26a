"""Appeals: a finding that is disputed stays in, goes out, or is reduced; and what that changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import polars as pl
from attrs import evolve

from kaohe.dataset import Dataset
from kaohe.messages import Text, text
from kaohe.model import UNITS_PER_POINT
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


def faults(dataset: Dataset) -> Iterator[Problem]:
    """Appeals against nothing, reductions that do not say to what, and answers without a department."""
    appeals = dataset.held("appeals")
    if appeals is None:
        return
    known = {
        (table, institution, row)
        for table in VALUE
        if table in dataset.tables
        for name in rows_of(table)
        for institution, row in dataset.tables[table].select("institution", row=name).collect().rows()
    }
    for row in appeals.sort("appeal").to_dicts():
        if (row["table"], row["institution"], row["row"]) not in known:
            yield _fault(row, text("there is no such record: {table} “{row}”", table=row["table"], row=row["row"]),
                         text("name it as kaohe explain --json does; a mark by scorer and item"))  # fmt: skip
        if row["decision"] == "reduced" and row["to"] is None:
            yield _fault(row, text("it was reduced, but not said to what"), text("fill in “to”"))
        if row["decision"] is not None and (row["answered"] is None or row["department"] is None):
            yield _fault(row, text("it was decided, but not by whom or when"), text("fill in department and date"))


def _fault(row: dict[str, object], message: Text, remedy: Text) -> Problem:
    said = text("appeal “{appeal}”: {message}", appeal=row["appeal"], message=message)
    return Problem("appeal", said, remedy, table="appeals", key=str(row["appeal"]))


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
