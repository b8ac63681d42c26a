"""A city of rule files alone, and one that answers a little itself."""

from __future__ import annotations

from cities import FACTS, MARKS, PACKAGE, Site, bases, hook, kaohe_rows
from project import Project

import kaohe
from kaohe.messages import speaking
from kaohe.plugin.manager import City
from kaohe.probe import looked_at


def test_a_city_needs_no_line_of_python(project: Project, site: Site) -> None:
    """A folder with rule files, not even a package of Python's, is a city: its schemes, facts and tables."""
    folder = site.package("plain", PACKAGE)
    (folder / "facts.toml").write_text(FACTS.replace("colour", "plain.colour"), encoding="utf-8")
    assert list(City.named("plain").schemes()) == ["plain/1", "plain/2"]
    assert "plain.colour" in City.named("plain").facts()
    assert looked_at("plain").fault == ""
    assert project.kaohe("run", project.dataset, "--scheme", "plain/1", "--out", "run.db").status == 0
    # 10 − 4 = 6 with 30 persons, 10 with 10 persons: (6×30 + 10×10) ÷ 40 = 7
    assert [row["score"] for row in kaohe_rows(project.root / "run.db", "results")] == ["7"]


CATALOGUE = """\
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "too few beds: {beds}"
msgstr "床位不足：{beds}"
"""


def test_a_city_s_own_catalogue_needs_no_compiling(site: Site) -> None:
    folder = site.package("spoken", PACKAGE)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    catalogue = folder / "locales" / "zh_CN" / "LC_MESSAGES" / "city_spoken.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    text, _ = kaohe.texts("city_spoken")
    said = text("too few beds: {beds}", beds=3)
    with speaking("zh_CN"):
        assert str(said) == "床位不足：3"
    with speaking("en"):
        assert str(said) == "too few beds: 3"


def test_a_city_of_data_answers_itself_what_it_wants(project: Project, site: Site) -> None:
    """One stage in Python beside the rule files; and hooks for schemes and facts come before them."""
    folder = site.package("mixed", PACKAGE)
    start = "from kaohe import hookimpl, defaults\nfrom pathlib import Path\nimport narwhals as nw\n"
    (folder / "__init__.py").write_text(
        start + MARKS + "\n\n" + hook("schemes", "", "return [Path(__file__).parent / 'second']"), encoding="utf-8"
    )
    assert list(City.named("mixed").schemes()) == ["mixed/2"]
    assert bases(project, "--scheme", "mixed") == ["marked"]
