"""`kaohe rubric --format`: the tables for people, and as files that a run takes."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from project import Project

from kaohe.plan import read
from kaohe.store import open_run

HOMES = ("rubric", "changzhou/2022", "--kind", "nursing_home")


def test_markdown_has_the_words_beside_the_rule(project: Project) -> None:
    page = project.kaohe(*HOMES, "--format", "md").out
    assert page.startswith("# Changzhou: assessment of designated long-term care institutions, 2022\n\n## 附件2 ")
    assert (
        "| 4 | 信息管理 | 5 | (1)长护险信息系统运行环境混接外网或者未按要求安装杀毒软件的扣5分。 | "
        "minus 5 once, however many cases | System on an outside network or without anti-virus (system.unprotected) |\n"
    ) in page
    assert "|  |  |  | (2)未参加经办机构(受托机构)组织的培训及会议,缺一次扣2分。 | minus 2 for each case | " in page
    assert "0.90 ≤ x < 0.95: minus 1, 0.85 ≤ x < 0.90: minus 3, x < 0.85: minus 5; nothing outside" in page
    assert "total: sum of the items; the document prints none" in page


def test_markdown_in_chinese(project: Project) -> None:
    page = project.kaohe(*HOMES, "--format", "md", lang="zh_CN").out
    assert "| 每例扣1分 | 信息变更逾期未报备 (registration.unreported) |" in page
    assert "少于4，每少一扣3分" in page
    assert "| 一票否决 |" in page


class Cells(HTMLParser):
    """The texts of a page's table cells, and everything that would be asked of the network."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.asked: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [str(value) for name, value in attrs if name in ("src", "href")]
        self.inside = tag == "td"
        if tag == "tr":
            self.rows.append([])
        if self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def test_html_has_a_row_for_each_clause_and_veto_and_asks_nothing_of_the_network(project: Project) -> None:
    assert project.kaohe("rubric", "changzhou/2022", "--format", "html", "--out", "page.html").status == 0
    page = Cells()
    page.feed((project.root / "page.html").read_text(encoding="utf-8"))
    tables = project.kaohe("rubric", "changzhou/2022", "--json").json
    clauses = [clause["text"] for table in tables for item in table["items"] for clause in item["clauses"]]
    vetoes = [veto["text"] for table in tables for veto in table["vetoes"]]
    rows = [row for row in page.rows if row]
    assert len(rows) == len(clauses) + len(vetoes)
    for words in clauses + vetoes:
        assert any(words in row[3] for row in rows), words
    assert page.asked == []


@pytest.mark.parametrize("form", ["toml", "xlsx"])
def test_a_table_that_was_written_is_a_plan_that_scores_the_same(form: str, project: Project) -> None:
    """One complaint costs two of 80 points at D1, whose 30 persons weigh three quarters: 78.5."""
    file = project.root / f"table.{form}"
    assert project.kaohe(*HOMES, "--format", form, "--out", file).status == 0
    assert project.run("--plan", file).status == 0
    (result,) = open_run(project.root / "run.db").rows("results")
    assert result["score"] == "78.5"


def test_both_files_hold_the_same(project: Project) -> None:
    for form in ("toml", "xlsx"):
        project.kaohe(*HOMES, "--format", form, "--out", f"table.{form}")
    assert read(project.root / "table.toml") == read(project.root / "table.xlsx")
    assert project.kaohe(*HOMES, "--format", "toml").out == (project.root / "table.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--format", "toml"], 1, "a toml file holds one table → choose one with --kind: assessment_institution, nurs"),
        (
            ["--kind", "pharmacy"],
            1,
            "changzhou/2022 has no table for “pharmacy” → the kinds are assessment_institution",
        ),
        (["--format", "xlsx"], 2, "--format xlsx needs --out FILE"),
        (["--out", "page.html"], 2, "--out needs --format"),
        (["--format", "md", "--out", "there.md"], 1, "there.md: a file stands here already → choose another name"),
        (["--format", "md", "--out", "no/page.md"], 1, "no/page.md: the folder “no” does not exist → make it first"),
        (["--format", "toml", "--kind", "nursing_home", "--out", "a.txt"], 1, "a plan is a .toml or an .xlsx file"),
    ],
)
def test_what_cannot_be_written_is_said(options: list[str], status: int, said: str, project: Project) -> None:
    (project.root / "there.md").write_text("mine", encoding="utf-8")
    outcome = project.kaohe("rubric", "changzhou/2022", *options)
    assert (outcome.status, outcome.out) == (status, "")
    assert said in outcome.err
    assert project.files() == {"there.md"}
    assert (project.root / "there.md").read_text(encoding="utf-8") == "mine"


def test_json_says_what_was_written(project: Project) -> None:
    written = project.kaohe(*HOMES, "--format", "md", "--out", "page.md", "--json")
    assert written.json == {"scheme": "changzhou/2022", "format": "md", "out": "page.md"}
    assert (project.root / "page.md").exists()
