"""`kaohe rubric`: Changzhou's annex 2, item by item."""

from __future__ import annotations

from typing import Any

from project import SCHEME, Project

ITEMS = [
    # item, section, name, full score, direction, printed lines, clauses: counted by hand in the notice's annex 2
    ("1", "日常考核", "基础管理", 5, "deduct", 1, 1),
    ("2", "日常考核", "合理收费", 10, "deduct", 3, 3),
    ("3", "日常考核", "服务质量", 20, "deduct", 4, 4),
    ("4", "日常考核", "信息管理", 5, "deduct", 4, 4),
    ("5", "日常考核", "投诉情况", 10, "deduct", 2, 2),
    ("6", "年度考核", "制度建设", 5, "deduct", 1, 1),
    ("7", "年度考核", "人员培训", 10, "deduct", 2, 3),  # (1) has a rate for the plan and one for each training
    ("8", "年度考核", "台账管理", 10, "deduct", 3, 3),
    ("9", "年度考核", "满意度调查", 5, "deduct", 1, 1),
    ("10", "年度考核", "自查自纠", 8, "earn", 2, 2),
    ("11", "年度考核", "综合能力", 12, "earn", 6, 7),  # (2) is publicity in the media, or help with publicity
]


def annex2(project: Project) -> dict[str, Any]:
    outcome = project.kaohe("rubric", SCHEME, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    rubrics: list[dict[str, Any]] = outcome.json
    (found,) = [rubric for rubric in rubrics if rubric["kind"] == "nursing_home"]
    assert found.keys() >= {"scheme", "kind", "full_score", "items", "vetoes"}
    return found


def test_rubric_is_annex_2_item_by_item(project: Project) -> None:
    rubric = annex2(project)
    assert (rubric["scheme"], rubric["full_score"], rubric["annex"]) == (SCHEME, 100, "附件2")
    found = [
        (item["item"], item["section"], item["name"], item["full_score"], item["direction"],
         len({(clause["number"], clause["text"]) for clause in item["clauses"]}), len(item["clauses"]))
        for item in rubric["items"]
    ]  # fmt: skip
    assert found == ITEMS
    assert len(found) == 11
    assert sum(item["full_score"] for item in rubric["items"]) == 100


def test_rubric_gives_each_clause_its_words_fact_shape_and_parameters(project: Project) -> None:
    clauses = {clause["clause"]: clause for item in annex2(project)["items"] for clause in item["clauses"]}
    assert all(clause.keys() >= {"clause", "text", "fact", "shape"} for clause in clauses.values())
    assert clauses["2.3"]["text"] == "对长护险失能人员收费超过自费人员标准的,每例扣3分。"
    assert (clauses["2.3"]["fact"], clauses["2.3"]["shape"]) == ("price.above_self_paying", "per_case")
    assert clauses["2.3"]["points"] == 3
    assert (clauses["7.1b"]["shape"], clauses["7.1b"]["target"], clauses["7.1b"]["points"]) == ("short_of", 4, 3)
    assert clauses["7.1a"]["text"] == clauses["7.1b"]["text"]
    bands = [(band["at_least"], band["below"], band["points"]) for band in clauses["9"]["bands"]]
    assert [(at_least, below) for at_least, below, _ in bands][-2:] == [("0.85", "0.90"), (None, "0.85")]
    assert [points for _, _, points in bands] == [1, 3, 5]
    assert clauses["11.1"]["levels"] == [
        {"value": 5, "points": 3},
        {"value": 4, "points": 2},
        {"value": 3, "points": 1},
    ]


def test_rubric_has_three_vetoes(project: Project) -> None:
    vetoes = [(veto["clause"], veto["effect"], veto["points"], veto["text"]) for veto in annex2(project)["vetoes"]]
    assert vetoes == [
        ("12", "subtract", 20, "考核年度内因违规被中止服务协议的,扣20分。"),
        ("13", "zero", 0, "考核年度内因违规被终止服务协议的,年度考核得分为0。"),
        ("14", "zero", 0, "不配合年度考核工作,拒不提供所需相关资料或提供虚假资料的,年度考核得分为0。"),
    ]
    assert all(veto["fact"] for veto in annex2(project)["vetoes"])


def test_rubric_for_people(project: Project) -> None:
    outcome = project.kaohe("rubric", "changzhou")
    assert outcome.status == 0
    for word in ("附件2", "complaint.substantiated", "total: sum of the items; the document prints none"):
        assert word in outcome.out
    assert "{" not in outcome.out


def test_rubric_of_a_scheme_without_tables_is_an_empty_list(project: Project) -> None:
    assert project.kaohe("rubric", "qingdao/2023", "--json").json == []
    outcome = project.kaohe("rubric", "qingdao/2023")
    assert (outcome.status, outcome.out) == (0, "")
    assert all(line.startswith("not there yet: ") for line in outcome.err.splitlines())
    assert outcome.err
