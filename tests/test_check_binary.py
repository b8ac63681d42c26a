"""A damaged or unfit Parquet file, workbook or database is said with its place and what to do, in both languages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from faulty import Case, Said, named, refuses, without
from project import Project


def broken(suffix: str) -> bytes:
    """The first half of a sound file of this kind."""
    whole = Path(f"whole{suffix}")
    if suffix == ".xlsx":
        openpyxl.Workbook().save(whole)
    else:
        pl.DataFrame({"event": ["E1"]}).write_parquet(whole)
    content = whole.read_bytes()
    whole.unlink()
    return content[: len(content) // 2]


DAMAGED = {
    "a Parquet file without its end": ("events.parquet", lambda: broken(".parquet")),
    "text called Parquet": ("events.parquet", lambda: b"event,institution\n"),
    "a workbook without its end": ("year.xlsx", lambda: broken(".xlsx")),
    "text called a workbook": ("year.xlsx", lambda: b"event,institution\n"),
    "text called a database": ("year.db", lambda: b"event,institution\n" * 50),
    "a database without its contents": ("year.sqlite", lambda: b"SQLite format 3\0" + b"\xff" * 4000),
}


@pytest.mark.parametrize(("name", "content"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused(project: Project, name: str, content: Callable[[], bytes]) -> None:
    """The first line names the file; what its reader says of it is not ours to fix."""
    folder = project.dataset
    (folder / "events.csv").unlink()
    path = folder / name if name.endswith(".parquet") else project.root / name
    path.write_bytes(content())
    dataset = folder if name.endswith(".parquet") else path
    before = project.files()
    english = project.kaohe("run", dataset, "--scheme", "changzhou/2022", "--out", "run.db")
    first = english.err.splitlines()[0]
    assert first.startswith(f"error: {name}: the file cannot be read: ")
    assert first.endswith(" → open it in the program that made it and save it again")
    chinese = project.kaohe("run", dataset, "--scheme", "changzhou/2022", "--out", "run.db", lang="zh_CN")
    first = chinese.err.splitlines()[0]
    assert first.startswith(f"错误：{name}：无法读取文件（")
    assert first.endswith("）。请用原软件打开后重新保存")
    assert (english.status, chinese.status) == (1, 1)
    assert project.files() == before


NUMBER = pl.DataFrame(
    {"institution": ["N1"], "scorer": ["D1"], "period": ["2022"], "fact": ["satisfaction"], "numerator": [0.93]}
)
INEXACT = "a binary floating-point column cannot hold exact values → write it as text, a decimal or an integer"
UNFIT = "无法读取文件（{}）。请用原软件打开后重新保存"

PARQUET = [
    Case(
        "numbers in binary floating point",
        [Said("metrics.parquet", 2, "numerator", f"“0.93”: {INEXACT}",
              "“0.93”，二进制浮点数列不能精确保存数值。请改用文本、十进制小数或整数类型保存")],
        without("metrics"), lambda folder: NUMBER.write_parquet(folder / "metrics.parquet"),
    ),
    Case(
        "codes in binary floating point",
        [Said("served.parquet", row, "scorer", f"“{row - 1}.0”: {INEXACT}",
              f"“{row - 1}.0”，二进制浮点数列不能精确保存数值。请改用文本、十进制小数或整数类型保存")
         for row in (2, 3)],
        without("served"),
        lambda folder: pl.DataFrame({"institution": ["N1", "N1"], "scorer": [1.0, 2.0], "persons": [30, 10]})
        .write_parquet(folder / "served.parquet"),
    ),
    Case(
        "a list in a cell",
        [Said("metrics.parquet", None, "", "the file cannot be read: evidence: List(String) → open it in the program "
              "that made it and save it again", UNFIT.format("evidence: List(String)"))],
        without("metrics"),
        lambda folder: NUMBER.with_columns(evidence=pl.lit(["a"])).write_parquet(folder / "metrics.parquet"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", PARQUET, ids=named(PARQUET))
def test_a_wrong_parquet_file_is_refused(project: Project, case: Case) -> None:
    refuses(project, case)


def test_the_same_fault_in_a_workbook_and_a_database_has_its_own_place(project: Project) -> None:
    """A sheet's rows count from its heading, a database's from 1."""
    sheet = openpyxl.Workbook()
    sheet.active.title = "服务人数"
    rows = [["机构编码", "考核主体编码", "服务人数"], ["N1", "D1", "30"], ["N1", "D2", "ten"]]
    for row in rows:
        sheet.active.append(row)
    sheet.save("year.xlsx")
    frame = pl.DataFrame(rows[1:], schema=rows[0], orient="row")
    with closing(sqlite3.connect("year.db")) as database:
        database.execute("create table 服务人数 (机构编码, 考核主体编码, 服务人数)")
        database.executemany("insert into 服务人数 values (?, ?, ?)", frame.rows())
        database.commit()
    said = "“ten”: this is not a whole number → write digits only, such as 12"
    workbook = project.kaohe("check", "year.xlsx").err.splitlines()
    assert workbook[0] == f"error: year.xlsx › 服务人数, row 3, column 服务人数: {said}"
    database_ = project.kaohe("check", "year.db").err.splitlines()
    assert database_[0] == f"error: year.db › 服务人数, row 2, column 服务人数: {said}"
