"""The four tables in dense numpy arrays: a cell for every sheet and fact, whether or not anything was recorded.

A speed reference: text becomes places, a Parquet dictionary at a time, and all after that is array arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import annexes as law
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

UNIT = law.UNIT
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

EVENT_FACTS = list(dict.fromkeys(clause[3] for clause in law.EVENTS))
METRIC_FACTS = list(dict.fromkeys(clause[3] for clause in law.METRICS))
VETO_FACTS = list(dict.fromkeys(veto[2] for veto in law.VETOES))
FACTS = EVENT_FACTS + METRIC_FACTS + VETO_FACTS
CLAUSES = list(
    dict.fromkeys([clause[2] for clause in (*law.EVENTS, *law.METRICS)] + [veto[1] for veto in law.VETOES] + [""])
)
ANNEXES = ["", *(f"annex{annex}" for annex in law.FULL)]
ITEMS = ["", *map(str, range(1, 13))]
PERIODS = [law.YEAR, *law.MONTHS, ""]
STATUSES = ["counted", "disputed", "missing", "unreported", "veto"]
COUNTED, DISPUTED, MISSING, UNREPORTED, VETO = range(5)
MOST_ITEMS = 12
BILLION = 10**9


def answer(folder: Path, out: Path) -> None:
    """Write trace, items, scores and results of the dataset in the folder."""
    year = Year(folder)
    for name, table in (
        ("trace", year.trace()),
        ("items", year.items()),
        ("scores", year.scores()),
        ("results", year.results()),
    ):
        pq.write_table(table, out / f"{name}.parquet", compression="zstd", store_schema=False)


# Reading.


def read(folder: Path, table: str, columns: list[str], texts: list[str]) -> pa.Table:
    """Columns of a table, the texts as they are stored: a dictionary and places in it."""
    return pq.read_table(folder / f"{table}.parquet", columns=columns, read_dictionary=texts)


def places(column: pa.ChunkedArray, values: pa.Array) -> Whole:
    """The place of each row's text among the values; -1 where it is not there, or null."""
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return np.empty(0, np.int64)
    of_dictionary = pc.fill_null(pc.index_in(chunks[0].dictionary, value_set=values), -1).to_numpy()
    own = np.append(of_dictionary, -1)
    nothing = len(of_dictionary)
    return own[np.concatenate([pc.fill_null(chunk.indices, nothing).to_numpy() for chunk in chunks])]


def wholes(column: pa.ChunkedArray, null: int = 0) -> Whole:
    """A column of whole numbers, or of decimals in ten-thousandths."""
    if pa.types.is_decimal(column.type):
        # Eighteen digits fit into the lower of a decimal's two words.
        words = [
            np.frombuffer(c.buffers()[1], np.int64)[2 * c.offset : 2 * (c.offset + len(c)) : 2] for c in column.chunks
        ]
        values = np.concatenate(words) if words else np.empty(0, np.int64)
        return np.where(column.is_null().to_numpy(), null, values)
    return np.asarray(pc.fill_null(column, null).to_numpy(), np.int64)


def months(column: pa.ChunkedArray, null: int) -> Whole:
    """A date's month, counted from January of the year; the given one where it is null."""
    counted = pc.fill_null(
        pc.add(pc.multiply(pc.subtract(pc.year(column), int(law.YEAR)), 12), pc.subtract(pc.month(column), 1)), null
    )
    return np.asarray(counted.to_numpy(), np.int64)


@dataclass
class Lines:
    """Rows of the trace as they come: parallel arrays, in parts."""

    parts: list[dict[str, Any]] = field(default_factory=list)

    def add(self, sheet: Whole, **columns: Any) -> None:
        """Rows on sheets; a column that is not given is null, or its first text."""
        self.parts.append({"sheet": sheet, **columns})

    def column(self, name: str, null: int) -> Whole:
        """A column of all parts."""
        return np.concatenate([
            np.broadcast_to(np.asarray(part.get(name, null), np.int64), part["sheet"].shape) for part in self.parts
        ])  # fmt: skip


NULL = np.iinfo(np.int64).min
"""What no quantity and no points are."""


class Year:
    """One year, computed when it is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines = Lines()
        self._institutions()
        self._sheets()
        raw = np.zeros((3, len(self.of), MOST_ITEMS + 1), np.int64)  # counted; least and most of what is missing
        self._events(raw[0])
        self._metrics(raw)
        self._items(raw)

    # Who is assessed.

    def _institutions(self) -> None:
        texts = ["institution", "kind", "services", "basic_insurance"]
        own = read(self.folder, "institutions", [*texts, "active_from", "active_to", "star"], texts)
        self.codes = own["institution"].combine_chunks().cast(pa.string())
        self.kinds = own["kind"]
        kind = places(own["kind"], pa.array(law.KINDS))
        agreements = read(self.folder, "agreements", ["institution", "from", "to"], ["institution"])
        in_force = pc.and_(
            pc.less_equal(agreements["from"], pa.scalar(law.ENDS)),
            pc.greater_equal(agreements["to"], pa.scalar(law.BEGINS)),
        )
        covered = np.zeros(len(kind), bool)
        covered[places(agreements["institution"], self.codes)[in_force.to_numpy()]] = True
        medical = (places(own["services"], pa.array(law.ONLY_MEDICAL)) >= 0) & (
            places(own["basic_insurance"], pa.array(["yes"])) == 0
        )
        self.taken_over = covered & medical & (kind != 0)
        self.annex = np.where(covered & ~self.taken_over, kind + 1, 0)
        self.first, self.last = months(own["active_from"], -1), months(own["active_to"], 12)
        self.star = wholes(own["star"], -1)

    def _sheets(self) -> None:
        """Sheets ordered by institution: whose they are, their scorer and persons, where an institution's begin."""
        self.scorers = (
            pq.read_table(self.folder / "scorers.parquet", columns=["scorer"])["scorer"]
            .combine_chunks()
            .cast(pa.string())
        )
        served = read(self.folder, "served", ["institution", "scorer", "persons"], ["institution", "scorer"])
        of, scorer, persons = (
            places(served["institution"], self.codes),
            places(served["scorer"], self.scorers),
            wholes(served["persons"]),
        )
        there = (persons > 0) & (self.annex[of] > 0)
        order = np.argsort(of[there], kind="stable")
        self.of, self.scorer, self.persons = of[there][order], scorer[there][order], persons[there][order]
        self.number = np.bincount(self.of, minlength=len(self.annex))
        self.begins = np.cumsum(self.number) - self.number
        steps = read(
            self.folder, "steps", ["institution", "scorer", "step", "due", "done"], ["institution", "scorer", "step"]
        )
        step = places(steps["step"], pa.array(["reported", "declaration"]))
        done = steps["done"].is_valid().to_numpy()
        whose, by = places(steps["institution"], self.codes), places(steps["scorer"], self.scorers)
        single, at_once = (step == 0) & done & (whose >= 0), (step == 0) & done & (whose < 0)
        self.reported = np.isin(self.scorer, by[at_once])
        sheet = self.sheet_of(whose[single], by[single])
        self.reported[sheet[sheet >= 0]] = True
        self._declared(whose, step == 1, steps)

    def _declared(self, whose: Whole, rows: Flags, steps: pa.Table) -> None:
        """For each institution: 0 nobody knows, 1 declared in time, 2 late or not at all."""
        day, never = law.DECLARATION.toordinal() - date(1970, 1, 1).toordinal(), 2**31 - 1
        due, done = wholes(steps["due"].cast(pa.int32()), day), wholes(steps["done"].cast(pa.int32()), never)
        earliest, latest_due = np.full(len(self.annex), never), np.full(len(self.annex), -never)
        np.minimum.at(earliest, whose[rows], done[rows])
        np.maximum.at(latest_due, whose[rows], due[rows])
        known = np.zeros(len(self.annex), bool)
        known[whose[rows]] = True
        self.declared = np.where(~known, 0, np.where(earliest > latest_due, 2, 1))

    def sheet_of(self, institution: Whole, scorer: Whole) -> Whole:
        """The sheet of each institution and scorer; -1 where there is none."""
        found = np.full(len(institution), -1)
        if len(self.of) == 0:
            return found
        begins = np.where(institution >= 0, self.begins[institution], 0)
        number = np.where(institution >= 0, self.number[institution], 0)
        for nth in range(int(self.number.max())):
            place = np.minimum(begins + nth, len(self.of) - 1)
            found = np.where((nth < number) & (self.scorer[place] == scorer), place, found)
        return found

    # Events.

    def _events(self, raw: Whole) -> None:
        texts = ["institution", "scorer", "fact", "status"]
        rows = read(self.folder, "events", [*texts, "count"], texts)
        status = places(rows["status"], pa.array(["withdrawn", "disputed"]))
        valid = status != 0
        institution, scorer = (
            places(rows["institution"], self.codes)[valid],
            places(rows["scorer"], self.scorers)[valid],
        )
        fact, count, disputed = (
            places(rows["fact"], pa.array(FACTS))[valid],
            wholes(rows["count"], 1)[valid],
            status[valid] == 1,
        )
        del rows, status
        sheet, width = self.sheet_of(institution, scorer), len(EVENT_FACTS)
        seen = (sheet >= 0) & (fact < width)
        cell = sheet[seen] * width + fact[seen]
        cases, doubts = np.zeros(len(self.of) * width, np.int64), np.zeros(len(self.of) * width, bool)
        np.add.at(cases, cell, count[seen])
        doubts[cell[disputed[seen]]] = True
        cases, doubts = cases.reshape(-1, width), doubts.reshape(-1, width)
        extra = EVENT_FACTS.index(law.CITY_EVENT)
        city = (fact == extra) & (scorer < 0)
        for table, values in ((cases, count[city]), (doubts, disputed[city])):
            of_city = np.zeros(len(self.annex), np.int64)
            np.add.at(of_city, institution[city], values)
            table[:, extra] = of_city[self.of]
        self._vetoes(institution, scorer, fact, count)
        for annex in law.FULL:
            self._cases(annex, cases, doubts, raw)

    def _cases(self, annex: int, cases: Whole, doubts: Flags, raw: Whole) -> None:
        clauses = [clause for clause in law.EVENTS if clause[0] == annex]
        mine = np.flatnonzero((self.annex[self.of] == annex) & self.reported)
        columns = [EVENT_FACTS.index(clause[3]) for clause in clauses]
        quantity = cases[np.ix_(mine, columns)]
        counts = quantity.copy()
        for place, clause in enumerate(clauses):
            if clause[5] == "once":
                np.minimum(counts[:, place], 1, out=counts[:, place])
            elif clause[5] == "per_n":
                counts[:, place] //= law.PER_N
        points = counts * (np.array([clause[4] for clause in clauses]) * UNIT)
        for item in range(1, MOST_ITEMS + 1):
            of_item = [place for place, clause in enumerate(clauses) if clause[1] == item]
            if of_item:
                raw[mine, item] += points[:, of_item].sum(axis=1)
        row, column = np.nonzero(quantity)
        self.lines.add(
            mine[row], item=np.array([clause[1] for clause in clauses])[column],
            clause=np.array([CLAUSES.index(clause[2]) for clause in clauses])[column], quantity=quantity[row, column],
            points=points[row, column], status=doubts[np.ix_(mine, columns)][row, column].astype(np.int64),
        )  # fmt: skip

    def _vetoes(self, institution: Whole, scorer: Whole, fact: Whole, count: Whole) -> None:
        """Vetoes by institution and whoever recorded them: their own rows of the trace, and their effects."""
        begins = len(EVENT_FACTS) + len(METRIC_FACTS)
        veto = (fact >= begins) & (self.annex[institution] > 0)
        key = np.stack([institution[veto], scorer[veto], fact[veto] - begins])
        groups, back = np.unique(key, axis=1, return_inverse=True)
        totals = np.zeros(groups.shape[1], np.int64)
        np.add.at(totals, back.ravel(), count[veto])
        (self.vetoed, self.veto_scorer, kind), self.veto_cases = groups[:, totals > 0], totals[totals > 0]
        annex = self.annex[self.vetoed]
        rows = {(row[0], VETO_FACTS.index(row[2])): row for row in law.VETOES}
        own = [rows[pair] for pair in zip(annex.tolist(), kind.tolist(), strict=True)]
        self.veto_clause = np.array([CLAUSES.index(row[1]) for row in own], np.int64)
        self.veto_points = np.array([row[3] for row in own], np.int64) * UNIT
        number = len(self.annex)
        self.flags = np.zeros((len(law.VETO_CLAUSES), number), bool)
        self.taken, self.zero, self.refused = np.zeros(number, np.int64), np.zeros(number, bool), np.zeros(number, bool)
        for row, place in zip(own, self.vetoed.tolist(), strict=True):
            self.flags[law.VETO_CLAUSES.index(row[1]), place] = True
            self.taken[place] = min(self.taken[place], row[3] * UNIT)  # one clause of each table takes points
            self.zero[place] |= row[4] == 1
            self.refused[place] |= row[2] == "assessment.refused"

    # Metrics.

    def _metrics(self, raw: Whole) -> None:
        texts = ["institution", "scorer", "fact", "status", "period"]
        rows = read(self.folder, "metrics", [*texts, "numerator", "denominator"], texts)
        status = places(rows["status"], pa.array(["withdrawn", "disputed"]))
        fact = places(rows["fact"], pa.array(METRIC_FACTS))
        fact = np.where(status == 0, len(METRIC_FACTS), fact).astype(np.uint8)
        order = np.argsort(fact, kind="stable")
        ends = np.searchsorted(fact[order], np.arange(len(METRIC_FACTS) + 1))
        institution, scorer = places(rows["institution"], self.codes), places(rows["scorer"], self.scorers)
        period = places(rows["period"], pa.array(PERIODS))
        top, bottom = wholes(rows["numerator"]), wholes(rows["denominator"], UNIT)
        sheet = self.sheet_of(institution, scorer)
        for place, name in enumerate(METRIC_FACTS):
            mine = order[ends[place] : ends[place + 1]]
            by, scope = next((row[4], row[5]) for row in law.METRICS if row[3] == name)
            where = sheet[mine] if scope == "scorer" else institution[mine]
            size = len(self.of) if scope == "scorer" else len(self.annex)
            width = 12 if by == "month" else 1
            cell = np.where(by == "month", period[mine] - 1, 0) + where * width
            cell, mine = cell[where >= 0], mine[where >= 0]
            above, below = np.full(size * width, NULL), np.zeros(size * width, np.int64)
            doubts = np.zeros(size * width, bool)
            above[cell], below[cell], doubts[cell] = top[mine], bottom[mine], status[mine] == 1
            if name == "star":
                above = np.where(self.star >= 0, self.star * UNIT, NULL)
            self._measured(name, scope, [cells.reshape(size, width) for cells in (above, below, doubts)], raw)

    def _measured(self, name: str, scope: str, cells: list[Any], raw: Whole) -> None:
        """One fact under each annex that counts it."""
        for annex, item, clause, fact, by, _, least, most in law.METRICS:
            if fact != name:
                continue
            mine = np.flatnonzero((self.annex[self.of] == annex) & self.reported)
            above, below, doubts = (table[mine if scope == "scorer" else self.of[mine]] for table in cells)
            there = above != NULL
            quantity = above // UNIT if name not in RATIOS else above
            peers: dict[str, Whole] = {}
            if name == "assessment.return_rate":
                points, peers = self._returned(mine, above, below, there)
            else:
                points = worth(name, annex, quantity, below) * UNIT
            points = np.where(there, points, 0)
            raw[0][mine, item] += points.sum(axis=1)
            month = np.arange(12)
            active = np.ones_like(there)
            if by == "month":
                of = self.of[mine]
                active = (month >= self.first[of][:, None]) & (month <= self.last[of][:, None])
            missing = ~there & active
            raw[1][mine, item] += missing.sum(axis=1) * least * UNIT
            raw[2][mine, item] += missing.sum(axis=1) * most * UNIT
            same = {"item": item, "clause": CLAUSES.index(clause)}
            row, column = np.nonzero(there)
            period = column + 1 if by == "month" else 0
            self.lines.add(
                mine[row], **same, period=period, quantity=quantity[row, column], points=points[row, column],
                denominator=below[row, column] if name in RATIOS else NULL, status=doubts[row, column].astype(np.int64),
                **{side: table[row, column] for side, table in peers.items()},
            )  # fmt: skip
            row, column = np.nonzero(missing)
            period = column + 1 if by == "month" else 0
            self.lines.add(mine[row], **same, period=period, status=MISSING)

    def _returned(self, mine: Whole, above: Whole, below: Whole, there: Flags) -> tuple[Whole, dict[str, Whole]]:
        """Points for each 0.1 percentage points above the mean of the same scorer's institutions, and that mean."""
        top, bottom = above // UNIT, below // UNIT
        shown = there & (bottom > 0)
        rate = np.where(shown, (2 * BILLION * np.where(shown, top, 0) + bottom) // (2 * np.maximum(bottom, 1)), 0)
        tops, number = np.zeros((len(self.scorers), 12), np.int64), np.zeros((len(self.scorers), 12), np.int64)
        scorer = self.scorer[mine]
        np.add.at(tops, scorer, rate)
        np.add.at(number, scorer, shown)
        tops, number = tops[scorer], number[scorer]
        excess = rate * number - tops
        steps = (excess + number) // np.maximum(BILLION // 1000 * number, 1)
        points = np.where(shown & (excess > 0), -steps * UNIT, 0)
        reference = np.where(number > 0, tops, NULL), np.where(number > 0, number * BILLION, NULL)
        return points, {"reference_quantity": reference[0], "reference_denominator": reference[1]}

    # Items, scores, results.

    def _items(self, raw: Whole) -> None:
        """Every item of every sheet within its caps, and the sheets' sums."""
        full, base = (np.zeros((len(law.FULL) + 1, MOST_ITEMS + 1), np.int64) for _ in range(2))
        for annex, fulls in law.FULL.items():
            full[annex, 1 : len(fulls) + 1] = np.array(fulls) * UNIT
            base[annex, 1 : law.EARNED_FROM[annex]] = full[annex, 1 : law.EARNED_FROM[annex]]
        annex = self.annex[self.of]
        full, start, silent = full[annex], base[annex] + raw[0], ~self.reported[:, None]
        self.full, self.raw = full, raw[0]
        self.low = np.where(silent, 0, np.clip(start + raw[1], 0, full))
        self.high = np.where(silent, full, np.clip(start + raw[2], 0, full))
        self.sheet_low, self.sheet_high = self.low.sum(axis=1), self.high.sum(axis=1)

    def trace(self) -> pa.Table:
        """The trace: what counted and what is missing, sheets not reported, vetoes."""
        silent = np.flatnonzero(~self.reported)
        nothing = {"item": 0, "clause": CLAUSES.index("")}
        self.lines.add(silent, **nothing, period=PERIODS.index(""), status=UNREPORTED)
        lines, number = self.lines, len(self.vetoed)
        sheet = np.concatenate([part["sheet"] for part in lines.parts])

        def whole(name: str, of_vetoes: Any) -> pa.Array:
            return nullable(np.append(lines.column(name, NULL), np.broadcast_to(of_vetoes, number)))

        def text(name: str, values: list[str], of_vetoes: Any) -> pa.Array:
            return texts(np.append(lines.column(name, 0), np.broadcast_to(of_vetoes, number)), values)

        institution = np.append(self.of[sheet], self.vetoed)
        scorers = pa.concat_arrays([self.scorers, pa.array([""])])
        scorer = np.append(self.scorer[sheet], np.where(self.veto_scorer < 0, len(self.scorers), self.veto_scorer))
        return pa.table({
            "institution": texts(institution, self.codes),
            "scorer": texts(scorer, scorers),
            "rubric": texts(self.annex[institution], ANNEXES),
            "item": text("item", ITEMS, 0),
            "clause": text("clause", CLAUSES, self.veto_clause),
            "period": text("period", PERIODS, 0),
            "quantity": whole("quantity", self.veto_cases),
            **{name: whole(name, NULL) for name in ("denominator", "reference_quantity", "reference_denominator")},
            "points": whole("points", self.veto_points),
            "status": text("status", STATUSES, VETO),
        })  # fmt: skip

    def items(self) -> pa.Table:
        """The items of every sheet."""
        sheet, item = np.nonzero(self.full)
        low, high, reported = self.low[sheet, item], self.high[sheet, item], self.reported[sheet]
        return pa.table({
            "institution": texts(self.of[sheet], self.codes),
            "scorer": texts(self.scorer[sheet], self.scorers),
            "item": texts(item, ITEMS),
            "raw": nullable(np.where(reported, self.raw[sheet, item], NULL)),
            "points": nullable(np.where(reported & (low == high), low, NULL)),
            "low": low, "high": high,
        })  # fmt: skip

    def scores(self) -> pa.Table:
        """The sheets' scores."""
        low, high = self.sheet_low, self.sheet_high
        return pa.table({
            "institution": texts(self.of, self.codes), "scorer": texts(self.scorer, self.scorers),
            "score": nullable(np.where(low == high, low, NULL)), "low": low, "high": high,
        })  # fmt: skip

    def results(self) -> pa.Table:
        """The institutions' results, those of the basic insurance last."""
        own, there = np.flatnonzero(self.annex), len(self.annex)
        weight, step = np.zeros(there, np.int64), UNIT // 100
        np.add.at(weight, self.of, self.persons)
        ends = []
        for sheets, unknown in ((self.sheet_low, 0), (self.sheet_high, 100 * UNIT)):
            total = np.zeros(there, np.int64)
            np.add.at(total, self.of, sheets * self.persons)
            mean = (2 * total + step * weight) // np.maximum(2 * step * weight, 1) * step
            left = np.maximum(np.where(self.number > 0, mean, unknown) + self.taken, 0)
            ends.append(np.where(self.zero, 0, left)[own])
        low, high = ends
        score = np.where(low == high, low, NULL)
        least = np.array([cut * UNIT for _, cut in reversed(law.CUTOFFS)])
        reached = [np.searchsorted(least, end, side="right") - 1 for end in ends]
        cut = np.where(reached[0] == reached[1], reached[0], -1)
        declared = self.declared[own]
        failed = (declared == 2) | self.refused[own]
        unknown = (declared == 0) & ~failed & (cut != 0)
        grade = np.where(unknown, -1, np.where(failed, 0, cut))
        state = np.where(failed, 2, np.where(unknown, 1, 0))
        several = (self.number[own] > 1) & ~self.zero[own]
        code = ((state * 2 + several) * 2 + (cut >= 0)) * 16 + (1 << np.arange(4)) @ self.flags[:, own]
        status = np.where(score != NULL, np.where(grade >= 0, 0, 1), np.where(grade >= 0, 2, 3))
        table = pa.table({
            "institution": texts(own, self.codes), "kind": self.kinds.cast(pa.string()).take(pa.array(own)),
            "score": nullable(score), "low": low, "high": high, "rank": nullable(ranks(score, self.annex[own])),
            "grade": texts(grade, [name for name, _ in reversed(law.CUTOFFS)]), "basis": texts(code, BASES),
            "status": texts(status, ["determined", "ungraded", "range", "undetermined"]),
        })  # fmt: skip
        return pa.concat_tables([decoded(table), self._taken_over()])

    def _taken_over(self) -> pa.Table:
        own = np.flatnonzero(self.taken_over)
        history = read(
            self.folder,
            "history",
            ["institution", "scheme", "year", "grade"],
            ["institution", "scheme", "year", "grade"],
        )
        basic = (places(history["scheme"], pa.array(["basic_insurance"])) == 0) & (
            places(history["year"], pa.array([law.YEAR])) == 0
        )
        grade = np.full(len(self.annex), -1)
        grade[places(history["institution"], self.codes)[basic]] = places(history["grade"], pa.array(law.BASIC_GRADES))[
            basic
        ]
        nothing = nullable(np.full(len(own), NULL))
        basis = f"article:{law.ASSESSED} assumption:basic_insurance.grades"
        return decoded(pa.table({
            "institution": texts(own, self.codes), "kind": self.kinds.cast(pa.string()).take(pa.array(own)),
            "score": nothing, "low": nothing, "high": nothing, "rank": nothing,
            "grade": texts(grade[own], list(law.BASIC_GRADES.values())), "basis": pa.repeat(basis, len(own)),
            "status": texts((grade[own] < 0).astype(int), ["taken_over", "undetermined"]),
        }))  # fmt: skip


RATIOS = {
    *(
        "assessment.return_rate",
        "satisfaction",
        "capacity.signed",
        "service.delivery_rate",
        "exam.passed",
        "exam.absent",
    ),
    "quality.covered",
}


def worth(fact: str, annex: int, q: Whole, d: Whole) -> Whole:
    """The points of each cell; what lies in a cell that holds nothing does not matter."""
    match fact:
        case "training.plan" | "ledger.kept":
            points = -10 * np.maximum(1 - q, 0)
        case "training.internal":
            points = -3 * np.maximum(law.TRAININGS[annex] - q, 0)
        case "satisfaction":
            points = np.select([20 * q >= 19 * d, 10 * q >= 9 * d, 20 * q >= 17 * d], [0, -1, -3], -5)
        case "service.delivery_rate":
            points = np.select([20 * q >= 19 * d, 20 * q >= 17 * d, 4 * q >= 3 * d], [0, -1, -2], -5)
        case "capacity.signed":
            points = np.where(q > d, -2, 0)
        case "exam.passed":
            points = np.where(10 * q <= 9 * d, -2, 0)
        case "exam.absent":
            points = np.where(5 * q > d, -3, 0)
        case "quality.covered":
            points = np.where(10 * q >= 9 * d, 2, 0)
        case "star":
            points = np.maximum(q - 2, 0)
        case "assessment.areas_answered":
            points = np.where(q >= 4, 2, 0)
        case "site.areas":
            points = np.where(q >= 4, 3, 0)
        case "site.districts":
            points = np.where(q >= 7, 1, 0)
        case _:
            raise KeyError(fact)
    return np.where((d == 0) & (fact in RATIOS), 0, points)


def ranks(score: Whole, kind: Whole) -> Whole:
    """Within each kind, 1 and the number of better scores."""
    rank = np.full(len(score), NULL)
    for one in np.unique(kind):
        mine = np.flatnonzero((kind == one) & (score != NULL))
        ordered = np.sort(score[mine])
        rank[mine] = 1 + len(mine) - np.searchsorted(ordered, score[mine], side="right")
    return rank


def texts(found: Whole, values: pa.Array | list[str]) -> pa.DictionaryArray:
    """Texts by their places; null below 0."""
    places = pa.array(found, pa.int32(), mask=found < 0) if (found < 0).any() else pa.array(found, pa.int32())
    return pa.DictionaryArray.from_arrays(places, pa.array(values) if isinstance(values, list) else values)


def decoded(table: pa.Table) -> pa.Table:
    """The texts written out."""
    written = [one.type.value_type if pa.types.is_dictionary(one.type) else one.type for one in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, written, strict=True))))


def nullable(values: Whole) -> pa.Array:
    """Whole numbers, null where there is none."""
    return pa.array(values, mask=values == NULL)


def _bases() -> Iterator[str]:
    for state in ("", "open:declaration", f"article:{law.COOPERATION}"):
        for several in ("", "reading:combine.scorers=weighted"):
            for cut in ("", " " if state else " assumption:grade.cutoffs"):
                for flags in range(16):
                    vetoes = "".join(
                        f" veto:{clause}" for bit, clause in enumerate(law.VETO_CLAUSES) if flags >> bit & 1
                    )
                    yield f"{(several + cut + vetoes).strip()} {state}".strip()


BASES = list(_bases())
"""What a result can rest on: by what decided it, several scorers, the cutoffs, and each veto."""
