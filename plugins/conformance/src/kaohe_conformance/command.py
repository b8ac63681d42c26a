"""`kaohe test`: a city's plugin checked; `kaohe cases`: worked cases from TOML into a workbook and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kaohe.command.output import command, console, path_argument, print_json
from kaohe_conformance.words import plural, text

if TYPE_CHECKING:
    from kaohe_conformance.report import Report

SHOWN = 20
"""How many failures are told in full."""


def test() -> click.Command:
    """The command `kaohe test`, in the language of the moment."""
    file = click.Path(path_type=Path)

    @command("test", text("Check a city's plugin: rules, words, worked cases, edges, money, bad input."))
    @click.argument("city")
    @click.option(
        "--source", type=file, multiple=True, help=str(text("The document's text, to compare the words with."))
    )
    @click.option(
        "--cases", type=file, multiple=True, help=str(text("A further file of worked cases (.toml or .xlsx)."))
    )
    @click.option(
        "--mutate",
        is_flag=True,
        help=str(text("Change every number of the rule files in turn, and show what no case or check notices.")),
    )
    @click.option(
        "--level", type=click.Choice(("bronze", "silver", "gold")), help=str(text("The level that must be reached."))
    )
    def test(
        city: str,
        source: tuple[Path, ...],
        cases: tuple[Path, ...],
        level: str | None,
        mutate: bool,  # noqa: FBT001
        as_json: bool,  # noqa: FBT001
    ) -> None:
        from kaohe.plugin.manager import scheme_named
        from kaohe_conformance.check import LEVELS
        from kaohe_conformance.report import conform

        name, _, version = city.partition("/")
        if version:
            scheme_named(city)
        if mutate:
            _mutate(name, source, as_json=as_json)
            return
        report = conform(name, sources=source, cases=cases, scheme=city if version else "")
        if as_json:
            print_json(_document(report))
        else:
            _show(report)
        reached = -1 if report.level is None else LEVELS.index(report.level)
        if report.failed or (level is not None and reached < LEVELS.index(level)):
            click.get_current_context().exit(1)

    return test


def _mutate(city: str, sources: tuple[Path, ...], *, as_json: bool) -> None:
    """Show what notices each change; exit status 1 where something survives."""
    from kaohe_conformance.mutate import noticed
    from kaohe_conformance.suite import Suite

    found = noticed(Suite(city, sources=sources))
    numbers: dict[str, int] = {how: len(mutants) for how, mutants in found.items()}
    survived = [str(mutant) for mutant in found["survived"]]
    if as_json:
        print_json({"city": city, "changes": sum(numbers.values()), **numbers, "survivors": survived})
    else:
        for line in survived:
            click.echo(str(text("survived: {mutant}", mutant=line)))
        message = text(
            "{city}: {changes} changes; noticed when loading {loading}, by checks {checks}, by cases {cases};"
            " {survived} survived",
            city=city,
            changes=sum(numbers.values()),
            **numbers,
        )
        click.echo(str(message))
    if survived:
        click.get_current_context().exit(1)


def _document(report: Report) -> dict[str, Any]:
    return {
        "city": report.city,
        "level": report.level,
        "checks": report.number,
        "failed": len(report.failed),
        "kinds": report.ran,
        "capabilities": report.capabilities,
        "failures": [
            {"kind": check.kind.kind, "subject": check.subject, "faults": [str(fault) for fault in faults]}
            for check, faults in report.failed
        ],
    }


def _show(report: Report) -> None:
    from kaohe.command.tables import Table
    from kaohe_conformance.candidate import CAPABILITIES
    from kaohe_conformance.checks import KINDS

    failed = {kind: sum(check.kind.kind == kind for check, _ in report.failed) for kind in report.ran}
    headings = text("level"), text("what holds"), text("checks"), text("failed")
    table = Table(text("{city}: conformance", city=report.city), *headings)
    names = {"bronze": text("bronze"), "silver": text("silver"), "gold": text("gold")}
    for level, named in names.items():
        for kind, number in report.ran.items():
            if KINDS[kind].level == level:
                table.row(named, KINDS[kind].title, number, failed[kind] or "")
    console().print(table)
    for check, faults in report.failed[:SHOWN]:
        click.echo(f"✗ {check.kind.title}: {check.subject}")
        for fault in faults:
            click.echo("\n".join(f"    {line}" for line in str(fault).splitlines()))
    if len(report.failed) > SHOWN:
        rest = len(report.failed) - SHOWN
        click.echo(str(plural(rest, "… and {n} more (--json lists all)", "… and {n} more (--json lists all)")))
    has = [str(CAPABILITIES[name]) for name, there in report.capabilities.items() if there]
    lacks = [str(CAPABILITIES[name]) for name, there in report.capabilities.items() if not there]
    click.echo(str(text("has: {capabilities}", capabilities="、".join(has) or "–")))
    click.echo(str(text("does not have: {capabilities}", capabilities="、".join(lacks) or "–")))
    click.echo(
        str(
            text(
                "{city}: {number} checks ran, {failed} failed; level: {level}",
                city=report.city,
                number=report.number,
                failed=len(report.failed),
                level=names[report.level] if report.level else text("none"),
            )
        )
    )


def cases() -> click.Command:
    """The command `kaohe cases`, in the language of the moment."""

    @command("cases", text("Write a file of worked cases in the other form: TOML as a workbook, a workbook as TOML."))
    @path_argument("file")
    @click.option(
        "--out", type=click.Path(path_type=Path), required=True, help=str(text("The file to write (.toml or .xlsx)."))
    )
    def cases(file: Path, out: Path, as_json: bool) -> None:  # noqa: FBT001
        from kaohe_conformance.workbook import read, write

        found = read(file)
        write(found, out)
        if as_json:
            print_json({"cases": len(found.cases), "out": str(out)})
        else:
            click.echo(
                str(plural(len(found.cases), "{n} case written to {out}", "{n} cases written to {out}", out=out))
            )

    return cases
