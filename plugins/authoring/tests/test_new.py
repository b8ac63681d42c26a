"""`kaohe new`: what it makes is a city, and what it cannot make it says."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from project import Project

from kaohe.assembly import assemble
from kaohe.plugin.manager import City
from kaohe_conformance import conform


def opened(folder: Path, city: str) -> City:
    """The city as it would load once its distribution is installed."""
    package = SimpleNamespace(__path__=[str(folder / "src" / f"kaohe_{city}")])
    return City.of(city, package)


def test_a_new_city_loads_as_it_is_and_has_no_line_of_python(project: Project) -> None:
    assert project.kaohe("new", "yangshi", "--name", "秧市", "--english", "Yangshi", "--year", "2025").status == 0
    made = project.root / "kaohe-yangshi"
    assert [path.relative_to(made).as_posix() for path in made.rglob("*.py")] == ["tests/test_yangshi.py"]
    about = tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))
    assert about["project"]["entry-points"]["kaohe"] == {"yangshi": "kaohe_yangshi"}
    city = opened(made, "yangshi")
    ((scheme, folder),) = city.schemes().values()
    assert (scheme.scheme, str(scheme.begins), str(scheme.ends)) == ("yangshi/2025", "2025-01-01", "2025-12-31")
    assert str(scheme.name.zh_CN).startswith("秧市")
    assert str(scheme.name.en).startswith("Yangshi")
    assert assemble(city, scheme, folder).kinds == {"nursing_home": "table"}


def test_a_new_city_passes_the_whole_suite(project: Project) -> None:
    project.kaohe("new", "yangshi", "--year", "2025")
    city = opened(project.root / "kaohe-yangshi", "yangshi")
    report = conform("yangshi", opened=lambda _: city)
    assert [(check.name, [str(fault) for fault in faults]) for check, faults in report.failed] == []
    assert report.ran["case"] == 6  # four of the item, two of the grades
    assert report.level == "gold"
    assert report.number >= 100  # as its own test claims
    assert report.capabilities["rubric"]
    assert not report.capabilities["settle"]


def test_nothing_of_the_templates_is_left_over(project: Project) -> None:
    """Every placeholder is filled, in names and in contents; nothing hidden stands beside."""
    project.kaohe("new", "yangshi", "--folder", "made/here")
    files = [path for path in project.root.rglob("*") if path.is_file()]
    assert len(files) == 15
    for path in files:
        assert "$" not in path.as_posix()
        assert ".template" not in path.as_posix()
        content = path.read_text(encoding="utf-8")
        assert "${" not in content
        assert "$city" not in content
        assert "$package" not in content
        assert "$year" not in content
    assert [path.name for path in (project.root / "made").iterdir()] == ["here"]


def test_what_is_made_is_told_in_both_languages_and_as_json(project: Project) -> None:
    english = project.kaohe("new", "one")
    assert "  pip install --editable kaohe-one\n  kaohe test one\n" in english.out
    assert "Next: install it, and check it:" in english.out
    assert "下一步" in project.kaohe("new", "two", lang="zh_CN").out
    document = project.kaohe("new", "three", "--json").json
    assert (document["city"], document["folder"], len(document["files"])) == ("three", "kaohe-three", 15)


@pytest.mark.parametrize("city", ["Yangshi", "秧市", "yang-shi", "2city", "", "../up", "a b"])
def test_a_name_that_code_cannot_have_is_wrong_usage(city: str, project: Project) -> None:
    outcome = project.kaohe("new", city)
    assert outcome.status == 2
    assert "is not a name for a city in code" in outcome.err
    assert project.files() == set()


@pytest.mark.parametrize("name", ['秧"市', "秧\\市", " ", "秧\n市"])
def test_a_name_that_no_file_could_hold_is_wrong_usage(name: str, project: Project) -> None:
    assert project.kaohe("new", "yangshi", "--name", name).status == 2
    assert project.kaohe("new", "yangshi", "--english", name).status == 2
    assert project.files() == set()


def test_a_city_that_is_installed_already_is_warned_of(project: Project) -> None:
    outcome = project.kaohe("new", "changzhou")
    assert outcome.status == 0
    assert (
        "warning: a city “changzhou” is installed already: of two with one name neither is used → choose" in outcome.err
    )
    assert project.kaohe("new", "yangshi").err == ""


def test_what_stands_there_is_not_touched(project: Project) -> None:
    (project.root / "kaohe-yangshi").mkdir()
    outcome = project.kaohe("new", "yangshi")
    assert (outcome.status, outcome.out) == (1, "")
    assert "something stands at kaohe-yangshi already → choose another place (--folder)" in outcome.err
    assert list((project.root / "kaohe-yangshi").iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(project: Project) -> None:
    (project.root / "file").write_text("", encoding="utf-8")
    outcome = project.kaohe("new", "yangshi", "--folder", "file/inside")
    assert outcome.status == 1
    assert "file/inside cannot be written: " in outcome.err
    assert project.files() == {"file"}
