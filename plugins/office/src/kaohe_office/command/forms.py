"""`kaohe forms`: the city's own tables for institutions to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from kaohe.command.output import command, print_json, progress
from kaohe_office.making import write_forms
from kaohe_office.messages import plural, text


def build() -> click.Command:
    """The command, in the language of the moment."""
    path = click.Path(path_type=Path)

    @command(
        "forms", text("Write the city's own tables as forms (.xlsx): one for each institution of a dataset, or blank.")
    )
    @click.argument("of", metavar="SCHEME|DATASET")
    @click.option("--scheme", help=str(text("The scheme, where a dataset is given.")))
    @click.option("--plan", type=path, multiple=True, help=str(text("The year's plan, where the scheme has one.")))
    @click.option("--out", type=path, required=True, help=str(text("A new or empty folder for the forms.")))
    def forms(of: str, scheme: str | None, plan: tuple[Path, ...], out: Path, as_json: bool) -> None:  # noqa: FBT001
        if scheme is None and Path(of).exists() and "/" not in of.strip("/"):
            raise click.UsageError(str(text("name the scheme of the dataset (--scheme)")))
        with progress() as say:
            written = write_forms(scheme or of, out, Path(of) if scheme else None, plan=plan, progress=say)
        if as_json:
            print_json({"out": str(out), "forms": written})
        else:
            click.echo(str(plural(len(written), "{n} form is in {out}", "{n} forms are in {out}", out=out)))

    return forms
