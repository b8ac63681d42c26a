"""What is wrong with a file or its headings is said with its place and what to do, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from faulty import FORMER, Case, Said, both, file, heading, named, refuses, without
from project import Project

EVENTS = "events.csv"
HEADINGS = "event,institution,scorer,date,fact,count,evidence\n"
FACT = "complaint.substantiated"
ROW = f"E1,N1,D1,2022-03-05,{FACT},1,x\n"
YEAR = 'name = "测试年度"\nfrom = 2022-01-01\nto = 2022-12-31\n'


def two_parts(folder: Path) -> None:
    file("events/1.csv", HEADINGS + ROW)(folder)
    file("events/2.csv", HEADINGS + ROW.replace("E1", "E2") + ROW.replace("E1", "E3").replace(FACT, "zebra"))(folder)


def two_years(folder: Path) -> None:
    (folder / "dataset.toml").unlink()
    (folder / "dataset.csv").write_text("name,from,to\nx,2021-01-01,2021-12-31\nx,2022-01-01,2022-12-31\n")


TABLES = [
    Case(
        "a table that is not there",
        [Said("", None, "", "the table “events” (Events) is missing → add it; with headings only where nothing "
              "happened",
              "缺少“事件”表（events）。请补充该表；没有发生的，只保留表头")],
        without("events"),
    ),
    Case(
        "two tables that are not there",
        [
            Said("", None, "", "the table “steps” (Steps) is missing → add it; with headings only where nothing "
                 "happened",
                 "缺少“考核步骤”表（steps）。请补充该表；没有发生的，只保留表头"),
            Said("", None, "", "the table “metrics” (Metrics) is missing → add it; with headings only where nothing "
                 "happened", "缺少“指标”表（metrics）。请补充该表；没有发生的，只保留表头"),
        ],
        both(without("steps"), without("metrics")),
    ),
    Case(
        "a table in two files that are not in its folder",
        [Said("事件.csv", None, "", "the table “events” stands here twice, also as events.csv → remove one; parts of "
              "one table go into a folder “events”",
              "表“events”重复，已有 events.csv。请删去其中一个；一张表分成多个文件的，请放入文件夹“events”")],
        files=file("事件.csv", HEADINGS),
    ),
]  # fmt: skip

COLUMNS = [
    Case(
        "a fault in the second part of a table",
        [Said("events/2.csv", 3, "fact", "“zebra”: this fact is not in the vocabulary → kaohe facts lists it",
              "“zebra”，事实目录中没有该事实。可运行 kaohe facts 查看事实目录")],
        without("events"), two_parts,
    ),
    Case(
        "a slip in a heading",
        [Said(EVENTS, None, "", "the column “institution” (Institution) is missing → is “institutoin” that column?",
              "缺少“机构编码”列（institution）。“institutoin”是否即为该列？")],
        heading("events", "institution", "institutoin"),
    ),
    Case(
        "a slip in a Chinese heading",
        [Said(EVENTS, None, "", "the column “institution” (Institution) is missing → is “机构编号” that column?",
              "缺少“机构编码”列（institution）。“机构编号”是否即为该列？")],
        heading("events", "institution", "机构编号"),
    ),
    Case(
        "no such column: a known heading is not taken for it",
        [Said("scorers.csv", None, "", "the column “name” (Name) is missing → add it",
              "缺少“考核主体名称”列（name）。请补充")],
        files=file("scorers.csv", "考核主体编码,角色\nD1,结算区\nD2,结算区\n"),
    ),
    Case(
        "a column that the scheme needs",
        [Said("institutions.csv", None, "", "the column “star” (Star rating of a nursing home) is missing → add it",
              "缺少“养老机构星级”列（star）。请补充")],
        lambda project: project.tables["institutions"][0].pop("star"),
    ),
    Case(
        "two headings for one column",
        [Said(EVENTS, None, "事件编号", "two headings mean the column “event” → remove one",
              "有两个表头都对应列“event”。请删去其中一个")],
        files=file(EVENTS, HEADINGS.replace("evidence", "事件编号") + ROW),
    ),
    Case(
        "a heading twice",
        [Said(EVENTS, 1, "evidence", "this heading stands twice → rename or remove one",
              "表头重复。请改名或删去其中一个")],
        files=file(EVENTS, HEADINGS.replace("count", "evidence") + ROW),
    ),
    Case(
        "a heading twice but for its capitals",
        [
            Said(EVENTS, 1, column, "this heading stands twice → rename or remove one",
                 "表头重复。请改名或删去其中一个")
            for column in ("Note", "note")
        ],
        files=file(EVENTS, HEADINGS.replace("count", "Note").replace("evidence", "note") + ROW),
    ),
    Case(
        "an empty file",
        [Said(EVENTS, 1, "", "there are no headings → put them in row 1", "没有表头。请将表头放在第1行")],
        files=file(EVENTS, ""),
    ),
    Case(
        "a title above the headings",
        [Said(EVENTS, 1, "", "there are no headings → put them in row 1", "没有表头。请将表头放在第1行")],
        files=file(EVENTS, "\n" + HEADINGS + ROW),
    ),
]  # fmt: skip

TEXT = [
    Case(
        "an unquoted comma",
        [Said(EVENTS, row, "", "8 cells under 7 headings → put a cell that holds a comma in double quotes",
              "表头有7列，该行却有8个单元格。单元格内容含逗号的，请用双引号括起") for row in (3, 5)],
        files=file(EVENTS, HEADINGS + ROW + ROW.replace("x", "a,b") + "\n" + ROW.replace("x", "c,d")),
    ),
    Case(
        "a quote that is not closed",
        [Said(EVENTS, 3, "", "the file is not regular CSV: a double quote is not closed → save it again from a "
              "spreadsheet program", "CSV 格式有误，双引号未成对。请用电子表格软件重新保存")],
        files=file(EVENTS, HEADINGS + ROW + ROW.replace("x", '"x') + ROW),
    ),
    Case(
        "a quote that is not closed in a large file",
        [Said(EVENTS, 3, "", "the file is not regular CSV: a double quote is not closed → save it again from a "
              "spreadsheet program", "CSV 格式有误，双引号未成对。请用电子表格软件重新保存")],
        files=file(EVENTS, HEADINGS + ROW + ROW.replace("x", '"x') + 4000 * ROW),
    ),
    Case(
        "text that is neither UTF-8 nor GB18030",
        [Said(EVENTS, None, "", "the text is neither UTF-8 nor GB18030 → save it as CSV UTF-8",
              "文本编码既不是 UTF-8，也不是 GB18030。请另存为“CSV UTF-8”格式")],
        files=file(EVENTS, "\ufeff".encode("utf-16-le") + HEADINGS.encode("utf-16-le")),
    ),
]  # fmt: skip

YEARS = [
    Case(
        "no year",
        [Said("", None, "", "the assessment year is not given → say in the table “dataset” (dataset.toml in a folder): "
              "name, from, to", "未填写考核年度。请在“数据集”表（文件夹形式的为 dataset.toml）中填写名称（name）、"
              "起始日期（from）、截止日期（to）")],
        files=lambda folder: (folder / "dataset.toml").unlink(),
    ),
    Case(
        "the two dates exchanged",
        [Said("dataset.toml", None, "", "the year ends (2022-01-01) before it begins (2022-12-31) → correct the dates",
              "截止日期（2022-01-01）早于起始日期（2022-12-31）。请更正日期")],
        files=file("dataset.toml", 'name = "x"\nfrom = 2022-12-31\nto = 2022-01-01\n'),
    ),
    Case(
        "a day that there is not",
        [Said("dataset.toml", None, "to", "“2022-06-31”: this is not a date → write it as 2022-12-31",
              "“2022-06-31”，不是有效日期。请按“2022-12-31”的格式填写")],
        files=file("dataset.toml", 'name = "x"\nfrom = 2022-01-01\nto = "2022-06-31"\n'),
    ),
    Case(
        "a slip in a key",
        [Said("dataset.toml", None, "", "the column “from” (From) is missing → is “form” that column?",
              "缺少“起始日期”列（from）。“form”是否即为该列？")],
        files=file("dataset.toml", YEAR.replace("from", "form")),
    ),
    Case(
        "two years",
        [Said("dataset.csv", None, "", "the table “dataset” must have exactly one row → say in the table “dataset” "
              "(dataset.toml in a folder): name, from, to", "“数据集”表（dataset）必须有且只有一行。请在“数据集”表"
              "（文件夹形式的为 dataset.toml）中填写名称（name）、起始日期（from）、截止日期（to）")],
        files=two_years,
    ),
]  # fmt: skip

CASES = [*TABLES, *COLUMNS, *TEXT, *YEARS]


@pytest.mark.parametrize("case", CASES, ids=named(CASES))
def test_a_wrong_file_is_refused(project: Project, case: Case) -> None:
    refuses(project, case)


NO_DATASET = {
    "nowhere": ("there is no such file or folder", "文件或文件夹不存在"),
    "year.xls": ("this is not a dataset", "不是数据集"),
}


@pytest.mark.parametrize("name", NO_DATASET)
def test_what_is_no_dataset_is_refused_with_the_four_forms(project: Project, name: str) -> None:
    (project.root / "year.xls").write_bytes(b"")
    (project.root / "run.db").write_bytes(FORMER)
    english = project.kaohe("run", name, "--scheme", "changzhou/2022", "--out", "run.db")
    chinese = project.kaohe("check", name, lang="zh_CN")
    assert english.err.splitlines() == [
        f"error: {name}: {NO_DATASET[name][0]} → give a folder of .csv or .parquet files, one .xlsx workbook, or an "
        "SQLite file (.db)",
        "1 error; nothing was written",
    ]
    assert chinese.err.splitlines() == [
        f"错误：{name}：{NO_DATASET[name][1]}。请提供存放 .csv 或 .parquet 文件的文件夹、一个 .xlsx 工作簿，"
        "或一个 SQLite 文件（.db）",
        "共1处错误，未写入任何内容",
    ]
    assert (english.status, chinese.status) == (1, 1)
    assert project.files() == {"year.xls", "run.db"}
    assert (project.root / "run.db").read_bytes() == FORMER


ASKED = {
    "event.csv": (
        "event.csv: “event” is not a table; it is not used → did you mean events?",
        "event.csv：“event”不是数据集的表，未予使用。是否指“events”？",
    ),
    "事 件.csv": (
        "事 件.csv: “事 件” is not a table; it is not used → did you mean 事件?",
        "事 件.csv：“事 件”不是数据集的表，未予使用。是否指“事件”？",
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_file_that_is_no_table_is_asked_after(project: Project, name: str) -> None:
    """A warning: the dataset is sound, and the run is written and keeps the warning."""
    folder = project.dataset
    (folder / name).write_text("a,b\n1,2\n")
    english = project.kaohe("check", folder)
    assert english.status == 0
    assert english.err.splitlines() == [f"warning: {ASKED[name][0]}"]
    rows = sum(len(table) for table in project.tables.values())
    assert english.out == f"the dataset is sound: {rows} rows\n"
    chinese = project.kaohe("check", folder, lang="zh_CN")
    assert chinese.err.splitlines() == [f"警告：{ASKED[name][1]}"]
    assert chinese.out == f"数据集检查无误，共{rows}行\n"
    document = project.kaohe("run", folder, "--scheme", "changzhou/2022", "--out", "run.db", "--json").json
    first = document["problems"][0]
    assert (first["severity"], first["file"]) == ("warning", name)
    assert first["message"] == f"“{name[:-4]}” is not a table; it is not used"


@pytest.mark.parametrize("name", ["metrics.txt", "year.xlsx"])
def test_a_file_of_another_form_in_the_folder_is_asked_after(project: Project, name: str) -> None:
    folder = project.dataset
    (folder / name).write_text("a,b\n1,2\n")
    english = project.kaohe("check", folder)
    assert english.status == 0
    assert english.err == (
        f"warning: {name}: “{name}” is not a table; it is not used → give a folder of .csv or .parquet files, one "
        ".xlsx workbook, or an SQLite file (.db)\n"
    )


def test_a_slip_in_the_heading_of_a_column_that_may_be_missing_is_asked_after(project: Project) -> None:
    heading("events", "status", "stauts")(project)
    english = project.kaohe("check", project.dataset)
    assert english.status == 0
    assert english.err == "warning: events.csv: the column “status” (Status) is missing → is “stauts” that column?\n"
    chinese = project.kaohe("check", project.dataset, lang="zh_CN")
    assert chinese.err == "警告：events.csv：缺少“状态”列（status）。“stauts”是否即为该列？\n"
