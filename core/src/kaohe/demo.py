"""A city's example year: made by its plugin, run like any other."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

import polars as pl
from attrs import frozen

from kaohe.compute import Progress, silent
from kaohe.messages import text
from kaohe.plugin.manager import City, installed, scheme_named
from kaohe.problems import Problem, Refused
from kaohe.run import Run, assess
from kaohe.store import save

EXAMPLE_PARAMETERS = "example-parameters.toml"
"""A scheme's folder may hold this file: values to try with, each marked as an assumption."""

EXAMPLE_PLANS = "example-plan*.toml"
"""And plans to try with."""

A_DOZEN = 12


@frozen
class Line:
    """What shows a feature: the words of a command."""

    words: list[str]


@frozen(eq=False)
class Demo:
    """What was made of one regime: the dataset, the plans and the parameter file if there are any, the run and where
    it is, and an institution worth explaining."""

    dataset: Path
    plans: list[Path]
    parameters: Path | None
    out: Path
    run: Run
    example: str


def make(name: str | None, seed: int, folder: Path | None, progress: Progress = silent) -> list[Demo] | Line:
    """Write the example year of a city (by default the first that has one) and run it; raises Refused.

    A city with several regimes has a folder for each. Of a feature, what it needs is written, and its command is
    returned.
    """
    city = City.named(name) if name else _first()
    home = folder or Path("demo") / city.name
    _may_be_written(home)
    dataset = home / "dataset"
    progress(text("making the year"))
    dataset.mkdir(parents=True, exist_ok=True)
    if city.feature:
        return Line(city.shown(dataset, seed))
    regimes = city.demo(dataset, seed)
    if not regimes:
        raise Refused([Problem("demo", text("{city} has no example year yet", city=city.name))])
    return [_run(home, regime, scheme, progress) for regime, scheme in regimes.items()]


def _run(home: Path, regime: str, scheme: str, progress: Progress) -> Demo:
    """One regime of the example year, run with the scheme's example files beside it."""
    _, _, rules = scheme_named(scheme)
    dataset, beside = home / "dataset" / regime, home / regime
    beside.mkdir(exist_ok=True)
    copied = [Path(copyfile(file, beside / file.name)) for file in sorted(rules.glob(EXAMPLE_PLANS))]
    parameters = None
    if (rules / EXAMPLE_PARAMETERS).exists():
        parameters = Path(copyfile(rules / EXAMPLE_PARAMETERS, beside / EXAMPLE_PARAMETERS))
    run = assess(dataset, scheme, plan=copied, parameters=parameters, progress=progress)
    progress(text("writing the run"))
    out = home / f"{regime or 'run'}.db"
    save(run, out)
    return Demo(dataset, copied, parameters, out, run, _worth_explaining(run))


def _may_be_written(home: Path) -> None:
    """A demo may be made anew where a demo is, not in a folder that holds something else."""
    if home.exists() and any(home.iterdir()) and not any(home.glob("*.db")):
        message = text("this folder holds something else")
        raise Refused([Problem("demo", message, text("choose another (--folder)"), file=str(home))])


def _first() -> City:
    for name in sorted(installed()):
        city = City.named(name)
        if city.has("demo") and not city.feature:
            return city
    raise Refused([Problem("demo", text("no installed city has an example year"), text("install one"))])


def _worth_explaining(run: Run) -> str:
    """An institution with enough to tell, and not too much: about a dozen clauses that cost or earned points."""
    if run.tables["trace"].is_empty():
        return _region(run.tables["journal"])
    trace = run.tables["trace"].filter(pl.col("points").fill_null(0) != 0)
    told = trace.group_by("institution").agg(distance=(pl.len().cast(pl.Int64) - A_DOZEN).abs())
    return str(told.sort("distance", "institution")["institution"].first() or "")


def _region(journal: pl.DataFrame) -> str:
    """The region that bears the most; without any, the one with the most entries."""
    borne = pl.col("amount").filter(pl.col("account") == "shared").sum()
    of_regions = journal.filter(pl.col("region") != "").group_by("region").agg(borne=borne, entries=pl.len())
    ordered = of_regions.sort("borne", "entries", "region", descending=[True, True, False])
    return str(ordered["region"].first() or "")
