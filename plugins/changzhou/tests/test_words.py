"""The words of the four tables against the notice as it was printed, with the clauses of all readings."""

from __future__ import annotations

import re

import pytest
from documents import bare

from kaohe.loading import read_toml, structure
from kaohe.model import Item, Rubric
from kaohe_changzhou import HERE as PLUGIN

SCHEME = PLUGIN / "2022"
RUBRICS = [structure(read_toml(path), Rubric, str(path)) for path in sorted((SCHEME / "rubrics").glob("*.toml"))]
ITEMS = [(rubric, item) for rubric in RUBRICS for item in rubric.items]


def annex(rubric: Rubric) -> str:
    """One annex of the notice, from its heading line to the next annex's, without white space."""
    lines = (SCHEME / "sources" / "notice.txt").read_text(encoding="utf-8").splitlines()
    headings = [line.strip() for line in lines]
    following = f"附件{int(rubric.annex.removeprefix('附件')) + 1}"
    return bare("".join(lines[headings.index(rubric.annex) : headings.index(following)]))


def printed(item: Item) -> str:
    """An item as the notice prints it, from its name on: full score, then each numbered line once."""
    lines = dict.fromkeys(clause.number + clause.text for clause in item.clauses)
    return bare(f"{item.name}{item.full_score}{''.join(lines)}")


def printed_table(rubric: Rubric) -> str:
    """The whole table as a pattern; a section's name may stand before any of its items.

    The notice repeats it where a page begins, and prints no number for the heading of the vetoes.
    """
    items = [
        f"{item.item}(?:{section.name})?{re.escape(printed(item))}"
        for section in rubric.sections for item in section.items
    ]  # fmt: skip
    vetoes = [f"{veto.clause}(?:一票否决项)?{re.escape(bare(veto.text))}" for veto in rubric.vetoes]
    heading = f"{rubric.annex}{rubric.name.zh_CN}序号考核周期内容标准分值评分标准自评得分"
    return heading + "".join(items + vetoes)


def named(value: object) -> str | None:
    """The codes of a rubric, item or clause, for the name of a test."""
    for key in ("clause", "item", "rubric"):
        if hasattr(value, key):
            return str(getattr(value, key))
    return None


def test_there_are_four_tables() -> None:
    assert [rubric.annex for rubric in RUBRICS] == ["附件1", "附件2", "附件3", "附件4"]
    assert len({rubric.kind for rubric in RUBRICS}) == 4


@pytest.mark.parametrize("rubric", RUBRICS, ids=named)
def test_nothing_of_a_printed_table_is_left_out(rubric: Rubric) -> None:
    assert re.fullmatch(printed_table(rubric), annex(rubric))


@pytest.mark.parametrize(("rubric", "item"), ITEMS, ids=named)
def test_an_item_earns_where_its_lines_give_points_and_deducts_where_they_take_them(rubric: Rubric, item: Item) -> None:
    verb, other = ("得", "扣") if item.direction == "earn" else ("扣", "得")
    for clause in item.clauses:
        assert re.search(rf"{verb}\d+分", clause.text), rubric.rubric
        assert not re.search(rf"{other}\d+分", clause.text), rubric.rubric
