"""`kaohe diff`: two stored runs, what was changed between them and who moves by it."""

from __future__ import annotations

from pathlib import Path

import click

from kaohe import Problem, Refused
from kaohe.command.output import command, path_argument, print_json
from kaohe_compare.words import text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("diff", text("What differs between two runs: what was changed, who moves by which clause, whose money."))
    @path_argument("before")
    @path_argument("after")
    @click.option(
        "--institution",
        "institutions",
        multiple=True,
        metavar="INSTITUTION",
        help=str(text("Show all that differs of this institution; several times for several.")),
    )
    def diff(before: Path, after: Path, institutions: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001
        from kaohe_compare.difference import diff as differences
        from kaohe_compare.moves import document, show

        found = differences(before, after)
        unknown = [code for code in institutions if not found.knows(code)]
        if unknown:
            raise Refused([Problem("institution", text("neither run has “{code}”", code=code)) for code in unknown])
        if as_json:
            print_json(document(found, institutions))
        else:
            show(found, institutions)

    return diff
