"""Schemes compared and two runs explained, as the pages tell it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from conftest import packed, year_files
from serving import SCHEME, Served

OTHER = "tianjin/institutions-2023"
PLAN = """
rubric = "example"
kind = "nursing_home"
name = { zh_CN = "示例", en = "Example" }
document = "示例"
annex = "示例"
full_score = 100
full_score_basis = "printed"
provenance = "assumption"
source = "示例，非公布值"

[[sections]]
section = "site"
name = "实地考核"

[[sections.items]]
item = "1"
name = "查实投诉"
full_score = 60
[[sections.items.clauses]]
clause = "1.1"
text = "查实投诉，每例扣5分。"
fact = "complaint.substantiated"
shape = "per_case"
points = 5

[[sections.items]]
item = "2"
name = "收费"
full_score = 40
[[sections.items.clauses]]
clause = "2.1"
text = "收费超过备案价格，每例扣5分。"
fact = "price.above_filed"
shape = "per_case"
points = 5
"""


@pytest.fixture(scope="module")
def compared(served: Served) -> str:
    """The clean year under two schemes, ordered by the form; the page of the comparison.

    Changzhou: 78.5. The plan: the complaint costs 5 of 60 on one of two sheets, whose mean counts: 57.5 + 40. 19 more.
    """
    files = year_files()
    first, *rows = files["events.csv"].decode().splitlines()
    files["events.csv"] = "\n".join([f"{first},case,investigation", *(f"{row},," for row in rows)]).encode()
    files["marks.csv"] = b"institution,scorer,item,points,by,evidence,status\n"
    dataset = served.hand_in("compared.zip", packed(files))
    ordered = served.client.post(
        f"/datasets/{dataset}/comparisons",
        data={"scheme": [SCHEME, OTHER]},
        files=[(f"plan:{OTHER}", ("plan.toml", PLAN.encode()))],
    )
    assert ordered.status_code == 303, ordered.text
    job = ordered.headers["location"]
    done = served.client.get(f"/api{job}", params={"wait": 60}).json()
    assert done["state"] == "done", done["problems"]
    return str(served.client.get(job).headers["location"])


def test_coverage_comes_before_any_number(served: Served, compared: str) -> None:
    """Of the plan's two items one has data: 60 of 100 points."""
    page = served.client.get(compared).text
    assert page.index("First: what each has to go on") < page.index("Then: who has a score")
    assert "60 %" in page
    clauses = served.client.get(f"{compared}/coverage", params={"side": OTHER, "kind": "nursing_home"}).text
    assert "查实投诉，每例扣5分。" in clauses
    assert "no record, counts as no case" in clauses


def test_results_stand_side_by_side_each_with_its_coverage(served: Served, compared: str) -> None:
    page = served.client.get(f"{compared}/results").text
    assert re.search(r"78\.5.*data for \d+ %.*97\.5.*data for 60 %.*\b19(\.0)?<", page, re.DOTALL)


def test_why_one_institution_differs_adds_up(served: Served, compared: str) -> None:
    page = served.client.get(f"{compared}/institutions/N1").text
    parts = [Decimal(part) for part in re.findall(r'<span class="(?:up|down)">\+?(-?[\d.]+)</span>', page)]
    assert len(parts) > 1
    assert sum(parts) == 19
    assert re.search(r'difference</th><td class="number">\s*\+19', page)
    assert served.client.get(f"{compared}/institutions/N9").status_code == 404


def test_a_comparison_is_taken_home_and_removed(served: Served, compared: str) -> None:
    assert served.client.get(f"{compared}/file").content.startswith(b"PK")
    assert served.client.get(f"{compared}/file", params={"suffix": ".db"}).content.startswith(b"SQLite format 3")
    assert served.client.post(f"{compared}/remove").status_code == 303
    assert served.client.get(compared).status_code == 404


def test_a_comparison_without_two_schemes_says_so(served: Served, year: str) -> None:
    ordered = served.client.post(f"/datasets/{year}/comparisons", data={"scheme": [SCHEME]}, files=[("x", ("", b""))])
    job = ordered.headers["location"]
    served.client.get(f"/api{job}", params={"wait": 60})
    assert "a comparison has at least two sides" in served.client.get(job).text


def test_two_runs_say_what_was_changed_and_by_which_clause(served: Served, run: str) -> None:
    """90 of 100 satisfied instead of all: the clause costs points on both sheets alike."""
    other = served.run(served.hand_in("other.zip", packed(year_files(90))))
    page = served.client.get("/compare", params={"one": run, "other": other}).text
    assert "What was changed" in page
    assert "满意度" in page or "satisf" in page
    assert f"/compare/institutions/N1?one={run}&amp;other={other}" in page
    alone = served.client.get("/compare/institutions/N1", params={"one": run, "other": other}).text
    assert "Sheet by sheet" in alone
    assert "市中心" in alone
    assert "溧阳市" in alone
