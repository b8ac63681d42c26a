"""What differs between two stored runs: what was changed, who moves by which clause, and whose money."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import polars as pl
from attrs import define, field

from kaohe import open_run
from kaohe.run import POINTS, decimals
from kaohe.store import Stored
from kaohe_compare.changed import Change, changes

Schema = Mapping[str, type[pl.DataType]]
TEXT, WHOLE = pl.String, pl.Int64
RESULT: Schema = {
    "institution": TEXT, "kind": TEXT, "score": WHOLE, "low": WHOLE, "high": WHOLE, "rank": WHOLE, "grade": TEXT,
    "status": TEXT,
}  # fmt: skip
SCORES = ("score", "low", "high", "score_after", "low_after", "high_after", "moved")
CLAUSE = ["rubric", "item", "clause"]
SHEET = ["institution", "scorer"]
CHANGE = pl.col("after") - pl.col("before")
LINE = ["fund", "account", "institution", "region"]
STEP = ["fund", "region", "step"]
CONSEQUENCE = ["institution", "consequence", "article"]


@define(eq=False, slots=False)
class Difference:
    """Two stored runs and what differs between them, `before` and `after`. Points are decimals, money whole fen.

    Each table has a row only for what differs, in the order of its keys.
    """

    before: Stored
    after: Stored
    _frames: dict[tuple[str, str], pl.DataFrame] = field(factory=dict)

    @cached_property
    def changes(self) -> list[Change]:
        """What the runs were computed from and by that is not the same."""
        return changes(self.before, self.after)

    @cached_property
    def results(self) -> pl.DataFrame:
        """Who moves: institution, name, kind, then score, low, high, rank, grade, status before and after (`_after`).

        `moved`: score, where both are known.
        """
        sides = [self._read(side, "results", RESULT) for side in ("before", "after")]
        both = sides[0].join(sides[1], on="institution", how="full", suffix="_after", coalesce=True)
        columns = [name for name in RESULT if name != "institution"]
        differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_after")) for name in columns)
        moved = both.filter(differs).with_columns(pl.coalesce("kind", "kind_after"))
        moved = moved.with_columns(moved=pl.col("score_after") - pl.col("score"))
        named = self._names().join(moved, on="institution", how="right", maintain_order="right")
        ordered = named.select("institution", pl.exclude("institution", "kind_after")).sort("institution")
        return decimals(ordered, SCORES)

    @cached_property
    def consequences(self) -> pl.DataFrame:
        """Consequences that only one of the runs has: institution, consequence, article, side (before, after)."""
        schema = dict.fromkeys(CONSEQUENCE, TEXT)
        sides = {side: self._read(side, "consequences", schema) for side in ("before", "after")}
        only = [
            sides[side].join(sides[other], on=CONSEQUENCE, how="anti", nulls_equal=True).with_columns(side=pl.lit(side))
            for side, other in (("before", "after"), ("after", "before"))
        ]
        return pl.concat(only).unique().sort(pl.all())

    @cached_property
    def parts(self) -> pl.DataFrame:
        """Sheet by sheet, what moves it: institution, scorer, rubric, item, clause, points before and after, change.

        A row without a clause has only the change that the item's floor or ceiling makes (and what is missing); one
        without an item that of the rest, such as missing facts that count as zero. Where a sheet's score is known in
        both runs, its rows add up to the change of its score.
        """
        clauses = self._sides("trace", [*SHEET, *CLAUSE], "points", sheets=True).with_columns(change=CHANGE)
        items = self._with_rubric(self._sides("items", [*SHEET, "item"], "points"))
        scores = self._with_rubric(self._sides("scores", SHEET, "score"))
        caps = _rest(items, clauses, [*SHEET, "rubric", "item"])
        parts = pl.concat([clauses, caps], how="diagonal")
        parts = pl.concat([parts, _rest(scores, parts, [*SHEET, "rubric"])], how="diagonal")
        named = parts.with_columns(pl.col("item", "clause").fill_null("")).filter(pl.col("change") != 0)
        ordered = named.select(*SHEET, *CLAUSE, "before", "after", "change").sort(*SHEET, *CLAUSE)
        return decimals(ordered, ("before", "after", "change"))

    @cached_property
    def clauses(self) -> pl.DataFrame:
        """By which clause: rubric, item, clause, text, institutions, points before caps before and after, change."""
        moved = self.parts.filter(pl.col("clause") != "")
        grouped = moved.group_by(CLAUSE).agg(
            pl.col("institution").n_unique().alias("institutions"), pl.col("before", "after", "change").sum()
        )
        words = pl.concat([self._read(side, "clauses", dict.fromkeys([*CLAUSE, "text"], TEXT)) for side in SIDES])
        words = words.unique(["rubric", "clause"], keep="last", maintain_order=True).drop("item")
        return grouped.join(words, on=["rubric", "clause"], how="left").sort(CLAUSE)

    @cached_property
    def money(self) -> pl.DataFrame:
        """Whose money: fund, account, institution, region, balance before and after, change; fen, debit positive."""
        return self._balances("journal", LINE)

    @cached_property
    def allocations(self) -> pl.DataFrame:
        """Budgets that are split otherwise: fund, region, step, amount before and after, change; fen."""
        return self._balances("allocations", STEP)

    def knows(self, institution: str) -> bool:
        """Whether one of the runs has a result of the institution."""
        return any(side.rows("results", institution=institution) for side in (self.before, self.after))

    def _balances(self, table: str, keys: list[str]) -> pl.DataFrame:
        sums = []
        for side in SIDES:
            rows = self._read(side, table, dict.fromkeys(keys, TEXT) | {"amount": WHOLE})
            filled = rows.with_columns(pl.col(keys).fill_null(""))
            sums.append(filled.group_by(keys).agg(pl.col("amount").sum()))
        both = sums[0].join(sums[1], on=keys, how="full", suffix="_after", coalesce=True)
        both = both.select(*keys, before=pl.col("amount").fill_null(0), after=pl.col("amount_after").fill_null(0))
        return both.with_columns(change=CHANGE).filter(pl.col("change") != 0).sort(keys)

    def _sides(self, table: str, keys: list[str], value: str, *, sheets: bool = False) -> pl.DataFrame:
        """A table's values by key, before and after, summed; null where one of a key's rows has none.

        Of the trace what a sheet counts: not the vetoes, which act on the institution.
        """
        sums = []
        for side in SIDES:
            wanted = {**dict.fromkeys(keys, TEXT), value: WHOLE, **({"status": TEXT} if sheets else {})}
            rows = self._read(side, table, wanted).with_columns(pl.col(keys).fill_null(""))
            if sheets:
                rows = rows.filter(pl.col("status").is_in(["counted", "disputed"]))
            known = pl.when(pl.col(value).null_count() == 0).then(pl.col(value).sum())
            sums.append(rows.group_by(keys).agg(known.alias(value)))
        both = sums[0].join(sums[1], on=keys, how="full", suffix="_after", coalesce=True)
        both = both.rename({value: "before", f"{value}_after": "after"})
        return both.with_columns(pl.col("before", "after").fill_null(0)) if sheets else both.drop_nulls()

    def _rubrics(self) -> pl.DataFrame:
        """The table by which each institution is assessed, from its kind."""
        kinds = pl.concat([self._read(side, "results", {"institution": TEXT, "kind": TEXT}) for side in SIDES])
        own = pl.concat([self._read(side, "clauses", {"rubric": TEXT, "kind": TEXT}) for side in SIDES])
        lent = pl.DataFrame(
            [(rubric, kind) for side in (self.after, self.before) for kind, rubric in _kinds(side).items()],
            {"rubric": TEXT, "kind": TEXT},
            orient="row",
        )
        tables = pl.concat([lent, own]).unique("kind", keep="first", maintain_order=True)
        return kinds.unique("institution").join(tables, on="kind").select("institution", "rubric")

    def _with_rubric(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.join(self._rubrics(), on="institution", how="left").with_columns(pl.col("rubric").fill_null(""))

    def _names(self) -> pl.DataFrame:
        """The institutions' names, as far as a run has them."""
        schema = {"institution": TEXT, "name": TEXT}
        found = [self._read(side, "in_institutions", schema) for side in SIDES]
        return pl.concat(found).unique("institution", keep="last")

    def _read(self, side: str, table: str, schema: Schema) -> pl.DataFrame:
        """A run's table with these columns; points and money as whole units. Empty where the run has no such table."""
        run = self.before if side == "before" else self.after
        if (side, table) not in self._frames:
            there = table in run.tables()
            self._frames[side, table] = pl.concat(list(run.portions(table))) if there else pl.DataFrame()
        frame = self._frames[side, table]
        if frame.is_empty():
            return pl.DataFrame(schema=dict(schema))
        return frame.select(_units(name) if kind == WHOLE else pl.col(name).cast(TEXT) for name, kind in schema.items())


SIDES = ("before", "after")


def diff(before: Path | str, after: Path | str) -> Difference:
    """What differs between two stored runs; raises Refused where one of them is none."""
    return Difference(open_run(Path(before)), open_run(Path(after)))


def _kinds(run: Stored) -> dict[str, str]:
    """The rubric of each kind, as the run was assessed."""
    found: dict[str, str] = json.loads(run.about["kinds"])
    return found


def _units(column: str) -> pl.Expr:
    """Points in ten-thousandths, money in fen, a rank as it is."""
    scale = 10_000 if column in POINTS else 100 if column == "amount" else 1
    return (pl.col(column).cast(pl.Decimal(38, 4)) * scale).cast(WHOLE)


def _rest(whole: pl.DataFrame, parts: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """What is left of the whole's change beyond that of its parts."""
    summed = parts.group_by(keys).agg(known=pl.col("change").sum())
    joined = whole.join(summed, on=keys, how="left")
    return joined.select(*keys, change=CHANGE - pl.col("known").fill_null(0))
