"""Qingdao: eight management regions under one budget (青医保字〔2023〕1号)."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from kaohe import hookimpl

if TYPE_CHECKING:
    from kaohe import Dataset, Problem, Rules, Tables

HERE = Path(str(resources.files("kaohe_qingdao")))


@hookimpl
def schemes() -> list[Path]:
    """The year 2023."""
    return [HERE / "2023"]


@hookimpl
def settle(tables: Tables, rules: Rules) -> Tables:
    """The budgets' year as scheme.toml says it (items 2, 3, 4), and third parties' cost (item 6)."""
    import narwhals as nw

    from kaohe import defaults, held
    from kaohe_qingdao import assessors

    journal = defaults.settle(tables, rules)["journal"]
    return {"journal": nw.concat([journal, held(assessors.settle(tables, rules))])}


@hookimpl
def checks(dataset: Dataset, rules: Rules) -> list[Problem]:
    """Payments to third parties, the raised subsidy, and the planning gauges (items 1, 6, 8)."""
    from kaohe import Year
    from kaohe_qingdao import faults, planning

    year = Year.of_dataset(dataset, rules)
    found = list(faults.of_third_parties(year, rules))
    # Gauges of a year that has faults would only stand in their way.
    return found or [*faults.of_subsidies(year), *planning.gauges(year, rules)]


# Called demo, it would be replaced by the package of that name as soon as that is imported.
@hookimpl(specname="demo")
def write_demo(folder: Path, seed: int) -> str:
    """The year 2023 after three years of history, in eight regions and two funds, everything invented."""
    from kaohe_qingdao.demo import write

    return write(folder, seed)
