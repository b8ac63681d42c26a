"""`kaohe run`: assess a dataset and write the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaohe.command import options
from kaohe.command.output import command, pairs, path_argument, print_json, problems_json, progress, values
from kaohe.messages import text

if TYPE_CHECKING:
    from kaohe.store.tables import Inputs

ENGINES = ("polars", "duckdb", "spark")


def build() -> click.Command:
    """The command, in the language of the moment."""
    file = click.Path(path_type=Path)

    @command("run", text("Assess a dataset under a scheme and write the run."))
    @path_argument("dataset")
    @options.scheme()
    @options.plan()
    @options.params()
    @options.reading("combine.scorers=mean")
    @click.option(
        "--stage",
        multiple=True,
        metavar="STAGE=SCHEME",
        help=str(text("Take a stage from another scheme, such as settle=CITY/VERSION.")),
    )
    @click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="CLAUSE.KEY=VALUE",
        help=str(text("See what would be if a clause were another, such as 3.2.points=3: an assumption.")),
    )
    @click.option("--corrects", type=file, help=str(text("The run of the same year that this one corrects.")))
    @click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="polars",
        help=str(text("What computes the stages; the outcome is the same (duckdb and spark are extras).")),
    )
    @click.option(
        "--inputs",
        type=click.Choice(["kept", "digests"]),
        default="kept",
        help=str(text("Whether a folder of Parquet keeps the input tables, or only their digests.")),
    )
    @click.option(
        "--out",
        type=file,
        required=True,
        help=str(text("Where the run goes: a file (SQLite), or a name without suffix (a folder of Parquet).")),
    )
    def run(
        dataset: Path,
        scheme: str,
        plans: tuple[Path, ...],
        parameters: Path | None,
        readings: tuple[str, ...],
        stage: tuple[str, ...],
        changes: tuple[str, ...],
        corrects: Path | None,
        engine: str,
        inputs: Inputs,
        out: Path,
        as_json: bool,  # noqa: FBT001
    ) -> None:
        from kaohe.command.summary import as_document, show
        from kaohe.corrections import correct, refuse_itself
        from kaohe.run import assess
        from kaohe.store import open_run, refuse_name, save
        from kaohe.store.digests import of_run

        refuse_name(out, inputs)
        if corrects is not None:
            refuse_itself(corrects, out)
        with progress() as say:
            done = assess(
                dataset,
                scheme,
                plan=plans,
                parameters=parameters,
                readings=pairs(readings, "--reading"),
                stages=pairs(stage, "--stage"),
                changes=values(changes, "--set"),
                engine=engine,
                progress=say,
            )
            if corrects is not None:
                say(text("leading from the old journal to the new one"))
                done = correct(done, corrects)
            say(text("writing the run"))
            save(done, out, inputs)
        if as_json:
            print_json(
                {
                    **as_document(done),
                    "out": str(out),
                    "digest": of_run(open_run(out).about),
                    "problems": problems_json(done.problems),
                }
            )
            return
        show(done)
        click.echo(str(text("written to {out}; kaohe explain {out} INSTITUTION explains a result", out=out)))

    return run
