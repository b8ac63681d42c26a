"""What commands have in common: options, JSON, problems a line each, progress on a terminal."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from kaohe.command import language_option
from kaohe.messages import Text, plural, text
from kaohe.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])


def command(name: str, summary: Text) -> Callable[[F], click.Command]:
    """A click command with `--json` and `--lang`."""

    def decorate(function: F) -> click.Command:
        built = click.command(name, help=str(summary))(function)
        built.params += [
            click.Option(["--json", "as_json"], is_flag=True, help=str(text("Print one JSON document."))),
            language_option(),
        ]
        return built

    return decorate


def path_argument(name: str) -> Callable[[F], F]:
    """An argument that is a path; whether it exists is said by who reads it."""
    return click.argument(name, type=click.Path(path_type=Path))


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """The names and values of a repeated NAME=VALUE option; wrong usage where one is not of that form."""
    split = [entry.partition("=") for entry in given]
    if any(not separator for _, separator, _ in split):
        raise click.BadOptionUsage(option, str(text("{option} takes NAME=VALUE", option=option)))
    return {name.strip(): value.strip() for name, _, value in split}


def values(given: tuple[str, ...], option: str) -> dict[str, Any]:
    """The names and values of a repeated NAME=VALUE option, whose values are read as TOML has them, or as text."""

    def read(value: str) -> Any:
        try:
            return tomllib.loads(f"value = {value}", parse_float=Decimal)["value"]
        except tomllib.TOMLDecodeError:
            return value

    return {name: read(value) for name, value in pairs(given, option).items()}


def print_json(document: object) -> None:
    """One JSON document on standard output; dates and decimals as text."""
    context = click.get_current_context()
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str), file=context.obj)


def problems_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as plain data, in the language of the moment."""
    return [
        {
            "severity": problem.severity,
            "code": problem.code,
            "file": problem.file,
            "table": problem.table,
            "row": problem.row,
            "column": problem.column,
            "key": problem.key,
            "message": str(problem.message),
            "remedy": str(problem.remedy or ""),
        }
        for problem in problems
    ]


def problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """A line for each problem, the gravest first, and a last line that counts them."""
    yield from each_problem(problems)
    faults = sum(problem.severity == "error" for problem in problems)
    if faults:
        yield str(plural(faults, "{n} error; nothing was written", "{n} errors; nothing was written"))


def each_problem(problems: Sequence[Problem]) -> Iterator[str]:
    """A line for each problem, the gravest first."""
    words = {"error": text("error"), "warning": text("warning"), "note": text("note")}
    for severity, word in words.items():
        for problem in problems:
            if problem.severity == severity:
                yield str(text("{severity}: {problem}", severity=word, problem=problem))


def echo_problems(problems: Sequence[Problem]) -> None:
    """Problems on standard error."""
    for line in problem_lines(problems):
        click.echo(line, err=True)


@contextmanager
def progress() -> Iterator[Callable[[Text], None]]:
    """Shows on a terminal what is being done; silent elsewhere.

    A step with the values `done` and `all` also shows how far it is and how long it still takes.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from kaohe.command.bar import bar

    with bar() as say:
        yield say


def console() -> Any:
    """Where tables and texts for people go: standard output, as wide as the terminal, 100 columns elsewhere.

    COLUMNS in the environment sets another width.
    """
    from rich.console import Console

    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "0").strip("0").isdecimal()
    return Console(width=None if known else 100, highlight=False, markup=False, emoji=False)
