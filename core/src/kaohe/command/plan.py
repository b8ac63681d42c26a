"""`kaohe plan`: a scheme's plan to fill in for the year, and plans from TOML to workbook and back."""

from __future__ import annotations

from pathlib import Path

import click

from kaohe.command.output import command, print_json
from kaohe.messages import text


def build() -> click.Command:
    """The command, in the language of the moment."""
    file = click.Path(path_type=Path)

    @command(
        "plan", text("Write a scheme's plan to fill in for the year, or a plan in its other form (TOML, workbook).")
    )
    @click.argument("source")
    @click.option("--kind", help=str(text("The kind of institution, where a scheme has several plans.")))
    @click.option("--out", type=file, required=True, help=str(text("The plan to write (.toml or .xlsx).")))
    def plan(source: str, kind: str | None, out: Path, as_json: bool) -> None:  # noqa: FBT001
        from kaohe.plan import read, write
        from kaohe.plans import skeleton

        given = Path(source)
        content = read(given) if given.suffix.lower() in (".toml", ".xlsx") else skeleton(source, kind)
        write(content, out)
        if as_json:
            print_json({"out": str(out), "rubric": content.get("rubric"), "kind": content.get("kind")})
        else:
            click.echo(str(text("written to {out}", out=out)))

    return plan
