"""One year in every form that a dataset may have gives the same result, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import forms
import polars as pl
import pytest
from forms import Tables, csv_folder, database, parquet_folder, workbook, year
from polars.testing import assert_frame_equal

import kaohe
from kaohe.run import Run


def assessed(dataset: Path) -> Run:
    return kaohe.assess(dataset, "changzhou/2022")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The year as CSV in UTF-8 with English names."""
    return assessed(csv_folder(tmp_path_factory.mktemp("forms") / "csv", year()))


def parts(folder: Path, tables: Tables) -> Path:
    """Events and metrics in several files: a BOM, GB18030, Parquet; what else lies there is left alone."""
    csv_folder(folder, {name: rows for name, rows in tables.items() if name not in ("events", "metrics")})
    for name in ("events", "指标"):
        (folder / name).mkdir()
    events, metrics = tables["events"], tables["metrics"]
    (folder / "events" / "1 市中心.csv").write_bytes(forms.csv_text(events[:1]).encode("utf-8-sig"))
    (folder / "events" / "2 溧阳.CSV").write_bytes(forms.csv_text(events[1:2]).encode("gb18030"))
    forms.frame("events", events[2:], forms.text).write_parquet(folder / "events" / "3.parquet")
    (folder / "指标" / "a.csv").write_text(forms.csv_text(metrics[:5]), encoding="utf-8")
    (folder / "指标" / "b.csv").write_text(forms.csv_text(metrics[5:]), encoding="utf-8")
    (folder / "指标" / "~$b.csv").write_bytes(b"\xff\xfe of a program that has it open")
    (folder / "events" / "note.txt").write_text("no table")
    return folder


def categories(folder: Path, tables: Tables) -> Path:
    """Parquet as other programs write it: dictionaries for codes, instants for days, 64 bits for counts."""
    parquet_folder(folder, tables, forms.typed)
    for path in folder.iterdir():
        frame = pl.read_parquet(path)
        frame = frame.with_columns(pl.col(pl.Date).cast(pl.Datetime("us")), pl.col(pl.Int32).cast(pl.Float64))
        frame.with_columns(pl.col(pl.String).cast(pl.Categorical)).write_parquet(path)
    return folder


FORMS: dict[str, Callable[[Path, Tables], Path]] = {
    "CSV with BOM": lambda root, tables: csv_folder(root / "x", tables, encoding="utf-8-sig"),
    "CSV in Chinese": lambda root, tables: csv_folder(root / "x", tables, chinese=True),
    "CSV in Chinese and GB18030": lambda root, tables: csv_folder(root / "x", tables, encoding="gb18030", chinese=True),
    "tables in several files": lambda root, tables: parts(root / "x", tables),
    "Parquet with its own types": lambda root, tables: parquet_folder(root / "x", tables, forms.typed),
    "Parquet with other programs' types": lambda root, tables: categories(root / "x", tables),
    "Parquet, all text": lambda root, tables: parquet_folder(root / "x", tables, forms.text),
    "workbook": lambda root, tables: workbook(root / "x.xlsx", tables),
    "workbook in Chinese": lambda root, tables: workbook(root / "x.xlsx", tables, chinese=True),
    "workbook, all text": lambda root, tables: workbook(root / "x.XLSX", tables, cell=forms.text),
    "SQLite": lambda root, tables: database(root / "x.db", tables),
    "SQLite in Chinese": lambda root, tables: database(root / "x.sqlite3", tables, chinese=True),
}


def test_the_year_is_what_it_is_by_hand(reference: Run) -> None:
    assert reference.results["score"].to_list() == [Decimal("74.00")]
    assert reference.scores.sort("scorer")["score"].to_list() == [Decimal(75), Decimal(71)]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same(form: Callable[[Path, Tables], Path], tmp_path: Path, reference: Run) -> None:
    run = assessed(form(tmp_path, year()))
    assert (run.dataset.name, run.dataset.begins, run.dataset.ends) == (
        "测试年度",
        date(2022, 1, 1),
        date(2022, 12, 31),
    )
    assert run.dataset.tables.keys() == reference.dataset.tables.keys()
    for name, frame in run.dataset.tables.items():
        assert_frame_equal(frame, reference.dataset.tables[name], check_column_order=False)
    assert run.tables.keys() == reference.tables.keys()
    for name, frame in run.tables.items():
        assert_frame_equal(frame, reference.tables[name])
    assert [problem.code for problem in run.problems] == [problem.code for problem in reference.problems]
