"""Tables that stay in their Parquet files are checked as strictly as text, and say the same of the same fault."""

from __future__ import annotations

import contextlib
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from faulty import Case, Change, Said, both, cell, file, heading, more, named, refuses, without
from forms import parquet_folder, year
from forms import text as as_text
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from project import Project, clean_year, csv_text

import kaohe
from kaohe.command import main
from kaohe.dataset import Dataset

METRIC = {"institution": "N1", "scorer": "D1", "period": "2022", "fact": "satisfaction"}
EVENT = {"institution": "N1", "scorer": "D1", "date": date(2022, 3, 5), "fact": "complaint.substantiated"}


def parquet(table: str, rows: list[dict[str, Any]], **kinds: Any) -> Case:
    """The clean year with a table as a Parquet file of these types."""

    def write(folder: Path) -> None:
        pl.DataFrame(rows, schema_overrides=kinds).write_parquet(folder / f"{table}.parquet")

    return Case(table, [], without(table), write)


def events(*changes: dict[str, Any], **kinds: Any) -> Case:
    return parquet("events", [{"event": f"E{n}", **EVENT, **change} for n, change in enumerate(changes)], **kinds)


def metrics(*changes: dict[str, Any], **kinds: Any) -> Case:
    return parquet("metrics", [{**METRIC, **change} for change in changes], **kinds)


def case(name: str, of: Case, *said: Said) -> Case:
    return Case(name, said, of.change, of.files)


def at(table: str, row: int | None, column: str, en: str, zh: str) -> Said:
    return Said(f"{table}.parquet", row, column, en, zh)


NOT_ABOVE = "this cannot be above {} → correct it"
HIGH = "不能大于{}。请更正"
D38 = pl.Decimal(38, 6)

CASES = [
    case(
        "a decimal of more places than are kept",
        metrics({"numerator": Decimal("0.930000"), "denominator": None},
                {"scorer": "D2", "numerator": Decimal("0.930010"), "denominator": None},
                numerator=D38, denominator=D38),
        at("metrics", 3, "numerator", "“0.930010”: more than 4 decimals → round it at its source",
           "“0.930010”，小数超过4位。请在数据来源处修约后填写"),
    ),
    case(
        "a decimal above and one below every bound, that 64 bits do not hold",
        metrics({"numerator": Decimal(10**20), "denominator": Decimal(1)},
                {"scorer": "D2", "numerator": Decimal(-(10**20)), "denominator": Decimal(1)},
                numerator=D38, denominator=D38),
        *(at("metrics", row, "numerator", f"“{sign}100000000000000000000.000000”: " + NOT_ABOVE.format(10**9),
             f"“{sign}100000000000000000000.000000”，" + HIGH.format(10**9)) for row, sign in ((2, ""), (3, "-"))),
    ),
    case(
        "a whole number where a number belongs, below 0",
        metrics({"numerator": -1, "denominator": 1}),
        at("metrics", 2, "numerator", "“-1”: this cannot be below 0 → correct it", "“-1”，不能小于0。请更正"),
    ),
    case(
        "counts below 0, above the bound, and of 64 bits without a sign",
        events({"count": 1}, {"count": 10**9 + 1}, {"count": 2**64 - 1}, count=pl.UInt64),
        at("events", 3, "count", f"“1000000001”: {NOT_ABOVE.format(10**9)}", f"“1000000001”，{HIGH.format(10**9)}"),
        at("events", 4, "count", f"“{2**64 - 1}”: {NOT_ABOVE.format(10**9)}", f"“{2**64 - 1}”，{HIGH.format(10**9)}"),
    ),
    case(
        "a tenth of a fen, and money that may be just as much as there is",
        events({"amount": Decimal("10000000000000.000")}, {"amount": Decimal("0.125")}, amount=pl.Decimal(20, 3)),
        at("events", 3, "amount", "“0.125”: more than 2 decimals → round it at its source",
           "“0.125”，小数超过2位。请在数据来源处修约后填写"),
    ),
    case(
        "a row of nothing",
        events({}, dict.fromkeys(["event", *EVENT])),
        *(at("events", 3, column, "this must not be blank → fill it in", "不能为空。请填写")
          for column in ("event", "institution", "date", "fact")),
    ),
    case(
        "codes that nobody knows, one of them of a scorer of the whole city",
        events({"institution": "N9"}, {"scorer": "D9"}, {"institution": None, "scorer": "D8"}, {}),
        at("events", 4, "institution", "this must not be blank → fill it in", "不能为空。请填写"),
        at("events", 2, "institution",
           "“N9”: this is not in the table “institutions” (Institutions) → correct it, or add it there",
           "“N9”，“机构”表（institutions）中没有该编码。请更正，或在该表中补充"),
        *(at("events", row, "scorer",
             f"“{scorer}”: this is not in the table “scorers” (Scorers) → correct it, or add it there",
             f"“{scorer}”，“考核主体”表（scorers）中没有该编码。请更正，或在该表中补充")
          for row, scorer in ((3, "D9"), (4, "D8"))),
    ),
    case(
        "a row that stands there a second and a third time",
        events({}, {"event": "E7"}, {"event": "E0"}, {"event": " E0 "}),
        *(at("events", row, "event", "“E0”: this row stands here already → remove one of the two",
             "“E0”，与前面的行重复。请删去重复的一行") for row in (4, 5)),
    ),
    case(
        "instants out of the year",
        events({"date": datetime(2022, 12, 31, 23, 59)}, {"date": datetime(2023, 1, 1)}),
        at("events", 3, "date", "“2023-01-01”: this is outside the assessment year, 2022-01-01 to 2022-12-31 → correct "
           "the date, or move the event to the year it belongs to",
           "“2023-01-01”，不在考核年度（2022-01-01至2022-12-31）内。请更正日期，或将该事件移至所属年度"),
    ),
    case(
        "cases that add up to too many",
        events(*({"count": 10**9} for _ in range(11))),
        at("events", None, "", "N1: 11000000000 together are more than 10000000000 → correct the largest of them",
           "N1：合计11000000000，超过上限10000000000。请更正其中最大的数值"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named(CASES))
def test_a_fault_in_a_parquet_file_is_said_with_its_row(project: Project, case: Case) -> None:
    refuses(project, case)


def test_a_file_that_is_damaged_inside_is_refused(project: Project) -> None:
    """Its end, where the headings are, is sound."""
    del project.tables["events"]
    path = project.dataset / "events.parquet"
    rows = [{"event": f"E{n}", **EVENT} for n in range(5000)]
    pl.DataFrame(rows).write_parquet(path, compression="zstd")
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2 :])
    outcome = project.run()
    assert outcome.status == 1
    assert outcome.err.splitlines()[0].startswith("error: events.parquet: the file cannot be read: ")
    assert project.files() == {"dataset"}


def test_a_year_that_is_damaged_inside_is_refused(project: Project) -> None:
    folder = project.dataset
    (folder / "dataset.toml").unlink()
    path = folder / "dataset.parquet"
    row = {"name": "x" * 5000, "from": date(2022, 1, 1), "to": date(2022, 12, 31)}
    pl.DataFrame([row]).write_parquet(path, compression="zstd")
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(40) + content[44:])
    said = project.kaohe("check", folder).err.splitlines()
    assert said[0].startswith("error: dataset.parquet: the file cannot be read: ")
    assert said[1:] == ["1 error; nothing was written"]


def as_tables(dataset: Dataset) -> dict[str, pl.DataFrame]:
    return {name: frame.collect() for name, frame in dataset.tables.items()}


@pytest.mark.parametrize("chinese", [False, True], ids=["codes", "Chinese values with space around them"])
def test_tables_in_files_are_the_tables_in_memory(tmp_path: Path, chinese: bool) -> None:  # noqa: FBT001
    tables = year()
    folder = tmp_path / "csv"
    folder.mkdir()
    file("dataset.toml", 'name = "测试年度"\nfrom = 2022-01-01\nto = 2022-12-31\n')(folder)
    for name, rows in tables.items():
        file(f"{name}.csv", csv_text(rows))(folder)
    if chinese:
        tables["events"][0].update(fact="complaint.substantiated ", status=" 已确认")
        tables["events"][1].update(status="有异议 ", institution=" N1")
        tables["institutions"][0].update(kind="养老机构", basic_insurance=" 否 ")
    in_files = kaohe.assess(parquet_folder(tmp_path / "parquet", tables, as_text), "changzhou/2022")
    in_memory = kaohe.assess(folder, "changzhou/2022")
    expected = as_tables(in_memory.dataset)
    for name, frame in as_tables(in_files.dataset).items():
        assert_frame_equal(frame, expected[name])
    assert in_files.dataset.rows() == in_memory.dataset.rows() == {name: len(rows) for name, rows in tables.items()}


ODD: dict[str, list[object]] = {
    "institution": ["N1", " N1", "N9", ""],
    "scorer": ["D1", "D2", "D9", "", " "],
    "date": ["2022-03-05", "2022/3/5", "2021-12-31", "2023-01-01", "someday", "44624", ""],
    "handled": ["", "2022-12-31", "2023-01-02", "2022-02-30"],
    "fact": ["complaint.substantiated", "satisfaction", "assessment.refused", "agreement.suspended", "zebra", ""],
    "count": ["1", "2.0", "-1", "1.5", "1000000001", "99999999999999999999", ""],
    "status": ["", "已确认", "withdrawn", "open"],
    "event": ["E1", "E2", "E3", ""],
    "period": ["2022", "2022-03", "2022-13", "2021", ""],
    "numerator": ["1", "0.5", "0.93001", "-1", "many", "10000000000", ""],
    "denominator": ["", "0", "1", "100", "x"],
}


def odd(columns: list[str]) -> st.SearchStrategy[list[dict[str, object]]]:
    row = st.fixed_dictionaries({name: st.sampled_from(ODD[name]) for name in columns})
    return st.lists(row, min_size=1, max_size=6)


def said_of(folder: Path) -> list[str]:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main(["check", str(folder), "--scheme", "changzhou/2022", "--lang", "en"])
    lines = said.getvalue().splitlines()
    assert lines
    assert "unexpected" not in said.getvalue()
    return [line.replace(".parquet", ".csv") for line in lines]


@settings(max_examples=40)
@given(
    odd(["event", "institution", "scorer", "date", "handled", "fact", "count", "status"]),
    odd(["institution", "scorer", "period", "fact", "numerator", "denominator", "status"]),
)
def test_the_same_is_said_of_the_same_faults(
    tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, object]], metrics: list[dict[str, object]]
) -> None:
    """Of text in a CSV file, which is read once, and in a Parquet file, which is read as often as it is asked."""
    tables = {**clean_year(), "events": events, "metrics": metrics}
    root = tmp_path_factory.mktemp("same")
    in_files = parquet_folder(root / "parquet", tables, as_text)
    in_memory = root / "csv"
    in_memory.mkdir()
    for name, rows in {"dataset": pl.read_parquet(in_files / "dataset.parquet").to_dicts(), **tables}.items():
        file(f"{name}.csv", csv_text(rows))(in_memory)
    wholly_blank = any(not any(str(value).strip() for value in row.values()) for row in [*events, *metrics])
    if not wholly_blank:  # which is no row in a CSV file
        assert said_of(in_files) == said_of(in_memory)


SOUND: dict[str, Change] = {
    "as it is": lambda _: None,
    "a heading in Chinese in the second part": both(
        heading("events", "fact", "事实"), heading("events", "count", "例数")
    ),
}


@pytest.mark.parametrize("change", SOUND.values(), ids=SOUND)
def test_the_parts_of_a_table_may_call_a_column_differently(project: Project, change: Change) -> None:
    first = csv_text(project.tables["events"])
    project.tables["events"][0].update(event="E2")
    change(project)
    second = csv_text(project.tables.pop("events"))
    both_parts = {"events/1.csv": first, "events/2.csv": second}
    for name, content in both_parts.items():
        file(name, content)(project.dataset)
    run = kaohe.assess(project.dataset, "changzhou/2022")
    assert run.dataset.tables["events"].select("fact", "count").collect().rows() == [("complaint.substantiated", 1)] * 2


def test_two_headings_for_one_column_in_the_second_part(project: Project) -> None:
    first = csv_text(project.tables["events"])
    del project.tables["events"]
    file("events/1.csv", first)(project.dataset)
    file("events/2.csv", first.replace("evidence", "事实").replace("E1", "E2"))(project.dataset)
    said = project.kaohe("check", project.dataset).err.splitlines()
    assert said[0] == "error: events/2.csv, column 事实: two headings mean the column “fact” → remove one"


def test_a_row_that_breaks_a_rule_in_a_year_without_sheets(project: Project) -> None:
    """Codes are looked up although nothing is known of who serves whom."""
    both(without("served"), cell("events", 2, institution="N9"), more("metrics", 2, scorer="D9"))(project)
    said = project.kaohe("check", project.dataset).err.splitlines()
    assert [line.split(":")[1:3] for line in said[:2]] == [
        [" events.csv, row 2, column institution", " “N9”"],
        [" metrics.csv, row 10, column scorer", " “D9”"],
    ]
