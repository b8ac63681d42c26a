"""What Tianjin's agreement assessment asks of a dataset beyond the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from kaohe import Dataset, Problem, Rules, at_rows, disputed, listing
from kaohe_tianjin.messages import text

ONE_CASE, ANSWER = "第八条", "第十一条"


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Cases that stand twice, and answers by others than who set the indicator."""
    if (events := dataset.held("events")) is not None:
        yield from _twice(events, dataset)
    if "appeals" in dataset.tables and dataset.sound("events", "metrics", "marks"):
        yield from _answered_by_others(dataset, rules)


def _twice(events: pl.DataFrame, dataset: Dataset) -> Iterator[Problem]:
    """One case of an institution counts once, however many departments report it, and under whatever facts.

    What one investigation found is one case, unless the events say which case each of them is.
    """
    counted = events.filter(pl.col("status") != "withdrawn")
    again = _together(counted, "case").filter(pl.col("event") != pl.col("rows").list.first())
    remedy = text("keep one of them, by {article}", article=ONE_CASE)
    yield from at_rows(dataset, "events", again, "case", _stands_twice, remedy, code="case")
    unsaid = _together(counted, "investigation").filter(pl.col("case").is_null())
    remedy = text("say which case each of them is, and keep one of each, by {article}", article=ONE_CASE)
    yield from at_rows(dataset, "events", unsaid, "case", _one_case_or_several, remedy, code="case")


def _together(events: pl.DataFrame, column: str) -> pl.DataFrame:
    """The events of an institution that share what stands in a column, with the codes of all of them in `rows`."""
    named = events.filter(pl.col(column).is_not_null())
    rows = named.group_by("institution", column).agg(rows=pl.col("event").sort())
    return named.join(rows.filter(pl.col("rows").list.len() > 1), on=["institution", column])


def _stands_twice(row: dict[str, Any]) -> Any:
    return text("the case “{case}” of {institution} stands here several times: {rows}",
                case=row["case"], institution=row["institution"], rows=listing(row["rows"]))  # fmt: skip


def _one_case_or_several(row: dict[str, Any]) -> Any:
    return text("{rows} are of the investigation {investigation}; whether they are one case is not said",
                rows=listing(row["rows"]), investigation=row["investigation"])  # fmt: skip


def _answered_by_others(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """An objection is answered by the department that set the indicator.

    For a mark, that is the scorer that gave it; for another finding whom the plan names (`by`), otherwise the scorer
    that recorded it; where nothing is said, any of the scorers.
    """
    appeals = dataset.tables["appeals"].filter(pl.col("decision").is_not_null(), pl.col("department").is_not_null())
    scorers = dataset.tables["scorers"].select("scorer", "name", "role").collect()
    set_by = _set_by(rules)
    wrong: dict[str, list[str]] = {}
    for row in disputed(dataset, appeals.collect()).to_dicts():
        named = set_by.get(row["fact"] or "", [])
        own = [row["scorer"]] if row["scorer"] is not None else scorers["scorer"].to_list()
        by_plan = pl.col("scorer").is_in(named) | pl.col("role").is_in(named)
        meant = scorers.filter(by_plan if named else pl.col("scorer").is_in(own))
        if row["department"] not in {*meant["scorer"], *meant["name"]}:
            wrong[row["appeal"]] = meant["name"].to_list()

    def said(row: dict[str, Any]) -> Any:
        who = listing(wrong[row["appeal"]])
        return text("appeal “{appeal}” was answered by {department}, but {scorer} set the indicator",
                    appeal=row["appeal"], department=row["department"], scorer=who)  # fmt: skip

    rows = appeals.filter(pl.col("appeal").is_in(list(wrong))).collect()
    remedy = text("let that department answer, by {article}", article=ANSWER)
    yield from at_rows(dataset, "appeals", rows, "department", said, remedy, code="appeal")


def _set_by(rules: Rules) -> dict[str, list[str]]:
    """Who sets the indicators by which each fact counts, as far as the plan says so; not of marks."""
    named: dict[str, list[str]] = {}
    for rubric in rules.rubrics.values():
        for _, clause in rubric.clauses:
            if clause.shape != "mark":
                named.setdefault(clause.fact, []).extend(clause.by)
    return named
