"""Corrections: a new run of a settled year, and the entries that lead from the old journal to the new one."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from attrs import evolve

from kaohe import alike
from kaohe.dataset import Dataset
from kaohe.journal import SCHEMA, balance
from kaohe.messages import Text, text
from kaohe.problems import Problem, Refused
from kaohe.run import Run
from kaohe.store import Stored, open_run
from kaohe.store.digests import digest_of, of_run, recorded

SERIES = "A"
MATTER = ["fund", "_institution", "article"]
"""What adjusting entries are grouped by: the lines of a fund about one institution (or none) under one article."""
LINE = [*MATTER, "account", "institution", "region"]


def correct(run: Run, path: Path) -> Run:
    """The run as a correction of an earlier one.

    Its journal becomes the earlier one's, as it was, with entries that adjust it to what this run would have booked.
    Among its problems is then by what else than late facts it differs (`alike`). Raises Refused where the earlier run
    is of another scheme or other days, its journal is not as it was written, or this would be no correction of it.
    """
    old = open_run(path)
    _refuse_another(run, old, path)
    if digest_of(old.portions("journal")) != recorded(old.about).get("journal"):
        message = text("the table “{table}” was changed after the run was written", table="journal")
        raise Refused([Problem("changed", message, text("correct the run as it was written"), file=str(path))])
    differences = alike.differences(run, old, str(path))
    earlier = journal_of(old)
    day = max(as_of(run.dataset), old.about["closed"] or "")
    journal = adjusted(earlier, run.tables["journal"], day)
    balance(journal)
    corrects = {"run": path.name, "digest": of_run(old.about), "adjusting": adjusting(earlier), "day": day}
    run.tables.add("journal", journal)
    corrected = json.dumps(corrects, ensure_ascii=False, sort_keys=True)
    return evolve(run, corrects=corrected, problems=[*run.problems, *differences])


def adjusting(journal: pl.DataFrame) -> int:
    """The number of the last adjusting entry of a journal; 0 where it has none."""
    return int(journal.select(_number().max()).item() or 0)


def before(journal: pl.DataFrame, last: int) -> pl.DataFrame:
    """A journal's rows up to the adjusting entry of that number: the journal that was corrected."""
    return journal.filter(_number().fill_null(0) <= last)


def _number() -> pl.Expr:
    return pl.col("entry").str.extract(rf"^{SERIES}-(\d+)$").cast(pl.Int64)


def adjusted(old: pl.DataFrame, fresh: pl.DataFrame, day: str) -> pl.DataFrame:
    """The old journal's rows, unchanged, and then entries that bring each account to where `fresh` has it.

    An adjusting entry has the article of what it adjusts, the cause that the fresh journal gives (`withdrawn` where it
    has none), and in `adjusts` the last old entry of the same matter, or else of the same institution and fund.
    """
    before, now = _placed(old), _placed(fresh)
    sums = pl.concat(
        [
            before.select(*LINE, amount=(-pl.col("amount")).cast(pl.Int128)),
            now.select(*LINE, pl.col("amount").cast(pl.Int128)),
        ]
    )
    lines = sums.group_by(LINE).agg(pl.col("amount").sum()).filter(pl.col("amount") != 0)
    if lines.is_empty():
        return old
    causes = now.sort("entry").group_by(MATTER).agg(pl.col("cause").last())
    known = before.sort("date", "entry")
    same = known.group_by(MATTER).agg(pl.col("entry").last().alias("_same"))
    like = known.group_by("fund", "_institution").agg(pl.col("entry").last().alias("_like"))
    entries = lines.select(MATTER).unique().sort(MATTER).with_row_index("_number", adjusting(old) + 1)
    entries = entries.with_columns(entry=pl.format(f"{SERIES}-{{}}", pl.col("_number").cast(pl.String).str.zfill(6)))
    rows = (
        lines.join(entries, on=MATTER)
        .join(causes, on=MATTER, how="left")
        .join(same, on=MATTER, how="left")
        .join(like, on=["fund", "_institution"], how="left")
        .sort("_number", "account", "institution", "region")
        .with_columns(
            pl.col("cause").fill_null("withdrawn"),
            pl.col("amount").cast(pl.Int64),
            date=pl.lit(day),
            adjusts=pl.coalesce("_same", "_like"),
        )
    )
    return pl.concat([old, rows.select(list(SCHEMA))])


def _placed(journal: pl.DataFrame) -> pl.DataFrame:
    """The journal with the one institution that an entry is about; empty where there are several, or none."""
    about = journal.group_by("entry").agg(pl.col("institution").unique().alias("_all"))
    one = about.select("entry", _institution=pl.when(pl.col("_all").list.len() == 1).then(pl.col("_all").list.first()))
    placed = journal.join(one, on="entry", maintain_order="left").with_columns(pl.col("_institution").fill_null(""))
    return placed.with_columns(pl.col("institution", "region").fill_null(""))


def journal_of(run: Stored) -> pl.DataFrame:
    """The journal of a stored run, in fen."""
    rows = pl.DataFrame(run.rows("journal"), schema=dict.fromkeys(SCHEMA, pl.String))
    return rows.with_columns((pl.col("amount").cast(pl.Decimal(38, 2)) * 100).cast(pl.Int64))


def as_of(dataset: Dataset) -> str:
    """The day on which a year is corrected: that of the last conclusion or answer that the dataset knows.

    What corrects a closed run is not booked before the day on which it was closed.
    """
    days = [dataset.ends]
    for table, column in (("investigations", "closed"), ("appeals", "answered")):
        if (rows := dataset.held(table)) is not None:
            days += rows[column].drop_nulls().to_list()
    return max(days).isoformat()


def refuse_itself(path: Path, out: Path) -> None:
    """Refuse to write a correction over the run that it corrects."""
    if path.resolve() == out.resolve():
        message = text("a run that is corrected stays as it was")
        raise Refused([Problem("corrects", message, text("choose another name (--out)"), file=str(out))])


def _refuse_another(run: Run, old: Stored, path: Path) -> None:
    """What belongs to another year, or another scheme, does not correct this one."""
    own = {
        "scheme": run.rules.scheme.scheme,
        "from": run.dataset.begins.isoformat(),
        "to": run.dataset.ends.isoformat(),
    }
    wrong = [
        Problem("corrects", _differs(name, own[name], old.about[name]), file=str(path))
        for name in own
        if old.about[name] != own[name]
    ]
    if wrong:
        remedy = text("correct a run of the same scheme and days")
        raise Refused([evolve(problem, remedy=remedy) for problem in wrong])


def _differs(name: str, here: str, there: str) -> Text:
    return text("{name}: the run to be corrected has {there}, this one {here}", name=name, here=here, there=there)
