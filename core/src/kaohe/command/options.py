"""The options by which a command chooses the rules of a year, declared once for all of them.

`of` is how a command that takes several schemes has each value begin: with whose it is (`SCHEME=FILE`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kaohe.messages import text

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


def scheme() -> Callable[[F], F]:
    """`--scheme`, the one scheme of the command."""
    return click.option(
        "--scheme",
        required=True,
        help=str(text("The scheme (CITY/VERSION), or a city: its scheme of the dataset's year.")),
    )


def plan(of: str = "") -> Callable[[F], F]:
    """`--plan`, any number of times; the argument is `plans`."""
    said = text("A rubric for the year (.toml or .xlsx), in place of the scheme's own; one for each kind.")
    kind = str if of else FILE
    return click.option("--plan", "plans", type=kind, multiple=True, metavar=_metavar(of), help=str(said))


def params(of: str = "") -> Callable[[F], F]:
    """`--params`; the argument is `parameters`. Where it must say whose it is, any number of times."""
    said, kind = text("A parameter file (TOML)."), str if of else FILE
    return click.option("--params", "parameters", type=kind, multiple=bool(of), metavar=_metavar(of), help=str(said))


def reading(example: str, of: str = "") -> Callable[[F], F]:
    """`--reading`, any number of times; the argument is `readings`."""
    whose = f"{of}:" if of else ""
    said = text("Choose a reading, such as {example}.", example=f"{whose}{example}")
    return click.option("--reading", "readings", multiple=True, metavar=f"{whose}NAME=OPTION", help=str(said))


def _metavar(of: str) -> str:
    return f"[{of}=]FILE" if of else "FILE"
