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
        from kaohe.problems import Problem, Refused
        from kaohe.store import open_run
        from kaohe_office.report import book, page
        from kaohe_office.report.figures import Figures

        writers = {".xlsx": book.write, ".html": page.write}
        if out.suffix.lower() not in writers:
            message = text("a report is an .xlsx or an .html file")
            raise Refused([Problem("out", message, text("choose another name (--out)"), file=str(out))])
        if out.exists():
            message = text("a file stands here already")
            raise Refused([Problem("out", message, text("choose another name (--out)"), file=str(out))])
        with progress() as say:
            say(text("writing the report"))
            writers[out.suffix.lower()](Figures(open_run(run)), out)
        if as_json:
            print_json({"run": str(run), "out": str(out)})
        else:
            click.echo(str(text("written to {out}", out=out)))

    return report
