"""Which city answers: the one that is asked for, once, and no other."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cities import FACTS, MARKS, MODULE, Site, bases, hook, kaohe_rows, refused
from project import Project

import kaohe
from kaohe.plugin.manager import City, scheme_named
from kaohe.problems import Refused
from kaohe.stages.contract import STAGES


def test_an_unknown_city_or_scheme_is_refused_with_those_there_are(project: Project, site: Site) -> None:
    site.add("sound")
    (line,) = refused(project, "nowhere")
    assert line == "error: there is no city “nowhere” → installed are changzhou, qingdao, sound, tianjin"
    outcome = project.kaohe("run", project.dataset, "--scheme", "sound/2", "--out", "other.db")
    assert "error: there is no scheme “sound/2” → there is sound/1" in outcome.err
    assert outcome.status == 1


def test_a_city_with_one_scheme_may_be_named_alone(site: Site) -> None:
    site.add("sound")
    city, scheme, folder = scheme_named("sound")
    assert (city.name, scheme.scheme, folder) == ("sound", "sound/1", site.folder / "rules" / "sound")
    with pytest.raises(Refused, match="tianjin"):
        scheme_named("tianjin")


def test_a_city_that_two_distributions_claim_is_nobody_s(project: Project, site: Site) -> None:
    site.bare("twin", MODULE.format(city="twin"), module="city_twin_b")
    site.bare("twin", MODULE.format(city="twin"), module="city_twin_a")
    (line,) = refused(project, "twin")
    assert line == (
        "error: plugin “twin”: the city is there twice: city_twin_a (city_twin_a), city_twin_b (city_twin_b)"
        " → uninstall all but one: whose rules count must not be a guess"
    )


def test_what_a_plugin_prints_does_not_get_into_a_document(project: Project, site: Site) -> None:
    site.add("prints", "print('imported')\n" + hook("score", "", "print('called')"))
    outcome = project.kaohe("run", project.dataset, "--scheme", "prints/1", "--out", "run.db", "--json")
    assert outcome.json["scheme"] == "prints/1"
    assert outcome.err.split() == ["imported", "called"]


ANSWERS = "from kaohe.plugin import defaults\ncalls = []\n" + hook("checks", "", "calls.append('checks')") + "".join(
    hook(stage, "tables, rules", f"calls.append('{stage}')",
         f"return defaults.{stage}(tables, rules) if hasattr(defaults, '{stage}') else None")
    for stage in STAGES
)  # fmt: skip
"""A city that answers every stage, and says so."""


def test_a_city_answers_every_hook_once_in_its_own_run_and_never_in_another_s(project: Project, site: Site) -> None:
    site.add("one", ANSWERS)
    site.add("other", ANSWERS)
    assert City.named("other").has("score")
    assert project.kaohe("run", project.dataset, "--scheme", "one/1", "--out", "one.db").status == 0
    assert site.module("one").calls == ["checks", *STAGES]
    assert site.module("other").calls == []
    assert project.run().status == 0
    assert site.module("one").calls == ["checks", *STAGES]
    assert site.module("other").calls == []


def test_only_the_plugin_that_a_run_needs_is_imported(project: Project, site: Site) -> None:
    site.add("one")
    site.add("other")
    assert project.kaohe("run", project.dataset, "--scheme", "one/1", "--out", "one.db").status == 0
    assert "city_one" in sys.modules
    assert "city_other" not in sys.modules


def test_a_city_that_overrides_one_stage_answers_instead_of_the_core(project: Project, site: Site) -> None:
    site.add("marking", MARKS)
    ours = bases(project, "--scheme", "changzhou/2022")
    assert bases(project, "--scheme", "marking/1") == ["marked"]
    assert site.module("marking").calls == ["marking/1"]
    scores = kaohe_rows(project.root / "run.db", "items")
    assert [(row["item"], row["points"]) for row in scores] == [("1", "6"), ("1", "10")]
    assert bases(project, "--scheme", "changzhou/2022") == ours == ["reading:combine.scorers=weighted"]
    assert site.module("marking").calls == ["marking/1"]


def test_a_run_keeps_the_city_s_own_facts(project: Project, site: Site) -> None:
    site.add("counting", hook("facts", "", "return HERE.parent / 'counting-facts.toml'"))
    own = FACTS.replace("colour", "counting.colour")
    (site.folder / "rules" / "counting-facts.toml").write_text(own, encoding="utf-8")
    outcome = project.kaohe("run", project.dataset, "--scheme", "counting/1", "--out", "run.db")
    assert outcome.status == 0, outcome.err
    assert own in [row["text"] for row in kaohe_rows(project.root / "run.db", "rules")]


def test_a_city_may_be_any_object_with_hooks(site: Site, tmp_path: Path) -> None:
    site.add("sound")

    class Plugin:
        @kaohe.hookimpl
        def schemes(self) -> list[Path]:
            return [site.folder / "rules" / "sound"]

    city = City.of("sound", Plugin())
    assert list(city.schemes()) == ["sound/1"]
    assert city.has("schemes")
    assert not city.has("score")
    assert city.demo(tmp_path, 1) == {}
