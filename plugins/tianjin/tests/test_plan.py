"""The year's plan travels as TOML and as a workbook without loss, through a spreadsheet program too."""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from documents import bare
from hypothesis import given, settings
from hypothesis import strategies as st
from tianjin_dataset import Given, write

import kaohe
from kaohe.command import main
from kaohe.loading import read_toml, structure
from kaohe.messages import speaking
from kaohe.model import Mark, Rubric
from kaohe.plan import as_toml, read
from kaohe.plan import write as write_plan
from kaohe.plugin.manager import scheme_named
from kaohe_tianjin import HERE

PLANS = sorted(HERE.glob("*/plans/*.toml"))
EXAMPLES = sorted(HERE.glob("*/example-plan*.toml"))
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.parametrize("path", [*PLANS, *EXAMPLES], ids=lambda path: path.stem)
def test_a_plan_survives_the_workbook(path: Path, tmp_path: Path) -> None:
    content = read_toml(path)
    write_plan(content, tmp_path / "plan.xlsx")
    assert read(tmp_path / "plan.xlsx") == content
    write_plan(read(tmp_path / "plan.xlsx"), tmp_path / "again.toml")
    assert read_toml(tmp_path / "again.toml") == content


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_plans_survive_libreoffice(tmp_path: Path) -> None:
    """Every skeleton and example is opened and saved by a spreadsheet program, and reads as it was."""
    plans = {f"{path.parts[-2]}-{path.stem}": read_toml(path) for path in [*PLANS, *EXAMPLES]}
    for name, content in plans.items():
        write_plan(content, tmp_path / f"{name}.xlsx")
    command = [OFFICE, f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless", "--convert-to",
               "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "saved",
               *(tmp_path / f"{name}.xlsx" for name in plans)]  # fmt: skip
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=240)
    assert {name: read(tmp_path / "saved" / f"{name}.xlsx") for name in plans} == plans


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_marked_as_one_and_adds_up(path: Path) -> None:
    rubric = structure(read_toml(path), Rubric, path.name)
    assert rubric.provenance == "assumption"
    assert "示例" in rubric.source
    assert sum(item.full_score for item in rubric.items) == 100


@pytest.mark.parametrize("path", PLANS, ids=lambda path: f"{path.parts[-3]} {path.stem}")
def test_the_skeleton_has_the_draft_s_words_and_no_number_of_its_own(path: Path) -> None:
    draft = bare((path.parents[1] / "sources" / "draft.txt").read_text(encoding="utf-8"))
    content = read_toml(path)
    assert content["full_score"] == 100  # 百分制
    for section in content["sections"]:
        assert bare(section["name"]) in draft
        for item in section["items"]:
            assert "full_score" not in item
            for clause in item["clauses"]:
                assert bare(clause["text"]) in draft
                assert set(clause) == {"clause", "text", "shape"}


AREAS = [
    "内部制度建设及执行情况", "经办管理和服务能力情况", "信息管理情况", "基金管理情况", "风险防控情况",
    "投标承诺兑现情况",
]  # fmt: skip


def test_the_agencies_plan_has_the_six_areas_and_all_their_topics() -> None:
    content = read_toml(HERE / "agencies-2024" / "plans" / "agencies.toml")
    assert [section["name"] for section in content["sections"]] == AREAS
    assert [len(section["items"]) for section in content["sections"]] == [6, 7, 7, 4, 7, 8]


# Faults.


def filled(tmp_path: Path, change: dict[str, Any], **others: Any) -> Path:
    """The example plan as a workbook with some cells of the sheet of items changed, by place.

    `others`: what is done to the workbook besides, by a function under any name.
    """
    path = tmp_path / "plan.xlsx"
    write_plan(read_toml(HERE / "agencies-2024" / "example-plan.toml"), path)
    workbook = openpyxl.load_workbook(path)
    for place, value in change.items():
        workbook["指标"][place] = value
    for other in others.values():
        other(workbook)
    workbook.save(path)
    return path


def faults(plan: Path, tmp_path: Path, lang: str = "en") -> list[str]:
    """Everything that is said of a plan, without the folder it is in."""
    dataset = write(Given(), "agencies", tmp_path / "dataset")
    with pytest.raises(kaohe.Refused) as refused, speaking(lang):
        kaohe.assess(dataset, "tianjin/agencies-2024", plan=plan)
    with speaking(lang):
        return [str(problem).removeprefix(f"{tmp_path}/") for problem in refused.value.problems]


def test_a_plan_that_does_not_add_up_is_refused_with_the_cell_of_its_sum(tmp_path: Path) -> None:
    """The example gives the first item 2 points of 100: with 9 it comes to 107."""
    assert faults(filled(tmp_path, {"E2": 9}), tmp_path) == [
        "plan.xlsx › 方案, row 7, column 总分 (B7): the items add up to 107, not to 100 → correct a full score"
    ]


SLIPS = {"E2": 9, "E3": None, "D5": None, "L6": 0, "P7": "points two", "C8": 1.7, "J9": "marc", "E10": "十",
         "K12": "nofact", "M13": None, "E14": "#REF!"}  # fmt: skip


def test_all_faults_of_a_workbook_are_said_at_once_each_with_its_cell(tmp_path: Path) -> None:
    said = faults(filled(tmp_path, SLIPS), tmp_path)
    assert [line.partition(":")[0].partition("column ")[2] for line in said] == [
        "标准分值 (E3)", "项目 (D5)", "评分满分 (L6)", "其他参数 (P7)", "项目序号 (C8)", "计分形式 (J9)",
        "标准分值 (E10)", "事实 (K12)", "标准分值 (E14)",
    ]  # fmt: skip
    assert said[0] == "plan.xlsx › 指标, row 3, column 标准分值 (E3): this must not be blank → fill it in"
    words = ["blank", "blank", "above 0", "TOML", "1.7 and 1.70 are the same", "unknown shape", "“十” is not a number",
             "“nofact” is not in the vocabulary", "blank"]  # fmt: skip
    assert [part in line for part, line in zip(words, said, strict=True)] == [True] * len(said)


def test_the_sum_is_judged_beside_other_faults(tmp_path: Path) -> None:
    """What is wrong with one item's clause does not hide that the full scores come to 107."""
    said = faults(filled(tmp_path, {"E2": 9, "J9": "marc"}), tmp_path)
    assert len(said) == 2
    assert "add up to 107" in said[1]


def test_one_item_with_two_full_scores_is_refused(tmp_path: Path) -> None:
    said = faults(filled(tmp_path, {"C3": "1.1"}), tmp_path)
    assert any("row 3, column 项目 (D3): the item 1.1 has “人员及设施管理” in row 2" in line for line in said)


def test_an_item_goes_on_in_lines_that_say_nothing_of_it(tmp_path: Path) -> None:
    """As where an official merges the cells of an item: two clauses, the item's columns filled in once."""

    def merged(workbook: Any) -> None:
        sheet = workbook["指标"]
        sheet.insert_rows(3)
        for place, value in {"G3": "1.1b", "I3": "另一条款", "J3": "per_case", "K3": "complaint.substantiated",
                             "P3": "points = 1"}.items():  # fmt: skip
            sheet[place] = value

    content = read(filled(tmp_path, {}, merged=merged))
    assert [clause["clause"] for clause in content["sections"][0]["items"][0]["clauses"]] == ["1.1", "1.1b"]
    assert len(content["sections"][0]["items"]) == 6


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("指标（定稿）", "there is no sheet “指标” → rename the sheet “指标（定稿）”, if that is it"),
        (None, "there is no sheet “指标” → add it with its headings, as in what “kaohe plan” writes"),
        ("2024", "there is no sheet “指标” → add it, or rename one of 2024; its headings are enough"),
    ],
)
def test_a_sheet_that_is_renamed_or_gone_is_named(title: str | None, said: str, tmp_path: Path) -> None:
    def retitled(workbook: Any) -> None:
        if title is None:
            del workbook["指标"]
        else:
            workbook["指标"].title = title

    (line,) = faults(filled(tmp_path, {}, retitled=retitled), tmp_path)
    assert line.startswith(f"plan.xlsx: {said}")


def test_all_missing_sheets_and_headings_are_said_at_once(tmp_path: Path) -> None:
    def without_vetoes(workbook: Any) -> None:
        del workbook["一票否决"]

    plan = filled(tmp_path, {"E1": "标准分", "H1": "评分主体", "G1": None}, without_vetoes=without_vetoes)
    assert [line.partition(" → ")[0] for line in faults(plan, tmp_path)] == [
        "plan.xlsx › 指标, row 1, column 评分主体 (M1): this heading stands twice",
        "plan.xlsx › 指标, row 1, column 标准分 (E1): the heading “标准分值” is missing",
        "plan.xlsx › 指标, row 1: the heading “条款” is missing",
        "plan.xlsx: there is no sheet “一票否决”",
    ]


def test_faults_of_a_workbook_are_said_in_chinese_too(tmp_path: Path) -> None:
    (line,) = faults(filled(tmp_path, {"E3": None}), tmp_path, "zh_CN")
    assert line == "plan.xlsx › 指标，第3行，标准分值 (E3)列：不能为空。请填写"


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_text("nothing")
    assert "cannot be read" in faults(tmp_path / "plan.xlsx", tmp_path)[0]


def test_without_a_plan_the_run_says_how_to_get_one(tmp_path: Path) -> None:
    dataset = write(Given(), "agencies", tmp_path / "dataset")
    with pytest.raises(kaohe.Refused) as refused, speaking("en"):
        kaohe.assess(dataset, "tianjin/agencies-2024")
    assert "kaohe plan tianjin/agencies-2024" in str(refused.value)


def test_the_command_writes_the_skeleton_and_asks_for_the_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def status(*arguments: str) -> int:
        with pytest.raises(SystemExit) as stop:
            main([*arguments, "--lang", "en"])
        return int(str(stop.value.code or 0))

    assert status("plan", "tianjin/agencies-2024", "--out", "plan.xlsx") == 0
    assert read(tmp_path / "plan.xlsx") == read_toml(HERE / "agencies-2024" / "plans" / "agencies.toml")
    assert status("plan", "plan.xlsx", "--out", "plan.toml") == 0
    assert status("plan", "tianjin/institutions-2023", "--out", "other.xlsx") == 1
    assert "medical, pharmacy" in capsys.readouterr().err
    assert status("plan", "tianjin/institutions-2023", "--kind", "pharmacy", "--out", "other.xlsx") == 0
    assert status("plan", "plan.xlsx", "--out", "plan.toml") == 1
    assert "stands here already" in capsys.readouterr().err


# Whatever an official fills in.

TEXTS = st.text(st.sampled_from("护理服务abc 1.1，；%（）\"'=+#"), min_size=1, max_size=12).map(str.strip).filter(bool)
NUMBERS = st.one_of(
    st.integers(0, 1000), st.decimals(0, 1000, places=2).filter(lambda number: number != number.to_integral_value())
)
ROLES = st.lists(st.sampled_from(["agency", "sub_centre", "centre", "ZX"]), unique=True, min_size=1, max_size=3)


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    items = []
    for number in range(draw(st.integers(1, 4))):
        clause: dict[str, Any] = {"clause": f"1.{number}0", "text": draw(TEXTS), "shape": "mark"}
        if draw(st.booleans()):
            clause |= {"out_of": draw(NUMBERS), "by": draw(ROLES), "of": draw(ROLES)}
        if draw(st.booleans()):
            clause = {"clause": f"1.{number}0", "text": draw(TEXTS), "shape": "bands", "fact": "satisfaction",
                      "bands": [{"points": draw(NUMBERS), "below": Decimal("0.9")}]}  # fmt: skip
        items.append(
            {
                "item": f"1.{number}0",
                "name": draw(TEXTS),
                "full_score": draw(NUMBERS),
                "direction": "earn",
                "clauses": [clause],
            }
        )
    veto = {"clause": "V1", "text": draw(TEXTS), "fact": "f", "effect": "subtract", "points": draw(NUMBERS)}
    sections = [{"section": "s", "name": draw(TEXTS), "items": items}]
    name = {"zh_CN": draw(TEXTS), "en": "n"}
    about = {"rubric": "r", "kind": "medical", "name": name, "full_score": 100}
    return {**about, "sections": sections, "vetoes": [veto]}


@given(contents())
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
def test_any_plan_survives_toml_and_workbook(tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]) -> None:
    folder = tmp_path_factory.mktemp("plan")
    write_plan(content, folder / "plan.xlsx")
    assert read(folder / "plan.xlsx") == content
    (folder / "plan.toml").write_text(as_toml(content), encoding="utf-8")
    assert read(folder / "plan.toml") == content


def test_a_run_keeps_a_workbook_s_plan_as_text(tmp_path: Path) -> None:
    plan = filled(tmp_path, {})
    city, scheme, folder = scheme_named("tianjin/agencies-2024")
    from kaohe.assembly import assemble

    rules = assemble(city, scheme, folder, plan=[plan])
    (kept,) = [text for path, text in rules.files.items() if path.startswith("given/plan/")]
    (tmp_path / "kept.toml").write_text(kept, encoding="utf-8")
    assert structure(read_toml(tmp_path / "kept.toml"), Rubric, "kept") == rules.rubrics["agencies"]
    assert any(isinstance(clause, Mark) for _, clause in rules.rubrics["agencies"].clauses)
