"""`kaohe verify`: whether a run is unchanged, and the same when it is computed again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import asdict

from kaohe.command.output import command, each_problem, path_argument, print_json, problems_json, progress
from kaohe.messages import text

if TYPE_CHECKING:
    from kaohe.provenance import Verified


def build() -> click.Command:
    """The command, in the language of the moment."""
    file = click.Path(path_type=Path)

    @command("verify", text("Verify a run: nothing was changed, and computed again it is the same."))
    @path_argument("run")
    @click.option(
        "--dataset", type=file, help=str(text("The dataset, for a run that keeps only the digests of its inputs."))
    )
    @click.option("--corrects", type=file, help=str(text("The run that it corrects, where that is not beside it.")))
    @click.option("--digest", help=str(text("The digest that was noted when the run was closed.")))
    def verify(
        run: Path,
        dataset: Path | None,
        corrects: Path | None,
        digest: str | None,
        as_json: bool,  # noqa: FBT001
    ) -> None:
        from kaohe.provenance import verify as held_against

        with progress() as say:
            found = held_against(run, dataset=dataset, corrects=corrects, digest=digest, progress=say)
        if as_json:
            parts = [asdict(part) for part in found.parts]
            document = {"run": str(run), "digest": found.digest, "closed": found.closed, "sound": found.sound}
            print_json(
                {**document, "corrects": found.corrects, "parts": parts, "problems": problems_json(found.problems)}
            )
        else:
            _show(found)
            for line in each_problem(found.problems):
                click.echo(line, err=True)
        if not found.sound:
            raise SystemExit(1)

    return verify


def _show(found: Verified) -> None:
    there = [part for part in found.parts if part.stored or not part.part.startswith("in_")]
    unchanged = sum(part.recorded == part.stored for part in there)
    same = [part.computed in (part.stored, part.recorded) for part in found.parts if part.computed]
    click.echo(str(text("digest of the run: {digest}", digest=found.digest)))
    if found.closed:
        click.echo(str(text("closed on {day}", day=found.closed)))
    for digest in found.corrects:
        click.echo(str(text("it corrects the run with the digest {digest}", digest=digest)))
    click.echo(str(text("unchanged since it was written: {count} of {all} parts", count=unchanged, all=len(there))))
    click.echo(str(text("computed again, the same: {count} of {all} parts", count=sum(same), all=len(same))))
    if found.sound:
        click.echo(str(text("the run is what it says")))
