"""docs/tianjin.md goes through both drafts whole, and what it says of cases, parameters and files is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import bare, rows
from tianjin_dataset import SCHEMES

from kaohe.assembly import assemble
from kaohe.plugin.manager import scheme_named
from kaohe_conformance import Suite
from kaohe_tianjin import HERE

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "tianjin.md").read_text(encoding="utf-8")
PARTS = {"agencies": "## Entrusted agencies (2024)", "institutions": "## Designated medical institutions (2023)"}
CASES = {
    f"{place}/{file}": cases
    for place, regime in zip(SCHEMES, Suite("tianjin").regimes, strict=True)
    for file, cases in regime.case_files.items()
}
FOLDERS = {"agencies": "agencies-2024", "institutions": "institutions-2023"}


def part(regime: str) -> str:
    """What the page says of a draft."""
    return DOCUMENT.split(PARTS[regime])[1].split("\n## ")[0]


@pytest.mark.parametrize("regime", PARTS)
def test_the_quotations_are_the_whole_draft(regime: str) -> None:
    draft = (HERE / FOLDERS[regime] / "sources" / "draft.txt").read_text(encoding="utf-8")
    assert bare("".join(cells[0] for cells in rows(part(regime)))) == bare(draft)


@pytest.mark.parametrize("regime", PARTS)
def test_every_row_says_something_in_every_column(regime: str) -> None:
    for cells in rows(part(regime)):
        assert len(cells) == 4
        assert all(cell.strip() for cell in cells)


def test_every_case_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:agencies|institutions)/[\w-]+)` 「([^」]+)」", DOCUMENT)
    assert len(named) > 30
    for stem, name in named:
        assert name in [case.name for case in CASES[stem].cases], (stem, name)
    assert {stem for stem, _ in named} == set(CASES)


def test_every_parameter_that_is_named_is_there() -> None:
    declared = {name for scheme in SCHEMES.values() for name in assemble(*scheme_named(scheme)).parameters}
    named = re.findall(r"`((?:combine|marks|fee|deposit|agencies|renewal|missing)\.[a-z_]+)`", DOCUMENT)
    assert set(named) - {"marks.py", "deposit.py", "fee.py"} <= declared
