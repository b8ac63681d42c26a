"""Forms out and in: what an institution sees, and what becomes of what it writes."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import openpyxl
import pytest
from filling import HOME, collect, returned, rows
from project import Project

from kaohe.plugin.manager import City, installed


def test_the_form_is_the_annex(sent: Project) -> None:
    """附件2: its title, headings, numbering, words and full scores stand as they are printed."""
    workbook = openpyxl.load_workbook(sent.root / "forms" / HOME)
    assert workbook.sheetnames == ["自查评分表", "从业人员信息表", "申报材料", "kaohe"]
    sheet = workbook["自查评分表"]
    assert (sheet["A1"].value, sheet["A2"].value) == ("附件2", "常州市长护险定点养老机构年度考核自查评分表")
    assert sheet["A3"].value == "机构名称：甲养老院"
    assert sheet["F3"].value == "机构编码：N1"
    assert sheet["A4"].value == "上年度考核结果：91.5分、A级 (changzhou/2021)"
    assert sheet["F4"].value == "请于2023-02-10前提交"
    assert [cell.value for cell in sheet[6]] == [
        "序号", "考核周期", "内容", "标准分值", "评分标准", "自评得分", "情况说明（例数、数值）", "佐证材料",
    ]  # fmt: skip
    first_line = [sheet[f"{column}8"].value for column in "ACDE"]
    assert first_line == ["2", "合理收费", "10", "(1)收费价格超过备案价格的,每例扣2分。"]
    assert sheet["B7"].value == "日常考核"
    assert sheet["B21"].value == "年度考核"
    assert sheet["B36"].value == "一票否决项"
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A8:A10", "C8:C10", "D8:D10", "F8:F10", "B7:B20", "B21:B35", "B36:D38"} <= merged
    assert sheet["E38"].value == "不配合年度考核工作,拒不提供所需相关资料或提供虚假资料的,年度考核得分为0。"


def test_only_what_is_to_be_filled_in_can_be(sent: Project) -> None:
    workbook = openpyxl.load_workbook(sent.root / "forms" / HOME)
    sheet = workbook["自查评分表"]
    assert sheet.protection.sheet
    locked = {name: sheet[name].protection.locked for name in ("A7", "E7", "D8", "F7", "G9", "H9", "F36")}
    assert locked == {"A7": True, "E7": True, "D8": True, "F7": False, "G9": False, "H9": False, "F36": False}
    choices = {str(one.sqref): (one.type, one.formula1, one.formula2) for one in sheet.data_validations.dataValidation}
    assert choices["F8"] == ("decimal", "0", "10")
    assert choices["F36"] == ("list", '"无,有"', None)
    staff = {one.formula1 for one in workbook["从业人员信息表"].data_validations.dataValidation}
    assert staff == {'"在职,退休"', '"管理人员,评估人员,护理人员,辅具适配师"', '"参保,未参保"'}
    assert workbook["kaohe"].sheet_state == "veryHidden"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.print_area == "'自查评分表'!$A$1:$H$41"


def test_what_was_filled_in_comes_back(sent: Project) -> None:
    returned(sent)
    outcome = collect(sent, lang="zh_CN")
    assert (outcome.status, outcome.err) == (0, "")
    marks = rows(sent, "评分")
    assert marks[0] == ("机构编码", "考核主体编码", "项目序号", "得分", "评分人", "佐证材料", "状态", "情况说明")
    assert [row[2:4] for row in marks[1:]] == [
        ("1", "5"), ("2", "10"), ("3", "20"), ("4", "5"), ("5", "10"), ("6", "5"), ("7", "10"), ("8", "10"), ("9", "5"),
        ("10", "2"), ("11", "1"),
    ]  # fmt: skip
    assert marks[11] == ("N1", "ZP", "11", "1", "王松月", "(2)常州日报2022-05-06", None, "(2)1例")
    assert ("N1", None, "自查申报", "2023-02-10", "2023-02-08", None) in rows(sent, "考核步骤")
    assert ("N1", None, "材料提交", None, "2023-02-08", None) in rows(sent, "考核步骤")
    assert rows(sent, "从业人员")[1][:6] == ("N1", "1", "周未央", "320000199503059561", "在职", "0519-1")
    checked = sent.kaohe("run", "out/dataset.xlsx", "--scheme", "changzhou/2022", "--out", "run.db")
    assert checked.status == 0, checked.err
    story = sent.kaohe("explain", "run.db", "N1", "--json").json
    assert {item["item"]: item["points"][0]["self_points"] for item in story["items"]}["10"] == "2"


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("F8", 11, "row 8, column F: 11 is more than 10 → write digits only, from 0 to 10"),
        ("F8", -1, "row 8, column F: -1 is below 0 → write digits only, from 0 to 10"),
        ("F8", "十分", "row 8, column F: “十分” is not a number → write digits only, from 0 to 10"),
        ("F8", "", "row 8, column F: the self-score is missing → write digits only, from 0 to 10"),
        ("F8", 0.12345, "row 8, column F: more than 4 decimals → round it"),
        ("F36", "也许", "row 36, column F: “也许” is neither yes nor no → choose from the list"),
    ],
)
def test_a_wrong_self_score_is_said_and_marked_at_its_cell(sent: Project, cell: str, value: object, said: str) -> None:
    returned(sent, scores={cell: value})
    outcome = collect(sent)
    assert outcome.status == 1
    assert outcome.err == f"error: 2023-02-08/{HOME} › 自查评分表, {said}\n"
    marked = openpyxl.load_workbook(sent.root / "out" / "marked" / f"2023-02-08_{HOME}")["自查评分表"]
    assert marked[cell].comment.text == said.partition(": ")[2]
    assert "Marks" not in openpyxl.load_workbook(sent.root / "out" / "dataset.xlsx").sheetnames


def test_an_identity_number_is_never_said(sent: Project) -> None:
    returned(sent, roster={"C5": "320000199503059562", "B6": "孔南乔", "C6": 320000199503059561})
    outcome = collect(sent)
    assert outcome.status == 1
    place = f"error: 2023-02-08/{HOME} › 从业人员信息表, row"
    assert outcome.err.splitlines() == [
        f"{place} 5, column C: this is not a valid identity number → check it against the card",
        f"{place} 6, column C: this identity number is a number cell and has lost digits → "
        "format the cell as text, then type it again",
    ]
    assert "19950305" not in outcome.out + outcome.err
    assert "19950305" not in str(rows(sent, "Institutions"))


def test_a_person_stands_on_a_roster_once(sent: Project) -> None:
    returned(sent, roster={"B6": "周未央", "C6": "320000199503059561", "D6": "在岗"})
    outcome = collect(sent)
    place = f"error: 2023-02-08/{HOME} › 从业人员信息表, row 6, column"
    assert outcome.err.splitlines() == [
        f"{place} D: “在岗” is not one of the list → choose from the list",
        f"{place} C: this person stands here twice, also in row 5 → remove one",
    ]


def test_a_changed_table_is_not_read(sent: Project) -> None:
    returned(sent, scores={"E9": "收费与实际提供的服务不符的,每例扣1分。"})
    outcome = collect(sent)
    assert "row 9, column E: the printed text was changed here; what was filled in cannot be assigned" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_missing_material_leaves_the_step_open(sent: Project) -> None:
    returned(sent, materials={"B9": "未提交", "B10": "不适用"}, scores={"F28": 0, "F30": 0})
    outcome = collect(sent)
    assert outcome.status == 0
    assert outcome.err == (
        f"warning: 2023-02-08/{HOME} › 申报材料, row 9, column B: this was not handed in → hand it in\n"
    )
    assert ("N1", None, "materials", None, None, "not handed in: 5") in rows(sent, "Steps")


def test_points_without_evidence_are_remarked(sent: Project) -> None:
    returned(sent, scores={"H28": ""})
    outcome = collect(sent)
    assert outcome.status == 0
    assert outcome.err.endswith(
        "row 28, column H: points are claimed here without evidence → name the papers that show it\n"
    )


def test_a_late_return_is_taken_and_said_to_be_late(sent: Project) -> None:
    returned(sent, f"20230213/{HOME}")
    outcome = collect(sent, "--json")
    assert outcome.json["counts"] == {"late": 1}
    assert ("N1", None, "declaration", "2023-02-10", "2023-02-13", None) in rows(sent, "Steps")
    done = sent.kaohe("run", "out/dataset.xlsx", "--scheme", "changzhou/2022", "--out", "run.db")
    assert done.status == 0, done.err
    assert sent.kaohe("explain", "run.db", "N1", "--json").json["grade"] == "E"


def test_who_returned_nothing_is_missing_and_has_not_declared_once_it_is_closed(sent: Project) -> None:
    sent.tables["institutions"].append({**sent.tables["institutions"][0], "institution": "N2", "name": "乙养老院"})
    sent.tables["agreements"].append({**sent.tables["agreements"][0], "agreement": "X2", "institution": "N2"})
    returned(sent)
    assert collect(sent, "--json").json["counts"] == {"taken": 1, "missing": 1}
    assert not [row for row in rows(sent, "Steps") if row[0] == "N2"]
    collect(sent, "--closed")
    assert ("N2", None, "declaration", "2023-02-10", None, None) in rows(sent, "Steps")


def test_the_same_return_twice_is_taken_once(sent: Project) -> None:
    returned(sent)
    returned(sent, f"2023-02-09/again {HOME}")
    outcome = collect(sent, "--json")
    assert (outcome.status, outcome.json["counts"]) == (0, {"taken": 1, "copy": 1})
    assert len(rows(sent, "Marks")) == 12


def test_two_returns_that_differ_are_not_taken(sent: Project) -> None:
    returned(sent)
    returned(sent, f"2023-02-09/{HOME}", scores={"F8": 9})
    outcome = collect(sent, "--json")
    assert (outcome.status, outcome.json["counts"]) == (1, {"double": 2})
    assert outcome.json["problems"][0]["message"] == (
        f"N1 returned several forms that say different things: 2023-02-08/{HOME}, 2023-02-09/{HOME}"
    )


def test_a_later_return_corrects_a_faulty_one_and_the_first_day_counts(sent: Project) -> None:
    """It was declared on 8 February; the correction of 20 February does not make it late."""
    returned(sent, scores={"F8": 11})
    assert collect(sent).status == 1
    marked = sent.root / "out" / "marked" / f"2023-02-08_{HOME}"
    workbook = openpyxl.load_workbook(marked)
    workbook["自查评分表"]["F8"] = 9
    (sent.root / "returned" / "2023-02-20").mkdir()
    workbook.save(sent.root / "returned" / "2023-02-20" / HOME)
    outcome = collect(sent, "--json")
    assert (outcome.status, outcome.json["counts"]) == (0, {"taken": 1, "corrected": 1})
    assert ("N1", None, "declaration", "2023-02-10", "2023-02-08", None) in rows(sent, "Steps")
    assert [row[3] for row in rows(sent, "Marks") if row[2] == "2"] == ["9"]


def test_text_that_looks_like_a_formula_stays_text(sent: Project) -> None:
    returned(sent, scores={"H31": '=HYPERLINK("http://x","y")', "G31": "@SUM(1)", "F41": "+86"})
    assert collect(sent).status == 0
    cells = [cell for row in openpyxl.load_workbook(sent.root / "out" / "dataset.xlsx")["Marks"] for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert {'(2)=HYPERLINK("http://x","y")', "(2)@SUM(1)", "+86"} <= {cell.value for cell in cells}
    with zipfile.ZipFile(sent.root / "out" / "dataset.xlsx") as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"])
def test_a_return_with_macros_or_links_is_refused(sent: Project, part: str) -> None:
    with zipfile.ZipFile(returned(sent), "a") as archive:
        archive.writestr(part, "x")
    outcome = collect(sent, "--json")
    assert (outcome.status, outcome.json["counts"]) == (1, {"refused": 1, "missing": 1})


def test_a_return_that_unpacks_to_much_is_refused(sent: Project) -> None:
    with zipfile.ZipFile(returned(sent), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * (65 * 2**20))
    outcome = collect(sent)
    assert outcome.status == 1
    assert "unpacks to more than 64 megabytes" in outcome.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.docx", "x", "this is not an .xlsx or .ods workbook"),
        ("a.xlsx", "x", "the workbook cannot be read"),
        ("a.xlsx", "", "the workbook cannot be read"),
    ],
)
def test_another_file_is_refused(sent: Project, name: str, content: str, said: str) -> None:
    (sent.root / "returned").mkdir()
    (sent.root / "returned" / name).write_text(content)
    outcome = collect(sent)
    assert outcome.status == 1
    assert said in outcome.err


def test_a_blank_form_says_of_nobody(sent: Project) -> None:
    sent.kaohe("forms", "changzhou/2022", "--out", "returned")
    outcome = collect(sent, "--json")
    assert (outcome.status, outcome.json["counts"]) == (1, {"refused": 4, "missing": 1})


def test_without_a_day_the_declaration_stays_open(sent: Project) -> None:
    returned(sent, HOME)
    outcome = collect(sent)
    assert outcome.status == 0
    assert "it is not known when this form came in" in outcome.err
    outcome = collect(sent, "--received", "2023-02-09")
    assert outcome.err == ""


def test_what_stands_there_is_not_written_over(sent: Project) -> None:
    returned(sent)
    (sent.root / "out").mkdir()
    (sent.root / "out" / "mine.txt").write_text("mine")
    assert collect(sent).status == 1
    assert [path.name for path in (sent.root / "out").iterdir()] == ["mine.txt"]
    assert sent.kaohe("forms", "changzhou/2022", "--out", "out").status == 1


def test_a_dataset_needs_its_scheme(project: Project) -> None:
    project.dataset.mkdir(exist_ok=True)
    assert project.kaohe("forms", "dataset", "--out", "forms").status == 2
    assert project.kaohe("forms", "qingdao/2023", "--out", "forms").status == 1


def papers() -> list[tuple[str, Path]]:
    found = [(name, folder) for name in installed() for _, folder in City.named(name).schemes().values()]
    return [(name, folder) for name, folder in found if (folder / "papers.toml").exists()]


def words(content: object) -> list[str]:
    if isinstance(content, dict):
        return [said for key, value in content.items() if key not in ("kinds", "step") for said in words(value)]
    if isinstance(content, list):
        return [said for value in content for said in words(value)]
    return [content] if isinstance(content, str) else []


@pytest.mark.parametrize(("city", "folder"), papers(), ids=lambda value: str(value)[-30:])
def test_the_papers_words_are_the_source_s(city: str, folder: Path) -> None:
    del city
    source = "".join("".join(file.read_text(encoding="utf-8").split()) for file in folder.glob("sources/*.txt"))
    content = tomllib.loads((folder / "papers.toml").read_text(encoding="utf-8"))
    printed = words(content)
    assert len(printed) >= 2
    assert [said for said in printed if "".join(said.split()) not in source] == []


def test_a_fault_far_down_the_list_of_returns(sent: Project) -> None:
    """100 institutions that returned nothing stand before the one whose form has a fault."""
    first, agreement = sent.tables["institutions"][0], sent.tables["agreements"][0]
    codes = [f"A{number:03}" for number in range(100)]
    sent.tables["institutions"] += [{**first, "institution": code, "name": code} for code in codes]
    sent.tables["agreements"] += [{**agreement, "agreement": f"X{code}", "institution": code} for code in codes]
    returned(sent, scores={"F8": 11})
    assert collect(sent).status == 1
    listed = list(openpyxl.load_workbook(sent.root / "out" / "returns.xlsx")["Returns"].iter_rows(values_only=True))
    assert len(listed) == 1 + 100 + 1
    assert {row[2] for row in listed[1:-1]} == {"missing"}
    assert listed[-1][0] == "N1"
    assert listed[-1][4] == 1
