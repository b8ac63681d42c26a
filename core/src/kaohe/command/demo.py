"""`kaohe demo`: a realistic year on disk, run and shown."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kaohe.command import root
from kaohe.command.output import command, print_json, problems_json, progress
from kaohe.messages import text

if TYPE_CHECKING:
    from kaohe.demo import Demo


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("demo", text("Make a city's example year on disk, run it, and show what came of it."))
    @click.argument("city", required=False)
    @click.option("--seed", default=2022, show_default=True, help=str(text("Another seed makes another year.")))
    @click.option("--folder", type=click.Path(path_type=Path), help=str(text("Where to put it (default: demo/CITY).")))
    def demo(city: str | None, seed: int, folder: Path | None, as_json: bool) -> None:  # noqa: FBT001
        from kaohe.command.summary import show
        from kaohe.demo import Line, make

        with progress() as say:
            made = make(city, seed, folder, say)
        if isinstance(made, Line):
            _run(made.words, as_json=as_json)
            return
        if as_json:
            documents = [_document(regime) for regime in made]
            print_json(documents[0] if len(documents) == 1 else {"regimes": documents})
            return
        for regime in made:
            show(regime.run)
            click.echo("")
            given = "".join(f" --plan {plan}" for plan in regime.plans)
            given += f" --params {regime.parameters}" if regime.parameters else ""
            scheme = regime.run.rules.scheme.scheme
            click.echo(str(text("The year is in {folder}; it was run with", folder=regime.dataset)))
            click.echo(f"  kaohe run {regime.dataset} --scheme {scheme}{given} --out {regime.out}")
            click.echo(str(text("Next, one year explained:")))
            click.echo(f"  kaohe explain {regime.out} {regime.example}")
            click.echo("")

    return demo


def _run(words: list[str], *, as_json: bool) -> None:
    """Run another command in this one's place; what was typed is shown below its outcome."""
    context = click.get_current_context()
    asked = ["--json"] if as_json else []
    root().main([*words, *asked], prog_name="kaohe", obj=context.obj, standalone_mode=False)
    if not as_json:
        click.echo(f"\n  {shlex.join(['kaohe', *words])}")


def _document(made: Demo) -> dict[str, Any]:
    from kaohe.command.summary import as_document

    return {
        **as_document(made.run),
        "dataset_folder": str(made.dataset),
        "out": str(made.out),
        "plans": [str(plan) for plan in made.plans],
        "params": str(made.parameters or ""),
        "problems": problems_json(made.run.problems),
    }
