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
def allocate(tables: Tables, rules: Rules) -> Tables:
    """Each fund's budget, bounded by revenue, net of the reserve, split over the regions (items 2, 3, 4)."""
    from kaohe_qingdao.stages import allocate as stage

    return stage(tables, rules)


@hookimpl
def settle(tables: Tables, rules: Rules) -> Tables:
    """Months, year-end, overspend in the published order, third parties' cost (items 3, 4, 6)."""
    from kaohe_qingdao.stages import settle as stage

    return stage(tables, rules)


@hookimpl
def checks(dataset: Dataset, rules: Rules) -> list[Problem]:
    """Faults of budgets and payments, and the planning gauges (items 2, 3, 4, 8)."""
    from kaohe_qingdao import faults, planning
    from kaohe_qingdao.year import READ, of_frames

    frames = {name: dataset.tables[name].collect() for name in READ if name in dataset.tables}
    year = of_frames(frames, int(dataset.year), rules)
    found = [*faults.of_budgets(year, rules), *faults.of_payments(year), *faults.of_shares(rules)]
    # Gauges of a year that has faults would only stand in their way.
    return found or [*faults.of_subsidies(year), *planning.gauges(year, rules)]


# Called demo, it would be replaced by the package of that name as soon as that is imported.
@hookimpl(specname="demo")
def write_demo(folder: Path, seed: int) -> str:
    """The year 2023 after three years of history, in eight regions and two funds, everything invented."""
    from kaohe_qingdao.demo import write

    return write(folder, seed)
