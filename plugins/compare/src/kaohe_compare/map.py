"""`kaohe cliff`: how far each institution of a run is from the next grade, and what would carry it there."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from kaohe import listing
from kaohe.command.output import command, console, path_argument, print_json, progress
from kaohe_compare.words import text

if TYPE_CHECKING:
    import polars as pl

SHOWN = 20


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command(
        "cliff", text("How far each institution is from the next grade, up and down, and what would carry it there.")
    )
    @path_argument("run")
    @click.option("--institution", "institutions", multiple=True, help=str(text("Only this institution.")))
    @click.option(
        "--dataset",
        type=click.Path(path_type=Path),
        help=str(text("The dataset of a run that does not hold it (a folder of Parquet).")),
    )
    def cliff(run: Path, institutions: tuple[str, ...], dataset: Path | None, as_json: bool) -> None:  # noqa: FBT001
        import polars as pl

        from kaohe import Problem, Refused
        from kaohe.plugin.manager import City
        from kaohe.repeat import carried, computed_again
        from kaohe.store import open_run
        from kaohe_compare.cliff import cliff as mapped
        from kaohe_compare.tables import plain

        stored = open_run(run)
        with progress() as say, TemporaryDirectory() as folder:
            say(text("computing the run again"))
            chosen = carried(stored, Path(folder), City.named)
            again, problems = computed_again(stored, chosen, dataset, say)
            if again is None:
                raise Refused(problems)
            found = mapped(chosen, again)
        if found.is_empty():
            message = text("no institution has a score and a grade by the cutoffs")
            raise Refused([Problem("cliff", message, text("give grade.cutoffs in a parameter file"), file=str(run))])
        if institutions:
            found = found.filter(pl.col("institution").is_in(institutions))
        assumed = again.stages["grade"].parameters["grade.cutoffs"].provenance == "assumption"
        if as_json:
            print_json({"assumed_cutoffs": assumed, "institutions": plain(_decimal(found)).to_dicts()})
            return
        _show(found if institutions else found.head(SHOWN), assumed=assumed)

    return cliff


def _decimal(found: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    from kaohe.run import decimals

    amount = (pl.col("stake").cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(38, 2))
    return decimals(found, ("score", "distance")).with_columns(amount=amount).drop("stake")


def _show(found: pl.DataFrame, *, assumed: bool) -> None:
    from kaohe.command.tables import Table
    from kaohe.money import yuan
    from kaohe_compare.tables import plain

    screen = console()
    title = (
        text("The nearest to another grade (by assumed cutoffs)") if assumed else text("The nearest to another grade")
    )
    table = Table(title, *_headings())
    for row in plain(_decimal(found)).rows(named=True):
        told = str(listing(row["clauses"]))
        if row["direction"] == "up":
            said = (
                text("without the deductions of {clauses}", clauses=told)
                if row["enough"]
                else text("deductions alone do not explain it")
            )
        else:
            said = text("one more case of {clauses}", clauses=told) if row["enough"] else text("no single case")
        arrow = "↑" if row["direction"] == "up" else "↓"
        stake = yuan(int(row["amount"].replace(".", "")))
        table.row(
            row["institution"],
            row["name"],
            row["score"],
            row["grade"],
            f"{arrow} {row['to']}",
            row["distance"],
            str(said),
            stake,
        )
    screen.print(table)


def _headings() -> list[str]:
    return [
        str(text("institution")), str(text("name")), str(text("score")), str(text("grade")), str(text("to grade")),
        str(text("points away")), str(text("what would carry it there")), str(text("yuan at stake")),
    ]  # fmt: skip
