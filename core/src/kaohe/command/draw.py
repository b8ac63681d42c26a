"""`kaohe draw`: the random draw of registered staff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaohe.command import options
from kaohe.command.output import (
    command,
    console,
    echo_problems,
    pairs,
    path_argument,
    print_json,
    problems_json,
    progress,
)
from kaohe.messages import first, plural, text

if TYPE_CHECKING:
    from polars import DataFrame

    from kaohe.dataset import Dataset
    from kaohe.problems import Problem


def build() -> click.Command:
    """The command, in the language of the moment."""
    file = click.Path(path_type=Path)

    @command("draw", text("Draw registered staff at random, reproducibly, for the practical test."))
    @path_argument("dataset")
    @options.scheme()
    @click.option(
        "--seed", required=True, help=str(text("Any text, made known beforehand: who has it can repeat the draw."))
    )
    @options.params()
    @options.reading("draw.rounding=up")
    @click.option("--out", type=file, help=str(text("A file for the result: .csv, or .xlsx with a record to sign.")))
    def draw(
        dataset: Path, scheme: str, seed: str, parameters: Path | None, readings: tuple[str, ...], out: Path | None,
        as_json: bool,  # noqa: FBT001
    ) -> None:  # fmt: skip
        from functools import partial

        from kaohe import remarks
        from kaohe.assembly import assemble
        from kaohe.compute import exempted
        from kaohe.dataset.year import year_of
        from kaohe.draw import draw as drawn
        from kaohe.draw import refuse_without_rule, registered
        from kaohe.plugin.manager import scheme_named
        from kaohe.problems import Refused
        from kaohe.run import open_dataset
        from kaohe.store.write import save_csv

        with progress() as say:
            say(text("reading and checking the dataset"))
            city, chosen, folder = scheme_named(scheme, year=partial(year_of, dataset))
            rules = assemble(city, chosen, folder, settings=parameters, readings=pairs(readings, "--reading"))
            refuse_without_rule(rules)
            found, problems = open_dataset(dataset, rules, city)
            if found is None:
                raise Refused(problems)
            without = exempted(found, rules, city)
            persons = drawn(found, rules, seed, without["institution"].to_list())
            problems += [*remarks.departures(rules), *_exempt(found, without)]
            if out is not None and out.suffix.lower() == ".xlsx":
                from kaohe.command import record

                population = registered(found, rules, without["institution"].to_list())
                record.write(out, record.Record(found, rules, dataset, seed, population, persons))
            elif out is not None:
                save_csv(persons, out)
        if as_json:
            drawn_ones = {"scheme": chosen.scheme, "seed": seed, "drawn": persons.to_dicts()}
            print_json({**drawn_ones, "problems": problems_json(problems)})
            return
        echo_problems(problems)
        click.echo(str(plural(len(persons), "{n} person drawn", "{n} persons drawn")))
        from kaohe.command.tables import Table

        table = Table("", text("institution"), text("no."), text("name"), text("post"), text("order"))
        for row in persons.to_dicts():
            table.row(row["institution"], row["number"], row["name"], row["post"] or "", row["place"])
        console().print(table)

    return draw


def _exempt(dataset: Dataset, without: DataFrame) -> list[Problem]:
    """Who has a roster and is not assessed, by article."""
    from kaohe.problems import Problem

    rosters = dataset.tables["staff"].select("institution").unique().collect()
    found = without.join(rosters, on="institution").group_by("article", maintain_order=True).agg("institution")
    return [
        Problem(
            "exempt",
            plural(
                len(codes),
                "{n} institution with a roster is not assessed, nobody is drawn from it: {names}",
                "{n} institutions with a roster are not assessed, nobody is drawn from them: {names}",
                names=first(sorted(codes)),
            ),
            text("by {article}", article=article),
            "note",
            table="staff",
        )
        for article, codes in found.rows()
    ]
