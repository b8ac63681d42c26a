"""Tianjin: entrusted agencies, and designated medical institutions under their agreements. Both are drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from kaohe import hookimpl

if TYPE_CHECKING:
    from kaohe import Dataset, Problem, Rules

HERE = Path(str(resources.files("kaohe_tianjin")))


@hookimpl
def schemes() -> list[Path]:
    """The two regimes, drafts for comment of 2024 and 2023."""
    return [HERE / "agencies-2024", HERE / "institutions-2023"]


@hookimpl
def facts() -> Path:
    """Violations and their losses, breaches, and what is done to materials."""
    return HERE / "facts.toml"


# Called checks and demo, they would be replaced by the modules of those names as soon as those are imported.
@hookimpl(specname="checks")
def check_cases(dataset: Dataset, rules: Rules) -> Iterable[Problem]:
    """No case counts twice (Articles 8 and 16); an objection is answered by who set the indicator (Article 11)."""
    from kaohe_tianjin.checks import faults

    return list(faults(dataset, rules)) if rules.scheme.scheme == "tianjin/institutions-2023" else []


@hookimpl(specname="demo")
def write_demo(folder: Path, seed: int) -> Mapping[str, str]:
    """Six invented agencies; about 2,000 invented medical institutions and pharmacies."""
    from kaohe_tianjin.demo import write

    return write(folder, seed)
