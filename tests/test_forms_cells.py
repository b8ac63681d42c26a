"""Cells as spreadsheets and other programs write them: dates, numbers, codes, quotes, columns that are not ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from faulty import FORMER, cell, heading, more
from forms import csv_folder, workbook, year
from openpyxl.worksheet.worksheet import Worksheet
from polars.testing import assert_frame_equal
from project import Project, clean_year, csv_text

import kaohe
from kaohe.run import Run

CHANGZHOU = "changzhou/2022"


def edited(path: Path, change: Callable[[Worksheet], None], sheet: str) -> Path:
    """The year as a workbook in English, one sheet of it changed."""
    book = openpyxl.load_workbook(workbook(path, year()))
    change(book[sheet])
    book.save(path)
    return path


def read(path: Path, table: str) -> pl.DataFrame:
    return kaohe.assess(path, CHANGZHOU).dataset.tables[table].collect()


def put(place: str, value: object, number_format: str = "General") -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet[place].value = value
        sheet[place].number_format = number_format

    return change


DAYS: dict[str, tuple[object, str]] = {
    "a date": (date(2022, 3, 4), "yyyy-mm-dd"),
    "a date as people in China show it": (date(2022, 3, 4), "yyyy年m月d日"),
    "a date with a time": (datetime(2022, 3, 4, 16, 30), "yyyy/m/d h:mm"),
    "the serial number of a day": (44624, "General"),
    "text": ("2022-03-04", "@"),
    "text with slashes": ("2022/3/4", "@"),
    "text with a time": ("2022/3/4 9:05", "@"),
    "text in Chinese": ("2022年3月4日", "General"),
    "text with dots": (" 2022.3.4 ", "General"),
}


@pytest.mark.parametrize(("value", "shown"), DAYS.values(), ids=DAYS)
def test_a_day_in_a_workbook(tmp_path: Path, value: object, shown: str) -> None:
    path = edited(tmp_path / "year.xlsx", put("D2", value, shown), "Events")
    assert read(path, "events")["date"][0] == date(2022, 3, 4)


NUMBERS: dict[str, tuple[object, int]] = {
    "15 digits are what counts": (0.1 + 0.2, 3000),
    "a share": (0.93, 9300),
    "a percentage": (0.5, 5000),
    "four decimals": (0.9999, 9999),
    "one": (1, 10000),
    "text": ("0.9300", 9300),
}


@pytest.mark.parametrize(("value", "units"), NUMBERS.values(), ids=NUMBERS)
def test_a_number_in_a_workbook(tmp_path: Path, value: object, units: int) -> None:
    path = edited(tmp_path / "year.xlsx", put("E5", value, "0%"), "Metrics")
    assert read(path, "metrics").row(3)[4:6] == (units, 10000)


def test_money_in_a_workbook_is_exact(tmp_path: Path) -> None:
    """In fen: a binary float of 15 digits is read as what Excel shows of it."""
    path = edited(tmp_path / "year.xlsx", put("H3", 1000000000000.07), "Events")
    assert read(path, "events")["amount"].to_list() == [None, 100000000000007, None]


def test_a_code_with_leading_zeros_is_kept(tmp_path: Path) -> None:
    """Not a number anywhere: not in CSV, not in a workbook's text cell."""
    assert read(workbook(tmp_path / "year.xlsx", year()), "events")["event"][2] == "0003"
    assert read(csv_folder(tmp_path / "year", year()), "events")["event"][2] == "0003"


NO_CODES: dict[str, tuple[object, str]] = {
    "a number": (17, "General"),
    "a number that looks like a code": (17, "0000"),
    "a long number": (320411195001010016, "0"),
    "a day": (date(2022, 3, 4), "m-d"),
}


@pytest.mark.parametrize(("value", "shown"), NO_CODES.values(), ids=NO_CODES)
def test_a_code_that_is_no_text_cell_is_refused(project: Project, value: object, shown: str) -> None:
    path = edited(project.root / "year.xlsx", put("A3", value, shown), "Events")
    (project.root / "run.db").write_bytes(FORMER)
    english = project.kaohe("run", path, "--scheme", CHANGZHOU, "--out", "run.db")
    assert english.err.splitlines() == [
        "error: year.xlsx › Events, row 3, column event: a code must be a text cell: as a number it may have lost "
        "digits → format the column as text and type it again",
        "1 error; nothing was written",
    ]
    chinese = project.kaohe("run", path, "--scheme", CHANGZHOU, "--out", "run.db", lang="zh_CN")
    assert chinese.err.splitlines() == [
        "错误：year.xlsx › Events，第3行，event列：编码须为文本单元格，按数字保存可能已丢失位数。"
        "请将该列设为文本格式后重新填写",
        "共1处错误，未写入任何内容",
    ]
    assert (english.status, chinese.status) == (1, 1)
    assert (project.root / "run.db").read_bytes() == FORMER


SPOILT: dict[str, tuple[str, str, str, str]] = {
    "a count": ("Events", "G2", "#N/A", "row 2, column count: “#N/A”: this is not a whole number"),
    "a day": ("Events", "E3", "#VALUE!", "row 3, column handled: “#VALUE!”: this is not a date"),
    "a status, the last cell": ("Events", "J4", "#REF!", "row 4, column status: “#REF!”: this is not one of 已确认"),
    "a code": ("Events", "C2", "#DIV/0!", "row 2, column scorer: “#DIV/0!”: this is not in the table “scorers”"),
    "a row of nothing else": ("Persons served", "C9", "#NAME?", "row 9, column persons: “#NAME?”: this is not a whole"),
}


@pytest.mark.parametrize(("sheet", "place", "error", "said"), SPOILT.values(), ids=SPOILT)
def test_a_cell_that_holds_an_error_is_not_blank(
    project: Project, sheet: str, place: str, error: str, said: str
) -> None:
    """What a formula could not find would otherwise count as one case, or as confirmed."""
    path = edited(project.root / "year.xlsx", put(place, error), sheet)
    assert openpyxl.load_workbook(path)[sheet][place].data_type == "e"
    outcome = project.kaohe("check", path, "--scheme", CHANGZHOU)
    assert outcome.status == 1
    assert f"error: year.xlsx › {sheet}, {said}" in outcome.err


def test_blank_rows_and_columns_of_a_sheet_do_not_count(project: Project) -> None:
    """The rows below keep the numbers that the spreadsheet shows."""

    def spread(sheet: Worksheet) -> None:
        sheet.insert_rows(3, 2)
        sheet.insert_cols(3)
        sheet["D40"].value = " "
        sheet["H6"].value = "many"

    path = edited(project.root / "year.xlsx", spread, "Events")
    said = project.kaohe("check", path, "--scheme", CHANGZHOU).err.splitlines()
    assert said == [
        "error: year.xlsx › Events, row 6, column count: “many”: this is not a whole number → write digits only, "
        "such as 12",
        "1 error; nothing was written",
    ]


@pytest.mark.parametrize(
    "written", ["2022/3/5", "2022年3月5日", "2022.3.5", "2022-03-05", " 2022-3-5 ", "2022/03/05 0:00"]
)
def test_a_day_in_csv(project: Project, written: str) -> None:
    cell("events", 2, date=written)(project)
    assert read(project.dataset, "events")["date"].to_list() == [date(2022, 3, 5)]


def test_quotes_commas_and_line_breaks_are_kept(project: Project) -> None:
    """And a record over two lines is one row."""
    evidence = '现场记录,第1页\n"原话"；第2行'
    cell("events", 2, evidence=evidence)(project)
    more("events", 2, event="E2", evidence="", status="open")(project)
    refused = project.run()
    assert refused.err.startswith("error: events.csv, row 3, column status: “open”")
    project.tables["events"].pop()
    assert project.run().status == 0
    with closing(sqlite3.connect(project.root / "run.db")) as run:
        assert run.execute("select evidence from in_events").fetchall() == [(evidence,)]


ENDS = {"of Windows": "\r\n", "of old Macs": "\r", "of Unix": "\n"}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_blank_lines_do_not_move_the_rows_below(project: Project, end: str) -> None:
    """Whatever the lines end with, and however a spreadsheet writes a blank row."""
    more("events", 2, event="E2", fact="zebra")(project)
    first, second, third = csv_text(project.tables["events"]).splitlines()
    lines = [first, second, "", ",,,,,,,,", '"","","","","","","","",""', " , ,,,,,,,", third, "", ""]
    (project.dataset / "events.csv").write_bytes(end.join(lines).encode())
    said = project.kaohe("check", project.root / "dataset").err.splitlines()
    assert said == [
        "error: events.csv, row 7, column fact: “zebra”: this fact is not in the vocabulary → kaohe facts lists it",
        "1 error; nothing was written",
    ]


OURS = ("year", "month", "period", "kind", "points", "item", "clause", "rubric", "scope", "persons", "pool", "sheet",
        "institution_right", "total", "score", "reported", "name", "numerator_right")  # fmt: skip


@pytest.mark.parametrize("table", ["institutions", "scorers", "served", "steps", "events", "metrics"])
def test_more_columns_are_kept_and_change_nothing(project: Project, table: str) -> None:
    """Even where they are called what the stages call their own; the run keeps them as they were."""
    before = kaohe.assess(project.dataset, CHANGZHOU)
    names = [name for name in (*OURS, "经办人", "Note 1") if name not in project.tables[table][0]]
    for row in project.tables[table]:
        row.update({name: f"{name} 7" for name in names})
    after = kaohe.assess(project.dataset, CHANGZHOU)
    same(before, after)
    assert project.run().status == 0
    with closing(sqlite3.connect(project.root / "run.db")) as run:
        for name in names:
            kept = run.execute(f'select distinct "{name}" from in_{table}').fetchall()
            assert kept == [(f"{name} 7",)]


def test_a_column_called_quantity_is_kept(project: Project) -> None:
    for row in project.tables["metrics"]:
        row["quantity"] = "seven"
    assert project.run().status == 0


def same(one: Run, other: Run) -> None:
    assert one.results["score"].to_list() == [Decimal("78.5")]
    for name, frame in one.tables.items():
        assert_frame_equal(frame, other.tables[name])


def test_columns_in_another_order_and_rows_too(project: Project) -> None:
    before = kaohe.assess(project.dataset, CHANGZHOU)
    for table, rows in project.tables.items():
        project.tables[table] = [dict(reversed(row.items())) for row in reversed(rows)]
    same(before, kaohe.assess(project.dataset, CHANGZHOU))


def test_english_titles_are_headings_too(project: Project) -> None:
    before = kaohe.assess(project.dataset, CHANGZHOU)
    for column, title in (("event", "Event"), ("count", "Count"), ("fact", "Fact"), ("scorer", "考核主体编码")):
        heading("events", column, title)(project)
    (project.dataset / "events.csv").rename(project.root / "dataset" / "Events.CSV")
    same(before, kaohe.assess(project.root / "dataset", CHANGZHOU))


def test_the_clean_year_is_written_in_codes() -> None:
    """What the tests above change stands where they look for it."""
    assert [*clean_year()["events"][0]][:4] == ["event", "institution", "scorer", "date"]
    assert [*year()["metrics"][3]][4:6] == ["numerator", "denominator"]
