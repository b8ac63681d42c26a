"""The empty workbook: what it offers, and that what is filled in with it is a sound dataset."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from project import Project

import kaohe
from kaohe.dataset import CONTRACT
from kaohe.rules import SHARED_FACTS, load_facts

SHEETS = {
    "zh_CN": ["数据集", "机构", "协议", "考核主体", "服务人数", "考核步骤", "事件", "指标", "评分"],
    "en": ["Dataset", "Institutions", "Agreements", "Scorers", "Persons served", "Steps", "Events", "Metrics", "Marks"],
}
AROUND = {"zh_CN": ("填写说明", "代码"), "en": ("Guide", "Codes")}
SOFFICE = shutil.which("soffice")


def template(project: Project, lang: str = "zh_CN", name: str = "year.xlsx") -> Path:
    outcome = project.kaohe("template", "changzhou/2022", "--out", name, lang=lang)
    assert (outcome.status, outcome.err) == (0, "")
    return project.root / name


def headings(sheet: Worksheet) -> dict[str, str]:
    """The letter of each heading's column."""
    return {str(cell.value): cell.column_letter for cell in sheet[1]}


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_the_sheets_are_named_in_the_language(project: Project, lang: str) -> None:
    book = openpyxl.load_workbook(template(project, lang))
    guide, codes = AROUND[lang]
    assert book.sheetnames == [guide, *SHEETS[lang], codes]
    assert [sheet.title for sheet in book if sheet.sheet_state != "visible"] == [codes]
    assert all(sheet.freeze_panes == "A2" for sheet in book if sheet.title in SHEETS[lang])


def test_the_names_of_the_sheets_are_printed(project: Project) -> None:
    outcome = project.kaohe("template", "changzhou/2022", "--out", "a.xlsx", lang="zh_CN")
    assert (
        outcome.out == "已写入 a.xlsx，包含工作表：数据集、机构、协议、考核主体、服务人数、考核步骤、事件、指标、评分\n"
    )
    document = project.kaohe("template", "changzhou/2022", "--out", "b.xlsx", "--json").json
    assert document == {"out": "b.xlsx", "sheets": SHEETS["en"]}
    assert project.files() == {"a.xlsx", "b.xlsx"}


def lists(path: Path, codes: str) -> Iterator[tuple[str, str, list[object]]]:
    """Each drop-down of the workbook: sheet, heading, and the values that it offers."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        places = {letter: heading for heading, letter in headings(sheet).items()} if sheet.max_row else {}
        for rule in sheet.data_validations.dataValidation:
            (cells,) = rule.sqref.ranges
            assert (rule.type, rule.showErrorMessage, cells.min_row) == ("list", True, 2)
            assert cells.max_row > 1000
            assert cells.min_col == cells.max_col
            named, _, place = rule.formula1.lstrip("=").rpartition("!")
            assert named.strip("'") == codes
            offered = book[codes][place.replace("$", "")]
            column = [row[0] for row in offered] if isinstance(offered, tuple) else [offered]
            assert book[codes].cell(column[-1].row + 1, column[0].column).value is None
            yield sheet.title, places[sheet.cell(1, cells.min_col).column_letter], [cell.value for cell in column]


STATUS = {"zh_CN": ["已确认", "有异议", "已撤销"], "en": ["confirmed", "disputed", "withdrawn"]}
CHOICES: dict[str, dict[tuple[str, str], list[str]]] = {
    "zh_CN": {
        ("数据集", "币种"): ["人民币"],
        ("考核主体", "角色"): ["机构自评", "结算区", "分中心", "市级中心", "委托经办机构", "业务主管部门"],
        ("事件", "状态"): STATUS["zh_CN"], ("指标", "状态"): STATUS["zh_CN"], ("评分", "状态"): STATUS["zh_CN"],
    },
    "en": {
        ("Dataset", "Currency"): ["CNY"],
        ("Scorers", "Role"): ["self", "district", "sub_centre", "centre", "agency", "department"],
        ("Events", "Status"): STATUS["en"], ("Metrics", "Status"): STATUS["en"], ("Marks", "Status"): STATUS["en"],
    },
}  # fmt: skip
FACTS = {"zh_CN": (("事件", "事实"), ("指标", "事实")), "en": (("Events", "Fact"), ("Metrics", "Fact"))}
ASKED = {"zh_CN": [("机构", "机构类型"), ("考核步骤", "步骤")], "en": [("Institutions", "Kind"), ("Steps", "Step")]}


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_the_drop_downs_offer_the_values_of_their_columns(project: Project, lang: str) -> None:
    offered = {(sheet, heading): values for sheet, heading, values in lists(template(project, lang), AROUND[lang][1])}
    assert {place: offered[place] for place in CHOICES[lang]} == CHOICES[lang]
    assert offered.keys() >= {*CHOICES[lang], *FACTS[lang], *ASKED[lang]}
    assert ("养老机构" if lang == "zh_CN" else "nursing_home") in offered[ASKED[lang][0]]
    assert ("已报送" if lang == "zh_CN" else "reported") in offered[ASKED[lang][1]]
    names = {getattr(fact.name, lang): fact.table for fact in load_facts(SHARED_FACTS).values()}
    for place, table, some in zip(
        FACTS[lang], ("events", "metrics"), ("complaint.substantiated", "satisfaction"), strict=True
    ):
        assert {names[str(value)] for value in offered[place]} == {table}
        assert getattr(load_facts(SHARED_FACTS)[some].name, lang) in offered[place]
        assert len(set(offered[place])) == len(offered[place])


FORMATS = {
    "数据集": {"名称": "@", "起始日期": "yyyy-mm-dd", "截止日期": "yyyy-mm-dd", "币种": "@"},
    "服务人数": {"机构编码": "@", "考核主体编码": "@", "服务人数": "General"},
    "事件": {"事件编号": "@", "机构编码": "@", "考核主体编码": "@", "发生日期": "yyyy-mm-dd", "处理日期": "yyyy-mm-dd",
           "事实": "@", "例数": "General", "涉及金额": "General", "佐证材料": "@", "状态": "@"},
    "指标": {"机构编码": "@", "考核主体编码": "@", "期间": "@", "事实": "@", "分子": "General", "分母": "General",
           "佐证材料": "@", "状态": "@"},
    "评分": {"机构编码": "@", "考核主体编码": "@", "项目序号": "@", "得分": "General", "评分人": "@",
           "佐证材料": "@", "状态": "@"},
}  # fmt: skip


def test_codes_are_text_and_days_are_days(project: Project) -> None:
    """A column's format is that of every cell that is typed into it."""
    book = openpyxl.load_workbook(template(project))
    for name, expected in FORMATS.items():
        found = {}
        for heading, letter in headings(book[name]).items():
            number = openpyxl.utils.column_index_from_string(letter)
            (layout,) = (each for each in book[name].column_dimensions.values() if each.min <= number <= each.max)
            found[heading] = layout.number_format
        assert found == expected


REQUIRED = {
    "数据集": ["名称", "起始日期", "截止日期"],
    "考核主体": ["考核主体编码", "考核主体名称", "角色"],
    "服务人数": ["机构编码", "考核主体编码", "服务人数"],
    "考核步骤": ["步骤"],
    "事件": ["事件编号", "机构编码", "发生日期", "事实"],
    "指标": ["机构编码", "期间", "事实", "分子"],
    "评分": ["机构编码", "考核主体编码", "项目序号", "得分"],
}


def test_the_headings_that_are_required_are_orange(project: Project) -> None:
    book = openpyxl.load_workbook(template(project))
    for name, expected in REQUIRED.items():
        colours = {str(cell.value): cell.fill.fgColor.rgb for cell in book[name][1]}
        assert [heading for heading, colour in colours.items() if colour == "FFF8CBAD"] == expected
        assert {colour for heading, colour in colours.items() if heading not in expected} <= {"FFDDEBF7"}
        assert all(
            cell.comment and cell.comment.text.endswith("（必填）") == (cell.value in expected)
            for cell in book[name][1]
        )
    assert "养老机构星级" in [str(cell.value) for cell in book["机构"][1]]


def test_an_empty_template_is_a_sound_dataset_of_nothing_and_that_is_said(project: Project) -> None:
    path = template(project)
    outcome = project.kaohe("check", path, "--scheme", "changzhou/2022")
    said = "warning: the table “Institutions” has no row: there is nobody to assess → fill it in\n"
    assert (outcome.status, outcome.out, outcome.err) == (0, "the dataset is sound: 0 rows\n", said)
    dataset = kaohe.assess(path, "changzhou/2022").dataset
    assert (dataset.begins, dataset.ends) == (date(2022, 1, 1), date(2022, 12, 31))


def fill(path: Path, project: Project, lang: str) -> None:
    """The project's year, typed into the sheets: codes as text, days as days, choices as the lists offer them."""
    book = openpyxl.load_workbook(path)
    facts = {code: getattr(fact.name, lang) for code, fact in load_facts(SHARED_FACTS).items()}
    for table, rows in project.tables.items():
        contents = CONTRACT[table]
        sheet = book[contents.zh if lang == "zh_CN" else contents.en]
        for number, row in enumerate(rows, 2):
            for (name, letter), value in zip(columns(sheet, table, row, lang), row.values(), strict=True):
                if value != "":
                    sheet[f"{letter}{number}"].value = shown(table, name, value, facts, lang)
    book.save(path)


EXTRA = {
    "services": {"zh_CN": "服务内容", "en": "Services"},
    "basic_insurance": {"zh_CN": "是否基本医保定点", "en": "Designated by the basic insurance"},
    "star": {"zh_CN": "养老机构星级", "en": "Star rating of a nursing home"},
}
"""What Changzhou asks of institutions beyond the contract."""


def columns(sheet: Worksheet, table: str, row: dict[str, object], lang: str) -> Iterator[tuple[str, str]]:
    places = headings(sheet)
    for name in row:
        column = CONTRACT[table].columns.get(name)
        title = EXTRA[name][lang] if column is None else column.zh if lang == "zh_CN" else column.en
        yield name, places[title]


def shown(table: str, name: str, value: object, facts: dict[str, str], lang: str) -> object:
    column = CONTRACT[table].columns.get(name)
    if name == "fact":
        return facts[str(value)]
    if column is None:
        return value
    if column.type == "date":
        return date.fromisoformat(str(value))
    return column.values.get(str(value), value) if lang == "zh_CN" else value


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_what_is_filled_in_is_assessed(project: Project, lang: str) -> None:
    """80 points without a case; a complaint at D1 (30 of 40 persons) takes 2 × 30 ÷ 40 = 1.50."""
    path = template(project, lang)
    complaint = project.tables.pop("events")
    fill(path, project, lang)
    check(project, path)
    assert score(path) == Decimal("80.00")
    project.tables.clear()
    project.tables["events"] = complaint
    fill(path, project, lang)
    check(project, path)
    assert score(path) == Decimal("78.50")


def check(project: Project, path: Path) -> None:
    outcome = project.kaohe("check", path, "--scheme", "changzhou/2022")
    assert (outcome.status, outcome.err) == (0, "")
    out = project.root / "run.db"
    outcome = project.kaohe("run", path, "--scheme", "changzhou/2022", "--out", out)
    assert outcome.status == 0
    assert out.exists()


def score(path: Path) -> Decimal:
    (found,) = kaohe.assess(path, "changzhou/2022").results["score"].to_list()
    return Decimal(found)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_a_round_trip_through_libreoffice_changes_nothing(project: Project) -> None:
    """Opened and saved by another spreadsheet program: the same result, and the drop-downs are still there."""
    path = template(project)
    del project.tables["events"]
    fill(path, project, "zh_CN")
    profile = (project.root / "profile").as_uri()
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "xlsx",
         "--outdir", str(project.root / "saved"), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    saved = project.root / "saved" / "year.xlsx"
    check(project, saved)
    assert score(saved) == Decimal("80.00")
    assert [*lists(saved, "代码")] == [*lists(path, "代码")]


REFUSED: dict[str, tuple[str, str, str]] = {
    "a file that is there": (
        "year.xlsx",
        "error: year.xlsx: a file stands here already → choose another name",
        "错误：year.xlsx：该位置已有同名文件。请换一个文件名",
    ),
    "a name of another kind": (
        "year.xls",
        "error: year.xls: the template is an .xlsx workbook → end the name in .xlsx",
        "错误：year.xls：模板须为 .xlsx 工作簿。文件名请以 .xlsx 结尾",
    ),
    "a folder that is not there": (
        "nowhere/year.xlsx",
        "error: nowhere/year.xlsx: the folder “nowhere” does not exist → make it first",
        "错误：nowhere/year.xlsx：文件夹“nowhere”不存在。请先创建",
    ),
}


@pytest.mark.parametrize(("name", "english", "chinese"), REFUSED.values(), ids=REFUSED)
def test_a_template_is_not_written_there(project: Project, name: str, english: str, chinese: str) -> None:
    (project.root / "year.xlsx").write_bytes(b"last year's")
    for lang, said in (("en", english), ("zh_CN", chinese)):
        outcome = project.kaohe("template", "changzhou/2022", "--out", name, lang=lang)
        assert outcome.err.splitlines()[0] == said
        assert (outcome.status, outcome.out) == (1, "")
    assert (project.root / "year.xlsx").read_bytes() == b"last year's"
    assert project.files() == {"year.xlsx"}
