"""A random year of facts for some rules: tables of plain rows, and the same as a folder of CSV files."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from oracle import Case, Row

from kaohe.dataset import CONTRACT
from kaohe.model import Bands, Fact, Line, LookUp, PerN, ShortOf

if TYPE_CHECKING:
    from strategies import Shape

MOST = 10**9
"""The largest count, numerator and denominator."""
UNIT = Decimal("0.0001")
STATUSES = [None, None, None, None, "confirmed", "disputed", "disputed", "withdrawn"]


class Values:
    """Quantities that a fact may have, most often those at which some clause changes."""

    def __init__(self, chance: random.Random, rules: Case) -> None:
        self.chance = chance
        self.boundaries = {code: boundaries(rules, code) for code in rules.facts}

    def pair(self, fact: Fact) -> tuple[Decimal, Decimal | None]:
        """A numerator and denominator that the fact allows; of a plain number no denominator."""
        if fact.measure not in ("share", "ratio"):
            return Decimal(self.whole(fact)), None
        if fact.empty == "nothing" and self.chance.random() < 0.1:
            return Decimal(0), Decimal(0)
        numerator, denominator = self.small_share() if fact.most else self.ratio(fact)
        most = fact.most or MOST
        limit = most if fact.measure == "ratio" else 1 if denominator is None else denominator
        return min(max(numerator, Decimal(0)), Decimal(limit), Decimal(most)), denominator

    def near(self, fact: Fact) -> Fraction:
        """Most often a value at which some clause changes."""
        if self.boundaries[fact.fact] and self.chance.random() < 0.7:
            return self.chance.choice(self.boundaries[fact.fact])
        return Fraction(
            self.chance.randint(0, 100), 100 if fact.measure == "share" else self.chance.choice([1, 10, 100])
        )

    def whole(self, fact: Fact) -> int:
        """A whole number at, just below or just above a boundary; now and then the largest."""
        most = fact.most or MOST
        if self.chance.randrange(300) == 0:
            return most
        return min(most, max(0, int(self.near(fact)) + self.chance.choice([0, 0, 0, 1, 1, -1])))

    def small_share(self) -> tuple[Decimal, Decimal | None]:
        """Whole numbers, as a share that is compared with peers has; few, so that their differences are full steps."""
        denominator = self.chance.choice([None, 1, 2, 3, 4, 6, 8, 10, 12, 20, 100, 1000])
        numerator = self.chance.randint(0, denominator or 1)
        if self.chance.random() < 0.02:
            numerator, denominator = 60_000 - self.chance.randint(0, 1), 60_000
        return Decimal(numerator), None if denominator is None else Decimal(denominator)

    def ratio(self, fact: Fact) -> tuple[Decimal, Decimal | None]:
        """Two numbers with up to four decimals whose ratio is at a boundary or the least bit beside it."""
        goal = self.near(fact)
        beside = self.chance.choice([0, 0, 0, 1, -1])
        if self.chance.random() < 0.15 and (goal * 10_000).denominator == 1:
            return Decimal(goal.numerator) / goal.denominator + beside * UNIT, None
        scale = Decimal(self.scale(goal)).scaleb(-self.chance.choice([0, 0, 2, 4]))
        return goal.numerator * scale + beside * self.chance.choice([UNIT, Decimal(1)]), goal.denominator * scale

    def scale(self, goal: Fraction) -> int:
        most = MOST // max(goal.numerator, goal.denominator)
        return most if self.chance.random() < 0.03 else self.chance.randint(1, min(most, 50))


class Year:
    """Makes the tables of a dataset that has no faults."""

    def __init__(self, shape: Shape, chance: random.Random, rules: Case, kinds: Sequence[str]) -> None:
        self.shape, self.chance, self.rules, self.kinds = shape, chance, rules, kinds
        self.values = Values(chance, rules)

    def percent(self, share: int) -> bool:
        return self.chance.randrange(100) < share

    def tables(self) -> dict[str, list[Row]]:
        """All tables, each in random order. Those that a dataset can do without are sometimes not there."""
        institutions = self.institutions()
        scorers = [f"S{number}" for number in range(self.shape.scorers)]
        served = self.served([row["institution"] for row in institutions], scorers)
        sheets = [(row["institution"], row["scorer"]) for row in served if row["persons"] > 0]
        city = [(row["institution"], None) for row in institutions]
        tables = {
            "institutions": institutions,
            "scorers": [{"scorer": code, "name": code, "role": self.role()} for code in scorers],
            "served": served,
            "steps": list(self.steps(sheets, scorers)),
            "events": self.events(sheets, city),
            "metrics": self.metrics(sheets, city),
        }
        for rows in tables.values():
            self.chance.shuffle(rows)
        left_out = {table for table in ("scorers", "steps", "events", "metrics") if self.percent(7)}
        return {table: rows for table, rows in tables.items() if table not in left_out}

    def role(self) -> str:
        return self.chance.choice(list(CONTRACT["scorers"].columns["role"].values))

    def institutions(self) -> list[Row]:
        mark = self.chance.choice(["", "机构", "N-"])
        numbers = self.chance.sample(range(1000), self.shape.institutions)
        columns = [fact for fact in self.rules.facts.values() if fact.table == "institutions" and self.percent(90)]
        return [
            {"institution": f"{mark}{number:03}", "name": f"院{number % 7}", "kind": self.chance.choice(self.kinds)}
            | self.active()
            | {fact.fact: None if self.percent(self.shape.missing) else self.values.whole(fact) for fact in columns}
            for number in numbers
        ]

    def active(self) -> Row:
        """From when to when an agreement is in force, as far as it is known."""
        first, last = sorted([self.day(before=60, after=60), self.day(before=60, after=60)])
        return {"active_from": first if self.percent(15) else None, "active_to": last if self.percent(15) else None}

    def served(self, institutions: Sequence[str], scorers: Sequence[str]) -> list[Row]:
        return [
            {"institution": institution, "scorer": scorer, "persons": self.persons()}
            for institution in institutions for scorer in scorers if self.percent(85)
        ]  # fmt: skip

    def persons(self) -> int:
        few = [0, 1, self.chance.randint(1, 9), self.chance.randint(1, 300)]
        return MOST if self.percent(1) else self.chance.choice(few)

    # Steps.

    def steps(self, sheets: Sequence[tuple[str, str]], scorers: Sequence[str]) -> Iterator[Row]:
        """Reports of single sheets, of all sheets of a scorer, and what is not a report."""
        for scorer in scorers:
            if self.percent(20):
                yield self.step(None, scorer, "reported", not self.percent(self.shape.unreported))
        for institution, scorer in sheets:
            if not self.percent(self.shape.unreported):
                yield self.step(institution, scorer, "reported", True)
            elif self.percent(30):
                yield self.step(institution, scorer, "reported", False)
            if self.percent(20):
                yield self.step(institution, scorer, "on_site", True)
        if sheets and self.percent(20):
            yield self.step(sheets[0][0], None, "reported", True)

    def step(self, institution: str | None, scorer: str | None, step: str, done: bool) -> Row:
        day = self.day() if done else None
        return {"institution": institution, "scorer": scorer, "step": step, "due": self.day(), "done": day}

    def day(self, before: int = 0, after: int = 0) -> date:
        """A day of the year, or up to so many days before or after it."""
        begins, ends = self.rules.begins, self.rules.ends
        return begins + timedelta(self.chance.randint(-before, (ends - begins).days + after))

    # Events.

    def events(self, sheets: Sequence[tuple[str, str]], city: Sequence[tuple[str, None]]) -> list[Row]:
        rows: list[Row] = []
        somebody = [(institution, self.chance.choice(["S0", None])) for institution, _ in city]
        for scope, places in (("scorer", sheets), ("city", city), ("any", somebody)):
            facts = [fact for fact in self.rules.facts.values() if fact.table == "events" and fact.scope == scope]
            ordinary = [fact for fact in facts if fact.fact.startswith("f")]
            for place in places:
                times = self.chance.randint(0, self.shape.records) if ordinary else 0
                rows += [self.event(place, self.chance.choice(ordinary)) for _ in range(times)]
                rows += [self.event(place, fact) for fact in facts if fact not in ordinary and self.percent(6)]
        for number, row in enumerate(rows):
            row["event"] = f"E{number}"
        return rows

    def event(self, place: tuple[str, str | None], fact: Fact) -> Row:
        late = self.percent(30)
        day = self.day(after=40 if fact.period == "assessment" else 0)
        return {
            "institution": place[0], "scorer": place[1], "fact": fact.fact,
            "date": day - timedelta(self.chance.randint(0, 60)) if late else day, "handled": day if late else None,
            "count": self.count(fact), "status": self.chance.choice(STATUSES),
        }  # fmt: skip

    def count(self, fact: Fact) -> int | None:
        return self.chance.choice([None, None, None, 0, *[self.values.whole(fact)] * 6])

    # Metrics.

    def metrics(self, sheets: Sequence[tuple[str, str]], city: Sequence[tuple[str, None]]) -> list[Row]:
        rows: list[Row] = []
        for fact in self.rules.facts.values():
            places = city if fact.scope == "city" else sheets
            for place in places if fact.table == "metrics" else ():
                for period in self.rules.periods(fact):
                    if not self.percent(self.shape.missing):
                        rows.append(self.metric(place, fact, period, self.chance.choice(STATUSES)))
                    if self.percent(2):
                        rows += [self.metric(place, fact, period, "withdrawn") for _ in range(2)]
        return rows

    def metric(self, place: tuple[str, str | None], fact: Fact, period: str, status: str | None) -> Row:
        numerator, denominator = self.values.pair(fact)
        return {
            "institution": place[0], "scorer": place[1], "period": period, "fact": fact.fact,
            "numerator": numerator, "denominator": denominator, "status": status,
        }  # fmt: skip


def boundaries(rules: Case, fact: str) -> list[Fraction]:
    """The values at which a clause that counts the fact changes its points."""
    found: set[Fraction] = set()
    for clause in (c for rubric in rules.rubrics.values() for item in rubric.items for c in item.clauses):
        if clause.fact != fact:
            continue
        match clause:
            case Bands():
                ends = [(band.at_least, band.above, band.below, band.at_most) for band in clause.bands]
                found |= {Fraction(end) for four in ends for end in four if end is not None}
            case Line():
                found |= {Fraction(end.at) for end in clause.ends}
            case LookUp():
                found |= {Fraction(level.value) for level in clause.levels}
            case ShortOf(target=whole) | PerN(n=whole):
                found.add(Fraction(whole))
    return sorted(found)


# As files.


def write(case: Case, folder: Path, chance: random.Random, parts: int = 1) -> None:
    """The case's dataset as a folder of CSV files; with several parts a folder of files for each table."""
    name = chance.choice(["name", '"名称"'])
    (folder / "dataset.toml").write_text(f'{name} = "某年"\nfrom = {case.begins}\nto = {case.ends}\n', encoding="utf-8")
    for table, rows in case.tables.items():
        title = chance.choice([table, CONTRACT[table].zh])
        headings = {name: chance.choice(texts) for name, texts in possible_headings(case, table).items()}
        if parts == 1:
            write_table(folder / f"{title}.csv", case, table, headings, rows, chance)
            continue
        (folder / title).mkdir()
        for part in range(parts):
            write_table(folder / title / f"{part}.csv", case, table, headings, rows[part::parts], chance)


def possible_headings(case: Case, table: str) -> dict[str, list[str]]:
    """What each column may be called."""
    headings = {name: [name, column.zh, column.en] for name, column in CONTRACT[table].columns.items()}
    facts = [fact for fact in case.facts.values() if fact.table == table == "institutions"]
    return {**headings, **{fact.fact: [fact.fact, fact.name.zh_CN, fact.name.en] for fact in facts}}


def write_table(
    path: Path, case: Case, table: str, headings: Mapping[str, str], rows: Sequence[Row], chance: random.Random
) -> None:
    """One file, its columns in any order; those that hold nothing are there or not."""
    columns = CONTRACT[table].columns
    used = {name for row in rows for name in row if row[name] is not None}
    required = {name for name, column in columns.items() if column.required}
    names = [name for name in headings if name in used | required or chance.random() < 0.5]
    chance.shuffle(names)
    with path.open("w", encoding=chance.choice(["utf-8", "utf-8-sig", "gb18030"]), newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings[name] for name in names)
        writer.writerows([cell(case, table, name, row.get(name), chance) for name in names] for row in rows)


def cell(rules: Case, table: str, name: str, value: object, chance: random.Random) -> str:
    """A value as somebody may have written it."""
    column = CONTRACT[table].columns.get(name)
    match value:
        case None:
            return ""
        case Decimal():
            return chance.choice([f"{value:f}", f"{value:.4f}"])
        case date():
            return chance.choice([f"{value:%Y-%m-%d}", f"{value.year}年{value.month}月{value.day}日"])
    written = [str(value)]
    if name == "fact":
        written.append(rules.facts[str(value)].name.zh_CN)
    if column and column.values:
        written.append(column.values[str(value)])
    return chance.choice(written)
