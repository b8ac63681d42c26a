"""`kaohe compare`: one dataset under several schemes and mixes of them, side by side, and why they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from kaohe import Problem, Refused, listing
from kaohe.command.options import params, plan, reading
from kaohe.command.output import command, pairs, path_argument, print_json, progress
from kaohe_compare.words import text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command(
        "compare", text("Compare schemes, and mixes of them, on one dataset: coverage, results side by side, causes.")
    )
    @path_argument("dataset")
    @click.option(
        "--scheme",
        "schemes",
        multiple=True,
        required=True,
        metavar="SCHEME[+STAGE=SCHEME]",
        help=str(
            text(
                "A scheme, or a mix such as A+settle=B; twice or more, the first is what the others are compared with."
            )
        ),
    )
    @click.option(
        "--as",
        "kinds",
        multiple=True,
        metavar="KIND=KIND",
        help=str(text("Assess a kind by another's table where a scheme has none for it: an assumption.")),
    )
    @plan("SCHEME")
    @params("SCHEME")
    @reading("combine.scorers=mean", "SCHEME")
    @click.option(
        "--institution",
        "institutions",
        multiple=True,
        help=str(text("Show this institution, and why its scores differ.")),
    )
    @click.option(
        "--out",
        type=click.Path(path_type=Path),
        help=str(text("Also write it all: a workbook (.xlsx) or an SQLite file (.db).")),
    )
    def compare(
        dataset: Path,
        schemes: tuple[str, ...],
        kinds: tuple[str, ...],
        plans: tuple[str, ...],
        parameters: tuple[str, ...],
        readings: tuple[str, ...],
        institutions: tuple[str, ...],
        out: Path | None,
        as_json: bool,  # noqa: FBT001
    ) -> None:
        from kaohe_compare.comparing import compare as compared
        from kaohe_compare.save import refuse_name, save
        from kaohe_compare.show import show
        from kaohe_compare.tables import document

        if out is not None:
            refuse_name(out)
        given = _Given(schemes)
        with progress() as say:
            found = compared(
                dataset,
                schemes,
                kinds=given.kinds(pairs(kinds, "--as")),
                plans=given.files(plans, given.planned),
                parameters=given.parameters(parameters),
                readings=_readings(readings),
                faults=given.faults,
                progress=say,
            )
            _known(institutions, found.dataset)
            if out is not None:
                say(text("writing the comparison"))
                save(found, out)
        if as_json:
            print_json({**document(found), "out": str(out or "")})
            return
        show(found, institutions)
        if out is not None:
            click.echo(str(text("written to {out}", out=out)))

    return compare


class _Given:
    """What was given for the schemes that are compared; what is wrong with it is in `faults`."""

    def __init__(self, schemes: tuple[str, ...]) -> None:
        from kaohe_compare.sides import used_by

        self.faults: list[Problem] = []
        self.used: dict[str, None] = {}
        for name in schemes:
            with suppress(Refused):  # whoever computes the sides says what is wrong with a name
                self.used |= dict.fromkeys(used_by(name))

    def planned(self) -> list[str]:
        """The compared schemes whose table is set anew each year."""
        from kaohe.plugin.manager import scheme_named

        found = []
        for scheme in self.used:
            with suppress(Refused):
                found += [scheme] if scheme_named(scheme)[1].planned else []
        return found

    def kinds(self, given: dict[str, str]) -> dict[str, str]:
        """The map of kinds by their codes; they may be given by their Chinese names."""
        from kaohe.dataset import CONTRACT

        codes = {shown: code for code, shown in CONTRACT["institutions"].columns["kind"].values.items()}
        return {codes.get(kind, kind): codes.get(other, other) for kind, other in given.items()}

    def files(self, given: Iterable[str], whose: Callable[[], Iterable[str]]) -> dict[str, list[Path]]:
        """Files by the scheme that they are for: `SCHEME=FILE`, or a file alone where it can only be for one."""
        found: dict[str, list[Path]] = {}
        for entry in given:
            scheme, separator, file = entry.partition("=")
            if not separator or (scheme not in self.used and Path(entry).exists()):
                known = list(whose())
                if len(known) != 1:
                    message = text("whose is it? It may be for any of {schemes}", schemes=listing(self.used))
                    self.faults.append(Problem("file", message, text("write SCHEME={file}", file=entry), file=entry))
                    continue
                scheme, file = known[0], entry
            found.setdefault(scheme, []).append(Path(file))
        return found

    def parameters(self, given: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What parameter files say, by scheme."""
        from kaohe.loading import read_toml

        found: dict[str, dict[str, Any]] = {}
        for scheme, files in self.files(given, lambda: self.used).items():
            for file in files:
                try:
                    found.setdefault(scheme, {}).update(read_toml(file))
                except Refused as refused:
                    self.faults += refused.problems
        return found


def _readings(given: Iterable[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, option in pairs(tuple(given), "--reading").items():
        scheme, separator, parameter = name.rpartition(":")
        if not separator:
            raise click.BadOptionUsage(
                "--reading", str(text("say whose: SCHEME:{name}={option}", name=name, option=option))
            )
        found.setdefault(scheme, {})[parameter] = option
    return found


def _known(institutions: Iterable[str], dataset: Any) -> None:
    there = set(dataset.tables["institutions"].select("institution").collect()["institution"])
    unknown = [
        Problem(
            "institution", text("there is no institution “{institution}”", institution=name), text("check the code")
        )
        for name in institutions
        if name not in there
    ]
    if unknown:
        raise Refused(unknown)
