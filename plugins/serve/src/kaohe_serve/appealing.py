"""An appeal filed or decided: a copy of the dataset, in which the table of appeals has one row more, or changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from attrs import asdict, field, frozen

from kaohe import Problem, Refused
from kaohe.dataset import CONTRACT
from kaohe.dataset.raw import FILE, ROW, Raw
from kaohe.dataset.read import read
from kaohe_serve.shelf import Shelf, StoredDataset
from kaohe_serve.words import text


@frozen(kw_only=True)
class Appeal:
    """One row of the table of appeals, as it is typed."""

    appeal: str = ""
    institution: str
    table: str
    row: str
    filed: str = field(factory=lambda: date.today().isoformat())
    department: str = ""
    answered: str = ""
    decision: str = ""
    to: str = ""


def appealed(shelf: Shelf, dataset: StoredDataset, appeal: Appeal) -> StoredDataset:
    """A new dataset: this one, with the appeal. A row of the same number, or against the same record, is replaced.

    Raises Refused.
    """
    raws, _, problems = read(shelf.data(dataset))
    if not raws:
        raise Refused(problems)
    rows = _rows(raws["appeals"]) if "appeals" in raws else []
    matter = ("institution", "table", "row")
    same = [row for row in rows if all(row.get(name) == getattr(appeal, name) for name in matter)]
    number = appeal.appeal or (same[0]["appeal"] if same else _next([row.get("appeal") or "" for row in rows]))
    kept = [row for row in rows if row not in same and row.get("appeal") != number]
    new: dict[str, str | None] = {name: value or None for name, value in asdict(appeal).items()}
    rows = [*kept, {**(same[0] if same else {}), **new, "appeal": number}]
    with shelf.adding_dataset() as (made, draft):
        folder = draft / "data" / shelf.data(dataset).stem
        folder.mkdir()
        for name, raw in raws.items():
            if name != "appeals":
                _write(raw, folder / name)
        columns = dict.fromkeys(dict.fromkeys(key for row in rows for key in row), pl.String)
        pl.DataFrame(rows, columns).write_csv(folder / "appeals.csv", include_bom=True)
        said = text("{name}, with the appeal {appeal}", name=dataset.name, appeal=number)
        return shelf.finish_dataset(draft, made, str(said), of=dataset.dataset)


def _rows(raw: Raw) -> list[dict[str, str | None]]:
    """The rows of the table of appeals as text, by our names for its columns."""
    headings = CONTRACT["appeals"].headings()
    known = {heading.casefold(): name for heading, name in headings.items()}
    frame = raw.frame.drop(ROW, FILE).collect()
    named = frame.rename({heading: known.get(heading.casefold(), heading) for heading in frame.columns})
    return named.with_columns(pl.all().cast(pl.String)).to_dicts()


def _next(numbers: list[str]) -> str:
    taken = set(numbers)
    position = len(numbers) + 1
    while f"S{position:03d}" in taken:
        position += 1
    return f"S{position:03d}"


def _write(raw: Raw, target: Path) -> None:
    """A table as it was read: text as CSV, a Parquet file's own types as Parquet."""
    frame = raw.frame.drop(ROW, FILE)
    if all(kind == pl.String for kind in frame.collect_schema().dtypes()):
        frame.collect().write_csv(target.with_suffix(".csv"), include_bom=True)
    else:
        frame.sink_parquet(target.with_suffix(".parquet"))


def valid(appeal: Appeal) -> Appeal:
    """The appeal, if it can be entered; raises Refused with everything that is missing."""
    problems = []
    if appeal.decision and not (appeal.department and appeal.answered):
        message = text("a decision says who decided, and when")
        problems.append(Problem("appeal", message, text("fill in the department and the day")))
    if appeal.decision == "reduced" and not appeal.to:
        problems.append(Problem("appeal", text("it was reduced, but not said to what"), text("fill in the new number")))
    if problems:
        raise Refused(problems)
    return appeal
