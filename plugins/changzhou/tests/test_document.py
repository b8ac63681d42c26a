"""docs/changzhou.md goes through the whole notice, and what it says of clauses and cases is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import bare, rows

from kaohe.loading import read_toml, structure
from kaohe.model import Clause, Rubric, Veto
from kaohe_changzhou import HERE as PLUGIN
from kaohe_conformance import Suite

DOCUMENT = (Path(__file__).parents[3] / "docs" / "changzhou.md").read_text(encoding="utf-8")
NOTICE = (PLUGIN / "2022" / "sources" / "notice.txt").read_text(encoding="utf-8")
RUBRICS = [
    structure(read_toml(path), Rubric, str(path)) for path in sorted((PLUGIN / "2022" / "rubrics").glob("*.toml"))
]
FILES = Suite("changzhou").regimes[0].case_files
QUESTIONS = "## Open questions"


def coded(cell: str) -> list[str]:
    """What a cell names in code; a reading in brackets is not meant."""
    return re.findall(r"`([^`]+)`", re.sub(r"\(`[^`]+`\)", "", cell))


def expected(line: Clause | Veto) -> tuple[str, str, str, set[int]]:
    """Code, fact, shape or effect, and points of a clause or veto."""
    graded = [*getattr(line, "bands", []), *getattr(line, "levels", [])]
    points = {int(one.points) for one in graded} or {int(getattr(line, "points", 0))}
    return line.clause, line.fact, line.effect if isinstance(line, Veto) else line.shape, points - {0}


def test_the_quotations_are_the_whole_notice() -> None:
    quoted = "".join(cells[0] for cells in rows(DOCUMENT.partition(QUESTIONS)[0]))
    assert bare(quoted) == bare(NOTICE)


@pytest.mark.parametrize("cells", rows(DOCUMENT), ids=lambda cells: cells[0].strip()[:30])
def test_every_row_says_something_in_every_column(cells: list[str]) -> None:
    assert all(cell.strip() for cell in cells)


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda rubric: rubric.rubric)
def test_the_clauses_are_those_of_the_rubric(rubric: Rubric) -> None:
    part = DOCUMENT.split(f"## {rubric.annex}\n")[1].split("\n## ")[0]
    said = []
    for _, clauses, facts, shapes, points, _, _ in rows(part):
        numbers = [{int(number) for number in re.findall(r"[−+](\d+)", one)} for one in points.split("<br>")]
        said += list(zip(coded(clauses), coded(facts), coded(shapes), numbers, strict=False))
    lines: list[Clause | Veto] = [*(clause for _, clause in rubric.clauses), *rubric.vetoes]
    assert said == [expected(line) for line in lines]


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda rubric: rubric.rubric)
def test_the_file_of_a_line_touches_its_facts(rubric: Rubric) -> None:
    part = DOCUMENT.split(f"## {rubric.annex}\n")[1].split("\n## ")[0]
    for line, _, facts, *_, files in rows(part):
        given = [case.given.tables for stem in coded(files) for case in FILES[stem].cases]
        recorded = {row["fact"] for tables in given for row in [*tables.get("events", []), *tables.get("metrics", [])]}
        stars = [row for tables in given for row in tables.get("institutions", []) if row.get("star", "0") != "0"]
        recorded |= {"star"} if stars else set()
        assert set(coded(facts)) <= recorded, line


def test_every_case_that_is_named_is_there() -> None:
    named = re.findall(r"`([a-z0-9/-]+)` 「(.+?)」", DOCUMENT)
    assert len(named) > 30
    missing = [(stem, name) for stem, name in named if name not in {case.name for case in FILES[stem].cases}]
    assert missing == []


def test_every_file_of_cases_is_named() -> None:
    assert {stem for stem in FILES if f"`{stem}`" not in DOCUMENT} == {"annex2/missing"}
