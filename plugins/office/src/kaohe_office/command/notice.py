"""`kaohe notice`: letters to institutions about their results."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from kaohe.command.output import command, path_argument, print_json, progress
from kaohe_office.making import LETTERS, write_notices
from kaohe_office.messages import plural, text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("notice", text("Write the notice of its result to each institution, as a letter (.docx, .html)."))
    @path_argument("run")
    @click.argument("institutions", nargs=-1)
    @click.option("--out", type=click.Path(path_type=Path), required=True, help=str(text("A new or empty folder.")))
    @click.option(
        "--format", "formats", type=click.Choice(LETTERS), multiple=True, help=str(text("Only this kind of file."))
    )
    @click.option("--issuer", default="", help=str(text("Who signs; no document says it, so it is left blank.")))
    @click.option(
        "--date",
        "day",
        type=click.DateTime(formats=["%Y-%m-%d"]),
        help=str(text("The day of the letter; left blank to be filled in by hand.")),
    )
    def notice(
        run: Path,
        institutions: tuple[str, ...],
        out: Path,
        formats: tuple[str, ...],
        issuer: str,
        day: datetime | None,
        as_json: bool,  # noqa: FBT001
    ) -> None:
        with progress() as say:
            codes = write_notices(
                run, out, institutions, formats=formats, issuer=issuer, day=day.date() if day else None, progress=say
            )
        if as_json:
            print_json({"run": str(run), "out": str(out), "institutions": codes})
        else:
            click.echo(str(plural(len(codes), "{n} notice is in {out}", "{n} notices are in {out}", out=out)))

    return notice
