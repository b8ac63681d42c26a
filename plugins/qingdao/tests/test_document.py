"""docs/qingdao.md goes through the whole source, and the cases that it names are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import bare, rows

from kaohe.loading import read_toml
from kaohe_conformance import Suite
from kaohe_qingdao import HERE as PLUGIN

DOCUMENT = (Path(__file__).parents[3] / "docs" / "qingdao.md").read_text(encoding="utf-8")
SOURCE = (PLUGIN / "2023" / "sources" / "opinions.txt").read_text(encoding="utf-8")
FILES = Suite("qingdao").regimes[0].case_files
PARAMETERS = read_toml(PLUGIN / "2023" / "parameters.toml")
QUESTIONS = "## Open questions"
REASONS = "\n".join(content["reason"]["zh_CN"] for content in PARAMETERS.values() if "reason" in content)
QUOTED = sorted(set(re.findall(r"“([^”]+)”", REASONS)))
"""What the reasons of the readings quote."""


def test_the_quotations_are_the_whole_source() -> None:
    quoted = "".join(cells[0] for cells in rows(DOCUMENT.partition(QUESTIONS)[0]))
    assert bare(quoted) == bare(SOURCE)


@pytest.mark.parametrize("cells", rows(DOCUMENT), ids=lambda cells: cells[0].strip()[:30])
def test_every_row_says_something_in_every_column(cells: list[str]) -> None:
    assert all(cell.strip() for cell in cells)


def test_every_case_that_is_named_is_there_and_every_case_of_the_law_is_named() -> None:
    named = set(re.findall(r"`([a-z]+)` 「(.+?)」", DOCUMENT))
    known = {(stem, case.name) for stem, file in FILES.items() for case in file.cases}
    assert named <= known
    unnamed = {name for _, name in known - named}
    assert unnamed == {
        "不参加分担的管理区没有得分,不影响分担",
        "另一种口径:市内三区取最低",
        "另一种口径:市内三区按参保人数加权",
    }


def test_every_reading_is_among_the_open_questions() -> None:
    asked = {
        name for cells in rows(DOCUMENT.partition(QUESTIONS)[2]) for name in re.findall(r"`([a-z]+\.[a-z]+)`", cells[1])
    }
    assert asked == {name for name, content in PARAMETERS.items() if content.get("reading")}


@pytest.mark.parametrize("words", QUOTED)
def test_the_words_that_a_reason_quotes_stand_in_the_source(words: str) -> None:
    """Parts that are left out are marked by an ellipsis."""
    place = 0
    for part in words.split("……"):
        place = bare(SOURCE).find(bare(part).replace("，", ","), place)
        assert place >= 0, part
