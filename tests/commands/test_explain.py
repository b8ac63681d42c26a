"""`kaohe explain`: as an official would read it aloud."""

from __future__ import annotations

import pytest
from project import Project

EXPLAINED = {
    "institution", "name", "kind", "scheme", "dataset", "score", "low", "high", "rank", "ranked", "grade", "status",
    "basis", "combined", "sheets", "items", "vetoes", "parameters",
}  # fmt: skip


def test_explain(project: Project) -> None:
    outcome = project.kaohe("explain", project.written(), "N1", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    told = outcome.json
    assert told.keys() >= EXPLAINED
    assert (told["score"], told["combined"], told["rank"], told["vetoes"]) == ("78.5", "78.5", 1, [])
    assert [(sheet["scorer"], sheet["persons"], sheet["score"]) for sheet in told["sheets"]] == [
        ("D1", 30, "78"),
        ("D2", 10, "80"),
    ]
    (clause,) = [clause for item in told["items"] for clause in item["clauses"]]
    (finding,) = clause["findings"]
    (record,) = finding["records"]
    assert (clause["clause"], finding["scorer"], finding["quantity"], finding["points"]) == ("5.1", "D1", "1", "-2")
    assert (record["table"], record["row"], record["evidence"]) == ("events", "E1", "投诉登记表1")


def test_explain_an_institution_that_is_not_there(project: Project) -> None:
    outcome = project.kaohe("explain", project.written(), "N9")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith(
        "error: this run has no result for the institution “N9” → give its code as in the table “institutions”\n"
    )
    assert project.kaohe("explain", project.root / "run.db", "n1").status == 1


@pytest.mark.parametrize("name", ["nothing.db", "dataset"])
def test_explain_what_is_no_run(name: str, project: Project) -> None:
    assert project.dataset.exists()
    outcome = project.kaohe("explain", name, "N1")
    assert (outcome.status, outcome.out) == (1, "")
    assert f"error: {name}: there is no run here" in outcome.err


TOLD = """\
甲养老院 (N1) · nursing home
测试年度 · changzhou/2022

Score: 58.5
Rank: 1 of 1 with a score
Grade: not determined
  · reading: How the scorers' scores become one — mean weighted by persons served
  · veto: clause 12
  市中心, 30 persons: 78
  溧阳市, 10 persons: 80

1. 基础管理 (full score 5): 市中心 5, 溧阳市 5
2. 合理收费 (full score 10): 市中心 10, 溧阳市 10
3. 服务质量 (full score 20): 市中心 20, 溧阳市 20
4. 信息管理 (full score 5): 市中心 5, 溧阳市 5
5. 投诉情况 (full score 10): 市中心 8, 溧阳市 10
   附件2 第5项(1) {words} [Substantiated complaint]
      市中心: 1 case, minus 2
        – 2022-03-05 · E1 · 投诉登记表1
6. 制度建设 (full score 5): 市中心 5, 溧阳市 5
7. 人员培训 (full score 10): 市中心 10, 溧阳市 10
8. 台账管理 (full score 10): 市中心 10, 溧阳市 10
9. 满意度调查 (full score 5): 市中心 5, 溧阳市 5
10. 自查自纠 (full score 8): 市中心 0, 溧阳市 0
11. 综合能力 (full score 12): 市中心 0, 溧阳市 0
Vetoes, on the combined score of 78.5
   附件2 第12项 考核年度内因违规被中止服务协议的,扣20分。 [Agreement suspended]
      1 case, minus 20
        – 2022-07-01 · V1 · 中止通知书3号
"""
"""(78 × 30 + 80 × 10) ÷ 40 = 78.5, less 20."""
WORDS = "因服务不当、价格调整等情形导致参保人员投诉至医保部门(受托机构)或公共渠道的,查实一例扣2分。"


def test_explain_reads_as_an_official_would_read_it_aloud(project: Project) -> None:
    veto = {
        "event": "V1",
        "scorer": "",
        "date": "2022-07-01",
        "fact": "agreement.suspended",
        "evidence": "中止通知书3号",
    }
    project.tables["events"].append({**project.tables["events"][0], **veto})
    outcome = project.kaohe("explain", project.written(), "N1")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines() == TOLD.format(words=WORDS).splitlines()


SILENT = """\
Score: between 58.5 and 83.5
Grade: not determined
  · reading: How the scorers' scores become one — mean weighted by persons served
  市中心, 30 persons: 78
  溧阳市, 10 persons: has not reported (between 0 and 100)
"""
"""(78 × 30 + 0 × 10) ÷ 40 = 58.5; (78 × 30 + 100 × 10) ÷ 40 = 83.5."""


def test_explain_tells_a_scorer_that_is_silent(project: Project) -> None:
    project.tables["steps"] = [step for step in project.tables["steps"] if step["scorer"] != "D2"]
    for table in ("metrics", "events"):
        project.tables[table] = [row for row in project.tables[table] if row["scorer"] != "D2"]
    outcome = project.kaohe("explain", project.written(), "N1")
    assert SILENT in outcome.out
    assert "5. 投诉情况 (full score 10): 市中心 8, 溧阳市 between 0 and 10\n" in outcome.out
