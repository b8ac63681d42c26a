"""Every hook a city may implement: a signature and what to return. The core registers a default for most.

A stage is a pure function from named tables to named tables (narwhals lazy frames); the columns of each
table are in `kaohe.stages.contract`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from kaohe.dataset import Dataset
    from kaohe.model import Rules, Scheme
    from kaohe.problems import Problem
    from kaohe.stages.frames import Tables


hookspec = pluggy.HookspecMarker("kaohe")
hookimpl = pluggy.HookimplMarker("kaohe")


@hookspec(firstresult=True)
def schemes() -> Iterable[Path]:
    """Return the folders of the city's schemes, each with a scheme.toml."""
    raise NotImplementedError


@hookspec(firstresult=True)
def facts() -> Path:
    """Return the file with the city's own facts, whose codes begin with the city's name and a full stop."""
    raise NotImplementedError


@hookspec(firstresult=True)
def rubric(scheme: Scheme, folder: Path) -> Iterable[Path]:
    """Return the files of the scheme's rubrics; by default every TOML file in the folder `rubrics`."""
    raise NotImplementedError


@hookspec(firstresult=True)
def exempt(tables: Tables, rules: Rules) -> Tables:
    """Return `exempt`: institutions that are not assessed by a rubric, each with the article by which."""
    raise NotImplementedError


@hookspec(firstresult=True)
def score(tables: Tables, rules: Rules) -> Tables:
    """Return `trace`: each clause that a scorer's facts touched, or left open, with its points before caps."""
    raise NotImplementedError


@hookspec(firstresult=True)
def combine(tables: Tables, rules: Rules) -> Tables:
    """Return `items`, `scores` and `totals`: points by item, by scorer, and by institution."""
    raise NotImplementedError


@hookspec(firstresult=True)
def grade(tables: Tables, rules: Rules) -> Tables:
    """Return `results`: score, rank and grade of each institution, after the vetoes."""
    raise NotImplementedError


@hookspec(firstresult=True)
def consequences(tables: Tables, rules: Rules) -> Tables:
    """Return `consequences`: what follows from each result, with its article."""
    raise NotImplementedError


@hookspec(firstresult=True)
def allocate(tables: Tables, rules: Rules) -> Tables:
    """Return `allocations`: each fund's budget split over the regions, step by step, in fen."""
    raise NotImplementedError


@hookspec(firstresult=True)
def settle(tables: Tables, rules: Rules) -> Tables:
    """Return `journal`: double entries in fen that sum to zero, each with its article and cause."""
    raise NotImplementedError


@hookspec(firstresult=True)
def checks(dataset: Dataset, rules: Rules) -> Iterable[Problem]:
    """Return what is wrong with the dataset under the city's own rules, beyond the contract's checks.

    Tables with faults of their own are left out of the dataset (`dataset.faulty` names them), so that all faults are
    said at once; where one that the scheme needs is among them, this is not asked.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def demo(folder: Path, seed: int) -> str | Mapping[str, str] | Sequence[str]:
    """Write a realistic year into the folder as an official would hold it; return the scheme to run it under.

    A city with several regimes writes a folder for each inside, and returns their names with their schemes. A feature
    returns the words of the command that shows what it does (`["compare", …]`).
    """
    raise NotImplementedError
