"""Changzhou: the annual assessment of designated long-term care institutions (常医保办〔2023〕12号)."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from kaohe import hookimpl

if TYPE_CHECKING:
    from kaohe import Rules, Tables

HERE = Path(str(resources.files("kaohe_changzhou")))


@hookimpl
def schemes() -> list[Path]:
    """The year 2022."""
    return [HERE / "2022"]


# Called demo, it would be replaced by the module of that name as soon as that is imported.
@hookimpl(specname="demo")
def write_demo(folder: Path, seed: int) -> str:
    """The year 2022 of 300 invented institutions."""
    from kaohe_changzhou.demo import write

    return write(folder, seed)


@hookimpl
def exempt(tables: Tables, rules: Rules) -> Tables:
    """Who takes no part (notice, 一)."""
    from kaohe_changzhou.assessment import exempt as stage

    return stage(tables, rules)


@hookimpl
def grade(tables: Tables, rules: Rules) -> Tables:
    """Grades, those of the procedure too (notice, 一 and 五(二))."""
    from kaohe_changzhou.assessment import grade as stage

    return stage(tables, rules)
