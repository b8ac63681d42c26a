"""Commands that feature plugins add, and those that do not load."""

from __future__ import annotations

import pytest
from cities import Site
from project import Project

from kaohe.command import main


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("raise RuntimeError('no luck')", "RuntimeError: no luck"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("lovely = 5", "TypeError: 'int' object is not callable"),
        ("def lovely(): return 5", "TypeError: city_lovely:lovely: int is not a click.Command"),
        ("def lovely(): 1 // 0", "ZeroDivisionError: integer division or modulo by zero"),
    ],
)
def test_a_feature_whose_command_does_not_load_is_named_and_the_others_stay(
    source: str, fault: str, project: Project, site: Site
) -> None:
    site.bare("lovely", source, entry="city_lovely:lovely", group="kaohe.commands")
    said = f"plugin “lovely”: it cannot be imported: {fault}"
    outcome = project.kaohe("lovely", "--folder", "anything")
    assert (outcome.status, outcome.out) == (1, "")
    assert f"error: {said}" in outcome.err
    assert project.kaohe("lovely", "--json").json["problems"][0]["message"] == said
    listed = project.kaohe("--help")
    assert (listed.status, listed.err) == (0, "")
    assert "  lovely " in listed.out
    assert "  run " in listed.out
    assert project.run().status == 0


def test_a_feature_adds_its_command(project: Project, site: Site) -> None:
    source = "import click\ndef build():\n    return click.Command('lovely', callback=lambda: click.echo('a day'))\n"
    site.bare("lovely", source, entry="city_lovely:build", group="kaohe.commands")
    assert main_output(project, "lovely") == "a day\n"


def main_output(project: Project, *arguments: str) -> str:
    """What a command prints that knows no --lang of its own."""
    with pytest.raises(SystemExit, match="0"):
        main(["--lang", "en", *arguments])
    return project.capsys.readouterr().out
