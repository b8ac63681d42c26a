"""`kaohe cities`: which cities are installed, what they hold, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kaohe.command.output import command, console, print_json, progress
from kaohe.messages import Text, listing, text, titled

if TYPE_CHECKING:
    from kaohe.command.tables import Table
    from kaohe.probe import Probed


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("cities", text("List the installed cities, their schemes, and what is not there yet."))
    @click.option("--strict", is_flag=True, help=str(text("Exit with status 1 if any city has a fault.")))
    def cities(strict: bool, as_json: bool) -> None:  # noqa: FBT001
        from attrs import asdict

        from kaohe.probe import probe_all

        with progress() as say:
            say(text("looking at the cities"))
            found = probe_all()
        if as_json:
            print_json([asdict(city) for city in found])
        else:
            console().print(_table(found))
            if features := [plugin.city for plugin in found if plugin.feature]:
                click.echo(str(text("other plugins with an example: {features}", features=listing(features))))
            for city in found:
                if city.fault:
                    click.echo(str(text("{city}: {fault}", city=city.city, fault=city.fault)), err=True)
        if strict and any(city.fault for city in found):
            raise SystemExit(1)

    return cities


def _document_status() -> dict[str, Text]:
    return {"draft": text("draft for comment"), "incomplete": text("known only in part"), "in_force": text("in force")}


def _table(found: list[Probed]) -> Table:
    from kaohe.command.tables import Table
    from kaohe.dataset import CONTRACT

    status, kinds = _document_status(), CONTRACT["institutions"].columns["kind"]
    headings = text("scheme"), text("documents"), text("assesses"), text("reviewed"), text("not there yet")
    table = Table("", *headings, lines=True)
    for city in found:
        if city.fault:
            table.row(city.city, text("cannot be used: see below"), "", "", "")
        for scheme in city.schemes:
            documents = "\n".join(
                str(titled(entry["number"], status[entry["status"]])) for entry in scheme["documents"]
            )
            year = f"{scheme['from'] or ''} – {scheme['to'] or ''}" if scheme["from"] or scheme["to"] else ""
            table.row(
                f"{scheme['scheme']}\n{scheme['name']}",
                documents,
                f"{listing(map(kinds.shown, scheme['kinds'])) if scheme['kinds'] else ''}\n{year}".strip(),
                scheme["reviewed"],
                "\n".join(scheme["absent"]),
            )
    return table
