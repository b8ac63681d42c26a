"""A seeded year of any size under changzhou/2022, in the dataset contract: streamed, 25,000 institutions at a time.

    python benchmarks/generate.py 50000 FOLDER [--form parquet|csv] [--seed 1]

What is found, how often and on which paper is the Changzhou demo's; the mix of kinds is this file's, so that an
institution has about 20 events and 12 metrics. Some records are disputed, withdrawn, of no case or without a count;
some facts are missing, some sheets not reported, some institutions late, vetoed, exempt or without an agreement.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kaohe.rules import SHARED_FACTS, load_facts
from kaohe_changzhou.demo import deeds
from kaohe_changzhou.demo.deeds import Deed

CHUNK = 25_000
"""Institutions drawn at a time. The same size and seed give the same year."""
PER_DISTRICT = 300
"""Institutions to a settlement district: what an institution's return rate is compared with stays a district's."""
FEWEST_DISTRICTS = 4

YEAR = 2022
DAYS = 365
NEW_YEAR = date(YEAR, 1, 1)
MONTHS = [f"{YEAR}-{month:02}" for month in range(1, 13)]
DECLARATION, REVIEW, REFUSAL = date(2023, 2, 10), date(2023, 2, 28), date(2023, 2, 21)

PG, YL, JJ, FJ, YY = range(5)
KINDS = ("assessment_institution", "nursing_home", "home_care", "device_rental", "medical")
PREFIXES = ("PG", "YL", "JJ", "FJ", "YY")
MIX = (0.06, 0.565, 0.155, 0.10, 0.12)
DEEDS = (deeds.ASSESSMENT_INSTITUTION, deeds.NURSING_HOME, deeds.HOME_CARE, deeds.DEVICE_RENTAL, deeds.MEDICAL)
SERVICES = ("assessment", "residential_care", "home_care", "device_rental", "home_bed;medical_care")
SCORERS = (0.55, 0.30, 0.15)
"""How many institutions are assessed by one, two and three scorers."""
CARES = (0.25, 0.45, 0.20, 0.09, 0.01)
"""How many institutions work well, usually, poorly, badly, ruinously."""
FOUND = (2.5, 4.5, 7.0, 12.0, 50.0)
"""Deductions on a sheet of each, on average; the next two likewise."""
KNOWN = (0.3, 0.6, 1.2, 2.5, 9.0)
GAINS = (8.0, 6.5, 5.5, 3.0, 0.5)
TRAININGS = ((4, 7), (3, 7), (3, 6), (1, 5), (0, 1))
UNHAPPY = (5, 9, 14, 22, 35)
"""Dissatisfied of a hundred, at most."""
LAPSES = (0.005, 0.01, 0.02, 0.045, 0.10)
"""Orders returned, and tenths of the months in which service fell short."""
VETOES = (("agreement.suspended", 0.004), ("agreement.terminated", 0.002), ("assessment.refused", 0.002))

MONEY, NUMBER, POINTS = pl.Decimal(15, 2), pl.Decimal(18, 4), pl.Decimal(8, 4)
SCHEMAS: dict[str, dict[str, Any]] = {
    "institutions": dict.fromkeys(["institution", "name", "kind", "region"], pl.String)
    | dict.fromkeys(["active_from", "active_to"], pl.Date)
    | {"star": pl.Int64, "services": pl.String, "basic_insurance": pl.String},
    "agreements": {"agreement": pl.String, "institution": pl.String, "from": pl.Date, "to": pl.Date},
    "scorers": dict.fromkeys(["scorer", "name", "role", "region"], pl.String),
    "served": {"institution": pl.String, "scorer": pl.String, "persons": pl.Int64},
    "steps": dict.fromkeys(["institution", "scorer", "step"], pl.String)
    | {"due": pl.Date, "done": pl.Date, "outcome": pl.String},
    "events": dict.fromkeys(["event", "institution", "scorer"], pl.String)
    | {"date": pl.Date, "handled": pl.Date, "fact": pl.String, "count": pl.Int64, "amount": MONEY}
    | {"evidence": pl.String, "status": pl.String},
    "metrics": dict.fromkeys(["institution", "scorer", "period", "fact"], pl.String)
    | {"numerator": NUMBER, "denominator": NUMBER, "evidence": pl.String, "status": pl.String},
    "history": dict.fromkeys(["institution", "scheme", "year"], pl.String) | {"score": POINTS, "grade": pl.String},
}
"""The contract's columns and types; a number is a decimal of four places, never a double."""

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rng = np.random.Generator


class Parquet:
    """One Parquet file, a row group for each quarter of a million rows."""

    def __init__(self, path: Path, schema: dict[str, Any]) -> None:
        self.schema = schema
        arrow = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
        self.writer = pq.ParquetWriter(path, arrow, compression="zstd", store_decimal_as_integer=True)

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows."""
        typed = frame.cast(self.schema)
        self.writer.write_table(typed.to_arrow(compat_level=pl.CompatLevel.oldest()), row_group_size=250_000)

    def close(self) -> None:
        """Finish the file."""
        self.writer.close()


class Csv:
    """One CSV file; numbers as people write them, without trailing zeros."""

    def __init__(self, path: Path, schema: dict[str, Any]) -> None:
        self.file = path.open("wb")
        pl.DataFrame(schema=schema).write_csv(self.file)

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows."""
        frame.write_csv(self.file, include_header=False)

    def close(self) -> None:
        """Finish the file."""
        self.file.close()


FORMS: dict[str, type[Parquet] | type[Csv]] = {"parquet": Parquet, "csv": Csv}


def generate(folder: Path, size: int, form: str = "parquet", seed: int = 1) -> None:
    """Write the year of `size` institutions into the folder, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    title = f'name = "{size} institutions"\nfrom = {YEAR}-01-01\nto = {YEAR}-12-31\ncurrency = "CNY"\n'
    (folder / "dataset.toml").write_text(title, encoding="utf-8")
    districts = max(FEWEST_DISTRICTS, size // PER_DISTRICT)
    with ExitStack() as stack:
        sinks: dict[str, Parquet | Csv] = {}
        for table, schema in SCHEMAS.items():
            sinks[table] = FORMS[form](folder / f"{table}.{form}", schema)
            stack.callback(sinks[table].close)
        for table, frame in year(size, districts, seed):
            sinks[table].write(frame.select(list(SCHEMAS[table])))


def year(size: int, districts: int, seed: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """The year's tables, part by part."""
    yield "scorers", scorers(districts)
    whole = np.random.default_rng([seed, 0])
    at_once = whole.random(districts) < 0.05  # these report all of their sheets in one row
    yield "steps", reported_at_once(np.flatnonzero(at_once))
    numbers = 0
    for part, first in enumerate(range(0, size, CHUNK), 1):
        rng = np.random.default_rng([seed, part])
        own = institutions(rng, np.arange(first, min(first + CHUNK, size)), size, districts)
        sheets = served(rng, own, districts)
        yield "institutions", own
        yield "agreements", agreements(rng, own)
        yield "served", sheets
        yield "history", history(rng, own)
        yield "steps", steps(rng, own, sheets, at_once)
        counted = sheets.filter(pl.col("persons") > 0)
        happened = events(rng, own, counted)
        yield "events", happened.with_columns(event=coded("E", pl.int_range(pl.len()) + numbers, 9))
        numbers += len(happened)
        yield "metrics", metrics(rng, own, counted)


def coded(prefix: str, number: pl.Expr, digits: int) -> pl.Expr:
    """A code such as S0017."""
    return pl.lit(prefix) + number.cast(pl.String).str.zfill(digits)


def picked(values: tuple[str, ...], places: Whole) -> pl.Series:
    """The value at each place."""
    return pl.Series(values, dtype=pl.String).gather(places)


def chosen(values: tuple[Any, ...], care: pl.Series) -> NDArray[Any]:
    """What the way an institution works makes of a range."""
    return np.asarray(values)[care.to_numpy()]


def days(offsets: Whole) -> pl.Series:
    """Days of the year."""
    return pl.Series(np.datetime64(NEW_YEAR) + offsets)


# Registers.


def scorers(districts: int) -> pl.DataFrame:
    """The settlement districts."""
    number = pl.int_range(districts, eager=True).alias("number")
    return number.to_frame().select(
        scorer=coded("S", pl.col("number"), 4),
        name=pl.lit("结算区") + pl.col("number").cast(pl.String),
        role=pl.lit("district"),
        region=coded("R", pl.col("number"), 4),
    )


def institutions(rng: Rng, places: Whole, size: int, districts: int) -> pl.DataFrame:
    """The register, and what the rest of the year is drawn from: kind, care and seat by number, and fates."""
    number = len(places)
    kind = rng.choice(len(KINDS), number, p=MIX)
    seat = places * districts // size
    fate = rng.random(number)
    new = fate < 0.02
    begins = np.where(new, rng.integers(31, 300, number), -rng.integers(1, 800, number))
    terminated = (rng.random(number) < VETOES[1][1]) & ~new
    medical_only = rng.random(number) < 0.8
    frame = pl.DataFrame({
        "place": places, "kind_no": kind, "care": rng.choice(len(CARES), number, p=CARES), "seat": seat,
        "scorers": 1 + rng.choice(len(SCORERS), number, p=SCORERS), "kind": picked(KINDS, kind),
        "prefix": picked(PREFIXES, kind), "services": picked(SERVICES, kind), "active_from": days(begins),
        "terminated": terminated, "medical_only": medical_only, "star": rng.integers(0, 6, number),
        "rated": rng.random(number) > 0.02, "fate": fate,
    })  # fmt: skip
    exempt = (pl.col("kind_no") == YY) & pl.col("medical_only")
    return frame.with_columns(
        institution=pl.col("prefix") + pl.col("place").cast(pl.String).str.zfill(7),
        name=pl.lit("第") + pl.col("place").cast(pl.String) + pl.lit("号机构"),
        region=coded("R", pl.col("seat"), 4),
        active_to=pl.when("terminated").then(pl.date(YEAR, 9, 30)),
        star=pl.when((pl.col("kind_no") == YL) & pl.col("rated")).then("star"),
        basic_insurance=pl.when(exempt).then(pl.lit("yes")).otherwise(pl.lit("no")),
        exempt=exempt,
    )


def agreements(rng: Rng, own: pl.DataFrame) -> pl.DataFrame:
    """An agreement for each institution; one in ten is renewed within the year, one in a hundred ended before it."""
    draw = pl.Series(rng.random(len(own)))
    ended, renewed = draw < 0.01, draw > 0.9
    first = own.select("institution", "active_from", "terminated").with_columns(ended=ended, renewed=renewed)
    until = (
        pl.when("ended").then(pl.date(YEAR - 1, 12, 31))
        .when("terminated").then(pl.date(YEAR, 9, 30))
        .when("renewed").then(pl.date(YEAR, 12, 30))
        .otherwise(pl.date(YEAR + 1, 12, 31))
    )  # fmt: skip
    begins = pl.when("ended").then(pl.date(YEAR - 3, 1, 1)).otherwise("active_from")
    second = first.filter("renewed", ~pl.col("terminated"))
    code, renewal = pl.col("institution"), pl.date(YEAR, 12, 31)
    return pl.concat([
        first.select(code, begins.alias("from"), until.alias("to"), agreement="XY-" + code),
        second.select(code, renewal.alias("from"), pl.date(YEAR + 2, 12, 31).alias("to"), agreement="XZ-" + code),
    ])  # fmt: skip


def served(rng: Rng, own: pl.DataFrame, districts: int) -> pl.DataFrame:
    """The sheets with their persons, now and then none; the neighbouring districts' insured come too."""
    there = own.filter(~pl.col("exempt") & (pl.Series(rng.random(len(own))) > 0.001))
    sheets = (
        there.select("institution", "kind_no", "care", "seat", "active_from", "scorers")
        .with_columns(nth=pl.int_ranges(0, pl.col("scorers")))
        .explode("nth")
    )
    number = len(sheets)
    persons = np.where(rng.random(number) < 0.003, 0, 3 + rng.gamma(1.5, 60.0, number).astype(np.int64))
    return sheets.with_columns(
        district=(pl.col("seat") + pl.col("nth")) % districts, persons=pl.Series(persons)
    ).with_columns(scorer=coded("S", pl.col("district"), 4))


def history(rng: Rng, own: pl.DataFrame) -> pl.DataFrame:
    """The basic insurance's results of whom it assesses; one in twenty is not known yet."""
    exempt = own.filter("exempt")
    known = exempt.filter(pl.Series(rng.random(len(exempt))) > 0.05)
    halves = pl.Series(rng.integers(100, 197, len(known)))
    score = pl.col("halves") / 2
    grade = (
        pl.when(score >= 90).then(pl.lit("优秀")).when(score >= 80).then(pl.lit("良好"))
        .when(score >= 60).then(pl.lit("合格")).otherwise(pl.lit("不合格"))
    )  # fmt: skip
    exact = ((pl.col("halves") * 5).cast(pl.Decimal(10, 1)) / 10).cast(pl.Decimal(8, 1))
    return known.with_columns(halves=halves).select(
        "institution", scheme=pl.lit("basic_insurance"), year=pl.lit(str(YEAR)), score=exact, grade=grade
    )


def reported_at_once(places: Whole) -> pl.DataFrame:
    """One row for all sheets of a scorer."""
    return pl.DataFrame({"district": places}, schema={"district": pl.Int64}).select(
        institution=pl.lit(None, pl.String), scorer=coded("S", pl.col("district"), 4), step=pl.lit("reported"),
        due=pl.lit(REVIEW), done=pl.lit(REVIEW), outcome=pl.lit("汇总报送"),
    )  # fmt: skip


def steps(rng: Rng, own: pl.DataFrame, sheets: pl.DataFrame, at_once: Flags) -> pl.DataFrame:
    """Who declared (late, not at all, or nobody knows), who took the test, which sheets were reported."""
    assessed = own.filter(~pl.col("exempt"))
    number = len(assessed)
    draw = pl.Series(rng.random(number))
    due = pl.lit(DECLARATION)
    early, late = pl.duration(days=pl.Series(rng.integers(0, 9, number))), pl.duration(days=5)
    with_draw = assessed.with_columns(draw=draw, day=early)
    done = pl.when(pl.col("draw") < 0.004).then(due + late).when(pl.col("draw") > 0.008).then(due - pl.col("day"))
    declared = with_draw.filter(pl.col("draw") < 0.995).select(
        "institution", scorer=pl.lit(None, pl.String), step=pl.lit("declaration"), due=due, done=done,
        outcome=pl.lit("已受理"),
    )  # fmt: skip
    tested = with_draw.filter(pl.col("draw") > 0.05).select(
        "institution", scorer=pl.lit(None, pl.String), step=pl.lit("test"), due=pl.date(2023, 2, 17),
        done=pl.date(2023, 2, 17) - pl.col("day"), outcome=pl.lit("已完成"),
    )  # fmt: skip
    own_rows = sheets.filter(~pl.Series(at_once[sheets["district"].to_numpy()]))
    silent = pl.Series(rng.random(len(own_rows))) < 0.01
    reported = own_rows.with_columns(silent=silent).select(
        "institution", "scorer", step=pl.lit("reported"), due=pl.lit(REVIEW),
        done=pl.when(~pl.col("silent")).then(pl.lit(REVIEW)), outcome=pl.lit(None, pl.String),
    )  # fmt: skip
    return pl.concat([declared, tested, reported])


# Events.


def events(rng: Rng, own: pl.DataFrame, sheets: pl.DataFrame) -> pl.DataFrame:
    """What was recorded: found on one sheet, known to all of an institution's, or the city's; and the vetoes."""
    parts = [vetoed(rng, own, sheets)]
    for kind, of_kind in enumerate(DEEDS):
        here, mine = sheets.filter(pl.col("kind_no") == kind), own.filter(pl.col("kind_no") == kind, ~pl.col("exempt"))
        everybody = here.select("institution", "scorer")
        parts += [
            drawn(rng, here, of_kind.found, FOUND),
            drawn(rng, here, of_kind.gains, GAINS),
            drawn(rng, mine, of_kind.known, KNOWN).drop("scorer").join(everybody, on="institution"),
            drawn(rng, mine, of_kind.known_gains, KNOWN).drop("scorer").join(everybody, on="institution"),
            drawn(rng, mine, of_kind.city, KNOWN),
        ]
    rows = pl.concat([part.select(parts[0].columns) for part in parts if len(part)])
    return recorded(rng, rows.with_columns(order=pl.Series(rng.random(len(rows)))).sort("order"))


def drawn(rng: Rng, where: pl.DataFrame, what: tuple[Deed, ...], often: tuple[float, ...]) -> pl.DataFrame:
    """Deeds by their weights, a Poisson number of them at each place."""
    times = rng.poisson(chosen(often, where["care"])) if what else np.zeros(len(where), np.int64)
    columns = ["institution", "scorer"] if "scorer" in where.columns else ["institution"]
    rows = where.select(columns)[np.repeat(np.arange(len(where)), times)]
    weights = np.array([deed.weight for deed in what] or [1], float)
    deed = rng.choice(len(weights), len(rows), p=weights / weights.sum())
    most = np.array([deed.most for deed in what] or [1])[deed]
    return rows.with_columns(
        scorer=pl.col("scorer") if "scorer" in columns else pl.lit(None, pl.String),
        fact=picked(tuple(FACTS[deed.fact] for deed in what), deed) if what else pl.lit(None, pl.String),
        form=picked(tuple(deed.form for deed in what), deed) if what else pl.lit(None, pl.String),
        count=pl.Series(1 + (rng.random(len(rows)) * most).astype(np.int64)),
        day=days(rng.integers(0, DAYS, len(rows))),
    )


def vetoed(rng: Rng, own: pl.DataFrame, sheets: pl.DataFrame) -> pl.DataFrame:
    """Suspended or terminated, which the city records, or refused, which a scorer does."""
    suspended = own.filter(pl.Series(rng.random(len(own))) < VETOES[0][1]).with_columns(fact=pl.lit(VETOES[0][0]))
    terminated = own.filter("terminated").with_columns(fact=pl.lit(VETOES[1][0]))
    refused = sheets.filter(pl.Series(rng.random(len(sheets))) < VETOES[2][1]).select(
        "institution", "scorer", fact=pl.lit(VETOES[2][0]), day=pl.lit(REFUSAL)
    )
    city = pl.concat([suspended, terminated]).select(
        "institution", pl.lit(None, pl.String).alias("scorer"), "fact", day=pl.date(YEAR, 8, 15)
    )
    return pl.concat([city, refused]).select(
        "institution", "scorer", "fact", form=pl.lit("通知书"), count=pl.lit(1, pl.Int64), day="day"
    )


def recorded(rng: Rng, rows: pl.DataFrame) -> pl.DataFrame:
    """The records with the dates, counts, papers and statuses that officials gave them."""
    number = len(rows)
    state, counted = pl.Series(rng.random(number)), pl.Series(rng.random(number))
    paper = pl.col("form") + " 2022-" + pl.int_range(pl.len()).cast(pl.String)
    cents = pl.Series(rng.integers(3_000, 90_000, number))
    price = pl.col("form") == deeds.PRICES
    waits = (pl.col("form") == deeds.COMPLAINT) & (pl.col("cents") % 6 == 0) & (pl.col("day") < pl.date(YEAR, 12, 10))
    return rows.with_columns(state=state, counted=counted, cents=cents).select(
        "institution", "scorer", "fact", date="day",
        handled=pl.when(waits).then(pl.col("day") + pl.duration(days=14)),
        count=pl.when(pl.col("counted") < 0.003).then(0).when(pl.col("counted") > 0.02).then("count"),
        amount=pl.when(price).then((pl.col("cents").cast(pl.Decimal(20, 2)) / 100).cast(MONEY)),
        evidence=pl.when(pl.col("state") < 0.99).then(paper),
        status=pl.when(pl.col("state") < 0.01).then(pl.lit("disputed")).when(pl.col("state") > 0.98)
        .then(pl.lit("withdrawn")).when(pl.col("counted") > 0.1).then(pl.lit("confirmed")),
    )  # fmt: skip


def _facts() -> dict[str, str]:
    """The facts' codes by the Chinese names that the demo writes."""
    return {fact.name.zh_CN: code for code, fact in load_facts(SHARED_FACTS).items()}


FACTS = _facts()


# Metrics.


def metrics(rng: Rng, own: pl.DataFrame, sheets: pl.DataFrame) -> pl.DataFrame:
    """What was measured, but for what nobody recorded; a few records were withdrawn and made anew."""
    parts = [*yearly(rng, sheets), *monthly(rng, sheets), *of_city(rng, own, sheets)]
    columns = ["institution", "scorer", "period", "fact", "numerator", "denominator"]
    rows = pl.concat(part.select(columns) for part in parts)
    draw, by_month = pl.Series(rng.random(len(rows))), pl.col("period").str.len_chars() == 7
    lost = pl.when(by_month).then(0.002).otherwise(0.015)
    kept = rows.with_columns(draw=draw).filter(pl.col("draw") > lost)
    status = (
        pl.when(pl.col("draw") > 0.99).then(pl.lit("disputed"))
        .when(pl.col("draw") < 0.1).then(pl.lit(None, pl.String)).otherwise(pl.lit("confirmed"))
    )  # fmt: skip
    replaced = kept.filter(pl.col("draw").is_between(0.5, 0.503)).with_columns(
        numerator=pl.col("numerator") // 2, status=pl.lit("withdrawn")
    )
    both = pl.concat([replaced, kept.with_columns(status=status)])
    shuffled = both.with_columns(order=pl.Series(rng.random(len(both)))).sort("order")
    return shuffled.with_columns(evidence=pl.lit("报表 ") + pl.col("period"))


def measured(where: pl.DataFrame, fact: str, top: Whole, bottom: Whole | None = None) -> pl.DataFrame:
    """Rows of one fact, of the year unless a month stands there; a share or a ratio has a denominator."""
    blank = pl.lit(None, pl.String)
    return where.with_columns(
        scorer=pl.col("scorer") if "scorer" in where.columns else blank,
        period=pl.col("period") if "period" in where.columns else pl.lit(str(YEAR)),
        fact=pl.lit(fact),
        numerator=pl.Series(top, dtype=pl.Int64),
        denominator=pl.lit(None, pl.Int64) if bottom is None else pl.Series(bottom, dtype=pl.Int64),
    )


def yearly(rng: Rng, sheets: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Plans, trainings, service records, satisfaction, quality control."""
    assessed = sheets.filter(pl.col("kind_no") != YY)
    number, care = len(assessed), assessed["care"]
    ruinous = (care == 4).to_numpy()
    fallible = (care == 3).to_numpy() & (rng.random(number) < 0.3)
    yield measured(assessed, "training.plan", (~ruinous & ~fallible).astype(np.int64))
    least, most = chosen(TRAININGS, care).T
    yield measured(assessed, "training.internal", rng.integers(least, most + 1))
    of_care = assessed.filter(pl.col("kind_no") != PG)
    number, care = len(of_care), of_care["care"]
    yield measured(of_care, "ledger.kept", (care != 4).to_numpy().astype(np.int64))
    answers = np.maximum(1, (of_care["persons"].to_numpy() * rng.uniform(0.67, 1, number)).astype(np.int64))
    round_number = (answers >= 20) & (rng.random(number) < 0.15)
    answers = np.where(round_number, answers // 20 * 20, answers)
    unhappy = answers * rng.integers(0, chosen(UNHAPPY, care) + 1) // 100
    satisfied = np.where(round_number, answers * rng.integers(17, 20, number) // 20, answers - unhappy)
    yield measured(of_care, "satisfaction", satisfied, answers)
    home = of_care.filter(pl.col("kind_no") == JJ)
    persons, care = home["persons"].to_numpy(), home["care"]
    covered = persons - persons * rng.integers(0, 2 * chosen(UNHAPPY, care) + 1) // 100
    yield measured(home, "quality.covered", covered, persons)


def by_month(where: pl.DataFrame) -> pl.DataFrame:
    """A row for each month in which the institution was active."""
    months = pl.DataFrame({"period": MONTHS})
    first = pl.col("active_from").dt.strftime("%Y-%m")
    return where.join(months, how="cross").filter(pl.col("period") >= first)


def monthly(rng: Rng, sheets: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Orders returned of those reviewed, in some months none; services delivered of those due; persons signed."""
    orders = by_month(sheets.filter(pl.col("kind_no") == PG))
    reviewed = rng.poisson(orders["persons"].to_numpy() / 4)
    returned = rng.binomial(reviewed, chosen(LAPSES, orders["care"]))
    yield measured(orders, "assessment.return_rate", returned, reviewed)
    visits = by_month(sheets.filter(pl.col("kind_no") == JJ))
    number = len(visits)
    due = visits["persons"].to_numpy() * rng.integers(9, 14, number)
    due = np.where(rng.random(number) < 0.002, 0, due)
    short = rng.random(number) < 10 * chosen(LAPSES, visits["care"])
    band = rng.choice(3, number, p=(0.8, 0.15, 0.05))
    least, most = np.array([(890, 950), (760, 850), (600, 741)])[band].T
    thousandths = np.where(short, rng.integers(least, most), rng.integers(950, 1001, number))
    yield measured(visits, "service.delivery_rate", due * thousandths // 1000, due)
    persons = (
        sheets.filter(pl.col("kind_no") == JJ)
        .group_by("institution", maintain_order=True)
        .agg(pl.col("persons").sum(), pl.col("care", "active_from").first())
    )
    capacity = persons["persons"].to_numpy() * rng.integers(100, 150, len(persons)) // 100
    signed = by_month(persons.with_columns(capacity=pl.Series(capacity)))
    top = signed["persons"].to_numpy() * rng.integers(88, 105, len(signed)) // 100
    yield measured(signed, "capacity.signed", top, np.maximum(1, signed["capacity"].to_numpy()))


def of_city(rng: Rng, own: pl.DataFrame, sheets: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What the centre measures of an institution for the year: areas, sites, examinations."""
    sheeted = own.join(sheets.select("institution").unique(), on="institution", how="semi", maintain_order="left")
    for kind, fact in ((PG, "assessment.areas_answered"), (FJ, "site.areas")):
        mine = sheeted.filter(pl.col("kind_no") == kind).drop("star")
        yield measured(mine, fact, rng.integers(1, 5, len(mine)))
    home = sheeted.filter(pl.col("kind_no") == JJ)
    number = len(home)
    yield measured(home, "site.districts", rng.integers(1, 8, number))
    expected = np.where(rng.random(number) < 0.2, 0, rng.integers(4, 40, number))
    absent = expected * rng.integers(0, 25, number) // 100
    sat = expected - absent
    yield measured(home, "exam.absent", absent, expected)
    yield measured(home, "exam.passed", sat - sat * rng.integers(0, 15, number) // 100, sat)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--form", choices=FORMS, default="parquet")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generate(arguments.folder, arguments.size, arguments.form, arguments.seed)


if __name__ == "__main__":
    main()
