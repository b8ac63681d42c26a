"""`kaohe close`: freeze a run."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from kaohe.command.output import command, each_problem, path_argument, print_json, problems_json
from kaohe.messages import text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("close", text("Close a run: it is frozen and read-only from then on, and only a new run corrects it."))
    @path_argument("run")
    @click.option(
        "--date",
        "day",
        type=click.DateTime(formats=["%Y-%m-%d"]),
        help=str(text("The day on which it is closed (default: today).")),
    )
    def close(run: Path, day: datetime | None, as_json: bool) -> None:  # noqa: FBT001
        from kaohe.store import open_run
        from kaohe.store.close import close as freeze
        from kaohe.store.digests import of_run

        closed = day.date() if day else date.today()
        left = freeze(run, closed)
        digest = of_run(open_run(run).about)
        if as_json:
            about = {"run": str(run), "closed": closed.isoformat(), "digest": digest}
            print_json({**about, "problems": problems_json(left)})
        else:
            click.echo(str(text("{run} is closed on {day}; its digest: {digest}", run=run, day=closed, digest=digest)))
            click.echo(str(text("note the digest elsewhere: kaohe verify --digest holds the run against it")))
            for line in each_problem(left):
                click.echo(line, err=True)

    return close
