"""docs/shapes.md: every line of its tables comes out as it says there."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

import kaohe
from kaohe.loading import structure
from kaohe.messages import speaking
from kaohe.model import SHAPES, Clause, Item
from kaohe.printed import worth
from kaohe.rules import SHARED_FACTS, load_facts

PAGE = (Path(__file__).parents[1] / "docs" / "shapes.md").read_text(encoding="utf-8")
SECTION = re.compile(
    r"^## (\w+)\n\n((?:(?!^## ).)*?)```toml\n([^`]*)```\n\n\| q [^\n]*\n\|---[^\n]*\n((?:\|[^\n]*\n)+)",
    re.MULTILINE | re.DOTALL,
)
SCHEME = """\
scheme = "shapes/1"
name = { zh_CN = "计分形式", en = "Shapes" }
begins = 2025-01-01
ends = 2025-12-31
reviewed = 2025-01-01
features = ["marks"]
documents = [{ number = "1", title = "-", issuer = "-" }]
"""
TABLE = """\
rubric = "table"
kind = "nursing_home"
name = {{ zh_CN = "表", en = "Table" }}
document = "1"
annex = "1"
full_score = 100
full_score_basis = "sum"

[[sections]]
section = "only"
name = "-"

[[sections.items]]
item = "1"
name = "-"
full_score = 100
direction = "{direction}"

[[sections.items.clauses]]
clause = "1"
text = "-"
{clause}"""


def shapes() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Each shape's TOML, and the lines of its table: q and points."""
    found = {}
    for name, _, toml, table in SECTION.findall(PAGE):
        lines = [[cell.strip() for cell in line.strip("|\n").split("|")][:2] for line in table.splitlines()]
        found[name] = toml, [(q, points) for q, points in lines]
    return found


def test_every_shape_is_shown() -> None:
    assert list(shapes()) == list(SHAPES)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("per_case", "minus 2 for each case"),
        ("once", "minus 5 once, however many cases"),
        ("short_of", "minus 3 for each one short of 4"),
        ("per_n", "minus 1 for each full 10"),
        ("bands", "0.80 ≤ x < 0.90: minus 10, x < 0.80: minus 30; nothing outside"),
        ("look_up", "1: minus 6, 2: minus 3; nothing outside"),
        ("line", "0: minus 20, 4: minus 0; in a straight line between"),
        ("peers", "minus 2 for each full 0.01 above the average of its peers"),
        ("mark", "a mark out of 50, in proportion"),
    ],
)
def test_a_shape_is_told_in_words(shape: str, said: str) -> None:
    toml, _ = shapes()[shape]
    content = {"clause": "1", "text": "-", **tomllib.loads(toml, parse_float=Decimal)}
    clause = structure(content, Clause, "")  # type: ignore[type-abstract]
    with speaking("en"):
        assert str(worth(clause, Item("1", "-", Decimal(100), [clause]))) == said


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_counts_as_the_page_says(shape: str, tmp_path: Path) -> None:
    toml, lines = shapes()[shape]
    city = tmp_path / "1"
    (city / "rubrics").mkdir(parents=True)
    (city / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    direction = "earn" if shape == "mark" else "deduct"
    (city / "rubrics" / "table.toml").write_text(TABLE.format(direction=direction, clause=toml), encoding="utf-8")
    run = kaohe.assess(
        year([q for q, _ in lines], shape, toml),
        "shapes/1",
        plugins={"shapes": SimpleNamespace(__path__=[str(tmp_path)])},
    )
    start = 0 if direction == "earn" else 100
    expected = [start + Fraction(points.replace("−", "-")) for _, points in lines]
    assert [Fraction(score) for score in run.results.sort("institution")["score"]] == expected


def year(values: list[str], shape: str, toml: str) -> dict[str, object]:
    """An institution for each value, and the value recorded of it in the one month of its service."""
    names = [f"N{number}" for number in range(len(values))]
    institutions = {
        "institution": names, "name": names, "kind": ["nursing_home"] * len(names),
        "active_from": ["2025-06-01"] * len(names), "active_to": ["2025-06-30"] * len(names),
    }  # fmt: skip
    tables: dict[str, object] = {
        "dataset": {"name": "-", "from": "2025-01-01", "to": "2025-12-31"},
        "scorers": pl.DataFrame({"scorer": ["D"], "name": ["D"], "role": ["district"]}),
        "served": pl.DataFrame({"institution": names, "scorer": ["D"] * len(names), "persons": ["1"] * len(names)}),
    }
    common = {"institution": names, "scorer": ["D"] * len(names)}
    if shape == "mark":
        tables["marks"] = pl.DataFrame({**common, "item": ["1"] * len(names), "points": values})
        return {**tables, "institutions": pl.DataFrame(institutions)}
    (fact,) = re.findall(r'fact = "(.*)"', toml)
    about = load_facts(SHARED_FACTS)[fact]
    if about.table == "institutions":
        return {**tables, "institutions": pl.DataFrame({**institutions, fact: values})}
    if about.table == "events":
        happened = pl.DataFrame({
            "event": names, **common, "date": ["2025-06-15"] * len(names), "fact": [fact] * len(names), "count": values,
        })  # fmt: skip
        tables["events"] = happened.filter(pl.col("count") != "0")
    else:
        halves = [(*value.split("/"), None)[:2] for value in values]
        period = "2025-06" if about.period == "month" else "2025"
        tables["metrics"] = pl.DataFrame({
            **common, "period": [period] * len(names), "fact": [fact] * len(names),
            "numerator": [top for top, _ in halves], "denominator": [bottom for _, bottom in halves],
        })  # fmt: skip
    return {**tables, "institutions": pl.DataFrame(institutions)}
