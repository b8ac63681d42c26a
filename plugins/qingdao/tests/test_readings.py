"""Every reading can be switched, and moves what it reads and nothing before it."""

from __future__ import annotations

from pathlib import Path

import pytest

import kaohe
from kaohe.assembly import assemble
from kaohe.messages import speaking
from kaohe.plugin.manager import scheme_named
from kaohe_qingdao import HERE as PLUGIN
from kaohe_qingdao.demo import write

SCHEME = "qingdao/2023"
EXAMPLE = PLUGIN / "2023" / "example-parameters.toml"
READINGS = [
    (parameter.parameter, option)
    for parameter in assemble(*scheme_named(SCHEME)).parameters.values()
    for option in parameter.options
    if parameter.reading and parameter.source.startswith("青医保字") and option != parameter.value
]
"""Each reading of the opinions with each option that is not its default."""

NEEDING = {("deposit.release", "grades"): "deposit.shares", ("cost.draw", "grades"): "cost.shares"}
"""Options that need a further parameter, which is unset."""
UNTOUCHED = {("available.revenue", "budget"), ("agency.several", "insured"), ("agency.several", "mean"),
             ("agency.several", "lowest")}  # fmt: skip
"""What the example has no use for: its revenue suffices, and 市内三区 does not share."""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readings")
    write(folder, 2022)
    return folder


@pytest.fixture(scope="module")
def default(dataset: Path) -> kaohe.Run:
    return kaohe.assess(dataset, SCHEME, parameters=EXAMPLE)


@pytest.mark.parametrize(("name", "option"), READINGS)
def test_a_reading_moves_what_it_reads(name: str, option: str, dataset: Path, default: kaohe.Run) -> None:
    if (name, option) in NEEDING:
        with pytest.raises(kaohe.Refused) as refused, speaking("en"):
            kaohe.assess(dataset, SCHEME, parameters=EXAMPLE, readings={name: option})
        assert NEEDING[name, option] in str(refused.value)
        return
    run = kaohe.assess(dataset, SCHEME, parameters=EXAMPLE, readings={name: option})
    same_budgets = run.tables["allocations"].equals(default.tables["allocations"])
    assert same_budgets == (not name.startswith("allocation."))
    assert run.tables["journal"].equals(default.tables["journal"]) == ((name, option) in UNTOUCHED)
