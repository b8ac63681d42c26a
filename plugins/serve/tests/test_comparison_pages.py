"""Schemes compared and two runs explained, as the pages tell it."""

from __future__ import annotations

import re
from decimal import Decimal

from handed import packed, year_files
from serving import OTHER, SCHEME, Served


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


def test_a_comparison_is_taken_home(served: Served, compared: str) -> None:
    assert served.client.get(f"{compared}/file").content.startswith(b"PK")
    assert served.client.get(f"{compared}/file", params={"suffix": ".db"}).content.startswith(b"SQLite format 3")


def test_a_comparison_that_is_removed_is_gone(served: Served, year: str) -> None:
    sides = {"scheme": [SCHEME], "mixes": f"{SCHEME}+settle={OTHER}"}
    job = served.client.post(f"/datasets/{year}/comparisons", data=sides, files=[("x", ("", b""))]).headers["location"]
    served.client.get(f"/api{job}", params={"wait": 60})
    found = served.client.get(job).headers["location"]
    assert served.client.post(f"{found}/remove").status_code == 303
    assert served.client.get(found).status_code == 404


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
