"""The tables and columns of a run: those that were promised, exact and complete."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from project import Project
from stored import columns, inputs, query, tables

from kaohe.messages import LANGUAGES, speaking
from kaohe.model import UNITS_PER_POINT
from kaohe.run import Run
from kaohe.store import left_open, open_run, save
from kaohe.store.tables import decimal_text, stored_tables

COLUMNS = {
    "run": ["name", "scheme", "stages", "files", "parameters", "versions", "corrects", "closed"],
    "rules": ["path", "text", "sha256"],
    "trace": ["institution", "scorer", "rubric", "item", "clause", "period", "quantity", "denominator",
              "reference_quantity", "reference_denominator", "points", "status"],
    "items": ["institution", "scorer", "item", "raw", "points", "low", "high", "self_points"],
    "scores": ["institution", "scorer", "score", "low", "high"],
    "results": ["institution", "kind", "score", "low", "high", "rank", "grade", "basis", "status"],
    "consequences": ["institution", "consequence", "article", "due", "basis"],
    "allocations": ["fund", "region", "step", "amount", "article"],
    "journal": ["entry", "date", "fund", "account", "institution", "region", "amount", "article", "cause", "adjusts"],
    "problems": ["severity", "code", "table", "row", "column", "message", "remedy", "message_en", "remedy_en"],
}  # fmt: skip
"""The tables of a run and their columns, as the design promises them."""
POINTS = {
    "trace": ["points"],
    "items": ["raw", "points", "low", "high", "self_points"],
    "scores": ["score", "low", "high"],
    "totals": ["score", "low", "high"],
    "results": ["score", "low", "high"],
    "in_marks": ["points"],
}
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")


def test_a_run_has_every_table_and_column_that_was_promised(run: Run, file: Path) -> None:
    found = {table: columns(file, table) for table in tables(file)}
    assert found.keys() >= COLUMNS.keys() | {f"in_{table}" for table in run.dataset.tables if table != "staff"}
    for table in ("run", "problems"):
        assert set(found[table]) >= set(COLUMNS[table])
    for table in COLUMNS.keys() - {"run", "problems"}:
        assert found[table] == COLUMNS[table]


def test_every_table_of_the_example_year_has_rows_where_it_must(file: Path) -> None:
    stored = tables(file)
    assert len(stored["run"]) == 1
    assert len(stored["results"]) >= len(stored["totals"]) >= 96
    for table in ("rules", "clauses", "trace", "items", "scores", "problems", *inputs(stored)):
        assert stored[table], table


def test_points_are_decimal_text_of_exactly_what_was_computed(run: Run, file: Path) -> None:
    stored = tables(file)
    for table, names in POINTS.items():
        given = run.dataset.tables.get(table.removeprefix("in_"))
        computed = run.tables[table] if given is None else given.sort("institution", maintain_order=True)
        for name in names:
            texts = [row[name] for row in stored[table]]
            assert all(text is None or DECIMAL.fullmatch(text) for text in texts), (table, name)
            units = [None if text is None else Decimal(text) * UNITS_PER_POINT for text in texts]
            assert units == computed.lazy().select(name).collect().to_series().to_list(), (table, name)


def test_money_is_decimal_text_in_yuan(file: Path) -> None:
    amounts = [row["amount"] for row in tables(file)["in_events"] if row["amount"] is not None]
    assert len(amounts) > 50
    assert all(re.fullmatch(r"[1-9][0-9]*(\.[0-9]?[1-9])?", amount) for amount in amounts)


def test_no_column_of_any_table_holds_a_float(file: Path) -> None:
    for table, rows in tables(file).items():
        for name in columns(file, table):
            kinds = query(file, f'select distinct typeof("{name}") as kind from "{table}"')
            assert {kind["kind"] for kind in kinds} <= {"null", "text", "integer"}, (table, name)
        assert not [row for row in rows if any(isinstance(value, float) for value in row.values())]


def test_a_parquet_run_holds_no_float(run: Run) -> None:
    for portions in stored_tables(run).values():
        for frame in portions():
            assert not [name for name, kind in frame.schema.items() if kind.is_float() or kind.is_decimal()]


@given(st.integers(-(10**18), 10**18), st.sampled_from([2, 4]))
def test_decimal_text_is_the_number_written_out(number: int, places: int) -> None:
    written = pl.DataFrame({"n": [number, None]}).select(decimal_text("n", places))["n"].to_list()
    assert written[1] is None
    assert DECIMAL.fullmatch(written[0])
    assert Decimal(written[0]) * 10**places == number


def test_dates_are_iso_text(file: Path) -> None:
    for row in tables(file)["in_events"]:
        for name in ("date", "handled"):
            assert row[name] is None or re.fullmatch(r"202[123]-[01][0-9]-[0-3][0-9]", row[name])


def test_further_columns_are_kept_whatever_they_are_called(project: Project) -> None:
    names = ["备注", 'a "quoted" word', "select", "rowid", "a]b"]
    for event in project.tables["events"]:
        event.update(dict.fromkeys(names, "1.50"))
    project.run()
    (event,) = tables(project.root / "run.db")["in_events"]
    assert {name: event[name] for name in names} == dict.fromkeys(names, "1.50")


def test_a_run_leaves_the_same_open_whichever_language_was_spoken(small: Run, tmp_path: Path) -> None:
    """Its problems are kept in both; so the same is stored."""
    for spoken in LANGUAGES:
        with speaking(spoken):
            save(small, tmp_path / f"{spoken}.db")
    chinese, english = (tables(tmp_path / f"{spoken}.db")["problems"] for spoken in LANGUAGES)
    assert chinese == english
    said = next(row for row in chinese if row["code"] == "unset")
    assert "等级未确定" in said["message"]
    assert "grade not determined" in said["message_en"]
    for spoken, column in zip(LANGUAGES, ("message", "message_en"), strict=True):
        with speaking(spoken):
            assert [row["message"] for row in left_open(open_run(tmp_path / "en.db"))] == [
                row[column] for row in chinese
            ]
