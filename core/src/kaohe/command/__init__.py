"""The command line: a thin shell on the package. Commands are built when they are asked for, in the language
of the moment; what is heavy is imported when a command runs."""

from __future__ import annotations

import gettext
import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

import click

from kaohe.groups import COMMANDS as PLUGINS
from kaohe.messages import LANGUAGES, catalogues, of_locale, speaking, text
from kaohe.problems import Problem, Refused

COMMANDS = (
    "cities",
    "facts",
    "rubric",
    "plan",
    "template",
    "check",
    "run",
    "verify",
    "close",
    "explain",
    "draw",
    "demo",
)


class Kaohe(click.Group):
    """The group of all commands; a feature plugin adds its own through the entry-point group kaohe.commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The core's commands in the order of the work, then the plugins'."""
        return [*COMMANDS, *sorted(entry_points(group=PLUGINS).names - {*COMMANDS})]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, built now."""
        if name in COMMANDS:
            command: click.Command = import_module(f"kaohe.command.{name}").build()
            return command
        for entry in entry_points(group=PLUGINS, name=name):
            return _of_plugin(entry)
        return None


def _of_plugin(entry: EntryPoint) -> click.Command:
    """A feature plugin's command; where it does not load, one that says so, so that the others are not touched."""
    try:
        command = entry.load()()
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.value}: {type(command).__name__} is not a click.Command")
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # SystemExit too
        said = text("it cannot be imported: {fault}", fault=f"{type(fault).__name__}: {fault}")
        problem = Problem("plugin", text("plugin “{city}”: {message}", city=entry.name, message=said))

        def refuse() -> None:
            raise Refused([problem])

        anything = {"ignore_unknown_options": True, "allow_extra_args": True}
        return click.Command(entry.name, anything, refuse, help=str(problem))
    return command


def root() -> Kaohe:
    """The command `kaohe`, in the language of the moment."""
    return Kaohe(
        "kaohe",
        help=str(text("Annual assessment and settlement of long-term care insurance, city by city.")),
        params=[
            language_option(),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help=str(text("Show the version and exit.")),
            ),
        ],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


def language_option() -> click.Option:
    """`--lang`; `main` has acted on it already, here it is only accepted and described."""
    return click.Option(
        ["--lang"],
        type=click.Choice(LANGUAGES),
        expose_value=False,
        help=str(text("The language of all output (default: the locale's, or Chinese).")),
    )


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    if wanted:
        from importlib.metadata import version

        click.echo(f"kaohe {version('kaohe')}")
        ctx.exit()


def _asked_language(arguments: Sequence[str]) -> str:
    """The language named anywhere on the command line, or the locale's."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            value = value or next(iter(arguments[position + 1 :]), "")
            if value in LANGUAGES:
                return value
    return of_locale()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `kaohe`. Exit status: 0 done, 1 the data or the rules have problems, 2 wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = _asked_language(given)
    # click finds its own texts through the process's default domain.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("kaohe", str(catalogues("kaohe")))
    gettext.textdomain("kaohe")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    as_json, documents = "--json" in given, sys.stdout
    with speaking(language):
        try:
            # Whatever a plugin prints does not get into the one document on standard output.
            with redirect_stdout(sys.stderr) if as_json else nullcontext():
                root().main(given, prog_name="kaohe", obj=documents)
        except Refused as refused:
            _report(refused.problems, as_json=as_json)
            sys.exit(1)
        except Exception as fault:
            if os.environ.get("KAOHE_TRACEBACK"):
                raise
            message = text("unexpected fault: {kind}: {fault}", kind=type(fault).__name__, fault=fault)
            remedy = text("please report it, with what KAOHE_TRACEBACK=1 shows")
            _report([Problem("unexpected", message, remedy)], as_json=as_json)
            sys.exit(1)


def _report(problems: Sequence[Problem], *, as_json: bool) -> None:
    from kaohe.command.output import problem_lines, problems_json

    try:
        if as_json:
            click.echo(json.dumps({"problems": problems_json(problems)}, ensure_ascii=False, indent=2))
        for line in problem_lines(problems):
            click.echo(line, err=True)
    except BrokenPipeError:
        # Nobody reads on; neither does Python have to say so when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
