"""What a report shows, read from a run: exact decimals as they are stored, counted and added up here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl
from attrs import frozen

from kaohe.command.summary import status_names
from kaohe.explain import consequence_words, graded
from kaohe.letter import Letter, letter
from kaohe.problems import Refused
from kaohe.store import Stored, parameters

Row = dict[str, Any]
STEP = 5
"""Points of a column of the distribution."""
EXACT = pl.Decimal(38, 4)
AMOUNT = pl.col("amount").cast(pl.Decimal(38, 2))
"""Points and yuan, as exactly as a run says them."""


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

    def table(self, name: str) -> pl.DataFrame:
        """A table of the run as text."""
        return pl.concat(portion.select(pl.all().cast(pl.String)) for portion in self.run.portions(name))

    @cached_property
    def trace(self) -> pl.DataFrame:
        """The rows of the trace that are worth something, are disputed, are a veto's or leave something open."""
        return self.table("trace").filter(pl.col("points").ne_missing("0") | (pl.col("status") != "counted"))

    @cached_property
    def journal(self) -> pl.DataFrame:
        """The journal."""
        return self.table("journal")

    @cached_property
    def institutions(self) -> dict[str, str]:
        """The institutions' names by code."""
        return {row["institution"]: row["name"] for row in self.run.rows("in_institutions")}

    @cached_property
    def scorers(self) -> dict[str, str]:
        """The scorers' names by code."""
        return {row["scorer"]: row["name"] for row in self.run.rows("in_scorers")}

    @cached_property
    def states(self) -> dict[str, str]:
        """What each status of a result means."""
        return {code: str(said) for code, said in status_names(graded=graded(self.run)).items()}

    @cached_property
    def consequences(self) -> dict[str, str]:
        """What each consequence is called: the document's words, or its code where there are none."""
        return {code: words or code for code, words in consequence_words(self.run).items()}

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
        clause = ["rubric", "clause"]
        found = (
            self.trace.filter(pl.col("status") != "veto", pl.col("points").str.starts_with("-"))
            .group_by(clause)
            .agg(who=pl.col("institution").n_unique(), cost=-pl.col("points").cast(EXACT).sum())
            .sort("who", "cost", *clause, descending=[True, True, False, False])
        )
        return [
            Deducted(self.clauses[key]["place"].partition(" ")[2], self.clauses[key]["text"], who, cost)
            for *key_of, who, cost in found.head(most).rows()
            if (key := tuple(key_of))
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
        return self.journal.group_by("fund", "account").agg(AMOUNT.sum()).sort("fund", "account").rows()

    def movements(self) -> list[tuple[str, str, Decimal]]:
        """From which account to which money moved, over all entries that have one line on one of their sides."""
        gives = pl.col("amount").str.starts_with("-")
        entry = ["fund", "entry"]
        lines = self.journal.select(
            *entry, "account", AMOUNT, gives=gives, givers=gives.sum().over(entry), takers=(~gives).sum().over(entry)
        )
        given, taken = lines.filter("gives"), lines.filter(~pl.col("gives"))
        source = given.filter(pl.col("givers") == 1).select(*entry, source="account")
        target = taken.filter(pl.col("givers") > 1, pl.col("takers") == 1).select(*entry, target="account")
        ends = ["source", "target"]
        apart = taken.join(source, on=entry).select("source", "amount", target="account")
        together = given.join(target, on=entry).select("target", -pl.col("amount"), source="account")
        moved = pl.concat([apart.select(*ends, "amount"), together.select(*ends, "amount")])
        sums = moved.filter(pl.col("source") != pl.col("target")).group_by(ends).agg(pl.col("amount").sum())
        return sums.sort(ends).rows()

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
