"""`kaohe lint`: each thing that is amiss is found where it is; the cities have none."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import frozen
from project import Project

PACKAGE = Path("kaohe-yangshi/src/kaohe_yangshi")
CLAUSE = 'fact = "complaint.substantiated"\nshape = "per_case"\npoints = 5\n'
SECOND = """
[[sections.items.clauses]]
clause = "2"
text = "第二条"
"""
NUMBER = '["yangshi.beds"]\nname = { zh_CN = "床位", en = "Beds" }\ndefinition = "-"\n'


@frozen
class Amiss:
    """A change to a new city's files, and the whole line that is said of it."""

    name: str
    file: str
    old: str
    new: str
    said: str
    severity: str = "warning"


def bands(*rows: str, fact: str = "satisfaction") -> str:
    return f'fact = "{fact}"\nshape = "bands"\nbands = [{", ".join(f"{{ {row} }}" for row in rows)}]\n'


TABLE, SCHEME, PARAMETERS, FACTS = ("2026/rubrics/table.toml", "2026/scheme.toml", "2026/parameters.toml", "facts.toml")
FIX = "correct the number, or leave it out"
HOLDS = "say what holds there, or name it a reading"
CASES = [
    Amiss("a gap between two bands", TABLE, CLAUSE, bands("below = 0.8, points = 5", "at_least = 0.85, points = 1"),
          f"key 1: 0.8 ≤ x < 0.85 falls into no band → {HOLDS}"),
    Amiss("an end that belongs to neither band", TABLE, CLAUSE,
          bands("below = 0.8, points = 5", "above = 0.8, points = 1"),
          f"key 1: 0.8 falls into no band → {HOLDS}"),
    Amiss("a level between two", TABLE, CLAUSE,
          'fact = "star"\nshape = "look_up"\nlevels = [{ value = 1, points = 1 }, { value = 3, points = 3 }]\n',
          f"key 1: 2 between the levels is worth nothing → {HOLDS}"),
    Amiss("a band above all shares", TABLE, CLAUSE, bands("at_most = 1, points = 5", "above = 1, points = 1"),
          f"key 1: nothing reaches 1 < x: “satisfaction” is at most 1 → {FIX}"),
    Amiss("a band below zero", TABLE, CLAUSE, bands("below = 0, points = 5"),
          f"key 1: nothing reaches x < 0: “satisfaction” is not below 0 → {FIX}"),
    Amiss("a band without a whole number", TABLE, CLAUSE,
          bands("above = 3, below = 4, points = 5", fact="training.internal"),
          f"key 1: nothing reaches 3 < x < 4: “training.internal” is a whole number → {FIX}"),
    Amiss("points beyond the item", TABLE, "points = 5", "points = 101",
          f"key 1: 101 points cannot all be reached: the item has 100 → {FIX}"),
    Amiss("points of a band beyond the item", TABLE, CLAUSE, bands("below = 0.8, points = 200"),
          f"key 1: 200 points cannot all be reached: the item has 100 → {FIX}"),
    Amiss("a clause worth nothing", TABLE, "points = 5", "points = 0",
          "key 1: it is worth nothing → give it points, or leave it out"),
    Amiss("a fact counted twice", TABLE, CLAUSE, CLAUSE + SECOND + CLAUSE,
          "key 1: “complaint.substantiated” is counted by the clauses 1, 2: one record counts in each"
          " → use a fact of its own for each, if the document means two", "note"),
    Amiss("a fact whose table is not asked for", SCHEME, ', "events"]', "]",
          "rubrics/table.toml, key 1: “complaint.substantiated” stands in the table events, which the scheme does not"
          " ask for → name the table under needs in scheme.toml"),
    Amiss("a parameter without a source", PARAMETERS, 'source = "示例（文件未公布等级分数线）"\n', "",
          "key grade.cutoffs: it is not said where the value comes from"
          " → say provenance (published, agreement, assumption) and source"),
    Amiss("a value of which nobody says whether it is published", PARAMETERS, 'provenance = "agreement"\n',
          'value = [{ grade = "A", at_least = 0 }]\n',
          "key grade.cutoffs: it is not said whether the value is published"
          " → say provenance (published, agreement, assumption) and source"),
    Amiss("a reading without a reason", PARAMETERS, '["grade.cutoffs"]',
          '["own"]\nname = { zh_CN = "读法", en = "Reading" }\ntype = "choice"\nreading = true\nvalue = "a"\n'
          'source = "-"\noptions.a = { zh_CN = "甲", en = "a" }\n\n["grade.cutoffs"]',
          "key own: the reading has no reason → say why the words are read so"),
    Amiss("an unset parameter that nothing needs", PARAMETERS, '["grade.cutoffs"]',
          '["own"]\nname = { zh_CN = "日期", en = "Day" }\ntype = "date"\nsource = "-"\n\n["grade.cutoffs"]',
          "key own: it is unset, and nothing says what it is needed for → say needed_for, if anything is",
          "note"),
    Amiss("a fact that no rule counts", FACTS, "# Facts", NUMBER + "# Facts",
          "key yangshi.beds: no rule counts “yangshi.beds” → leave it out", "note"),
    Amiss("a year that ends before it begins", SCHEME, "ends = 2026-12-31", "ends = 2025-12-31",
          "key ends: the year ends (2025-12-31) before it begins (2026-01-01) → correct the dates"),
    Amiss("bands that overlap", TABLE, CLAUSE, bands("below = 0.8, points = 5", "at_least = 0.7, points = 1"),
          "key 1: two bands overlap", "error"),
    Amiss("a fact that nobody knows", TABLE, "complaint.substantiated", "complaint.new",
          "key 1: the fact “complaint.new” is not in the vocabulary", "error"),
]  # fmt: skip


@pytest.fixture
def made(project: Project) -> Project:
    project.kaohe("new", "yangshi", "--year", "2026")
    scheme = project.root / PACKAGE / SCHEME
    scheme.write_text(
        scheme.read_text(encoding="utf-8").replace(', "events"]', ', "metrics", "events"]'), encoding="utf-8"
    )
    return project


@pytest.mark.parametrize("amiss", CASES, ids=lambda amiss: amiss.name)
def test_what_is_amiss_is_told_with_its_place(amiss: Amiss, made: Project) -> None:
    file = made.root / PACKAGE / amiss.file
    content = file.read_text(encoding="utf-8")
    assert amiss.old in content
    file.write_text(content.replace(amiss.old, amiss.new, 1), encoding="utf-8")
    outcome = made.kaohe("lint", "kaohe-yangshi")
    (line,) = [line for line in outcome.err.splitlines() if line.startswith(f"{amiss.severity}: ")]
    assert amiss.said in line
    assert str(file) in line or amiss.said.startswith("rubrics/")
    assert outcome.status == (0 if amiss.severity == "note" else 1)
    document = made.kaohe("lint", "kaohe-yangshi", "--json")
    assert document.status == outcome.status
    assert [problem["severity"] for problem in document.json["problems"]] == [amiss.severity]


def test_two_readings_of_one_clause_count_a_fact_once(made: Project) -> None:
    parameters = made.root / PACKAGE / PARAMETERS
    reading = (
        '["own"]\nname = { zh_CN = "读法", en = "Reading" }\ntype = "choice"\nreading = true\nvalue = "a"\n'
        'source = "-"\nreason = { zh_CN = "理由", en = "Reason" }\n'
        'options.a = { zh_CN = "甲", en = "a" }\noptions.b = { zh_CN = "乙", en = "b" }\n\n'
    )
    parameters.write_text(reading + parameters.read_text(encoding="utf-8"), encoding="utf-8")
    table = made.root / PACKAGE / TABLE
    both = CLAUSE + 'when = "own=a"\n' + SECOND + CLAUSE + 'when = "own=b"\n'
    table.write_text(table.read_text(encoding="utf-8").replace(CLAUSE, both), encoding="utf-8")
    outcome = made.kaohe("lint", "kaohe-yangshi")
    assert (outcome.status, outcome.err) == (0, "")


@pytest.mark.parametrize("named", ["kaohe-yangshi", PACKAGE.as_posix(), (PACKAGE / "2026").as_posix()])
def test_a_plugin_is_looked_at_before_it_is_installed(named: str, made: Project) -> None:
    outcome = made.kaohe("lint", named)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "yangshi/2026: Yangshi: assessment of designated institutions (example)",
        "0 things are amiss",
    ]


@pytest.mark.parametrize("city", ["changzhou", "tianjin", "qingdao", "changzhou/2022"])
def test_nothing_is_amiss_in_the_cities(city: str, project: Project) -> None:
    assert project.kaohe("lint", city, "--json").json["amiss"] == 0


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("nowhere", "“nowhere” is neither an installed city or scheme nor a folder → installed are changzhou, "),
        ("changzhou/1999", "there is no scheme “changzhou/1999” → there is changzhou/2022"),
        ("kaohe-yangshi/tests", "there is no scheme.toml in the folder"),
    ],
)
def test_what_is_no_scheme_is_refused(named: str, said: str, made: Project) -> None:
    outcome = made.kaohe("lint", named)
    assert (outcome.status, outcome.out) == (1, "")
    assert said in outcome.err
