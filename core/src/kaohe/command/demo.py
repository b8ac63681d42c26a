"""`kaohe demo`: a realistic year on disk, run and shown."""

from __future__ import annotations

from pathlib import Path

import click

from kaohe.command.output import command, print_json, problems_json, progress
from kaohe.messages import text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("demo", text("Make a city's example year on disk, run it, and show what came of it."))
    @click.argument("city", required=False)
    @click.option("--seed", default=2022, show_default=True, help=str(text("Another seed makes another year.")))
    @click.option("--folder", type=click.Path(path_type=Path), help=str(text("Where to put it (default: demo/CITY).")))
    def demo(city: str | None, seed: int, folder: Path | None, as_json: bool) -> None:  # noqa: FBT001
        from kaohe.command.summary import as_document, show
        from kaohe.demo import make

        with progress() as say:
            made = make(city, seed, folder, say)
        if as_json:
            print_json(
                {
                    **as_document(made.run),
                    "dataset_folder": str(made.dataset),
                    "out": str(made.out),
                    "params": str(made.parameters or ""),
                    "problems": problems_json(made.run.problems),
                }
            )
            return
        show(made.run)
        click.echo("")
        given = f" --params {made.parameters}" if made.parameters else ""
        click.echo(str(text("The year is in {folder}; it was run with", folder=made.dataset)))
        click.echo(f"  kaohe run {made.dataset} --scheme {made.run.rules.scheme.scheme}{given} --out {made.out}")
        click.echo(str(text("Next, one year explained:")))
        click.echo(f"  kaohe explain {made.out} {made.example}")

    return demo
