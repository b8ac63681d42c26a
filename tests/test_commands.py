"""The command line: one document or a text for people, exit statuses, languages, and nothing half done."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from project import Outcome, Project

from kaohe import probe
from kaohe.command import COMMANDS, main

SCHEME = "changzhou/2022"

PROBLEM = {"severity", "code", "file", "table", "row", "column", "message", "remedy"}
RUN = {"dataset", "scheme", "stages", "institutions", "status", "grades", "deductions", "out", "problems"}


def no_float(number: str) -> None:
    raise AssertionError(f"{number} is a binary float to whoever reads the document")


def document(outcome: Outcome) -> Any:
    """The one document on standard output, without a float anywhere."""
    return json.loads(outcome.out, parse_float=no_float)


def written(project: Project) -> Path:
    """A run of the dataset."""
    assert project.run().status == 0
    return project.root / "run.db"


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cities may load as slowly as this machine pleases."""
    real = probe.probe_all
    monkeypatch.setattr(probe, "probe_all", lambda: real(600))


# One document, or a text for people.


@pytest.mark.usefixtures("patience")
def test_cities(project: Project) -> None:
    outcome = project.kaohe("cities", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = {city["city"]: city for city in document(outcome)}
    assert {name for name, city in found.items() if not city["feature"]} == {"changzhou", "qingdao", "tianjin"}
    assert not any(city["schemes"] for city in found.values() if city["feature"])
    assert all(city.keys() == {"city", "schemes", "fault", "feature"} for city in found.values())
    (scheme,) = found["changzhou"]["schemes"]
    assert scheme["scheme"] == SCHEME
    assert scheme["name"].startswith("Changzhou")
    assert (scheme["from"], scheme["to"]) == ("2022-01-01", "2022-12-31")
    assert scheme["documents"][0]["number"] == "常医保办〔2023〕12号"
    assert {"nursing_home"} <= set(scheme["kinds"])
    assert (scheme["demo"], found["qingdao"]["schemes"][0]["demo"]) == (True, True)
    assert scheme.keys() >= {"reviewed", "absent"}


@pytest.mark.usefixtures("patience")
def test_cities_for_people(project: Project) -> None:
    outcome = project.kaohe("cities")
    assert (outcome.status, outcome.err) == (0, "")
    for word in (SCHEME, "qingdao/2023", "2022-12-31", "in force", "draft for", "known only"):
        assert word in outcome.out


FACT = {"fact", "name", "definition", "table", "measure", "period", "scope", "pool", "absent"}


def test_facts(project: Project) -> None:
    outcome = project.kaohe("facts", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = {fact["fact"]: fact for fact in document(outcome)}
    assert all(fact.keys() >= FACT for fact in found.values())
    complaint, satisfaction = found["complaint.substantiated"], found["satisfaction"]
    assert complaint["name"] == {"zh_CN": "查实投诉", "en": "Substantiated complaint"}
    assert (complaint["table"], complaint["measure"], complaint["absent"]) == ("events", "cases", "none")
    assert (satisfaction["table"], satisfaction["measure"], satisfaction["absent"]) == ("metrics", "share", "missing")
    assert not [code for code in found if code.startswith("changzhou.")]


def test_facts_of_a_city_are_the_shared_ones_and_its_own(project: Project) -> None:
    shared = {fact["fact"] for fact in document(project.kaohe("facts", "--json"))}
    for city in ("changzhou", "qingdao", "tianjin"):
        own = {fact["fact"] for fact in document(project.kaohe("facts", "--city", city, "--json"))}
        assert own >= shared
        assert all(code.startswith(f"{city}.") for code in own - shared)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_facts_for_people(lang: str, project: Project) -> None:
    codes = [fact["fact"] for fact in document(project.kaohe("facts", "--json"))]
    outcome = project.kaohe("facts", lang=lang)
    assert (outcome.status, outcome.err) == (0, "")
    shown = {word for line in outcome.out.splitlines() for word in line.split()[:1]}
    assert [code for code in codes if code not in shown] == []
    assert ("Events" if lang == "en" else "事件") in outcome.out
    assert ("no case" if lang == "en" else "视为无") in outcome.out


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
    rubrics: list[dict[str, Any]] = document(outcome)
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
    assert document(project.kaohe("rubric", "qingdao/2023", "--json")) == []
    outcome = project.kaohe("rubric", "qingdao/2023")
    assert (outcome.status, outcome.out) == (0, "")
    assert all(line.startswith("not there yet: ") for line in outcome.err.splitlines())
    assert outcome.err


def test_check(project: Project) -> None:
    outcome = project.kaohe("check", project.dataset, "--scheme", SCHEME, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = document(outcome)
    assert found == {
        "sound": True,
        "rows": {table: len(rows) for table, rows in sorted(project.tables.items())},
        "problems": [],
    }
    outcome = project.kaohe("check", project.dataset)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == f"the dataset is sound: {sum(map(len, project.tables.values()))} rows\n"


def test_check_of_a_dataset_with_faults(project: Project) -> None:
    project.tables["events"][0]["date"] = "in March"
    project.tables["metrics"][0]["numerator"] = -1
    outcome = project.kaohe("check", project.dataset, "--json")
    found = document(outcome)
    assert (outcome.status, found["sound"], found["rows"]) == (1, False, {})
    assert [(problem["file"], problem["row"], problem["column"]) for problem in found["problems"]] == [
        ("events.csv", 2, "date"),
        ("metrics.csv", 2, "numerator"),
    ]
    assert all(problem.keys() >= PROBLEM for problem in found["problems"])
    outcome = project.kaohe("check", project.dataset)
    assert (outcome.status, outcome.out) == (1, "")
    *lines, last = outcome.err.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["error", "error"]
    assert last == "2 errors; nothing was written"


def test_template(project: Project) -> None:
    outcome = project.kaohe("template", SCHEME, "--out", "empty.xlsx", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = document(outcome)
    assert found.keys() == {"out", "sheets"}
    assert found["out"] == "empty.xlsx"
    assert {"Dataset", "Institutions", "Events", "Metrics"} <= set(found["sheets"])
    assert project.files() == {"empty.xlsx"}
    outcome = project.kaohe("template", SCHEME, "--out", "another.xlsx")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("written to another.xlsx: Dataset, ")


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("there.xlsx", "a file stands here already"),
        ("empty.ods", "the template is an .xlsx workbook"),
        ("nowhere/empty.xlsx", "the folder “nowhere” does not exist"),
    ],
)
def test_template_goes_only_where_it_can(out: str, said: str, project: Project) -> None:
    (project.root / "there.xlsx").write_text("mine")
    outcome = project.kaohe("template", SCHEME, "--out", out)
    assert (outcome.status, outcome.out) == (1, "")
    assert f"error: {out}: {said}" in outcome.err
    assert project.files() == {"there.xlsx"}
    assert (project.root / "there.xlsx").read_text() == "mine"


def test_run(project: Project) -> None:
    outcome = project.run("--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = document(outcome)
    assert found.keys() >= RUN
    assert (found["dataset"], found["scheme"]) == ("测试年度", SCHEME)
    assert set(found["stages"].values()) == {SCHEME}
    assert (found["institutions"], found["status"], found["grades"]) == (1, {"ungraded": 1}, {})
    assert found["out"] == str(project.root / "run.db")
    (complaint,) = found["deductions"]
    assert complaint == {"clause": "5.1", "text": complaint["text"], "institutions": 1, "cases": 1, "points": "-2"}
    unset = [problem["severity"] for problem in found["problems"] if problem["code"] == "unset"]
    assert unset == ["warning", "note", "note"]
    assert all(problem.keys() >= PROBLEM for problem in found["problems"])


def test_run_for_people(project: Project) -> None:
    outcome = project.run()
    assert outcome.status == 0
    for line in (
        "测试年度 · Changzhou: assessment of designated long-term care institutions, 2022 (changzhou/2022)",
        "1     N1           甲养老院  78.50  –",
        "combine.scorers",
        "grade not determined: the cutoffs of 常医保服务〔2022〕129号 were not given",
    ):
        assert line in outcome.out
    assert outcome.out.rstrip().endswith("INSTITUTION explains a result")


EXPLAINED = {
    "institution", "name", "kind", "scheme", "dataset", "score", "low", "high", "rank", "ranked", "grade", "status",
    "basis", "combined", "sheets", "items", "vetoes", "parameters",
}  # fmt: skip


def test_explain(project: Project) -> None:
    outcome = project.kaohe("explain", written(project), "N1", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    told = document(outcome)
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
    outcome = project.kaohe("explain", written(project), "N9")
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
    outcome = project.kaohe("explain", written(project), "N1")
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
    outcome = project.kaohe("explain", written(project), "N1")
    assert SILENT in outcome.out
    assert "5. 投诉情况 (full score 10): 市中心 8, 溧阳市 between 0 and 10\n" in outcome.out


DEMO = RUN | {"dataset_folder", "params"}


def test_demo_can_be_made_again_where_it_was_made(project: Project) -> None:
    first = project.kaohe("demo", "changzhou", "--json")
    assert (first.status, first.err) == (0, "")
    found = document(first)
    assert found.keys() >= DEMO
    assert found["institutions"] >= 96
    home = project.root / "demo" / "changzhou"
    assert (project.root / found["out"]).read_bytes() == (home / "run.db").read_bytes()
    run = (home / "run.db").read_bytes()
    again = project.kaohe("demo", "--json")
    assert document(again) == found
    assert (home / "run.db").read_bytes() == run
    other = project.kaohe("demo", "--seed", 7, "--json")
    assert other.status == 0
    assert (home / "run.db").read_bytes() != run
    assert {path.name for path in home.iterdir()} == {"dataset", "run.db", "example-parameters.toml"}


def test_demo_for_people_names_commands_that_work(project: Project) -> None:
    outcome = project.kaohe("demo", "changzhou", "--folder", "year")
    assert (outcome.status, outcome.err) == (0, "")
    run, explain = [line.split()[1:] for line in outcome.out.splitlines() if line.startswith("  kaohe ")]
    assert project.kaohe(*run).status == 0
    told = project.kaohe(*explain)
    assert told.status == 0
    assert "minus" in told.out


def test_demo_does_not_go_into_a_folder_that_holds_something_else(project: Project) -> None:
    (project.root / "mine").mkdir()
    (project.root / "mine" / "notes.txt").write_text("mine")
    outcome = project.kaohe("demo", "changzhou", "--folder", "mine")
    assert (outcome.status, outcome.out) == (1, "")
    assert "error: mine: this folder holds something else → choose another (--folder)" in outcome.err
    assert {path.name for path in (project.root / "mine").iterdir()} == {"notes.txt"}


# Exit statuses.


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "dataset", "--out", "run.db"],
        ["run", "dataset", "--scheme", SCHEME],
        ["run", "--scheme", SCHEME, "--out", "run.db"],
        ["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "foo"],
        ["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--stage", "grade"],
        ["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--colour"],
        ["run", "dataset", "more", "--scheme", SCHEME, "--out", "run.db"],
        ["assess"],
        ["--colour"],
        ["cities", "changzhou"],
        ["rubric"],
        ["template", SCHEME],
        ["explain", "run.db"],
        ["check"],
        ["demo", "--seed", "lucky"],
        ["facts", "--city"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(arguments: list[str], project: Project) -> None:
    assert project.dataset.exists()
    outcome = project.kaohe(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert "Usage: kaohe" in outcome.err
    assert project.files() == {"dataset"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rubric", "nowhere"], "there is no city “nowhere” → installed are changzhou, qingdao, tianjin"),
        (["rubric", "changzhou/1999"], "there is no scheme “changzhou/1999” → there is changzhou/2022"),
        (["facts", "--city", "nowhere"], "there is no city “nowhere”"),
        (["check", "nothing"], "nothing: there is no such file or folder"),
        (["check", "dataset", "--scheme", "nowhere"], "there is no city “nowhere”"),
        (["demo", "nowhere"], "there is no city “nowhere”"),
        (["run", "nothing", "--scheme", SCHEME, "--out", "run.db"], "nothing: there is no such file or folder"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "combine.scorer=mean"],
         "unknown parameter “combine.scorer” → did you mean combine.scorers?"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "combine.scorers=best"],
         "“best” is not one of weighted, mean, pooled"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "=mean"], "unknown parameter “”"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "grade.cutoffs=90"],
         "“grade.cutoffs” is not a choice"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--params", "nothing.toml"],
         "nothing.toml: there is no such file"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--params", "dataset"],
         "dataset: the file cannot be read: Is a directory"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--plan", "nothing.toml"],
         "nothing.toml: there is no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_problems_exit_1_in_a_line_or_a_document(arguments: list[str], said: str, project: Project) -> None:
    assert project.dataset.exists()
    outcome = project.kaohe(*arguments)
    assert (outcome.status, outcome.out) == (1, "")
    line, _ = outcome.err.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert "unexpected fault" not in line
    told = project.kaohe(*arguments, "--json")
    assert told.status == 1
    (problem,) = document(told)["problems"]
    assert problem.keys() >= PROBLEM
    assert problem["message"] in line
    assert told.err == outcome.err
    assert project.files() == {"dataset"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(command: str, project: Project) -> None:
    for lang, words in {"en": ("Usage: kaohe", "Print one JSON document."), "zh_CN": ("用法", "JSON")}.items():
        outcome = project.kaohe(command, "--help", lang=lang)
        assert (outcome.status, outcome.err) == (0, "")
        assert all(word in outcome.out for word in words)
    assert project.kaohe("--help").out.count(f"\n  {command} ") == 1


def test_the_version(project: Project) -> None:
    outcome = project.kaohe("--version")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("kaohe 0.")


def test_a_fault_of_ours_is_one_line_not_a_traceback(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("where is it")

    monkeypatch.setattr("kaohe.run.assess", broken)
    outcome = project.run()
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("error: unexpected fault: LookupError: where is it → please report it")
    assert document(project.run("--json"))["problems"][0]["code"] == "unexpected"
    monkeypatch.setenv("KAOHE_TRACEBACK", "1")
    with pytest.raises(LookupError):
        project.run()


# Nothing half done.


@pytest.mark.parametrize(
    "place", ["kaohe.run.compute", "kaohe.store.write.stored_tables", "kaohe.store.sqlite._insert", "os.replace"]
)
def test_an_interrupted_run_leaves_nothing(place: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    former = written(project).read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(place, interrupt)
        for out in ("run.db", "new.db"):
            outcome = project.kaohe("run", project.dataset, "--scheme", SCHEME, "--out", out)
            assert (outcome.status, outcome.out) == (1, "")
            assert "Aborted!" in outcome.err
    assert project.files() == {"dataset", "run.db"}
    assert (project.root / "run.db").read_bytes() == former


def test_a_refused_dataset_leaves_the_former_run(project: Project) -> None:
    former = written(project).read_bytes()
    project.tables["events"][0]["fact"] = "no such fact"
    assert project.run().status == 1
    assert project.files() == {"dataset", "run.db"}
    assert (project.root / "run.db").read_bytes() == former


def test_a_closed_run_is_not_touched_by_a_demo(project: Project) -> None:
    assert project.kaohe("demo", "changzhou", "--folder", "year").status == 0
    with closing(sqlite3.connect(project.root / "year" / "run.db")) as connection, connection:
        connection.execute("update run set closed = '2023-03-31'")
    former = (project.root / "year" / "run.db").read_bytes()
    outcome = project.kaohe("demo", "changzhou", "--folder", "year")
    assert outcome.status == 1
    assert "this run was closed on 2023-03-31 and is frozen" in outcome.err
    assert (project.root / "year" / "run.db").read_bytes() == former


# In a process of its own.

LOCALES = ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_CTYPE")


def process(arguments: Iterable[object], code: Iterable[str] = ("-m", "kaohe"), **named: Any) -> Any:
    """`kaohe` as its own process, in an environment without locale but for what is given."""
    given = named.pop("env", {})
    environment = {name: value for name, value in os.environ.items() if name not in LOCALES} | given
    command = [sys.executable, *code, *map(str, arguments)]
    captured = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", "check": False}
    return subprocess.run(command, env=environment, **{**captured, **named})


@pytest.mark.parametrize(
    ("env", "language"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_GB"}, "en"),
        ({"LANG": "C"}, "zh_CN"),
        ({"LANG": "C.UTF-8"}, "zh_CN"),
        ({"LANG": "POSIX"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8"}, "zh_CN"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LANGUAGE": "en"}, "zh_CN"),
        ({}, "zh_CN"),
        ({"LANG": ""}, "zh_CN"),
    ],
    ids=str,
)
def test_the_locale_chooses_the_language_and_chinese_is_the_default(env: dict[str, str], language: str) -> None:
    done = process(["facts", "--help"], env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("Print one JSON document." in done.stdout) == (language == "en")
    assert ("用法" in done.stdout) == (language == "zh_CN")


def test_a_language_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["facts", "--lang", "de"])
    out, err = capsys.readouterr()
    assert out == ""
    assert "zh_CN" in err


def spoken(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        main(arguments)
    return capsys.readouterr().out


@pytest.mark.parametrize("locale", ["en_US.UTF-8", "zh_CN.UTF-8"])
@pytest.mark.parametrize(("option", "said"), [("en", "Usage: "), ("zh_CN", "用法")])
def test_the_option_chooses_the_language_wherever_it_stands(
    locale: str, option: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert said in spoken(capsys, "--lang", option, "facts", "--help")
    assert said in spoken(capsys, f"--lang={option}", "facts", "--help")
    assert said in spoken(capsys, "facts", "--help", "--lang", option)
    assert said in spoken(capsys, "facts", f"--lang={option}", "--help")
    assert ("Usage: " if locale.startswith("en") else "用法") in spoken(capsys, "facts", "--help")


def test_problems_are_told_in_the_language_that_was_asked_for(project: Project) -> None:
    english, chinese = project.kaohe("rubric", "nowhere"), project.kaohe("rubric", "nowhere", lang="zh_CN")
    assert "there is no city “nowhere”" in english.err
    assert "there is" not in chinese.err
    assert "nowhere" in chinese.err
    assert document(project.kaohe("rubric", "nowhere", "--json", lang="zh_CN"))["problems"][0]["message"] in chinese.err


def test_output_is_utf_8_whatever_the_terminal_says() -> None:
    env = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = process(["facts"], env=env, encoding=None)
    assert done.returncode == 0
    assert "查实投诉" in done.stdout.decode("utf-8")


HEAVY = ("polars", "narwhals", "rich", "babel", "sqlite_utils", "cattrs", "xlsxwriter", "fastexcel", "sqlite3")
LOADED = f"""
import runpy, sys
try:
    runpy.run_module("kaohe", run_name="__main__", alter_sys=True)
finally:
    sys.stderr.write(" ".join(name for name in {HEAVY} if name in sys.modules))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"], ["run"]], ids=" ".join)
def test_help_costs_nothing_that_it_does_not_need(arguments: list[str]) -> None:
    done = process(arguments, code=("-c", LOADED))
    assert done.returncode == (2 if arguments == ["run"] else 0)
    assert set(done.stderr.split()) & set(HEAVY) == set()
    assert bool(done.stdout) == (arguments != ["run"])


def test_what_would_be_heavy_is_seen_where_it_is_used() -> None:
    done = process(["check", "nowhere"], code=("-c", LOADED))
    assert {"polars", "cattrs"} <= set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["rubric", SCHEME],
        ["rubric", SCHEME, "--json"],
        ["facts"],
        ["cities", "--json"],
        ["rubric", "x", "--json"],
    ],
    ids=" ".join,
)
def test_a_reader_who_leaves_is_no_fault(arguments: list[str]) -> None:
    """As in `kaohe rubric … | head -1`, but nobody reads even the first line."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = process(arguments, stdout=writer)
    finally:
        os.close(writer)
    assert done.returncode == 1
    assert done.stderr == ""


def test_a_reader_may_leave_after_the_first_line() -> None:
    program = f"{sys.executable} -m kaohe rubric {SCHEME} --lang en | head -1"
    done = process(
        [], code=("-c", "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1], shell=True).returncode)", program)
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
