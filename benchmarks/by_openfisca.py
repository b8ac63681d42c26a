"""The four tables as an OpenFisca package: a tax and benefit system for each annex, sheets as persons, whole points.

What OpenFisca has no word for is told to it: that a fact is known is an input beside the fact, and an institution
without a sheet gets one that nobody reported. Its own numbers are of 32 bits, enough for this year's counts but not for
the peers' average, which its trace therefore lacks. Who is assessed, disputes, ranks and statuses are found in Polars.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import annexes as law
import by_polars as table
import numpy as np
import polars as pl
from numpy.typing import NDArray
from openfisca_core.entities import build_entity
from openfisca_core.periods import MONTH, YEAR
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

SHEET = build_entity("sheet", "sheets", "One scorer's sheet of one institution", is_person=True)
MEMBER = [{"key": "member", "plural": "members"}]
INSTITUTION = build_entity("institution", "institutions", "An institution with its sheets", roles=MEMBER)
SCORER = build_entity("scorer", "scorers", "A scorer with its sheets", roles=MEMBER)
BILLION = 10**9
GRADES = [name for name, _ in reversed(law.CUTOFFS)]
LEAST = [least * 100 for _, least in reversed(law.CUTOFFS)]
NEVER, ALWAYS = np.datetime64("9999-12-31"), np.datetime64("1900-01-01")

Array = NDArray[Any]
Formula = Callable[..., Any]


# The system.


def system(annex: int) -> TaxBenefitSystem:
    """The annex as variables: facts, clauses, items, sheets, and what becomes of the institution."""
    made = TaxBenefitSystem([SHEET, INSTITUTION, SCORER])
    for one in (*inputs(annex), *clauses(annex), *items(annex), *outcomes()):
        made.add_variable(one)
    return made


def variable(
    name: str, entity: Any, by: Any, kind: type, formula: Formula | None = None, **more: Any
) -> type[Variable]:
    """A variable as a package would write it as a class."""
    members = {"value_type": kind, "entity": entity, "definition_period": by, "label": name, **more}
    return type(name, (Variable,), members if formula is None else {**members, "formula": formula})


def named(fact: str) -> str:
    """A fact's name as a variable's."""
    return fact.replace(".", "_")


def events(annex: int) -> list[tuple[Any, ...]]:
    """The annex's clauses on cases."""
    return [clause for clause in law.EVENTS if clause[0] == annex]


def metrics(annex: int) -> list[tuple[Any, ...]]:
    """The annex's clauses on what must be shown."""
    return [clause for clause in law.METRICS if clause[0] == annex]


def place(scope: str) -> Any:
    """Whose fact it is."""
    return SHEET if scope == "scorer" else INSTITUTION


def inputs(annex: int) -> Iterator[type[Variable]]:
    """The facts, each measured one with its denominator and whether it is known."""
    for *_, fact, _, _ in events(annex):
        yield variable(named(fact), INSTITUTION if fact == law.CITY_EVENT else SHEET, YEAR, int)
    for _, _, _, fact, by, scope, _, _ in metrics(annex):
        for name, kind in ((named(fact), int), (f"{named(fact)}_of", int), (f"{named(fact)}_known", bool)):
            yield variable(name, place(scope), MONTH if by == "month" else YEAR, kind)
    yield variable("persons", SHEET, YEAR, int)
    yield variable("reported", SHEET, YEAR, bool)
    for veto in ("suspended", "terminated", "refused"):
        yield variable(veto, INSTITUTION, YEAR, bool)
    yield variable("declared", INSTITUTION, YEAR, int)
    yield variable("active_from", INSTITUTION, YEAR, date)
    yield variable("active_to", INSTITUTION, YEAR, date)


def clauses(annex: int) -> Iterator[type[Variable]]:
    """The points of each clause, and whether what it needs is missing."""
    for _, item, clause, fact, points, shape in events(annex):
        yield variable(code(item, clause), SHEET, YEAR, int, cases(fact, points, shape))
    for _, item, clause, fact, by, scope, _, _ in metrics(annex):
        period = MONTH if by == "month" else YEAR
        yield variable(code(item, clause), SHEET, period, int, measure(annex, fact, scope))
        yield variable(f"{code(item, clause)}_missing", SHEET, period, bool, missing(fact, scope, by))


def code(item: int, clause: str) -> str:
    """A clause's variable."""
    return f"item_{item}_clause_{clause.replace('.', '_')}"


def read(sheet: Any, name: str, scope: str, period: Any) -> Array:
    """A fact on the sheet, or its institution's."""
    return sheet(name, period) if scope == "scorer" else sheet.institution(name, period)


def cases(fact: str, points: int, shape: str) -> Formula:
    """Points for each case, for the first, or for each full 50."""

    def formula(sheet: Any, period: Any) -> Array:
        count = read(sheet, named(fact), "city" if fact == law.CITY_EVENT else "scorer", period)
        match shape:
            case "once":
                return points * (count >= 1)
            case "per_n":
                return points * (count // law.PER_N)
        return points * count

    return formula


def measure(annex: int, fact: str, scope: str) -> Formula:
    """Points of a measured fact where it is known."""

    def formula(sheet: Any, period: Any) -> Array:
        name = named(fact)
        top, bottom, known = (read(sheet, f"{name}{side}", scope, period) for side in ("", "_of", "_known"))
        top, bottom = top.astype(np.int64), bottom.astype(np.int64)
        known = known & sheet("reported", period.this_year)
        points = (
            returned(sheet, top, bottom, known) if fact == "assessment.return_rate" else worth(fact, annex, top, bottom)
        )
        return np.where(known, points, 0)

    return formula


def missing(fact: str, scope: str, by: str) -> Formula:
    """Whether a fact is not known that had to be shown in the period."""

    def formula(sheet: Any, period: Any) -> Array:
        lacking = ~read(sheet, f"{named(fact)}_known", scope, period)
        if by == "month":
            begins, ends = np.datetime64(str(period.start)), np.datetime64(str(period.stop))
            year = period.this_year
            lacking &= sheet.institution("active_from", year) <= ends
            lacking &= sheet.institution("active_to", year) >= begins
        return lacking

    return formula


def returned(sheet: Any, top: Array, bottom: Array, known: Array) -> Array:
    """A point for each tenth of a percentage point above the mean of the same scorer's institutions."""
    shown = known & (bottom > 0)
    rate = np.where(shown, (2 * BILLION * top + bottom) // (2 * np.maximum(bottom, 1)), 0)
    tops = sheet.scorer.sum(rate).astype(np.int64)  # a double is exact up to nine million full rates
    number = sheet.scorer.sum(shown).astype(np.int64)
    excess = rate * number - tops
    steps = (excess + number) // np.maximum(BILLION // 1000 * number, 1)
    return np.where(shown & (excess > 0), -steps, 0)


def worth(fact: str, annex: int, q: Array, d: Array) -> Array:
    """The points of a measured fact; 0 of 0 counts nothing."""
    match fact:
        case "training.plan" | "ledger.kept":
            return -10 * np.maximum(1 - q, 0)
        case "training.internal":
            return -3 * np.maximum(law.TRAININGS[annex] - q, 0)
        case "satisfaction":
            return np.select([20 * q >= 19 * d, 10 * q >= 9 * d, 20 * q >= 17 * d], [0, -1, -3], -5)
        case "service.delivery_rate":
            return np.select([20 * q >= 19 * d, 20 * q >= 17 * d, 4 * q >= 3 * d], [0, -1, -2], -5)
        case "capacity.signed":
            return np.where(q > d, -2, 0)
        case "exam.passed":
            return np.where((10 * q <= 9 * d) & (d > 0), -2, 0)
        case "exam.absent":
            return np.where(5 * q > d, -3, 0)
        case "quality.covered":
            return np.where(10 * q >= 9 * d, 2, 0)
        case "star":
            return np.maximum(q - 2, 0)
        case "assessment.areas_answered":
            return np.where(q >= 4, 2, 0)
        case "site.areas":
            return np.where(q >= 4, 3, 0)
        case "site.districts":
            return np.where(q >= 7, 1, 0)
    raise KeyError(fact)


def items(annex: int) -> Iterator[type[Variable]]:
    """The items within their caps, and the sheets' sums."""
    for item, full in enumerate(law.FULL[annex], 1):
        yield variable(f"item_{item}_raw", SHEET, YEAR, int, raw(annex, item))
        start = 0 if item >= law.EARNED_FROM[annex] else full
        for end, nobody in (("low", 0), ("high", full)):
            yield variable(f"item_{item}_{end}", SHEET, YEAR, int, capped(annex, item, start, full, end, nobody))
    for end in ("low", "high"):
        yield variable(f"sheet_{end}", SHEET, YEAR, int, added(len(law.FULL[annex]), end))


def raw(annex: int, item: int) -> Formula:
    """What the item's clauses come to."""
    yearly = [code(row[1], row[2]) for row in (*events(annex), *metrics(annex)) if row[1] == item and row[4] != "month"]
    monthly = [code(row[1], row[2]) for row in metrics(annex) if row[1] == item and row[4] == "month"]

    def formula(sheet: Any, period: Any) -> Array:
        parts = [sheet(name, period) for name in yearly]
        parts += [sheet(name, month) for name in monthly for month in period.get_subperiods(MONTH)]
        return sum(parts)

    return formula


def capped(annex: int, item: int, start: int, full: int, end: str, nobody: int) -> Formula:
    """The item with the least or the most of what is missing, between 0 and its full score."""
    least_or_most = -2 if end == "low" else -1
    open_ends = [(code(row[1], row[2]), row[4], row[least_or_most]) for row in metrics(annex) if row[1] == item]

    def formula(sheet: Any, period: Any) -> Array:
        total = start + sheet(f"item_{item}_raw", period)
        for name, by, bound in open_ends:
            for one in period.get_subperiods(MONTH) if by == "month" else [period]:
                total = total + bound * sheet(f"{name}_missing", one)
        return np.where(sheet("reported", period), np.clip(total, 0, full), nobody)

    return formula


def added(number: int, end: str) -> Formula:
    """The sum of a sheet's items."""

    def formula(sheet: Any, period: Any) -> Array:
        return sum(sheet(f"item_{item}_{end}", period) for item in range(1, number + 1))

    return formula


def outcomes() -> Iterator[type[Variable]]:
    """The institution: the mean by persons in hundredths, half up; vetoes; the grade that both ends reach."""
    for end in ("low", "high"):
        yield variable(f"final_{end}", INSTITUTION, YEAR, int, final(end))
    yield variable("grade", INSTITUTION, YEAR, int, grade)


def final(end: str) -> Formula:
    """An end of the institution's score."""

    def formula(institution: Any, period: Any) -> Array:
        persons = institution.members("persons", period).astype(np.int64)
        weight = institution.sum(persons).astype(np.int64)
        total = institution.sum(persons * institution.members(f"sheet_{end}", period)).astype(np.int64)
        mean = (200 * total + weight) // (2 * weight)
        left = np.maximum(mean - 2000 * institution("suspended", period), 0)
        return np.where(institution("terminated", period) | institution("refused", period), 0, left)

    return formula


def grade(institution: Any, period: Any) -> Array:
    """The grade's place from the lowest up; -1 where it is not known."""
    low, high = (
        np.searchsorted(LEAST, institution(f"final_{end}", period), side="right") - 1 for end in ("low", "high")
    )
    cut = np.where(low == high, low, -1)
    failed = (institution("declared", period) == 2) | institution("refused", period)
    unknown = (institution("declared", period) == 0) & ~failed & (cut != 0)
    return np.where(unknown, -1, np.where(failed, 0, cut))


SYSTEMS = {annex: system(annex) for annex in law.FULL}


# The year.


def answer(folder: Path, out: Path) -> None:
    """Write trace, items, scores and results of the dataset in the folder."""
    tables = {path.stem: pl.scan_parquet(path) for path in folder.glob("*.parquet")}
    own, taken_over = table.assessed(tables)
    sheets = table.with_reports(own, tables)
    alone = own.join(sheets, on="institution", how="anti").select("institution", "annex")
    sheets = pl.concat([
        sheets.select("institution", "scorer", "persons", "annex", "reported"),
        alone.select("institution", pl.lit("").alias("scorer"), pl.lit(1, pl.Int64).alias("persons"), "annex",
                     reported=pl.lit(False)),
    ])  # fmt: skip
    told = records(tables)
    parts = [Computed(annex, own, sheets, told) for annex in law.FULL]
    pl.concat([frame for part in parts for frame in part.trace()]).write_parquet(out / "trace.parquet")
    pl.concat([part.items() for part in parts]).write_parquet(out / "items.parquet")
    pl.concat([part.scores() for part in parts]).write_parquet(out / "scores.parquet")
    ranked = pl.concat([part.results() for part in parts]).with_columns(
        rank=pl.col("score").rank("min", descending=True).over("kind").cast(pl.Int64), status=table.status()
    )
    results = pl.concat([ranked, taken_over.drop("basis").select(ranked.columns)])
    results.write_parquet(out / "results.parquet")


def records(tables: dict[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    """What is told of the year, by fact: cases added up, measures in whole numbers, declarations."""
    counted = pl.col("status").ne_missing("withdrawn")
    events = tables["events"].filter(counted).group_by("institution", "scorer", "fact").agg(
        pl.col("count").fill_null(1).sum(), disputed=pl.col("status").eq_missing("disputed").any()
    )  # fmt: skip
    whole = pl.col("numerator", "denominator").cast(pl.Int64)
    measured = tables["metrics"].filter(counted).select(
        "institution", "scorer", "fact", "period", whole, disputed=pl.col("status").eq_missing("disputed")
    )  # fmt: skip
    declared = tables["steps"].filter(pl.col("step") == "declaration").group_by("institution").agg(
        pl.col("done").min(), pl.col("due").max().fill_null(law.DECLARATION)
    ).select("institution", declared=pl.when(pl.col("done") <= pl.col("due")).then(1).otherwise(2))  # fmt: skip
    found = pl.collect_all([events, measured, declared, tables["institutions"]])
    told = {fact: rows for (fact,), rows in found[0].partition_by("fact", as_dict=True, include_key=False).items()}
    told |= {fact: rows for (fact,), rows in found[1].partition_by("fact", as_dict=True, include_key=False).items()}
    return {str(fact): rows for fact, rows in told.items()} | {"declared": found[2], "institutions": found[3]}


class Computed:
    """One annex's simulation, and what it says."""

    def __init__(self, annex: int, own: pl.DataFrame, sheets: pl.DataFrame, told: dict[str, pl.DataFrame]) -> None:
        self.annex, self.told = annex, told
        self.disputed: dict[tuple[str, str], Array] = {}
        self.own = own.filter(annex=annex).select("institution", "kind").with_row_index("place")
        self.sheets = sheets.filter(annex=annex).with_row_index("sheet").join(
            self.own.select("institution", pl.col("place").alias("of")), on="institution", maintain_order="left"
        )  # fmt: skip
        scorers = self.sheets["scorer"].unique(maintain_order=True)
        builder = SimulationBuilder()
        builder.create_entities(SYSTEMS[annex])
        builder.declare_person_entity("sheet", range(len(self.sheets)))
        roles = np.zeros(len(self.sheets), int)
        of_scorer = self.sheets.join(scorers.to_frame().with_row_index("by"), on="scorer", maintain_order="left")["by"]
        for name, number, whose in (
            ("institution", len(self.own), self.sheets["of"]),
            ("scorer", len(scorers), of_scorer),
        ):
            builder.join_with_persons(builder.declare_entity(name, range(number)), whose.to_numpy(), roles)
        self.simulation: Simulation = builder.build(SYSTEMS[annex])
        self._told()

    def _told(self) -> None:
        year = law.YEAR
        self._set("persons", year, self.sheets["persons"])
        self._set("reported", year, self.sheets["reported"])
        self._dates()
        for *_, fact, _, _ in events(self.annex):
            self._cases(fact)
        for _, _, _, fact, by, scope, _, _ in metrics(self.annex):
            if fact == "star":
                star = self._of_institutions()["star"]
                self._set("star", year, star.fill_null(0))
                self._set("star_known", year, star.is_not_null())
            else:
                self._measures(fact, by, scope)
        for veto, fact in (
            ("suspended", "agreement.suspended"),
            ("terminated", "agreement.terminated"),
            ("refused", "assessment.refused"),
        ):
            recorded = self.told.get(fact, NO_CASES).filter(pl.col("count") > 0)["institution"]
            self._set(veto, year, self.own["institution"].is_in(recorded.implode()))
        declared = self.own.join(self.told["declared"], on="institution", how="left", maintain_order="left")["declared"]
        self._set("declared", year, declared.fill_null(0))

    def _set(self, name: str, period: str, values: pl.Series | Array) -> None:
        self.simulation.set_input(name, period, values.to_numpy() if isinstance(values, pl.Series) else values)

    def _of_institutions(self) -> pl.DataFrame:
        return self.own.join(self.told["institutions"], on="institution", how="left", maintain_order="left")

    def _dates(self) -> None:
        own = self._of_institutions()
        for name, unknown in (("active_from", ALWAYS), ("active_to", NEVER)):
            days = own[name].to_numpy().astype("datetime64[D]")
            self._set(name, law.YEAR, np.where(np.isnat(days), unknown, days))

    def _cases(self, fact: str) -> None:
        rows = self.told.get(fact, NO_CASES).filter(pl.col("count") > 0)
        city = fact == law.CITY_EVENT
        cells, found = self._cells(rows, city=city)
        values = np.zeros(len(self.own) if city else len(self.sheets), np.int64)
        values[cells] = found["count"].to_numpy()
        self._set(named(fact), law.YEAR, values)
        self.disputed[fact, law.YEAR] = np.zeros(len(values), bool)
        self.disputed[fact, law.YEAR][cells] = found["disputed"].to_numpy()

    def _measures(self, fact: str, by: str, scope: str) -> None:
        rows = self.told.get(fact, NO_MEASURES)
        for period in law.MONTHS if by == "month" else [law.YEAR]:
            cells, found = self._cells(rows.filter(period=period), city=scope == "city")
            size = len(self.own) if scope == "city" else len(self.sheets)
            for name, column in ((named(fact), "numerator"), (f"{named(fact)}_of", "denominator")):
                values = np.zeros(size, np.int64)
                values[cells] = found[column].fill_null(1).to_numpy()
                self._set(name, period, values)
            known = np.zeros(size, bool)
            known[cells] = True
            self._set(f"{named(fact)}_known", period, known)
            self.disputed[fact, period] = np.zeros(size, bool)
            self.disputed[fact, period][cells] = found["disputed"].to_numpy()

    def _cells(self, rows: pl.DataFrame, *, city: bool) -> tuple[Array, pl.DataFrame]:
        """The places of the rows among the institutions or the sheets, and the rows that have one."""
        if city:
            found = rows.join(self.own.select("institution", "place"), on="institution")
            return found["place"].to_numpy(), found
        found = rows.join(self.sheets.select("institution", "scorer", "sheet"), on=["institution", "scorer"])
        return found["sheet"].to_numpy(), found

    def _get(self, name: str, period: str = law.YEAR) -> Array:
        return np.asarray(self.simulation.calculate(name, period), np.int64)

    def trace(self) -> Iterator[pl.DataFrame]:
        """The rows of each clause and period, of sheets not reported, and of the vetoes."""
        whose, reported = self.sheets["of"].to_numpy(), self.sheets["reported"].to_numpy()
        for _, item, clause, fact, _, _ in events(self.annex):
            count, disputed = self._get(named(fact)), self.disputed[fact, law.YEAR]
            if fact == law.CITY_EVENT:
                count, disputed = count[whose], disputed[whose]
            counted = np.flatnonzero(reported & (count > 0))
            points = self._get(code(item, clause))[counted]
            yield self._rows(counted, item, clause, law.YEAR, disputed[counted], count[counted], None, points)
        for _, item, clause, fact, by, scope, _, _ in metrics(self.annex):
            for period in law.MONTHS if by == "month" else [law.YEAR]:
                yield from self._measured(item, clause, fact, period, whose if scope == "city" else slice(None))
        silent = np.flatnonzero(~reported & (self.sheets["scorer"] != "").to_numpy())
        yield self._rows(silent, "", "", "", "unreported")
        for _, clause, fact, points, _ in (veto for veto in law.VETOES if veto[0] == self.annex):
            rows = self.told.get(fact, NO_CASES).filter(pl.col("count") > 0)
            rows = rows.join(self.own, on="institution", how="semi").with_columns(pl.col("scorer").fill_null(""))
            worth = np.full(len(rows), points)
            yield self._traced(rows, "", clause, law.YEAR, "veto", rows["count"].to_numpy(), None, worth)

    def _measured(self, item: int, clause: str, fact: str, period: str, of: Any) -> Iterator[pl.DataFrame]:
        """The rows of one measure in one period: what is known, and what is missing."""
        reported = self.sheets["reported"].to_numpy()
        top, bottom = (self._get(f"{named(fact)}{side}", period)[of] for side in ("", "_of"))
        known = np.flatnonzero(reported & (self._get(f"{named(fact)}_known", period)[of] == 1))
        lacking = np.flatnonzero(reported & (self._get(f"{code(item, clause)}_missing", period) == 1))
        points = self._get(code(item, clause), period)[known]
        disputed = self.disputed[fact, period][of][known] if fact != "star" else np.zeros(len(known), bool)
        ratio = fact not in table.NUMBERS
        quantity, unit = top[known] * (law.UNIT if ratio else 1), bottom[known] * law.UNIT if ratio else None
        yield self._rows(known, item, clause, period, disputed, quantity, unit, points)
        yield self._rows(lacking, item, clause, period, "missing")

    def _rows(self, sheets: Array, *columns: Any) -> pl.DataFrame:
        return self._traced(self.sheets[sheets], *columns)

    def _traced(
        self, rows: pl.DataFrame, item: int | str, clause: str, period: str, status: str | Array,
        quantity: Array | None = None, unit: Array | None = None, points: Array | None = None,
    ) -> pl.DataFrame:  # fmt: skip
        """Rows of the trace; the status is given, or whether each is disputed."""
        numbers = {"quantity": quantity, "denominator": unit, "points": None if points is None else points * law.UNIT}
        said = pl.lit(status) if isinstance(status, str) else DISPUTED[pl.Series(status).cast(pl.UInt8)]
        cells = {name: NOTHING if values is None else pl.Series(values) for name, values in numbers.items()}
        return rows.select(
            "institution", "scorer", rubric=pl.lit(f"annex{self.annex}"), item=pl.lit(str(item)), clause=pl.lit(clause),
            period=pl.lit(period), status=said,
            **cells,
        )  # fmt: skip

    def items(self) -> pl.DataFrame:
        """The items of every sheet that a scorer has."""
        base = self.sheets.select("institution", "scorer", "reported")
        parts = [
            base.with_columns(
                item=pl.lit(str(item)),
                **{name: pl.Series(self._get(f"item_{item}_{name}") * law.UNIT) for name in ("raw", "low", "high")},
            )
            for item in range(1, len(law.FULL[self.annex]) + 1)
        ]
        known = pl.when("reported")
        return pl.concat(parts).filter(pl.col("scorer") != "").with_columns(
            raw=known.then("raw"), points=pl.when(pl.col("low") == pl.col("high"), "reported").then("low")
        ).select("institution", "scorer", "item", "raw", "points", "low", "high")  # fmt: skip

    def scores(self) -> pl.DataFrame:
        """The sheets' scores."""
        ends = {end: pl.Series(self._get(f"sheet_{end}") * law.UNIT) for end in ("low", "high")}
        return self.sheets.with_columns(**ends).filter(pl.col("scorer") != "").select(
            "institution", "scorer", table.agreed(), "low", "high"
        )  # fmt: skip

    def results(self) -> pl.DataFrame:
        """The institutions' results, without rank and status."""
        ends = {end: pl.Series(self._get(f"final_{end}") * (law.UNIT // 100)) for end in ("low", "high")}
        grades = pl.Series([*GRADES, None])[self._get("grade")]
        return self.own.with_columns(**ends, grade=grades).select(
            "institution", "kind", table.agreed(), "low", "high", "grade"
        )  # fmt: skip


DISPUTED = pl.Series(["counted", "disputed"])
NOTHING = pl.lit(None, pl.Int64)
NO_CASES = pl.DataFrame(
    schema={"institution": pl.String, "scorer": pl.String, "count": pl.Int64, "disputed": pl.Boolean}
)
NO_MEASURES = pl.DataFrame(
    schema=dict.fromkeys(["institution", "scorer", "period"], pl.String)
    | dict.fromkeys(["numerator", "denominator"], pl.Int64)
    | {"disputed": pl.Boolean}
)
