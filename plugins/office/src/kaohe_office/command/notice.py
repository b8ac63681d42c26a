"""`kaohe notice`: letters to institutions about their results."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click

from kaohe.command.output import command, path_argument, print_json, progress
from kaohe_office.messages import plural, text

FORMATS = ("docx", "html")


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("notice", text("Write the notice of its result to each institution, as a letter (.docx, .html)."))
    @path_argument("run")
    @click.argument("institutions", nargs=-1)
    @click.option("--out", type=click.Path(path_type=Path), required=True, help=str(text("A new or empty folder.")))
    @click.option(
        "--format", "formats", type=click.Choice(FORMATS), multiple=True, help=str(text("Only this kind of file."))
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
        from kaohe.store import open_run
        from kaohe_office.notice import page, word
        from kaohe_office.notice.letter import letter, source
        from kaohe_office.workbook import new_folder

        writers = {"docx": word.write, "html": page.write}
        stored = open_run(run)
        shared = source(stored, issuer, _said(day))
        codes = institutions or tuple(row["institution"] for row in stored.rows("results"))
        with progress() as say, new_folder(out) as draft:
            for done, code in enumerate(codes, 1):
                say(text("writing notice {done} of {all}", done=done, all=len(codes)))
                told = letter(shared, code)
                for suffix in formats or FORMATS:
                    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", code)
                    writers[suffix](told, draft / f"{name}.{suffix}")
        if as_json:
            print_json({"run": str(run), "out": str(out), "institutions": list(codes)})
        else:
            click.echo(str(plural(len(codes), "{n} notice is in {out}", "{n} notices are in {out}", out=out)))

    return notice


def _said(day: datetime | None) -> str:
    return str(text("{year}-{month}-{day}", year=day.year, month=day.month, day=day.day)) if day else ""
