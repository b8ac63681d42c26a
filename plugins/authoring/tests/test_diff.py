"""`kaohe rubric-diff`: what changed from one year to the next, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import Project

OLD = Path("kaohe-yangshi/src/kaohe_yangshi/2026")
ITEM = """
[[sections.items]]
item = "2"
name = "{name}"
full_score = 0

[[sections.items.clauses]]
clause = "2"
text = "{text}"
fact = "price.above_filed"
shape = "once"
points = 1
"""


@pytest.fixture
def years(project: Project) -> Project:
    """A new city's year, and the same again as the next."""
    for year in (2026, 2027):
        project.kaohe("new", "yangshi", "--year", str(year), "--folder", str(year))
        for folder in (project.root / str(year)).glob("src/*/*"):
            if folder.name == str(year):
                folder.rename(project.root / f"rules-{year}")
    return project


def change(project: Project, year: int, file: str, old: str, new: str) -> None:
    path = project.root / f"rules-{year}" / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")


def differences(project: Project) -> list[tuple[str, ...]]:
    document = project.kaohe("rubric-diff", "rules-2026", "rules-2027", "--json").json
    assert (document["before"], document["after"]) == ("yangshi/2026", "yangshi/2027")
    found = [tuple(entry.values()) for entry in document["differences"]]
    return [entry for entry in found if entry[3] not in ("begins", "ends")]


def test_the_same_rules_differ_in_their_year_alone(years: Project) -> None:
    assert differences(years) == []
    outcome = years.kaohe("rubric-diff", "rules-2026", "rules-2027")
    assert outcome.status == 0
    assert outcome.out.endswith("2 differences\n")
    same = years.kaohe("rubric-diff", "rules-2026", "rules-2026")
    assert (same.status, same.out) == (0, "0 differences\n")


def test_words_points_and_full_scores(years: Project) -> None:
    change(years, 2027, "rubrics/table.toml", "每例扣5分", "每例扣4分")
    change(years, 2027, "rubrics/table.toml", "points = 5", "points = 4.5")
    change(years, 2027, "rubrics/table.toml", "full_score = 100", "full_score = 90")
    assert differences(years) == [
        ("nursing_home", "", "", "full_score", "100", "90"),
        ("nursing_home", "1", "", "full_score", "100", "90"),
        (
            "nursing_home",
            "1",
            "1",
            "text",
            "被查实的投诉，每例扣5分，扣完为止。",
            "被查实的投诉，每例扣4分，扣完为止。",
        ),
        ("nursing_home", "1", "1", "points", "5", "4.5"),
    ]


def test_an_item_that_is_new_and_one_that_is_gone(years: Project) -> None:
    for year, name in ((2026, "旧项目"), (2027, "新项目")):
        file = years.root / f"rules-{year}" / "rubrics" / "table.toml"
        item = ITEM.format(name=name, text=name).replace('item = "2"', f'item = "{year}"')
        file.write_text(
            file.read_text(encoding="utf-8") + item.replace('clause = "2"', f'clause = "{year}"'), encoding="utf-8"
        )
    assert differences(years) == [
        ("nursing_home", "2027", "", "item", "", "新项目 (0)"),
        ("nursing_home", "2026", "", "item", "旧项目 (0)", ""),
    ]


def test_an_item_that_got_another_number_is_still_the_same(years: Project) -> None:
    change(years, 2027, "rubrics/table.toml", 'item = "1"', 'item = "9"')
    assert differences(years) == [("nursing_home", "9", "", "item", "1", "9")]


def test_another_shape_with_its_own_numbers(years: Project) -> None:
    change(years, 2027, "rubrics/table.toml", 'shape = "per_case"', 'shape = "per_n"\nn = 2')
    assert differences(years) == [
        ("nursing_home", "1", "1", "shape", "per_case", "per_n"),
        ("nursing_home", "1", "1", "n", "", "2"),
    ]


def test_parameters_with_their_provenance(years: Project) -> None:
    change(
        years,
        2027,
        "parameters.toml",
        'provenance = "agreement"',
        'provenance = "published"\nvalue = [{ grade = "A", at_least = 0 }]',
    )
    assert differences(years) == [
        ("parameters", "grade.cutoffs", "", "value", "", "grade = A, at_least = 0"),
        ("parameters", "grade.cutoffs", "", "provenance", "agreement", "published"),
    ]


def test_a_table_for_another_kind(years: Project) -> None:
    change(years, 2027, "rubrics/table.toml", 'kind = "nursing_home"', 'kind = "home_care"')
    assert differences(years) == [
        ("nursing_home", "", "", "rubric", "Assessment table (example)", ""),
        ("home_care", "", "", "rubric", "", "Assessment table (example)"),
    ]


def test_people_read_it_in_their_language(years: Project) -> None:
    change(years, 2027, "rubrics/table.toml", "points = 5", "points = 4")
    chinese = years.kaohe("rubric-diff", "rules-2026", "rules-2027", lang="zh_CN").out
    assert "养老机构" in chinese
    assert "扣分" in chinese
    assert "共3处不同" in chinese


def test_several_schemes_are_not_one(project: Project) -> None:
    outcome = project.kaohe("rubric-diff", "tianjin", "tianjin/agencies-2024")
    assert outcome.status == 1
    assert "tianjin has several schemes → there is tianjin/agencies-2024, tianjin/institutions-2023" in outcome.err
