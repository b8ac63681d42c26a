"""`kaohe facts`."""

from __future__ import annotations

import pytest
from project import Project

FACT = {"fact", "name", "definition", "table", "measure", "period", "scope", "pool", "absent"}


def test_facts(project: Project) -> None:
    outcome = project.kaohe("facts", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = {fact["fact"]: fact for fact in outcome.json}
    assert all(fact.keys() >= FACT for fact in found.values())
    complaint, satisfaction = found["complaint.substantiated"], found["satisfaction"]
    assert complaint["name"] == {"zh_CN": "查实投诉", "en": "Substantiated complaint"}
    assert (complaint["table"], complaint["measure"], complaint["absent"]) == ("events", "cases", "none")
    assert (satisfaction["table"], satisfaction["measure"], satisfaction["absent"]) == ("metrics", "share", "missing")
    assert not [code for code in found if code.startswith("changzhou.")]


def test_facts_of_a_city_are_the_shared_ones_and_its_own(project: Project) -> None:
    shared = {fact["fact"] for fact in project.kaohe("facts", "--json").json}
    for city in ("changzhou", "qingdao", "tianjin"):
        own = {fact["fact"] for fact in project.kaohe("facts", "--city", city, "--json").json}
        assert own >= shared
        assert all(code.startswith(f"{city}.") for code in own - shared)


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_facts_for_people(lang: str, project: Project) -> None:
    codes = [fact["fact"] for fact in project.kaohe("facts", "--json").json]
    outcome = project.kaohe("facts", lang=lang)
    assert (outcome.status, outcome.err) == (0, "")
    shown = {word for line in outcome.out.splitlines() for word in line.split()[:1]}
    assert [code for code in codes if code not in shown] == []
    assert ("Events" if lang == "en" else "事件") in outcome.out
    assert ("no case" if lang == "en" else "视为无") in outcome.out
