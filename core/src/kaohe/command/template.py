"""`kaohe template`: an empty dataset to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from kaohe.command.output import command, print_json
from kaohe.messages import listing, text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("template", text("Write an empty dataset workbook for a scheme, with drop-downs."))
    @click.argument("scheme")
    @click.option(
        "--out", type=click.Path(path_type=Path), required=True, help=str(text("The workbook (.xlsx) to write."))
    )
    def template(scheme: str, out: Path, as_json: bool) -> None:  # noqa: FBT001
        from kaohe.assembly import assemble
        from kaohe.dataset.template import write
        from kaohe.plugin.manager import scheme_named

        city, chosen, folder = scheme_named(scheme)
        sheets = write(assemble(city, chosen, folder), out)
        if as_json:
            print_json({"out": str(out), "sheets": sheets})
        else:
            click.echo(str(text("written to {out}: {sheets}", out=out, sheets=listing(sheets))))

    return template
