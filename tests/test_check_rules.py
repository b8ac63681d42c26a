"""What is wrong with a parameter file, a reading, a stage or a plan is said with its place and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from faulty import Case, Said, file, named, refuses
from project import Project

import kaohe_changzhou

P = "parameters.toml"
REST = 'provenance = "assumption"\nsource = "x"\n'


def parameters(name: str, content: str | bytes, *said: Said) -> Case:
    """A parameter file beside the dataset, and what is said of it."""
    return Case(name, said, files=lambda folder: file(P, content)(folder.parent), options=["--params", P])


def cutoffs(name: str, value: str, *said: Said) -> Case:
    return parameters(name, f'["grade.cutoffs"]\nvalue = [{value}]\n{REST}', *said)


def at(key: str, en: str, zh: str, table: str = "") -> Said:
    """Said of a key of the parameter file; `table` where the file's own table is part of the place."""
    return Said(f"{P} [{table}]" if table else P, None, "", en, zh, key)


DESCENDING = at(
    "grade.cutoffs",
    "cutoffs go from the best grade down, each lower than the one before",
    "分数线须从最高等级起依次降低",
)
LAST = at(
    "grade.cutoffs",
    "the last cutoff must be 0, so that every score has a grade",
    "最后一条分数线须为0，使每个得分都有对应等级",
)

CUTOFFS = [
    cutoffs("cutoffs from the worst grade up",
            '{ grade = "A", at_least = 0 }, { grade = "B", at_least = 60 }', DESCENDING),
    cutoffs("two equal cutoffs",
            '{ grade = "A", at_least = 60 }, { grade = "B", at_least = 60 }, { grade = "C", at_least = 0 }',
            DESCENDING),
    cutoffs("no cutoffs", "", DESCENDING),
    cutoffs("a last cutoff above 0", '{ grade = "A", at_least = 90 }, { grade = "B", at_least = 60 }', LAST),
    cutoffs("a last cutoff below 0", '{ grade = "A", at_least = 90 }, { grade = "B", at_least = -1 }', LAST),
    cutoffs("a grade twice", '{ grade = "A", at_least = 90 }, { grade = "A", at_least = 0 }',
            at("grade.cutoffs", "a grade stands twice", "等级重复")),
    cutoffs("three decimals", '{ grade = "A", at_least = 90.005 }, { grade = "B", at_least = 0 }',
            at("grade.cutoffs", "a cutoff has at most two decimals", "分数线最多两位小数")),
    cutoffs("a cutoff above every score", '{ grade = "A", at_least = 1000.01 }, { grade = "B", at_least = 0 }',
            at("grade.cutoffs", "this cannot be above 1000", "不能大于1000")),
    cutoffs("a cutoff that is no number", '{ grade = "A", at_least = nan }, { grade = "B", at_least = "x" }',
            at("[0].at_least", "“NaN” is not a number", "“NaN”不是数字", "grade.cutoffs"),
            at("[1].at_least", "“x” is not a number", "“x”不是数字", "grade.cutoffs")),
    cutoffs("a slip in a cutoff's key", '{ grade = "A", atleast = 0 }',
            at("[0].at_least", "the key “at_least” is missing → add it", "缺少键“at_least”。请补充", "grade.cutoffs"),
            at("[0]", "unknown key “atleast” → did you mean at_least?", "未知的键“atleast”。是否指“at_least”？",
               "grade.cutoffs")),
    cutoffs("numbers where tables belong", "90, 0",
            at("[0]", "“90” is not a table of keys", "“90”不是键值表", "grade.cutoffs"),
            at("[1]", "“0” is not a table of keys", "“0”不是键值表", "grade.cutoffs")),
]  # fmt: skip

PARAMETERS = [
    parameters(
        "a slip in a parameter's name", f'["grade.cutofs"]\nvalue = []\n{REST}',
        at("", "unknown parameter “grade.cutofs” → did you mean grade.cutoffs?",
           "没有参数“grade.cutofs”。是否指“grade.cutoffs”？"),
    ),
    parameters(
        "an option that there is not", f'["missing.counts"]\nvalue = "none"\n{REST}',
        at("missing.counts", "“none” is not one of full, zero, reweighted → choose one of them",
           "“none”不在可选值之列，应为下列之一：full、zero、reweighted。请从中选填"),
    ),
    parameters(
        "a list of options", f'["missing.counts"]\nvalue = ["zero"]\n{REST}',
        at("missing.counts", "“['zero']” is not one of full, zero, reweighted → choose one of them",
           "“['zero']”不在可选值之列，应为下列之一：full、zero、reweighted。请从中选填"),
    ),
    parameters(
        "no provenance and no source", '["missing.counts"]\nvalue = "zero"\n',
        at("provenance", "the key “provenance” is missing → add it", "缺少键“provenance”。请补充", "missing.counts"),
        at("source", "the key “source” is missing → add it", "缺少键“source”。请补充", "missing.counts"),
    ),
    parameters(
        "a provenance that there is not", '["missing.counts"]\nvalue = "zero"\nprovenance = "guess"\nsource = "x"\n',
        at("provenance", "“guess” is not one of published, agreement, assumption",
           "“guess”不在可选值之列，应为下列之一：published、agreement、assumption", "missing.counts"),
    ),
    parameters(
        "a source that is no text", '["missing.counts"]\nvalue = "zero"\nprovenance = "assumption"\nsource = 3\n',
        at("source", "“3” must be text in quotes", "“3”须为带引号的文本", "missing.counts"),
    ),
    parameters(
        "a key that there is not", f'["missing.counts"]\nvalue = "zero"\nreason = "x"\n{REST}',
        at("", "unknown key “reason” → the keys here are value, provenance, source",
           "未知的键“reason”。此处可用的键：value、provenance、source", "missing.counts"),
    ),
    parameters(
        "a value without its table", '"missing.counts" = "zero"\n',
        at("", "“zero” is not a table of keys", "“zero”不是键值表", "missing.counts"),
    ),
    parameters(
        "a file that is not TOML", "[missing.counts]\nvalue = zero\n",
        at("", "this is not valid TOML: Invalid value (at line 2, column 9) → correct the file at that line",
           "TOML 格式有误，Invalid value (at line 2, column 9)。请更正该行"),
    ),
    parameters(
        "a file in GB18030", '# 分数线'.encode("gb18030"),
        at("", "the file is not UTF-8 text → save it as UTF-8", "文件不是 UTF-8 文本。请另存为 UTF-8 编码"),
    ),
    parameters(
        "two faults at once", f'["grade.cutofs"]\nvalue = 1\n{REST}["missing.counts"]\nvalue = "none"\n{REST}',
        at("", "unknown parameter “grade.cutofs” → did you mean grade.cutoffs?",
           "没有参数“grade.cutofs”。是否指“grade.cutoffs”？"),
        at("missing.counts", "“none” is not one of full, zero, reweighted → choose one of them",
           "“none”不在可选值之列，应为下列之一：full、zero、reweighted。请从中选填"),
    ),
    Case(
        "a file that is not there",
        [at("", "there is no such file → check the path", "文件不存在。请核对路径")], options=["--params", P],
    ),
    Case(
        "a folder",
        [Said("dataset", None, "", "the file cannot be read: Is a directory → check the path",
              "无法读取文件（Is a directory）。请核对路径")], options=["--params", "dataset"],
    ),
]  # fmt: skip


def option(name: str, given: Sequence[str], en: str, zh: str, key: str = "") -> Case:
    """Something of the command line; `key`: of which parameter, in the JSON document."""
    return Case(name, [Said("", None, "", en, zh, key)], options=given)


OPTIONS = [
    option(
        "a reading that there is not", ["--reading", "combine.scorers=median"],
        "“median” is not one of weighted, mean, pooled → choose one of them",
        "“median”不在可选值之列，应为下列之一：weighted、mean、pooled。请从中选填", "combine.scorers",
    ),
    option(
        "a reading of nothing", ["--reading", "combine.scorer=mean"],
        "unknown parameter “combine.scorer” → did you mean combine.scorers?",
        "没有参数“combine.scorer”。是否指“combine.scorers”？",
    ),
    option(
        "a reading of what is no choice", ["--reading", "grade.cutoffs=A"],
        "“grade.cutoffs” is not a choice → set it in a parameter file (--params)",
        "“grade.cutoffs”不是口径选项。请在参数文件（--params）中设定",
    ),
    option(
        "a stage that there is not", ["--stage", "scor=changzhou/2022"],
        "there is no stage “scor” → the stages are exempt, score, combine, grade, consequences, allocate, settle",
        "没有阶段“scor”。可用的阶段：exempt、score、combine、grade、consequences、allocate、settle",
    ),
    option(
        "a stage of a scheme that there is not", ["--stage", "settle=changzhou/2021"],
        "there is no scheme “changzhou/2021” → there is changzhou/2022",
        "没有考核办法“changzhou/2021”。现有考核办法：changzhou/2022",
    ),
]  # fmt: skip

PLAN = "plan.toml"
OWN = (Path(kaohe_changzhou.__file__).parent / "2022" / "rubrics" / "annex2.toml").read_text(encoding="utf-8")
BANDS = "{ at_least = 0.90, below = 0.95, points = 1 }"
FIRST = "sections[0].items[0]"


def plan(name: str, changes: dict[str, str], *said: Said) -> Case:
    """Changzhou's own table for the year, with something changed where it first stands."""
    content = OWN
    for old, new in changes.items():
        assert old in content
        content = content.replace(old, new, 1)
    return Case(name, said, files=lambda folder: file(PLAN, content)(folder.parent), options=["--plan", PLAN])


def of(key: str, en: str, zh: str) -> Said:
    return Said(PLAN, None, "", en, zh, key)


SUM = of("annex2", "the items add up to 100, not to 99 → correct a full score",
         "各项目标准分值合计为100，与总分99不符。请更正标准分值")  # fmt: skip
FACT = of("1", "the fact “registration.unreportd” is not in the vocabulary → did you mean registration.unreported?",
          "事实目录中没有事实“registration.unreportd”。是否指“registration.unreported”？")  # fmt: skip
OVERLAP = of("9", "two bands overlap", "两个分段重叠")

PLANS = [
    plan("a sum that is not the total", {"full_score = 100": "full_score = 99"}, SUM),
    plan("a slip in a fact", {"registration.unreported": "registration.unreportd"}, FACT),
    plan("bands that overlap", {BANDS: BANDS.replace("0.95", "0.96").replace("0.90", "0.89")}, OVERLAP),
    plan("an empty band", {BANDS: BANDS.replace("0.95", "0.90")},
         of("9", "a band is empty: from 0.9 to 0.9", "分段（0.9至0.9）为空")),
    plan("an end given twice", {BANDS: BANDS.replace("below", "above = 0.91, below")},
         of("9", "a band has both at_least and above", "同一分段同时设有 at_least and above")),
    plan("three faults at once",
         {"full_score = 100": "full_score = 99", "registration.unreported": "registration.unreportd",
          BANDS: BANDS.replace("0.90", "0.89")}, SUM, FACT, OVERLAP),
    plan("a slip in a key", {"full_score = 5": "full_scor = 5"},
         of(f"{FIRST}.full_score", "the key “full_score” is missing → add it", "缺少键“full_score”。请补充"),
         of(FIRST, "unknown key “full_scor” → did you mean full_score?", "未知的键“full_scor”。是否指“full_score”？")),
    plan("a shape that there is not, and a number that is none",
         {'shape = "per_case"': 'shape = "per_cas"', "points = 2": 'points = "two"'},
         of(f"{FIRST}.clauses[0]",
            "unknown shape “per_cas”; the shapes are per_case, once, short_of, per_n, bands, look_up, line, peers, "
            "mark",
            "未知的计分形式“per_cas”，可用的有：per_case、once、short_of、per_n、bands、look_up、line、peers、mark"),
         of("sections[0].items[1].clauses[0].points", "“two” is not a number", "“two”不是数字")),
    plan("no shape", {'shape = "per_case"\n': ""},
         of(f"{FIRST}.clauses[0]", "the key “shape” is missing → add it", "缺少键“shape”。请补充")),
    plan("a clause twice", {'clause = "2.2"': 'clause = "2.1"'},
         of("2.1", "the clause 2.1 stands 2 times", "条款 2.1 出现了2次")),
    plan("an item twice", {'item = "2"': 'item = "1"'}, of("1", "the item 1 stands 2 times", "项目 1 出现了2次")),
    plan("a target of 0", {"target = 4": "target = 0"},
         of("7.1b", "“0” must be from 1 to 100000", "“0”须在1至100000之间")),
    plan("cases of a share", {"registration.unreported": "satisfaction"},
         of("1", "the share “satisfaction” can only be counted in bands",
            "“satisfaction”的计量方式为 share，只能分段（bands）计分")),
    plan("a file that is not TOML", {'rubric = "annex2"': "rubric"},
         of("", "this is not valid TOML: Expected '=' after a key in a key/value pair (at line 1, column 7) → correct "
            "the file at that line", "TOML 格式有误，Expected '=' after a key in a key/value pair (at line 1, column "
            "7)。请更正该行")),
    Case("a file that is not there", [of("", "there is no such file → check the path", "文件不存在。请核对路径")],
         options=["--plan", PLAN]),
    Case("a plan and parameters wrong at once", [*CUTOFFS[0].said, FACT],
         files=lambda folder: [*(file_(folder) for file_ in (PLANS[1].files, CUTOFFS[0].files))] and None,
         options=["--plan", PLAN, "--params", P]),
]  # fmt: skip

CASES = [*CUTOFFS, *PARAMETERS, *OPTIONS, *PLANS]


@pytest.mark.parametrize("case", CASES, ids=named(CASES))
def test_a_wrong_rule_is_refused(project: Project, case: Case) -> None:
    refuses(project, case)


@pytest.mark.parametrize("option", ["--reading", "--stage"])
def test_a_choice_without_its_value_is_wrong_usage(project: Project, option: str) -> None:
    outcome = project.run(option, "combine.scorers")
    assert outcome.status == 2
    assert outcome.err.splitlines()[-1] == f"Error: {option} takes NAME=VALUE"
    assert project.files() == {"dataset"}
