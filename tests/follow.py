"""Follows a tutorial to the letter: writes its files, runs its commands, looks for the output that it shows.

A file is a code block whose line before names it (`path`:); a command is a line of a console block that begins with
“$ ”; its other lines must be printed, in their order, each with anything for “…”.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import define, field, frozen

BLOCK = re.compile(r"(?:^`(?P<file>[^`\n]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class File:
    """A file that the reader saves."""

    path: str
    content: str


@define
class Command:
    """A command that the reader types, and the lines that are shown of what it prints."""

    line: str
    shown: list[str] = field(factory=list)

    def missing(self, printed: str) -> list[str]:
        """The shown lines that were not printed, or not in their order."""
        rest, missing = printed.splitlines(), []
        for line in self.shown:
            pattern = re.compile(".*".join(map(re.escape, line.strip().split("…"))))
            found = next((number for number, said in enumerate(rest) if pattern.search(said)), None)
            if found is None:
                missing.append(line)
            else:
                rest = rest[found + 1 :]
        return missing


def steps(tutorial: str) -> Iterator[File | Command]:
    """What the reader does, in order."""
    for block in BLOCK.finditer(tutorial):
        if block["file"]:
            yield File(block["file"], block["content"])
        elif block["kind"] == "console":
            yield from _commands(block["content"])


def _commands(content: str) -> Iterator[Command]:
    command: Command | None = None
    for line in content.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command
            command = Command(line.removeprefix("$ "))
        elif command is not None:
            command.shown.append(line)
    if command is not None:
        yield command


def follow(tutorial: str, folder: Path, run: Callable[[str], tuple[int, str]]) -> Iterator[str]:
    """Do all of it in a folder; `run` gives a command's exit status and output. Yields what went otherwise."""
    for step in steps(tutorial):
        if isinstance(step, File):
            path = folder / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.content, encoding="utf-8")
            continue
        status, printed = run(step.line)
        if status:
            yield f"{step.line}: exit status {status}\n{printed}"
        yield from (f"{step.line}: not printed: {line}\n{printed}" for line in step.missing(printed))
