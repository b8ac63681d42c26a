"""`kaohe lint`: what is amiss in rules that load."""

from __future__ import annotations

import click

from kaohe.command.output import command, echo_problems, print_json, problems_json
from kaohe_authoring.words import plural, text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command(
        "lint", text("Look for what is amiss in a scheme's rules: gaps, rules nothing reaches, facts counted twice.")
    )
    @click.argument("scheme", metavar="SCHEME|FOLDER")
    def lint(scheme: str, as_json: bool) -> None:  # noqa: FBT001
        from kaohe.problems import errors
        from kaohe_authoring.lint import lint as look
        from kaohe_authoring.lint import unused_facts
        from kaohe_authoring.regimes import found

        regimes = found(scheme)
        problems = [problem for regime in regimes for problem in look(regime)]
        if not errors(problems):
            problems += unused_facts(regimes)
        amiss = sum(problem.severity != "note" for problem in problems)
        if as_json:
            schemes = [regime.scheme.scheme for regime in regimes]
            print_json({"schemes": schemes, "amiss": amiss, "problems": problems_json(problems)})
        else:
            echo_problems(problems)
            for regime in regimes:
                click.echo(str(text("{scheme}: {name}", scheme=regime.scheme.scheme, name=regime.scheme.name)))
            click.echo(str(plural(amiss, "{n} thing is amiss", "{n} things are amiss")))
        if amiss:
            raise SystemExit(1)

    return lint
