"""What the cases of a scheme show together: the values that clauses met, items before their caps, scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import polars as pl
from attrs import define

from kaohe.model import UNITS_PER_POINT, Clause, Schedule, points
from kaohe.run import Run


@define(eq=False, slots=False)
class Observed:
    """All runs of the cases, each once."""

    runs: list[Run]

    def _rows(self, rubric: str, clause: Clause) -> Iterable[tuple[int | None, ...]]:
        name, _, option = clause.when.partition("=")
        for run, found in self._traces:
            if not clause.when or str(run.rules.value(name)) == option:
                yield from found.get((rubric, clause.clause), ())

    @cached_property
    def _traces(self) -> list[tuple[Run, dict[tuple[str, str], set[tuple[int | None, ...]]]]]:
        columns = ["quantity", "denominator", "reference_quantity", "reference_denominator"]
        found = []
        for run in self.runs:
            rows: dict[tuple[str, str], set[tuple[int | None, ...]]] = {}
            known = run.tables["trace"].filter(pl.col("quantity").is_not_null())
            for rubric, clause, *values in known.select("rubric", "clause", *columns).unique().rows():
                rows.setdefault((rubric, clause), set()).add(tuple(values))
            found.append((run, rows))
        return found

    def values(self, rubric: str, clause: Clause) -> set[Fraction]:
        """The quantities, or ratios, that the clause met under its reading."""
        return {
            Fraction(quantity, denominator) if denominator is not None else Fraction(quantity)
            for quantity, denominator, *_ in self._rows(rubric, clause)
            if quantity is not None and denominator != 0
        }

    def excesses(self, rubric: str, clause: Clause) -> set[Fraction]:
        """By how much ratios exceeded the average of their peers."""
        return {
            Fraction(quantity, denominator) - Fraction(mean, of)
            for quantity, denominator, mean, of in self._rows(rubric, clause)
            if quantity is not None and denominator and mean is not None and of
        }

    @cached_property
    def _items(self) -> pl.DataFrame:
        """Items of every sheet with the table they are of; points as whole units."""
        found = []
        for run in self.runs:
            kinds = run.dataset.tables["institutions"].select("institution", "kind").collect()
            rubrics = pl.DataFrame(
                {"kind": list(run.rules.kinds), "rubric": list(run.rules.kinds.values())},
                {"kind": pl.String, "rubric": pl.String},
            )
            found.append(run.tables["items"].join(kinds, on="institution").join(rubrics, on="kind"))
        columns = ["rubric", "item", "raw", "points", "low", "high"]
        return pl.concat([frame.select(columns) for frame in found]).unique() if found else pl.DataFrame()

    @cached_property
    def items(self) -> dict[tuple[str, str], list[tuple[int | None, int | None, int, int]]]:
        """Raw, points, low and high of each table's items, in units."""
        rows: dict[tuple[str, str], list[tuple[int | None, int | None, int, int]]] = {}
        for rubric, item, raw, settled, low, high in self._items.rows():
            rows.setdefault((rubric, item), []).append((raw, settled, low, high))
        return rows

    def raw(self, rubric: str, item: str) -> set[Fraction]:
        """What an item's clauses add up to before the cap, in points, where nothing of it is missing."""
        rows = self.items.get((rubric, item), ())
        return {
            Fraction(raw, UNITS_PER_POINT) for raw, settled, _, _ in rows if raw is not None and settled is not None
        }

    @cached_property
    def points(self) -> set[tuple[str, str, Fraction]]:
        """The points that items came to."""
        return {
            (rubric, item, Fraction(settled, UNITS_PER_POINT))
            for (rubric, item), rows in self.items.items()
            for _, settled, _, _ in rows
            if settled is not None
        }

    @cached_property
    def _scores(self) -> list[tuple[Run, set[Decimal]]]:
        return [(run, {points(one) for one in run.tables["results"]["score"].drop_nulls()}) for run in self.runs]

    def cutoffs(self, below: Decimal) -> set[str]:
        """Grades at whose cutoff, or so much below it, an institution stood."""
        return {
            cutoff.grade
            for run, scores in self._scores
            for cutoff in run.rules.value("grade.cutoffs") or ()
            if cutoff.at_least - below in scores
        }

    def line(self, parameter: str, below: Decimal) -> bool:
        """Whether an institution stood on the line that a parameter draws, or so much below it."""
        lines = [(run.rules.value(parameter), scores) for run, scores in self._scores]
        return any(line is not None and line - below in scores for line, scores in lines)

    def end(self, parameter: str, below: Decimal) -> bool:
        """Whether an institution stood at an end of a schedule above 0, or so much below it."""
        return any(
            end - below in scores
            for run, scores in self._scores
            if isinstance(schedule := run.rules.value(parameter), Schedule)
            for end in _ends(schedule)
            if end > 0
        )


def _ends(schedule: Schedule) -> Iterator[Decimal]:
    """Where the share changes: the ends of steps and lines, or those of bands."""
    yield from (end.at for end in schedule.ends)
    for band in schedule.bands:
        said = (band.at_least, band.above, band.below, band.at_most)
        yield from (end for end in said if end is not None)
