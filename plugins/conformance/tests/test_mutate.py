"""A change of any kind in a city's rules is noticed, by what is meant to notice it; what nothing holds survives."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from kaohe.plugin.manager import City
from kaohe_conformance.mutate import Mutant, mutants, noticed, tried
from kaohe_conformance.regime import Regime
from kaohe_conformance.suite import Suite

TABLE = """rubric = "table"
kind = "nursing_home"
name = { zh_CN = "评分表", en = "Table" }
document = "某医保〔2025〕1号"
annex = "附件1"
full_score = 20
full_score_basis = "sum"

[[sections]]
section = "s"
name = "投诉"

[[sections.items]]
item = "1"
name = "投诉处理"
full_score = 20

[[sections.items.clauses]]
clause = "1"
text = "被查实的投诉，每例扣5分，最多扣20分。"
fact = "complaint.substantiated"
shape = "per_case"
points = 5
"""
SCHEME = """scheme = "somewhere/2025"
name = { zh_CN = "某市考核", en = "Somewhere" }
begins = 2025-01-01
reviewed = 2025-02-01

[[documents]]
number = "某医保〔2025〕1号"
title = "某市考核办法"
issuer = "某市（虚构）"

[needs]
tables = ["institutions", "scorers", "served", "events"]

[[consequences]]
consequence = "rectify"
article = "第四条"
below = "line"
years = 2
"""
PARAMETERS = """[line]
name = { zh_CN = "分数线", en = "Line" }
type = "points"
provenance = "agreement"
source = "某医保〔2025〕1号 第四条"
"""
CASES = """article = "附件1 第1项"
background.institution = "A"
background.scorer = "S"
background.begins = 2025-01-01
background.ends = 2025-12-31
background.institutions = [{ institution = "A", kind = "nursing_home" }]
background.served = [{ institution = "A", scorer = "S", persons = 1 }]
background.scorers = [{ scorer = "S", name = "S", role = "district" }]
background.events = []

[[cases]]
name = "三例扣15分"
working = "20 − 3×5 = 5"
given.events = [{ scorer = "S", date = "2025-03-01", fact = "complaint.substantiated", count = 3 }]
expect.score = "5"

[[cases]]
name = "五例扣完为止"
working = "20 − 5×5 < 0"
given.events = [{ scorer = "S", date = "2025-03-01", fact = "complaint.substantiated", count = 5 }]
expect.score = "0"
"""


def test_what_no_case_and_no_check_holds_survives(tmp_path: Path) -> None:
    folder = tmp_path / "2025"
    for place, content in {
        "scheme.toml": SCHEME, "parameters.toml": PARAMETERS, "rubrics/table.toml": TABLE, "cases/year.toml": CASES,
    }.items():  # fmt: skip
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(content, encoding="utf-8")
    city = City.of("somewhere", SimpleNamespace(__path__=[str(tmp_path)]))
    found = noticed(Suite("somewhere", lambda _: city))
    changed = {how: {mutant.keys[-1] for mutant in some} for how, some in found.items()}
    # There is no source, so nothing holds citations, nor words that are no rule of their own; and nobody has two years.
    assert changed == {
        "loading": {"full_score"},
        "checks": {"points", "text"},
        "cases": {"begins"},
        "survived": {"years", "article", "number", "source", "document", "annex", "item", "text"},
    }


@pytest.fixture(scope="module")
def changzhou() -> Regime:
    (regime,) = Suite("changzhou").regimes
    return regime


ITEM = ("annex3/item-08", ("annex3", "8"))


@pytest.mark.parametrize(
    ("part", "was", "how"),
    [
        ("rubrics/annex1.toml sections[0].items[0].full_score", 5, "loading"),
        ("rubrics/annex1.toml sections[0].items[0].clauses[0].points", 1, "checks"),
        ("rubrics/annex3.toml annex", "附件3", "checks"),
        ("scheme.toml calendar[0].due", None, "checks"),
        ("scheme.toml draw.article", "四、考核安排(二)2", "checks"),
        ("parameters.toml draw.share.value", None, "checks"),
        ("parameters.toml exam.pass_at_90.reason.en", None, "checks"),
        ("papers.toml windows.places[0].phone", "0519-86509896", "checks"),
    ],
)
def test_a_change_is_noticed_without_a_case(changzhou: Regime, part: str, was: object, how: str) -> None:
    some = chosen(changzhou, part)
    assert some
    assert was is None or {mutant.was for mutant in some} == {was}
    assert {found for _, found in tried(changzhou, {}, some)} == {how}


def test_a_change_that_the_words_allow_is_noticed_by_a_case(changzhou: Regime) -> None:
    """The second band of annex 3 item 2(2) takes 2 points; 3 would stand in the words as well, as 1 and 2 added."""
    place = "rubrics/annex3.toml sections[0].items[1].clauses[1].bands[1].points"
    works = [work for work in changzhou.works if work.file == "annex3/item-02-delivery-rate"]
    touching = {work.key: {("annex3", "2.2")} for work in works}
    (mutant,) = chosen(changzhou, place)
    assert mutant.was == 2
    assert [how for _, how in tried(changzhou, touching, [mutant])] == ["cases"]


def chosen(regime: Regime, place: str) -> list[Mutant]:
    return [mutant for mutant in mutants(regime) if str(mutant).startswith(f"{regime.scheme.scheme}/{place}: ")]


def test_the_rules_are_as_before(changzhou: Regime, tmp_path: Path) -> None:
    """Nothing of the installed city is changed."""
    before = tmp_path / "before"
    shutil.copytree(changzhou.folder, before)
    list(tried(changzhou, {}, chosen(changzhou, "scheme.toml calendar[0].due")))
    for file in before.rglob("*.toml"):
        assert file.read_bytes() == (changzhou.folder / file.relative_to(before)).read_bytes()
