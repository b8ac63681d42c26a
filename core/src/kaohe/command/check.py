"""`kaohe check`: what is wrong with a dataset."""

from __future__ import annotations

from pathlib import Path

import click

from kaohe.command import options
from kaohe.command.output import command, echo_problems, path_argument, print_json, problems_json, progress
from kaohe.messages import plural, text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("check", text("Check a dataset before anything is computed: all faults at once, each with its place."))
    @path_argument("dataset")
    @click.option("--scheme", help=str(text("Check it for this scheme: its tables, columns and facts too.")))
    @options.plan()
    def check(dataset: Path, scheme: str | None, plans: tuple[Path, ...], as_json: bool) -> None:  # noqa: FBT001
        from functools import partial

        from kaohe.assembly import assemble
        from kaohe.dataset.year import year_of
        from kaohe.plugin.manager import scheme_named
        from kaohe.problems import errors
        from kaohe.run import open_dataset

        with progress() as say:
            say(text("reading and checking the dataset"))
            rules = city = None
            if scheme:
                city, chosen, folder = scheme_named(scheme, year=partial(year_of, dataset))
                rules = assemble(city, chosen, folder, plan=plans)
            found, problems = open_dataset(dataset, rules, city)
        if as_json:
            print_json(
                {"sound": found is not None, "rows": found.rows() if found else {}, "problems": problems_json(problems)}
            )
        else:
            echo_problems(problems)
            if found is not None:
                rows = sum(found.rows().values())
                click.echo(str(plural(rows, "the dataset is sound: {n} row", "the dataset is sound: {n} rows")))
        if errors(problems):
            raise SystemExit(1)

    return check
