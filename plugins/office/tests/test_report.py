"""Reports and notices say what the run says: nothing else, nowhere as markup or formula."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from project import Project

import kaohe
from kaohe.messages import Text
from kaohe.plugin.manager import City
from kaohe.store import open_run, save
from kaohe_office import write_notices, write_report
from kaohe_office.report.figures import Deducted, Figures

NAME = "=1+1<b>甲</b>养老院"


@pytest.fixture
def run(project: Project) -> Project:
    """N1, whose name is neither markup nor a formula, assessed: 市中心 78 points (30 persons), 溧阳市 80 (10)."""
    project.tables["institutions"][0]["name"] = NAME
    assert project.run().status == 0
    return project


def test_the_figures_are_the_run_s(run: Project) -> None:
    """One complaint of D1: 2 points under annex 2, item 5(1)."""
    figures = Figures(open_run(run.root / "run.db"))
    words = "(受托机构)或公共渠道的,查实一例扣2分。"
    assert figures.deductions(5) == [
        Deducted("附件2 第5项(1)", f"因服务不当、价格调整等情形导致参保人员投诉至医保部门{words}", 1, Decimal(2))
    ]
    assert figures.distribution("nursing_home") == [(75, 1)]
    assert [(one.scorer, one.low, one.mean, one.high) for one in figures.spreads()] == [
        ("市中心", 78, 78, 78),
        ("溧阳市", 80, 80, 80),
    ]


def test_the_workbook_holds_numbers_as_numbers_and_text_as_text(run: Project) -> None:
    """(78 × 30 + 80 × 10) ÷ 40 = 78.5."""
    assert run.kaohe("report", "run.db", "--out", "r.xlsx").status == 0
    workbook = openpyxl.load_workbook("r.xlsx")
    assert workbook.sheetnames == ["Summary", "Results", "Parameters", "Left open", "Items", "Trace"]
    _, result = workbook["Results"].iter_rows()
    assert [cell.value for cell in result[:4]] == ["N1", NAME, "nursing home", 78.5]
    assert result[1].data_type == "s"
    trace = [row for row in workbook["Trace"].iter_rows(min_row=3, values_only=True) if row[2] == "附件2 第5项(1)"]
    assert [row[5:8] for row in trace] == [(1, None, -2)]
    assert not [cell for sheet in workbook for row in sheet for cell in row if cell.data_type == "f"]


def test_the_page_escapes_what_is_not_ours(run: Project) -> None:
    assert run.kaohe("report", "run.db", "--out", "r.html").status == 0
    page = Path("r.html").read_text(encoding="utf-8")
    assert "=1+1&lt;b&gt;甲&lt;/b&gt;养老院" in page
    assert "<b>" not in page
    assert '<html lang="en">' in page


def test_the_notice_names_clause_words_cases_and_evidence(run: Project) -> None:
    assert run.kaohe("notice", "run.db", "--out", "letters", "--format", "html", lang="zh_CN").status == 0
    page = Path("letters/N1.html").read_text(encoding="utf-8")
    for said in (
        "=1+1&lt;b&gt;甲&lt;/b&gt;养老院（N1）：",
        "考核得分：78.5", "附件2 第5项(1)", "查实一例扣2分。", "市中心：1例，扣2分",
        "2022-03-05 · E1 · 投诉登记表1", "依据文件未载明提出异议的方式和期限。", "（落款单位）",
    ):  # fmt: skip
        assert said in page
    assert "资金情况" not in page  # nothing of the notice moves money


def test_a_printed_line_of_several_facts_stands_once_in_a_notice(project: Project) -> None:
    """附件2 第7项(1) counts the plan and the trainings: D1 recorded neither, so each is named under one line."""
    project.tables["metrics"] = [
        row for row in project.tables["metrics"]
        if row["scorer"] == "D2" or row["fact"] not in ("training.plan", "training.internal")
    ]  # fmt: skip
    assert project.run().status == 0
    assert project.kaohe("notice", "run.db", "--out", "letters", "--format", "html", lang="zh_CN").status == 0
    page = Path("letters/N1.html").read_text(encoding="utf-8")
    assert page.count("附件2 第7项(1)") == 1
    assert "[内部培训计划] 市中心：缺失，尚未登记\n[内部培训次数] 市中心：缺失，尚未登记" in page


def test_a_veto_is_named_by_its_place(project: Project) -> None:
    """附件2 第14项: 不配合年度考核工作 … 年度考核得分为0."""
    project.tables["events"].append(
        {**project.tables["events"][0], "event": "E2", "fact": "assessment.refused", "date": "2023-02-21"}
    )
    assert project.run().status == 0
    assert project.kaohe("notice", "run.db", "--out", "letters", "--format", "html", lang="zh_CN").status == 0
    assert "<p>一票否决：附件2 第14项</p>" in Path("letters/N1.html").read_text(encoding="utf-8")


def words_of_page(path: Path) -> str:
    """Everything that the page says, without the space between."""
    body = path.read_text(encoding="utf-8").partition("<body>")[2]
    return "".join(unescape(re.sub(r"<[^>]*>", "", body)).split())


def words_of_letter(path: Path) -> str:
    """Everything that the Word file says, in its order."""
    body = docx.Document(str(path)).element.body
    return "".join("".join(words.text or "" for words in body.iter(qn("w:t"))).split())


def test_word_and_page_say_the_same_and_twice_the_same_bytes(run: Project) -> None:
    for folder in ("one", "two"):
        assert run.kaohe("notice", "run.db", "--out", folder, lang="zh_CN").status == 0
    assert words_of_letter(Path("one/N1.docx")) == words_of_page(Path("one/N1.html"))
    assert NAME in words_of_letter(Path("one/N1.docx"))
    for name in ("N1.docx", "N1.html"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


def test_a_letter_holds_what_no_xml_may_hold_as_a_sign(project: Project) -> None:
    """A control character from somebody's system, in a piece of evidence."""
    project.tables["events"][0]["evidence"] = "登记表\x0b1"
    assert project.run().status == 0
    assert project.kaohe("notice", "run.db", "--out", "letters").status == 0
    assert "登记表\ufffd1" in words_of_letter(Path("letters/N1.docx"))


@pytest.mark.parametrize("name", ["r.xlsx", "r.html", "letters"])
def test_how_far_it_is_counts_up_to_its_end(run: Project, name: str) -> None:
    """So that a terminal can say how long it still takes."""
    steps: list[Text] = []
    if name == "letters":
        write_notices(run.root / "run.db", run.root / name, progress=steps.append)
    else:
        write_report(run.root / "run.db", run.root / name, progress=steps.append)
    counted = [(step.values["done"], step.values["all"]) for step in steps if "done" in step.values]
    assert len(counted) == len(steps) - 1  # but the first, in which the run is read
    assert counted == sorted(counted)
    assert len({whole for _, whole in counted}) == 1
    assert (counted[0][0], counted[-1][0]) == (1, counted[-1][1])


def test_what_stands_there_is_not_written_over(run: Project) -> None:
    Path("r.xlsx").write_text("mine")
    Path("letters").mkdir()
    Path("letters/mine").write_text("mine")
    for command in (
        ("report", "run.db", "--out", "r.xlsx"), ("report", "run.db", "--out", "r.pdf"),
        ("report", "run.db", "--out", "nowhere/r.html"), ("notice", "run.db", "--out", "letters"),
        ("notice", "run.db", "N9", "--out", "more"), ("notice", "r.xlsx", "--out", "more"),
    ):  # fmt: skip
        outcome = run.kaohe(*command)
        assert outcome.status == 1
        assert outcome.err.startswith("error: ")
    assert Path("r.xlsx").read_text() == "mine"
    assert not Path("more").exists()


@pytest.fixture(scope="module")
def qingdao(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Qingdao's example year, settled with the example's assumptions."""
    root = tmp_path_factory.mktemp("qingdao")
    city = City.named("qingdao")
    city.demo(root / "dataset", 2022)
    parameters = city.schemes()["qingdao/2023"][1] / "example-parameters.toml"
    save(kaohe.assess(root / "dataset", "qingdao/2023", parameters=parameters), root / "run.db")
    return root / "run.db"


def test_budgets_and_overspends_flow_whole(qingdao: Path) -> None:
    """Every fund's budget goes to the regions and the reserve, and nothing else; each overspend has its bearers."""
    from kaohe_office.report import sections

    figures = Figures(open_run(qingdao))
    whole = {row["fund"]: Decimal(row["amount"]) for row in figures.run.rows("allocations", step="budget", region="")}
    assert len(whole) == 2
    for fund, budget in whole.items():
        assert sum(amount for _, _, amount in sections.budgets(figures, fund)) == budget
        overspend = sum(
            year.overspend - year.open for told in figures.regions for year in told.funds if year.fund == fund
        )
        assert sum(amount for _, _, amount in sections.borne(figures, fund)) == overspend


def test_the_workbook_s_journal_sums_to_nothing(qingdao: Path, project: Project) -> None:
    """Debits and credits as exact numbers, fund by fund; budgets and balances as numbers too."""
    assert project.kaohe("report", qingdao, "--out", "q.xlsx").status == 0
    workbook = openpyxl.load_workbook("q.xlsx")
    sums: dict[str, Decimal] = {}
    for row in workbook["Journal"].iter_rows(min_row=3, values_only=True):
        sums[row[2]] = sums.get(row[2], Decimal(0)) + Decimal(str(row[6]))
    assert len(sums) == 3  # the cost of third parties is one
    assert set(sums.values()) == {0}
    for sheet in ("Budgets", "Balances"):
        cells = [cell for row in workbook[sheet].iter_rows(min_row=2) for cell in row if cell.data_type == "n"]
        assert {cell.number_format for cell in cells} == {"#,##0.00"}
        assert not [cell for cell in cells if cell.value is None]


@pytest.mark.parametrize(("long", "area"), [(20, None), (0, "$A$1:$I$2")])
def test_what_is_looked_up_is_not_printed_by_mistake(
    run: Project, monkeypatch: pytest.MonkeyPatch, long: int, area: str | None
) -> None:
    """Sheets of many pages print their first lines, which say how many there are; nothing is left out of them.

    11 items of annex 2 on two sheets are 22 rows: one page, of (487 points ÷ 15) - 1 = 31 rows.
    """
    monkeypatch.setattr("kaohe.workbook.printing.LONG", long)
    assert run.kaohe("report", "run.db", "--out", "r.xlsx").status == 0
    workbook = openpyxl.load_workbook("r.xlsx")
    items = workbook["Items"]
    assert str(items["A1"].value).startswith("To filter and look up. Rows: 22; pages if printed: about 1.")
    assert [cell.value for cell in items[2]][:4] == ["Institution", "Scorer", "No.", "Item"]
    assert (items.max_row, items.auto_filter.ref, items.freeze_panes) == (24, "A2:I24", "B3")
    assert (items.print_area or "").rpartition("!")[2] == (area or "")
    assert items.print_title_rows == "$2:$2"
    assert not workbook["Results"].print_area
    for sheet in workbook:
        assert sheet.page_setup.paperSize == 9
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
        assert "&P" in sheet.oddFooter.center.text
    assert [row[0].value for row in workbook["Summary"].iter_rows(min_row=workbook["Summary"].max_row - 4)] == [
        "Results", "Parameters", "Left open", "Items", "Trace"
    ]  # fmt: skip


def test_a_long_source_is_read_whole(run: Project) -> None:
    """Each row of parameters is as high as its longest text needs: 15 points a line, a Chinese character two wide."""
    assert run.kaohe("report", "run.db", "--out", "r.xlsx", lang="zh_CN").status == 0
    sheet = openpyxl.load_workbook("r.xlsx")["参数与口径"]
    assert [cell.value for cell in sheet[1]] == ["参数", "取值", "来源"]
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            wide = sum(2 if ord(character) > 0x2E7F else 1 for character in str(cell.value or ""))
            needed = 15 * -(-wide // sheet.column_dimensions[cell.column_letter].width)
            assert (sheet.row_dimensions[cell.row].height or 15) >= needed


def test_money_and_assumptions_stand_in_the_notice(qingdao: Path, project: Project) -> None:
    assert project.kaohe("notice", qingdao, "CY001", "--out", "letters", "--format", "html", lang="zh_CN").status == 0
    page = Path("letters/CY001.html").read_text(encoding="utf-8")
    assert "青医保字〔2023〕1号" in page
    assert "资金情况" in page
    told = {row["account"]: row for row in project.kaohe("explain", qingdao, "CY001", "--json").json["money"]}
    credit = -Decimal(told["released"]["amount"])  # what is given back stands to the institution's credit
    assert f'<td>返还保证金</td><td>贷</td><td class="n">{credit:,.2f}</td>' in page


def test_objections_are_told_in_the_document_s_words(project: Project, tmp_path: Path) -> None:
    """津《协议考核办法》第十一条 says who answers, and no day; a report names what follows as 第十七条 does."""
    city = City.named("tianjin")
    city.demo(tmp_path / "year", 2022)
    folder = city.schemes()["tianjin/institutions-2023"][1]
    plans = [part for file in sorted(folder.glob("example-plan*.toml")) for part in ("--plan", file)]
    parameters = folder / "example-parameters.toml"
    dataset = next(path for path in (tmp_path / "year").iterdir() if path.name == "institutions")
    done = project.kaohe(
        "run", dataset, "--scheme", "tianjin/institutions-2023", *plans, "--params", parameters, "--out", "run.db"
    )
    assert done.status == 0, done.err
    assert project.kaohe("notice", "run.db", "YL0001", "--out", "n", "--format", "html", lang="zh_CN").status == 0
    page = Path("n/YL0001.html").read_text(encoding="utf-8")
    assert (
        "定点医药机构如对成绩有异议，由设定考核指标、评分标准并提供考核成绩的业务主管部门依职责进行答复。（第十一条）"
        in page
    )
    assert "依据文件未载明提出异议的期限。" in page
    assert "本结果所依据的办法为征求意见稿，尚未施行。" in page
    assert project.kaohe("report", "run.db", "--out", "r.xlsx", lang="zh_CN").status == 0
    rows = openpyxl.load_workbook("r.xlsx")["结果应用"].iter_rows(min_row=2, values_only=True)
    assert {row[2] for row in rows if row[3] == "第十七条"} == {"解除医保服务协议"}
    results = openpyxl.load_workbook("r.xlsx")["考核结果"].iter_rows(min_row=2, values_only=True)
    assert {row[6] for row in results if row[0] == "YL0001"} == {"得分已确定"}  # the document gives no grades
    settings = openpyxl.load_workbook("r.xlsx")["参数与口径"].iter_rows(min_row=2, values_only=True)
    said = {row[0]: row[1] for row in settings}
    assert said["按考核成绩拨付质量保证金的比例"].startswith("≥ 0: 0; ≥ 60: 0.5; ≥ 80: 0.8; ≥ 90: 1")
