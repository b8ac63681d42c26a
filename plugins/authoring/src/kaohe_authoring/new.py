"""`kaohe new`: a distribution for a city, ready to install, check and fill in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from kaohe.command.output import command, echo_problems, print_json
from kaohe_authoring.words import text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("new", text("Make a plugin for a city: a distribution ready to install, check and fill in."))
    @click.argument("city")
    @click.option("--name", help=str(text("The city's name in Chinese (default: CITY).")))
    @click.option("--english", help=str(text("The city's name in English (default: CITY).")))
    @click.option("--year", type=click.IntRange(2000, 9999), help=str(text("The year assessed (default: this one).")))
    @click.option("--folder", type=click.Path(path_type=Path), help=str(text("Where to put it (default: kaohe-CITY).")))
    def new(
        city: str,
        name: str | None,
        english: str | None,
        year: int | None,
        folder: Path | None,
        as_json: bool,  # noqa: FBT001
    ) -> None:
        from kaohe import Problem
        from kaohe.plugin.manager import installed
        from kaohe_authoring.scaffold import NAME, Beginning

        if not NAME.fullmatch(city):
            message = text("“{city}” is not a name for a city in code: small letters, digits and _", city=city)
            raise click.BadParameter(str(message), param_hint="CITY")
        for said in (name or city, english or city):
            if not said.strip() or not said.isprintable() or set(said) & set('"\\'):
                raise click.BadParameter(str(text("“{name}” is not a name", name=said)))
        today = date.today()
        beginning = Beginning(city, name or city, english or city.capitalize(), year or today.year, today)
        place = folder or Path(f"kaohe-{city}")
        files = [path.relative_to(place).as_posix() for path in beginning.write(place)]
        if city in installed():
            message = text("a city “{city}” is installed already: of two with one name neither is used", city=city)
            echo_problems([Problem("city", message, text("choose another name, or uninstall that one"), "warning")])
        if as_json:
            print_json({"city": city, "folder": str(place), "files": files})
            return
        for file in files:
            click.echo(f"  {place / file}")
        click.echo("")
        click.echo(str(text("Next: install it, and check it:")))
        click.echo(f"  pip install --editable {place}")
        click.echo(f"  kaohe test {city}")
        click.echo(str(text("Then put the city's document in; {file} says how.", file=place / "README.md")))

    return new
