"""What a report shows, read from a run: exact decimals as they are stored, counted and added up here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Any

from attrs import frozen

from kaohe.letter import Letter, letter
from kaohe.problems import Refused
from kaohe.store import Stored, parameters

Row = dict[str, Any]
STEP = 5
"""Points of a column of the distribution."""


@frozen
class Deducted:
    """A clause that cost points: its words and place, how many institutions, how many points."""

    place: str
    words: str
    institutions: int
    points: Decimal


@frozen
class Spread:
    """The scores that one scorer gave the institutions of one kind."""

    scorer: str
    kind: str
    sheets: int
    low: Decimal
    mean: Decimal
    high: Decimal


class Figures:
    """A run's tables, each read once, and what a report says of them."""

    def __init__(self, run: Stored) -> None:
        self.run = run

    @cached_property
    def results(self) -> list[Row]:
        """The results, in the order of the run."""
        return self.run.rows("results")

    @cached_property
    def trace(self) -> list[Row]:
        """The rows of the trace that are worth something, are disputed, are a veto's or leave something open."""
        return [row for row in self.run.rows("trace") if row["points"] != "0" or row["status"] != "counted"]

    @cached_property
    def journal(self) -> list[Row]:
        """The journal."""
        return self.run.rows("journal")

    @cached_property
    def institutions(self) -> dict[str, str]:
        """The institutions' names by code."""
        return {row["institution"]: row["name"] for row in self.run.rows("in_institutions")}

    @cached_property
    def scorers(self) -> dict[str, str]:
        """The scorers' names by code."""
        return {row["scorer"]: row["name"] for row in self.run.rows("in_scorers")}

    @cached_property
    def clauses(self) -> dict[tuple[str, str], Row]:
        """Each clause by its table and code."""
        return {(row["rubric"], row["clause"]): row for row in self.run.rows("clauses")}

    @cached_property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """The run's parameters by name."""
        return {entry["parameter"]: entry for entry in parameters(self.run)}

    @cached_property
    def files(self) -> dict[str, str]:
        """The rule files' texts by path."""
        return {row["path"]: row["text"] for row in self.run.rows("rules")}

    def statuses(self) -> dict[str, int]:
        """How many results have each status."""
        return dict(Counter(row["status"] for row in self.results))

    def kinds(self) -> list[str]:
        """The kinds of institution that have a result, in the order of the results."""
        return list(dict.fromkeys(row["kind"] for row in self.results))

    def distribution(self, kind: str) -> list[tuple[int, int]]:
        """Where a kind's scores lie: from which score, and how many; the highest column holds its upper end."""
        scores = [Decimal(row["score"]) for row in self.results if row["kind"] == kind and row["score"] is not None]
        if not scores:
            return []
        first, last = int(min(scores)) // STEP, -(-int(max(scores)) // STEP)
        bins = Counter(min(int(score) // STEP, max(first, last - 1)) for score in scores)
        return [(place * STEP, bins[place]) for place in range(first, max(last, first + 1))]

    def grades(self) -> tuple[list[str], dict[str, dict[str, int]]]:
        """The grades from the best to the worst, and how many of each kind have them; – has none."""
        given = {row["grade"] for row in self.results if row["grade"]}
        cutoffs = self.parameters.get("grade.cutoffs", {}).get("value") or []
        ordered = [entry["grade"] for entry in cutoffs if entry["grade"] in given]
        classes = [*ordered, *sorted(given - set(ordered)), "–"]
        found: dict[str, dict[str, int]] = {}
        for row in self.results:
            own = found.setdefault(row["kind"], dict.fromkeys(classes, 0))
            own[row["grade"] or "–"] += 1
        return classes, found

    def deductions(self, most: int) -> list[Deducted]:
        """The clauses that cost the most institutions points."""
        who: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        cost: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self.trace:
            if row["status"] != "veto" and (row["points"] or "").startswith("-"):
                key = row["rubric"], row["clause"]
                who[key].add(row["institution"])
                cost[key] -= Decimal(row["points"])
        ordered = sorted(who, key=lambda key: (-len(who[key]), -cost[key], key))[:most]
        return [
            Deducted(self.clauses[key]["place"].partition(" ")[2], self.clauses[key]["text"], len(who[key]), cost[key])
            for key in ordered
        ]

    def spreads(self) -> list[Spread]:
        """The scorers against each other, kind by kind; sheets whose score is open are left out."""
        kind = {row["institution"]: row["kind"] for row in self.results}
        found: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
        for row in self.run.rows("scores"):
            if row["score"] is not None and row["scorer"] and row["institution"] in kind:
                found[kind[row["institution"]], row["scorer"]].append(Decimal(row["score"]))
        return [
            Spread(self.scorers.get(scorer, scorer), own, len(scores), min(scores), mean(scores), max(scores))
            for (own, scorer), scores in sorted(found.items())
        ]

    def balances(self) -> list[tuple[str, str, Decimal]]:
        """What stands on each account of each fund in yuan, debit positive."""
        sums: dict[tuple[str, str], Decimal] = {}
        for row in self.journal:
            key = row["fund"], row["account"]
            sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount"])
        return [(*key, amount) for key, amount in sorted(sums.items())]

    def movements(self) -> list[tuple[str, str, Decimal]]:
        """From which account to which money moved, over all entries that have one line on one of their sides."""
        sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for lines in self._entries().values():
            given = [row for row in lines if row["amount"].startswith("-")]
            taken = [row for row in lines if not row["amount"].startswith("-")]
            if len(given) == 1:
                for row in taken:
                    sums[given[0]["account"], row["account"]] += Decimal(row["amount"])
            elif len(taken) == 1:
                for row in given:
                    sums[row["account"], taken[0]["account"]] -= Decimal(row["amount"])
        return [(*key, amount) for key, amount in sorted(sums.items()) if key[0] != key[1]]

    def _entries(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.journal:
            found.setdefault((row["fund"], row["entry"]), []).append(row)
        return found

    @cached_property
    def regions(self) -> list[Letter]:
        """Each region's year, where the run settled one."""
        codes = list(dict.fromkeys(row["region"] for row in self.run.rows("in_regions")))
        return [told for code in codes if (told := _told(self.run, code)) is not None]


def _told(run: Stored, region: str) -> Letter | None:
    try:
        return letter(run, region)
    except Refused:
        return None


def mean(scores: Iterable[Decimal]) -> Decimal:
    """For reading only: half up to 0.01."""
    listed = list(scores)
    return (sum(listed, Decimal(0)) / len(listed)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
