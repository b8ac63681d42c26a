"""`kaohe collect`: returned forms back into a dataset."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from attrs import asdict

from kaohe.command.output import command, each_problem, path_argument, print_json, problems_json, progress
from kaohe_office.making import collect_forms
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
        from kaohe_office.forms.outcome import DATASET, states

        with progress() as say:
            found = collect_forms(
                folder,
                out,
                dataset,
                scheme,
                plan=plan,
                received=received.date() if received else None,
                closed=closed,
                progress=say,
            )
        if as_json:
            returns = [{**asdict(one, recurse=False), "faults": len(one.faults)} for one in found.returns]
            problems = problems_json(found.problems)
            print_json({"out": str(out), "counts": found.counts, "returns": returns, "problems": problems})
        else:
            for line in each_problem(found.problems):
                click.echo(line, err=True)
            for state, number in found.counts.items():
                click.echo(f"{number:>6}  {states()[state]}")
            into = out / DATASET
            click.echo(str(plural(found.taken, "{n} form is in {out}", "{n} forms are in {out}", out=into)))
        if errors(found.problems):
            raise SystemExit(1)

    return collect
