"""What Tianjin's agreement assessment asks of a dataset beyond the contract."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kaohe import Dataset, Problem, Rules, listing
from kaohe_tianjin.messages import text

ONE_CASE, PENDING, ANSWER = "第八条", "第十六条", "第十一条"


def faults(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Cases that stand twice or belong to a pending year, and answers by others than who set the indicator."""
    if (events := dataset.held("events")) is not None:
        yield from _twice(events)
        yield from _of_pending_years(events, dataset, rules)
    if "appeals" in dataset.tables:
        yield from _answered_by_others(dataset)


def _twice(events: pl.DataFrame) -> Iterator[Problem]:
    """One case of an institution counts once for a fact, however many departments report it."""
    counted = events.filter(pl.col("status") != "withdrawn", pl.col("case").is_not_null())
    cases = (
        counted.group_by("institution", "case", "fact").agg(pl.col("event").sort()).sort("institution", "case", "fact")
    )
    for institution, case, _, rows in cases.filter(pl.col("event").list.len() > 1).rows():
        message = text("the case “{case}” of {institution} stands here several times: {rows}",
                       case=case, institution=institution, rows=listing(rows))  # fmt: skip
        yield Problem(
            "case", message, text("keep one of them, by {article}", article=ONE_CASE), table="events", key=rows[1]
        )


def _of_pending_years(events: pl.DataFrame, dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """What an investigation finds that held up an earlier year belongs to that year, not to that of its conclusion."""
    investigations = dataset.held("investigations")
    if investigations is None:
        return
    held = investigations.select("investigation", "opened", "closed", "institution")
    linked = events.filter(pl.col("status") != "withdrawn").join(held, on=["investigation", "institution"])
    pending = pl.DataFrame(schema={"institution": pl.String})
    if (history := dataset.held("history")) is not None:
        earlier = (pl.col("scheme") == rules.scheme.scheme) & (pl.col("year") < dataset.year)
        pending = history.filter(earlier & pl.col("score").is_null() & pl.col("grade").is_null()).select("institution")
    still_open = pl.col("closed").is_null() | (pl.col("closed") >= dataset.begins)
    of_earlier = (pl.col("opened") < dataset.begins) & still_open & (pl.col("date") < dataset.begins)
    of_pending = pl.col("institution").is_in(pending["institution"].implode()) & (pl.col("date") < dataset.begins)
    for row in linked.filter(of_earlier | of_pending).sort("event").to_dicts():
        message = text("{event}: the investigation {investigation} held up an earlier year, to which this case belongs",
                       event=row["event"], investigation=row["investigation"])  # fmt: skip
        remedy = text("remove it here and correct the earlier run with it (--corrects), by {article}", article=PENDING)
        yield Problem("case", message, remedy, table="events", key=row["event"])


def _answered_by_others(dataset: Dataset) -> Iterator[Problem]:
    """A mark is answered for by its department: the scorer that gave it, by code or name."""
    names = dict(dataset.tables["scorers"].select("scorer", "name").collect().rows())
    appeals = dataset.tables["appeals"].filter(pl.col("table") == "marks", pl.col("decision").is_not_null())
    answered = appeals.collect()
    for row in answered.sort("appeal").to_dicts():
        scorer = row["row"].partition(" ")[0]
        if row["department"] is not None and row["department"] not in (scorer, names.get(scorer)):
            set_by = names.get(scorer, scorer)
            message = text(
                "appeal “{appeal}” was answered by {department}, but {scorer} set the indicator",
                appeal=row["appeal"],
                department=row["department"],
                scorer=set_by,
            )
            remedy = text("let that department answer, by {article}", article=ANSWER)
            yield Problem("appeal", message, remedy, table="appeals", key=row["appeal"])
