"""The four tables in Polars, written by hand for exactly them: whole numbers as keys, each table read once.

Not kaohe's: no rubric is read, nothing is checked, no reading can be changed. Rows are written as they come, or
`ordered` as kaohe's are: by sheet, which is by institution and scorer, item, clause and period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import annexes as law
import polars as pl

UNIT = law.UNIT
SHEET = ["institution", "scorer"]
TRACE = [
    *("institution", "scorer", "rubric", "item", "clause", "period", "quantity", "denominator"),
    *("reference_quantity", "reference_denominator", "points", "status"),
]
EVENTS = pl.DataFrame(
    law.EVENTS, dict.fromkeys(["annex", "no"], pl.Int8) | {"clause": pl.String, "fact": pl.String}
    | {"worth": pl.Int64, "shape": pl.String}, orient="row",
)  # fmt: skip
METRICS = pl.DataFrame(
    law.METRICS, dict.fromkeys(["annex", "no"], pl.Int8) | dict.fromkeys(["clause", "fact", "by", "scope"], pl.String)
    | {"least": pl.Int64, "most": pl.Int64}, orient="row",
)  # fmt: skip
VETOES = pl.DataFrame(
    law.VETOES, {"annex": pl.Int8, "clause": pl.String, "fact": pl.String, "worth": pl.Int64, "zero": pl.Int8},
    orient="row",
)  # fmt: skip
ITEMS = pl.DataFrame(
    [
        (annex, no, full * UNIT, 0 if no >= law.EARNED_FROM[annex] else full * UNIT)
        for annex, fulls in law.FULL.items()
        for no, full in enumerate(fulls, 1)
    ],
    {"annex": pl.Int8, "no": pl.Int8, "full": pl.Int64, "base": pl.Int64}, orient="row",
)  # fmt: skip
FACTS = pl.Enum(sorted({*EVENTS["fact"], *METRICS["fact"], *VETOES["fact"]}))
EVENTS, METRICS, VETOES = (table.with_columns(pl.col("fact").cast(FACTS)) for table in (EVENTS, METRICS, VETOES))
PERIODS = pl.DataFrame(
    [("year", law.YEAR), *(("month", month) for month in law.MONTHS)],
    {"by": pl.String, "period": pl.Enum([law.YEAR, *law.MONTHS])}, orient="row",
)  # fmt: skip
WHEN = pl.Enum(["", law.YEAR, *law.MONTHS])
CLAUSES = pl.Enum(
    ["", *sorted({*EVENTS["clause"], *METRICS["clause"]}, key=lambda one: (int(one.split(".")[0].rstrip("ab")), one))]
)
NOTHING = pl.lit(None, pl.Int64)


def answer(folder: Path, out: Path, *, ordered: bool = False) -> None:
    """Write trace, items, scores and results of the dataset in the folder."""
    write(outcome(found(folder, ordered=ordered), ordered=ordered), out)


def write(tables: Mapping[str, pl.LazyFrame], out: Path) -> None:
    """Each table as a file, streamed, so that the trace is never held as a whole."""
    for name, frame in tables.items():
        frame.sink_parquet(out / f"{name}.parquet")


@dataclass(frozen=True)
class Found:
    """What the tables say: institutions, sheets, clauses with their points, vetoes, the basic insurance's results."""

    tables: Mapping[str, pl.LazyFrame]
    own: pl.DataFrame
    taken_over: pl.DataFrame
    sheets: pl.DataFrame
    counted: pl.DataFrame
    vetoed: pl.DataFrame
    measured: pl.DataFrame


def found(folder: Path, *, ordered: bool = False) -> Found:
    """The dataset in the folder, its clauses with their points."""
    tables = {path.stem: pl.scan_parquet(path) for path in folder.glob("*.parquet")}
    own, taken_over = assessed(tables)
    sheets = with_reports(own, tables, ordered=ordered)
    reported = sheets.filter("reported").drop("reported", "persons").lazy()
    events = tables["events"].filter(pl.col("status").ne_missing("withdrawn")).select(
        *SHEET, pl.col("fact").cast(FACTS, strict=False), pl.col("count").fill_null(1),
        disputed=pl.col("status").eq_missing("disputed"),
    )  # fmt: skip
    clauses = pl.collect_all([
        cases(events, reported), vetoes(events, own.lazy()), measures(tables["metrics"], reported)
    ])  # fmt: skip
    return Found(tables, own, taken_over, sheets, *clauses)


def outcome(year: Found, *, ordered: bool = False) -> dict[str, pl.LazyFrame]:
    """The four tables."""
    items = with_ends(year.sheets, year.counted, year.measured, ordered=ordered)
    scores = items.group_by("sheet").agg(pl.col("low", "high").sum())
    results = pl.concat([with_grades(year, scores), year.taken_over])
    if ordered:
        scores, results = scores.sort("sheet"), results.sort("institution")
    return {
        "trace": trace(year, ordered=ordered),
        "items": named(items, year.sheets).select(*SHEET, "item", "raw", "points", "low", "high"),
        "scores": named(scores, year.sheets).select(*SHEET, agreed(), "low", "high"),
        "results": results.lazy(),
    }


def agreed() -> pl.Expr:
    """The score where both ends agree."""
    return pl.when(pl.col("low") == pl.col("high")).then("low").alias("score")


def named(rows: pl.DataFrame | pl.LazyFrame, sheets: pl.DataFrame) -> pl.LazyFrame:
    """The rows with their sheet's institution and scorer by its number, which is its place."""
    return rows.lazy().with_columns(pl.lit(sheets[name]).gather(pl.col("sheet")).alias(name) for name in SHEET)


# Who is assessed.


def assessed(tables: Mapping[str, pl.LazyFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The institutions that have an annex, and the results of those that the basic insurance assesses."""
    in_force = tables["agreements"].filter(pl.col("from") <= law.ENDS, pl.col("to") >= law.BEGINS)
    basic = (
        (pl.col("basic_insurance") == "yes")
        & pl.col("services").is_in(law.ONLY_MEDICAL)
        & (pl.col("kind") != "assessment_institution")
    )
    there = tables["institutions"].join(in_force, on="institution", how="semi").with_columns(basic=basic).collect()
    own = there.filter(~pl.col("basic").fill_null(False)).select(
        "institution", "kind", "star",
        annex=pl.col("kind").replace_strict(law.KINDS, default=None, return_dtype=pl.Int8),
        first=pl.col("active_from").dt.strftime("%Y-%m").fill_null("0000-00"),
        last=pl.col("active_to").dt.strftime("%Y-%m").fill_null("9999-12"),
    ).drop_nulls("annex")  # fmt: skip
    known = tables["history"].filter(pl.col("scheme") == "basic_insurance", pl.col("year") == law.YEAR).select(
        "institution", grade=pl.col("grade").replace_strict(law.BASIC_GRADES, default=None)
    )  # fmt: skip
    nothing = NOTHING.alias("score"), NOTHING.alias("low"), NOTHING.alias("high"), NOTHING.alias("rank")
    taken_over = there.lazy().filter("basic").join(known, on="institution", how="left").select(
        "institution", "kind", *nothing, "grade",
        basis=pl.lit(f"article:{law.ASSESSED} assumption:basic_insurance.grades"),
        status=pl.when(pl.col("grade").is_null()).then(pl.lit("undetermined")).otherwise(pl.lit("taken_over")),
    ).collect()  # fmt: skip
    return own, taken_over


def with_reports(own: pl.DataFrame, tables: Mapping[str, pl.LazyFrame], *, ordered: bool) -> pl.DataFrame:
    """The sheets, numbered, and whether each was reported: by its own row or by one for all of the scorer's."""
    done = tables["steps"].filter(pl.col("step") == "reported", pl.col("done").is_not_null()).select(SHEET).collect()
    at_once = done.filter(pl.col("institution").is_null())["scorer"]
    single = done.drop_nulls().unique().with_columns(single=True)
    served = tables["served"].filter(pl.col("persons") > 0).join(own.lazy(), on="institution")
    return (
        (served.sort(SHEET) if ordered else served)
        .join(single.lazy(), on=SHEET, how="left", maintain_order="left")
        .with_columns(reported=pl.col("single").is_not_null() | pl.col("scorer").is_in(at_once.implode()))
        .drop("single", "kind").with_row_index("sheet").collect()
    )  # fmt: skip


# What each clause is worth.


def on_sheets(records: pl.LazyFrame, reported: pl.LazyFrame, city: pl.Expr) -> pl.LazyFrame:
    """The records with the sheet's number: the scorer's own on its sheet, the city's on each of the institution's."""
    of_sheet = records.join(reported.select("sheet", *SHEET), on=SHEET)
    of_city = records.filter(pl.col("scorer").is_null(), city).join(
        reported.select("institution", "sheet"), on="institution"
    )
    return pl.concat([of_sheet, of_city]).drop(SHEET)


def slot(*parts: tuple[str, int]) -> pl.Expr:
    """Several small numbers as one key: sheet, then each column with the number of its values."""
    key = pl.col("sheet").cast(pl.UInt64)
    for column, values in parts:
        key = key * values + pl.col(column).to_physical().cast(pl.UInt64)
    return key.alias("slot")


def cases(events: pl.LazyFrame, reported: pl.LazyFrame) -> pl.LazyFrame:
    """Each event's clause on each sheet: cases added up, and their points."""
    worth, quantity = pl.col("worth") * UNIT, pl.col("quantity")
    points = pl.when(shape="once").then(worth).when(shape="per_n").then(worth * (quantity // law.PER_N))
    return (
        on_sheets(events, reported, pl.col("fact") == law.CITY_EVENT)
        .select(slot(("fact", len(FACTS.categories))), "count", "disputed")
        .group_by("slot").agg(quantity=pl.col("count").sum(), disputed=pl.col("disputed").any())
        .filter(quantity > 0)
        .select(
            "quantity", "disputed", sheet=(pl.col("slot") // len(FACTS.categories)).cast(pl.UInt32),
            code=(pl.col("slot") % len(FACTS.categories)).cast(pl.UInt8),
        )
        .join(reported.select("sheet", "annex"), on="sheet")
        .join(EVENTS.lazy().with_columns(code=pl.col("fact").to_physical()), on=["annex", "code"])
        .select("sheet", "annex", "no", "clause", "quantity", "disputed", points=points.otherwise(worth * quantity))
    )  # fmt: skip


def vetoes(events: pl.LazyFrame, own: pl.LazyFrame) -> pl.LazyFrame:
    """Vetoes by institution and whoever recorded them."""
    return (
        events.filter(pl.col("fact").is_in(VETOES["fact"].unique().to_list()))
        .with_columns(pl.col("scorer").fill_null(""))
        .group_by(*SHEET, "fact").agg(quantity=pl.col("count").sum())
        .filter(pl.col("quantity") > 0)
        .join(own.select("institution", "annex"), on="institution")
        .join(VETOES.lazy(), on=["annex", "fact"])
    )  # fmt: skip


def measures(metrics: pl.LazyFrame, reported: pl.LazyFrame) -> pl.LazyFrame:
    """Each clause on what must be shown, in each period: the record and its points, or null where it is missing."""
    records = metrics.filter(pl.col("status").ne_missing("withdrawn")).select(
        *SHEET, pl.col("fact").cast(FACTS, strict=False), pl.col("period").cast(PERIODS.schema["period"]),
        pl.col("numerator", "denominator").to_physical().cast(pl.Int64),
        disputed=pl.col("status").eq_missing("disputed"),
    )  # fmt: skip
    key = slot(("fact", len(FACTS.categories)), ("period", len(PERIODS)))
    found = on_sheets(records, reported, pl.lit(True)).select(key, "numerator", "denominator", "disputed")
    asked = reported.join(METRICS.lazy(), on="annex").join(PERIODS.lazy(), on="by").with_columns(key)
    star = pl.when(fact="star").then(pl.col("star") * UNIT).otherwise("numerator")
    month = pl.col("period").cast(pl.String)
    active = (pl.col("by") == "year") | month.is_between(pl.col("first"), pl.col("last"))
    of_number = pl.col("fact").is_in(NUMBERS)
    return (
        asked.join(found, on="slot", how="left").with_columns(numerator=star)
        .filter(pl.col("numerator").is_not_null() | active)
        .with_columns(
            quantity=pl.when(of_number).then(pl.col("numerator") // UNIT).otherwise("numerator"),
            denominator=pl.when(~of_number & pl.col("numerator").is_not_null())
            .then(pl.col("denominator").fill_null(UNIT)),
        )
        .with_columns(*average())
        .select("sheet", "annex", "no", "clause", "period", "quantity", "denominator", "by", "rate", "tops", "peers",
                "disputed", "least", "most", points=points() * UNIT)
    )  # fmt: skip


NUMBERS = [
    *("training.plan", "training.internal", "ledger.kept", "star", "assessment.areas_answered", "site.areas"),
    "site.districts",
]
BILLION = 10**9


def rate() -> pl.Expr:
    """An institution's return rate in billionths, half up; null for one of 0 of 0, which is left out of the mean."""
    top, bottom = pl.col("quantity"), pl.col("denominator")
    returned = (pl.col("fact") == "assessment.return_rate") & (bottom > 0)
    return pl.when(returned).then((2 * BILLION * (top // UNIT) + bottom // UNIT) // (2 * (bottom // UNIT)))


def average() -> tuple[pl.Expr, ...]:
    """The sum of the peers' return rates and their number, where the same scorer saw any in the month."""
    group = ["fact", "scorer", "period"]
    tops, peers = rate().sum().over(group), rate().count().cast(pl.Int64).over(group)
    there = (peers > 0) & (pl.col("fact") == "assessment.return_rate") & pl.col("quantity").is_not_null()
    return rate().alias("rate"), pl.when(there).then(tops).alias("tops"), pl.when(there).then(peers).alias("peers")


def banded(*bands: tuple[int, int, int], otherwise: int) -> pl.Expr:
    """The points of the first band whose lower end, a fraction, the ratio reaches."""
    points = pl.lit(otherwise, pl.Int64)
    for top, bottom, worth in reversed(bands):
        points = pl.when(bottom * pl.col("quantity") >= top * pl.col("denominator")).then(worth).otherwise(points)
    return points


def points() -> pl.Expr:
    """The points of each record; null where it is missing, 0 for a ratio of 0 to 0."""
    fact, q, d = pl.col("fact"), pl.col("quantity"), pl.col("denominator")
    peers = pl.col("peers")
    excess = pl.col("rate") * peers - pl.col("tops")
    trainings = pl.when(annex=1).then(law.TRAININGS[1]).otherwise(law.TRAININGS[2])
    return (
        pl.when(q.is_null()).then(NOTHING)
        .when((d == 0).fill_null(False)).then(0)
        .when(fact == "assessment.return_rate")
        .then(pl.when(excess > 0).then(-((excess + peers) // (BILLION // 1000 * peers))).otherwise(0))
        .when(fact == "service.delivery_rate")
        .then(banded((19, 20, 0), (17, 20, -1), (3, 4, -2), otherwise=-5))
        .when(fact == "capacity.signed").then(pl.when(q > d).then(-2).otherwise(0))
        .when(fact == "satisfaction")
        .then(banded((19, 20, 0), (9, 10, -1), (17, 20, -3), otherwise=-5))
        .when(fact == "training.internal").then(-3 * pl.max_horizontal(trainings - q, 0))
        .when(fact.is_in(["training.plan", "ledger.kept"])).then(-10 * pl.max_horizontal(1 - q, 0))
        .when(fact == "star").then(pl.max_horizontal(q - 2, 0))
        .when(fact == "quality.covered").then(pl.when(10 * q >= 9 * d).then(2).otherwise(0))
        .when(fact == "exam.passed").then(pl.when(10 * q <= 9 * d).then(-2).otherwise(0))
        .when(fact == "exam.absent").then(pl.when(5 * q > d).then(-3).otherwise(0))
        .when(fact == "assessment.areas_answered").then(pl.when(q >= 4).then(2).otherwise(0))
        .when(fact == "site.areas").then(pl.when(q >= 4).then(3).otherwise(0))
        .when(fact == "site.districts").then(pl.when(q >= 7).then(1).otherwise(0))
        .cast(pl.Int64)
    )  # fmt: skip


def trace(year: Found, *, ordered: bool = False) -> pl.LazyFrame:
    """The trace: what counted, what is missing, sheets not reported, vetoes."""
    sheets, open_end = year.sheets, pl.col("points").is_null()
    shown, missing = year.measured.filter(~open_end), year.measured.filter(open_end)
    unknown = {"quantity": NOTHING, "denominator": NOTHING, "points": NOTHING}
    alone = {"reference_quantity": NOTHING, "reference_denominator": NOTHING}
    place = {"rubric": "annex" + pl.col("annex").cast(pl.String), "item": pl.col("no").cast(pl.String)}
    status = pl.when("disputed").then(pl.lit("disputed")).otherwise(pl.lit("counted"))
    peers = {"reference_quantity": pl.col("tops"), "reference_denominator": pl.col("peers") * BILLION}
    period, nowhere = {"period": pl.lit(law.YEAR)}, dict.fromkeys(["item", "clause", "period"], pl.lit(""))
    parts = [
        year.counted.lazy().with_columns(**place, **period, **alone, denominator=NOTHING, status=status),
        shown.lazy().with_columns(pl.col("period").cast(pl.String), **place, **peers, status=status),
        missing.lazy().with_columns(
            pl.col("period").cast(pl.String), **place, **unknown, **alone, status=pl.lit("missing")
        ),
        sheets.lazy().filter(~pl.col("reported")).with_columns(
            **place | nowhere, **unknown, **alone, status=pl.lit("unreported")
        ),
    ]  # fmt: skip
    vetoed = year.vetoed.lazy().with_columns(
        **place | {"item": pl.lit("")}, **period, **alone, denominator=NOTHING, points=pl.col("worth") * UNIT,
        status=pl.lit("veto"),
    ).select(TRACE)  # fmt: skip
    rows = pl.concat([part.select("sheet", *TRACE[2:]) for part in parts])
    if ordered:
        places = (pl.col("clause").cast(CLAUSES).alias("_clause"), pl.col("period").cast(WHEN).alias("_period"))
        of_place = slot(("_clause", len(CLAUSES.categories)), ("_period", len(WHEN.categories)))
        rows, vetoed = rows.with_columns(places).sort(of_place), vetoed.sort(TRACE)
    return pl.concat([named(rows, sheets).select(TRACE), vetoed])


# Items, scores, results.


def with_ends(
    sheets: pl.DataFrame, counted: pl.DataFrame, measured: pl.DataFrame, *, ordered: bool = False
) -> pl.DataFrame:
    """Every item of every sheet within its caps."""
    open_end = pl.col("points").is_null()
    ends = [pl.when(open_end).then(pl.col(end) * UNIT) for end in ("least", "most")]
    parts = [
        counted.select("sheet", "no", "points", least=NOTHING, most=NOTHING),
        measured.select("sheet", "no", "points", *ends),
    ]  # fmt: skip
    key = slot(("no", 16))
    raw = pl.concat(parts).lazy().with_columns(key).group_by("slot").agg(pl.col("points", "least", "most").sum())
    silent = ~pl.col("reported")
    start = pl.col("base") + pl.col("raw")
    ended = (
        sheets.lazy().select("sheet", "annex", "reported").join(ITEMS.lazy(), on="annex").with_columns(key)
        .join(raw.rename({"points": "raw"}), on="slot", how="left")
        .with_columns(pl.col("raw", "least", "most").fill_null(0))
        .with_columns(
            item=pl.col("no").cast(pl.String),
            low=pl.when(silent).then(0).otherwise((start + pl.col("least")).clip(0, pl.col("full"))),
            high=pl.when(silent).then("full").otherwise((start + pl.col("most")).clip(0, pl.col("full"))),
            raw=pl.when("reported").then("raw"),
        )
        .with_columns(points=pl.when(pl.col("low") == pl.col("high"), "reported").then("low"))
    )  # fmt: skip
    return (ended.sort("slot") if ordered else ended).drop("slot", "no").collect()


def with_grades(year: Found, scores: pl.DataFrame) -> pl.DataFrame:
    """The institutions' results: the weighted mean, the vetoes, rank and grade, and what the procedure makes of it."""
    sheets, vetoed = year.sheets, year.vetoed
    hundredth = UNIT // 100
    weight = pl.col("persons")
    totals = (
        scores.with_columns(sheets[["institution", "persons"]][scores["sheet"]])
        .group_by("institution").agg((pl.col("low", "high") * weight).sum(), weight.sum(), several=pl.len() > 1)
        .with_columns(
            ((pl.col("low", "high") * 2 + hundredth * weight) // (2 * hundredth * weight)) * hundredth
        )
    )  # fmt: skip
    flags = [(pl.col("clause") == clause).any().alias(clause) for clause in law.VETO_CLAUSES]
    effects = (
        vetoed.unique(["institution", "clause"])
        .group_by("institution")
        .agg(pl.col("worth").sum(), pl.col("zero").max(), *flags)
    )
    declared = year.tables["steps"].filter(pl.col("step") == "declaration").group_by("institution").agg(
        pl.col("done").min(), pl.col("due").max().fill_null(law.DECLARATION), there=pl.lit(True)
    ).collect()  # fmt: skip
    refused = vetoed.filter(pl.col("fact") == "assessment.refused")["institution"]
    unrecorded = pl.col("there").is_null()
    failed = (~unrecorded & (pl.col("done").is_null() | (pl.col("done") > pl.col("due")))) | pl.col("refused")
    taken, none = pl.col("worth").fill_null(0) * UNIT, pl.col("zero").fill_null(0) == 1
    ends = {"low": pl.col("low").fill_null(0), "high": pl.col("high").fill_null(100 * UNIT)}
    left = {name: pl.when(none).then(0).otherwise((end + taken).clip(0)).cast(pl.Int64) for name, end in ends.items()}
    joined = (
        year.own.join(totals, on="institution", how="left").join(effects, on="institution", how="left")
        .join(declared, on="institution", how="left")
        .with_columns(**left)
        .with_columns(agreed(), refused=pl.col("institution").is_in(refused.implode()))
        .with_columns(rank=pl.col("score").rank("min", descending=True).over("kind").cast(pl.Int64), cut=cut())
        .with_columns(failed=failed)
    )  # fmt: skip
    lowest = pl.when("failed").then(pl.lit("E")).otherwise("cut")
    unknown = unrecorded & ~pl.col("failed") & pl.col("cut").ne_missing("E")
    return (
        joined.with_columns(
            grade=pl.when(~unknown).then(lowest),
            basis=pl.when("failed").then(basis(cut_off=False) + f" article:{law.COOPERATION}")
            .when(unknown).then(basis(cut_off=False) + " open:declaration")
            .otherwise(basis(cut_off=True)).str.strip_chars(),
        )
        .with_columns(status=status())
        .select("institution", "kind", "score", "low", "high", "rank", "grade", "basis", "status")
    )  # fmt: skip


def cut() -> pl.Expr:
    """The grade that both ends reach."""
    grades = []
    for end in ("low", "high"):
        grade = pl.lit(None, pl.String)
        for name, least in reversed(law.CUTOFFS):
            grade = pl.when(pl.col(end) >= least * UNIT).then(pl.lit(name)).otherwise(grade)
        grades.append(grade)
    return pl.when(grades[0] == grades[1]).then(grades[0])


def basis(*, cut_off: bool) -> pl.Expr:
    """What the result rests on: the reading, the cutoffs unless the grade does not come from them, the vetoes."""
    zero = pl.col("zero").fill_null(0) == 1
    reading = pl.when(pl.col("several").fill_null(False) & ~zero).then(pl.lit("reading:combine.scorers=weighted"))
    assumed = pl.when(pl.col("cut").is_not_null()).then(pl.lit(" assumption:grade.cutoffs" if cut_off else " "))
    vetoes = [pl.when(pl.col(clause).fill_null(False)).then(pl.lit(f" veto:{clause}")) for clause in law.VETO_CLAUSES]
    return pl.concat_str([reading, assumed, *vetoes], ignore_nulls=True).str.strip_chars()


def status() -> pl.Expr:
    """Whether there is a score, and a grade."""
    scored, graded = pl.col("score").is_not_null(), pl.col("grade").is_not_null()
    return (
        pl.when(scored & graded).then(pl.lit("determined")).when(scored).then(pl.lit("ungraded"))
        .when(graded).then(pl.lit("range")).otherwise(pl.lit("undetermined"))
    )  # fmt: skip
