"""A run on disk: one SQLite file, or a folder of Parquet. Written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl
from attrs import frozen

from kaohe.dataset.cells import DECIMALS
from kaohe.dataset.contract import CONTRACT
from kaohe.messages import text
from kaohe.model import Parameter
from kaohe.problems import Problem, Refused
from kaohe.run import POINTS, Run

if TYPE_CHECKING:
    from sqlite_utils import Database

RATIOS = (("quantity", "denominator"), ("reference_quantity", "reference_denominator"), ("numerator", "denominator"))
KEYS = {
    "trace": ["institution"], "items": ["institution"], "scores": ["institution"], "results": ["institution"],
    "consequences": ["institution"], "in_events": ["institution", "fact"], "in_metrics": ["institution", "fact"],
    "in_institutions": ["institution"], "in_served": ["institution"], "journal": ["institution"],
}  # fmt: skip
EVIDENCE = """
select t.institution, t.scorer, t.rubric, t.item, t.clause, t.period, t.points, 'events' as "table",
       e.event as "row", e.scorer as recorded_by, e.date, e.count as quantity, null as denominator,
       e.evidence, e.status
  from trace t join clauses c on c.rubric = t.rubric and c.clause = t.clause
  join in_events e on e.institution = t.institution and e.fact = c.fact
 where e.status <> 'withdrawn' and (e.scorer = t.scorer or coalesce(e.scorer, '') = '')
   and (length(t.period) = 4 or substr(coalesce(e.handled, e.date), 1, 7) = t.period)
union all
select t.institution, t.scorer, t.rubric, t.item, t.clause, t.period, t.points, 'metrics',
       m.fact || ' ' || m.period, m.scorer, null, m.numerator, m.denominator, m.evidence, m.status
  from trace t join clauses c on c.rubric = t.rubric and c.clause = t.clause
  join in_metrics m on m.institution = t.institution and m.fact = c.fact and m.period = t.period
 where m.status <> 'withdrawn' and (m.scorer = t.scorer or coalesce(m.scorer, '') = '')
"""
"""The view that leads from each row of the trace to the records it counts."""


def decimal_text(column: str, places: int) -> pl.Expr:
    """Integer units as decimal text without trailing zeros; null stays null."""
    unit, value = 10**places, pl.col(column)
    rest = (value.abs() % unit).cast(pl.String).str.zfill(places).str.strip_chars_end("0")
    whole = (value.abs() // unit).cast(pl.String)
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    point = pl.when(rest == "").then(pl.lit("")).otherwise(pl.lit("."))
    return pl.concat_str(sign, whole, point, rest).alias(column)


def stored_tables(run: Run) -> dict[str, pl.DataFrame]:
    """Every table of a run as it is stored: points and money as decimal text, dates as ISO text."""
    tables = {"run": _about(run), "rules": _rules(run), "clauses": _clauses(run)}
    for name, frame in run.dataset.tables.items():
        if name != "staff":
            tables[f"in_{name}"] = _input(name, frame)
    tables |= {name: _computed(frame) for name, frame in run.tables.items()}
    tables["problems"] = pl.DataFrame(
        [(p.severity, p.code, p.table, p.row, p.column, str(p.message), str(p.remedy or ""), p.file) for p in run.problems],
        {"severity": pl.String, "code": pl.String, "table": pl.String, "row": pl.Int64, "column": pl.String,
         "message": pl.String, "remedy": pl.String, "file": pl.String}, orient="row",
    )  # fmt: skip
    return tables


def _about(run: Run) -> pl.DataFrame:
    packages = ["kaohe", *{f"kaohe-{name.partition('/')[0]}" for name in run.stages.values()}]
    about = {
        "name": run.dataset.name,
        "scheme": run.rules.scheme.scheme,
        "from": run.dataset.begins.isoformat(),
        "to": run.dataset.ends.isoformat(),
        "stages": _json(run.stages),
        "files": _json(run.dataset.files),
        "parameters": _json([_parameter(parameter) for parameter in run.rules.parameters.values()]),
        "versions": _json({package: _version(package) for package in sorted(packages)}),
        "corrects": None,
        "closed": None,
    }
    return pl.DataFrame({key: [value] for key, value in about.items()}, schema=dict.fromkeys(about, pl.String))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except ImportError:
        return None


def _parameter(parameter: Parameter) -> dict[str, Any]:
    from kaohe.loading import converter

    return {
        "parameter": parameter.parameter, "name": str(parameter.name), "value": converter.unstructure(parameter.value),
        "provenance": parameter.provenance, "source": parameter.source, "reading": parameter.reading,
        "given": parameter.given,
    }  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _rules(run: Run) -> pl.DataFrame:
    rows = [(path, content, hashlib.sha256(content.encode()).hexdigest()) for path, content in run.rules.files.items()]
    return pl.DataFrame(rows, {"path": pl.String, "text": pl.String, "sha256": pl.String}, orient="row")


def _clauses(run: Run) -> pl.DataFrame:
    """The clauses and vetoes in the tables' order, for joining the trace to the document's words and to evidence."""
    rows = []
    for rubric in run.rules.rubrics.values():
        for item in rubric.items:
            for clause in item.clauses:
                rows.append((
                    rubric.rubric, rubric.kind, item.item, item.name, str(item.full_score), item.direction,
                    clause.clause, clause.number, clause.text, clause.fact, clause.shape,
                    rubric.place(item.item, clause),
                ))  # fmt: skip
        for veto in rubric.vetoes:
            rows.append((
                rubric.rubric, rubric.kind, "", "", "", veto.effect, veto.clause, veto.number, veto.text, veto.fact,
                "veto", rubric.place(veto.clause, veto),
            ))  # fmt: skip
    columns = ["rubric", "kind", "item", "item_name", "full_score", "direction", "clause", "number", "text", "fact",
               "shape", "place"]  # fmt: skip
    return pl.DataFrame(rows, dict.fromkeys(columns, pl.String), orient="row")


def _computed(frame: pl.DataFrame) -> pl.DataFrame:
    written = [decimal_text(name, 4) for name in POINTS if name in frame.columns]
    if "amount" in frame.columns:
        written.append(decimal_text("amount", 2))
    return _ratios(frame.with_columns(written))


def _ratios(frame: pl.DataFrame) -> pl.DataFrame:
    """Quantities as text: whole numbers where there is no denominator, otherwise decimals."""
    for top, bottom in RATIOS:
        if top in frame.columns and bottom in frame.columns:
            plain = pl.col(top).cast(pl.String)
            quantity = pl.when(pl.col(bottom).is_null()).then(plain).otherwise(decimal_text(top, 4)).alias(top)
            frame = frame.with_columns(quantity, decimal_text(bottom, 4))
    return frame


def _input(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    columns = CONTRACT[name].columns
    written = [
        decimal_text(column, DECIMALS[columns[column].type])
        for column, kind in frame.schema.items()
        if kind == pl.Int64 and column in columns and columns[column].type in DECIMALS and name != "metrics"
    ]  # fmt: skip
    dates = [pl.col(column).cast(pl.String) for column, kind in frame.schema.items() if kind == pl.Date]
    return _ratios(frame.with_columns(written).with_columns(dates))


def save(run: Run, target: Path) -> None:
    """Write the run to a file (SQLite) or, where the target has no suffix, a folder (Parquet); raises Refused."""
    _may_be_replaced(target)
    tables = stored_tables(run)
    try:
        if target.suffix:
            _save_sqlite(tables, target)
        else:
            _save_parquet(tables, target)
    except (OSError, sqlite3.Error) as fault:
        message = text("the run cannot be written: {fault}", fault=fault)
        remedy = text("choose another place; nothing was changed there")
        raise Refused([Problem("out", message, remedy, file=str(target))]) from fault


def _may_be_replaced(target: Path) -> None:
    """A run may be written over a run, not over anything else, and not over a closed one."""
    if not target.parent.is_dir():
        message = text("the folder “{folder}” does not exist", folder=target.parent)
        raise Refused([Problem("out", message, text("make it first"), file=str(target))])
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    try:
        about = open_run(target).about
    except Refused:
        message = text("something else stands here, not a run")
        raise Refused([Problem("out", message, text("choose another name (--out)"), file=str(target))]) from None
    if about["closed"]:
        message = text("this run was closed on {day} and is frozen", day=about["closed"])
        raise Refused([Problem("closed", message, text("choose another name (--out)"), file=str(target))])


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name beside the target to write to; removed if writing fails."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield draft
    except BaseException:
        shutil.rmtree(draft) if draft.is_dir() else draft.unlink(missing_ok=True)
        raise


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _save_sqlite(tables: Mapping[str, pl.DataFrame], target: Path) -> None:
    from sqlite_utils import Database

    with _beside(target) as draft:
        with closing(sqlite3.connect(draft)) as connection:
            connection.executescript("pragma journal_mode = off; pragma synchronous = off;")
            database = Database(connection)
            for name, frame in tables.items():
                _insert(database, name, frame)
            if {"in_events", "in_metrics"} <= set(tables):
                database.create_view("evidence", EVIDENCE)
            connection.commit()
        _synced(draft)
        os.replace(draft, target)
        if os.name == "posix":
            _synced(target.parent)


def _insert(database: Database, name: str, frame: pl.DataFrame) -> None:
    kinds = {column: int if kind.is_integer() else str for column, kind in frame.schema.items()}
    table = database[name].create(kinds)
    places = ", ".join("?" * frame.width)
    with database.conn:
        database.conn.executemany(f'insert into "{name}" values ({places})', frame.iter_rows())
    if name in KEYS:
        table.create_index(KEYS[name])


def _save_parquet(tables: Mapping[str, pl.DataFrame], target: Path) -> None:
    with _beside(target) as draft:
        draft.mkdir()
        for name, frame in tables.items():
            frame.write_parquet(draft / f"{name}.parquet")
            _synced(draft / f"{name}.parquet")
        if target.exists():
            former = target.with_name(f".{target.name}.{os.getpid()}.former")
            os.replace(target, former)
            os.replace(draft, target)
            shutil.rmtree(former)
        else:
            os.replace(draft, target)


class Stored(Protocol):
    """A run on disk, opened for reading."""

    about: Mapping[str, Any]

    def rows(self, table: str, **where: str) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table."""


@frozen(eq=False)
class SQLiteRun:
    """A run in one SQLite file."""

    path: Path
    about: Mapping[str, Any]

    def rows(self, table: str, **where: str) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table."""
        with closing(_connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            known = connection.execute("select 1 from sqlite_master where name = ?", [table]).fetchone()
            if known is None:
                return []
            clause = " and ".join(f'"{column}" = ?' for column in where)
            query = f'select * from "{table}"' + (f" where {clause}" if clause else "")
            return [dict(row) for row in connection.execute(query, list(where.values()))]


@frozen(eq=False)
class ParquetRun:
    """A run in a folder of Parquet files."""

    path: Path
    about: Mapping[str, Any]

    def rows(self, table: str, **where: str) -> list[dict[str, Any]]:
        """The rows of a table whose columns equal the given values; none where there is no such table."""
        file = self.path / f"{table}.parquet"
        if not file.exists():
            return []
        chosen = [pl.col(column) == value for column, value in where.items()]
        return pl.scan_parquet(file).filter(*chosen).collect().to_dicts()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def open_run(path: Path) -> Stored:
    """The run at a path; raises Refused where there is none."""
    try:
        if path.is_dir():
            return ParquetRun(path, pl.read_parquet(path / "run.parquet").to_dicts()[0])
        with closing(_connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return SQLiteRun(path, dict(connection.execute("select * from run").fetchone()))
    except (OSError, sqlite3.Error, pl.exceptions.PolarsError, TypeError, IndexError):
        message = text("there is no run here")
        raise Refused([Problem("run", message, text("kaohe run … --out FILE makes one"), file=str(path))]) from None
