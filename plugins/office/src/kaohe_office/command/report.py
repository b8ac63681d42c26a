"""`kaohe report`: a run as a workbook or as a page to print."""

from __future__ import annotations

from pathlib import Path

import click

from kaohe.command.output import command, path_argument, print_json, progress
from kaohe_office.messages import text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("report", text("Write a run as a workbook (.xlsx), or as a page to print with charts (.html)."))
    @path_argument("run")
    @click.option("--out", type=click.Path(path_type=Path), required=True, help=str(text("The file: .xlsx or .html.")))
    def report(run: Path, out: Path, as_json: bool) -> None:  # noqa: FBT001
        from kaohe_office.making import write_report

        with progress() as say:
            write_report(run, out, say)
        if as_json:
            print_json({"run": str(run), "out": str(out)})
        else:
            click.echo(str(text("written to {out}", out=out)))

    return report
