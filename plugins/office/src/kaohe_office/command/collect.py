"""`kaohe collect`: returned forms back into a dataset."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from kaohe.command.output import command, each_problem, path_argument, print_json, problems_json, progress
from kaohe_office.messages import plural, text


def build() -> click.Command:
    """The command, in the language of the moment."""
    path = click.Path(path_type=Path)

    @command("collect", text("Read returned forms into the year's dataset; faults are listed and marked in copies."))
    @path_argument("folder")
    @click.option("--dataset", type=path, required=True, help=str(text("The dataset that the forms were made from.")))
    @click.option("--scheme", required=True, help=str(text("The scheme (CITY/VERSION).")))
    @click.option("--plan", type=path, multiple=True, help=str(text("The year's plan, where the scheme has one.")))
    @click.option(
        "--received",
        type=click.DateTime(formats=["%Y-%m-%d"]),
        help=str(text("The day on which they came in, unless a folder's name says it (2023-02-09).")),
    )
    @click.option(
        "--closed", is_flag=True, help=str(text("The time is up: whoever returned nothing has not declared."))
    )
    @click.option(
        "--out", type=path, required=True, help=str(text("The folder for the dataset, the list and the copies."))
    )
    def collect(
        folder: Path,
        dataset: Path,
        scheme: str,
        plan: tuple[Path, ...],
        received: datetime | None,
        closed: bool,  # noqa: FBT001
        out: Path,
        as_json: bool,  # noqa: FBT001
    ) -> None:
        from kaohe.problems import errors
        from kaohe_office.forms import incoming, outcome, outgoing
        from kaohe_office.scheme import chosen

        outcome.refuse_place(out)
        with progress() as say:
            city, rules, papers = chosen(scheme, plan)
            register = outgoing.register(dataset, rules, city, papers)
            found = incoming.collect(folder, register, received.date() if received else None, say)
            say(text("writing the dataset"))
            outcome.write(register, found, out, closed=closed)
        counts = outcome.counts(found)
        if as_json:
            returns = outcome.listed(found)
            problems = problems_json(found.problems)
            print_json({"out": str(out), "counts": counts, "returns": returns, "problems": problems})
        else:
            for line in each_problem(found.problems):
                click.echo(line, err=True)
            for state, number in counts.items():
                click.echo(f"{number:>6}  {outcome.states()[state]}")
            taken = len(found.taken)
            click.echo(str(plural(taken, "{n} form is in {out}", "{n} forms are in {out}", out=out / outcome.DATASET)))
        if errors(found.problems):
            raise SystemExit(1)

    return collect
