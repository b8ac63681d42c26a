"""A city of one table, counted along a line: its edges are asked for; what does not fit fails its cases alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from kaohe.command import main
from kaohe.plugin.manager import City
from kaohe_conformance.suite import Suite

FILES = {
    "scheme.toml": """scheme = "somewhere/2025"
name = { zh_CN = "某市考核", en = "Somewhere" }
reviewed = 2025-02-01
documents = [{ number = "某医保〔2025〕1号", title = "某市考核办法", issuer = "某市" }]

[needs]
tables = ["institutions", "scorers", "served", "metrics"]
""",
    "parameters.toml": """["grade.cutoffs"]
value = [{ grade = "优", at_least = 20 }, { grade = "差", at_least = 0 }]
provenance = "published"
source = "某医保〔2025〕1号 第二条"
""",
    "rubrics/table.toml": """rubric = "table"
kind = "nursing_home"
name = { zh_CN = "评分表", en = "Table" }
document = "某医保〔2025〕1号"
annex = "附件1"
full_score = 40
full_score_basis = "sum"

[[sections]]
section = "s"
name = ""

[[sections.items]]
item = "1"
name = "满意度"
full_score = 40
direction = "earn"

[[sections.items.clauses]]
clause = "1"
text = "满意度95%以上的得满分，不足70%的不得分，其间按直线得分。"
fact = "satisfaction"
shape = "line"
ends = [{ at = 0.70, points = 0 }, { at = 0.95, points = 40 }]
""",
    "cases/year.toml": """article = "第一条"
background.institution = "A"
background.scorer = "S"
background.begins = 2025-01-01
background.ends = 2025-12-31
background.institutions = [{ institution = "A", kind = "nursing_home" }]
background.served = [{ institution = "A", scorer = "S", persons = 1 }]
background.scorers = [{ scorer = "S", name = "S", role = "district" }]
background.metrics = []

[[cases]]
name = "80%"
working = "40 × 10 ÷ 25 = 16"
given.metrics = [{ scorer = "S", fact = "satisfaction", numerator = 80, denominator = 100 }]
expect.score = "16"
expect.grade = "差"

[[cases]]
name = "95%"
working = "满分"
given.metrics = [{ scorer = "S", fact = "satisfaction", numerator = 95, denominator = 100 }]
expect.score = "40"
expect.grade = "优"
""",
}
OTHER = """
[[cases]]
name = "别的等级"
working = "文件没有这样的分数线"
given.metrics = [{ scorer = "S", fact = "satisfaction", numerator = 95, denominator = 100 }]
given.parameters."grade.cutoffs" = [{ grade = "甲", at_least = 0 }]
expect.score = "40"
"""


def failing(folder: Path, more: str = "") -> dict[str, list[str]]:
    """The failing checks of the city by kind and subject, each with its faults."""
    for place, content in FILES.items():
        (folder / "2025" / place).parent.mkdir(parents=True, exist_ok=True)
        added = more if place.startswith("cases") else ""
        (folder / "2025" / place).write_text(content + added, encoding="utf-8")
    city = City.of("somewhere", SimpleNamespace(__path__=[str(folder)]))
    kinds = ("case", "edge", "cap", "number")
    checks = [check for check in Suite("somewhere", lambda _: city).checks if check.kind.kind in kinds]
    found = {check.name: [str(fault) for fault in check.faults()] for check in checks}
    return {name: faults for name, faults in found.items() if faults}


def test_a_line_has_edges_and_its_numbers_are_said(tmp_path: Path) -> None:
    """40 is said as 满分; cases stand between the ends and at the upper one, not at 70 %, nor at the cutoff of 20."""
    assert set(failing(tmp_path)) == {
        "edge: 2025 table 1  at 0.70",
        "edge: 2025 grade.cutoffs 0.01 below one",
        "edge: 2025 grade.cutoffs at a cutoff",
    }


def test_a_case_whose_parameters_do_not_fit_fails_alone(tmp_path: Path) -> None:
    cases = {name: faults for name, faults in failing(tmp_path, OTHER).items() if name.startswith("case: ")}
    assert set(cases) == {"case: 2025 year: 别的等级"}
    assert "某医保〔2025〕1号 第二条" in cases["case: 2025 year: 别的等级"][0]


def test_a_version_that_is_not_there_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--lang", "en", "test", "qingdao/1999"])
    assert done.value.code == 1
    assert "there is no scheme “qingdao/1999” → there is qingdao/2023" in capfd.readouterr().err
