"""`kaohe facts`: the vocabulary."""

from __future__ import annotations

import click

from kaohe.command.output import command, console, print_json
from kaohe.messages import Text, text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("facts", text("List the facts that a dataset can record: the shared ones, and a city's own."))
    @click.option("--city", help=str(text("Add this city's own facts.")))
    def facts(city: str | None, as_json: bool) -> None:  # noqa: FBT001
        from attrs import asdict

        from kaohe.dataset import CONTRACT
        from kaohe.plugin.manager import City
        from kaohe.rules import SHARED_FACTS, load_facts

        known = City.named(city).facts() if city else load_facts(SHARED_FACTS)
        if as_json:
            print_json([asdict(fact) for fact in known.values()])
            return
        from kaohe.command.tables import Table

        table = Table("", text("fact"), text("name"), text("table"), text("measure"), text("period"), text("scope"),
                      text("pool"), text("no row means"))  # fmt: skip
        words = _words()
        for fact in known.values():
            declared = (fact.measure, fact.period, fact.scope, fact.pool, fact.absent)
            table.row(fact.fact, fact.name, CONTRACT[fact.table], *(words[word] for word in declared))
        console().print(table)

    return facts


def _words() -> dict[str, Text]:
    """What a fact's declarations mean, for people."""
    return {
        "cases": text("cases"),
        "share": text("share"),
        "ratio": text("ratio"),
        "number": text("number"),
        "level": text("level"),
        "year": text("year"),
        "month": text("month"),
        "assessment": text("assessment"),
        "scorer": text("scorer"),
        "city": text("city"),
        "any": text("scorer or city"),
        "sum": text("added up"),
        "once": text("once"),
        "latest": text("latest"),
        "none": text("no case"),
        "missing": text("missing"),
    }
