"""A wrong input, and what has to be said of it: the place, and the message with its remedy in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen
from project import Project

Change = Callable[[Project], object]
Files = Callable[[Path], object]

FORMER = b"a run of before"
"""What stands at the run's place, and has to stand there afterwards."""


@frozen
class Said:
    """One line of the report: file, row as a spreadsheet numbers it, column or key, and what comes after."""

    file: str
    row: int | None
    column: str
    en: str
    zh: str
    key: str = ""

    def line(self, lang: str) -> str:
        """The whole line as printed."""
        if lang == "en":
            parts = [f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else ""]
            parts.append(f"key {self.key}" if self.key else "")
            place = ", ".join([self.file, *filter(None, parts)])
            return f"error: {place}: {self.en}" if self.file else f"error: {self.en}"
        parts = [f"第{self.row}行" if self.row else "", f"{self.column}列" if self.column else ""]
        parts.append(f"键“{self.key}”" if self.key else "")
        place = "，".join([self.file, *filter(None, parts)])
        return f"错误：{place}：{self.zh}" if self.file else f"错误：{self.zh}"


@frozen
class Case:
    """A change to the clean year that makes it wrong, and all that is said of it, in order.

    `change` acts on the tables before they are written, `files` on the folder afterwards. `checked`: by
    `kaohe check` without a scheme instead of `kaohe run`.
    """

    name: str
    said: Sequence[Said]
    change: Change = lambda _: None
    files: Files = lambda _: None
    options: Sequence[str] = ()
    checked: bool = field(default=False, kw_only=True)

    def command(self, folder: Path) -> list[object]:
        if self.checked:
            return ["check", folder, *self.options]
        return ["run", folder, "--scheme", "changzhou/2022", "--out", "run.db", *self.options]


def named(cases: Sequence[Case]) -> list[str]:
    return [case.name for case in cases]


def refuses(project: Project, case: Case) -> None:
    """The case is refused in both languages, with exactly what has to be said, and nothing is written."""
    case.change(project)
    folder = project.dataset
    case.files(folder)
    out = project.root / "run.db"
    out.write_bytes(FORMER)
    before = project.files()
    english = project.kaohe(*case.command(folder), lang="en")
    expected = [*(said.line("en") for said in case.said), counted(len(case.said))]
    assert english.err.splitlines() == expected, english.err
    assert (english.status, english.out) == (1, "")
    chinese = project.kaohe(*case.command(folder), lang="zh_CN")
    expected = [*(said.line("zh_CN") for said in case.said), f"共{len(case.said)}处错误，未写入任何内容"]
    assert chinese.err.splitlines() == expected, chinese.err
    assert (chinese.status, chinese.out) == (1, "")
    assert out.read_bytes() == FORMER
    out.unlink()
    document = project.kaohe(*case.command(folder), "--json", lang="zh_CN")
    assert document.status == 1
    assert documented(document.json) == [(said.file, said.row, said.column, said.key, said.zh) for said in case.said], (
        document.out
    )
    assert project.files() == before - {"run.db"}


def counted(number: int) -> str:
    return "1 error; nothing was written" if number == 1 else f"{number} errors; nothing was written"


def documented(document: Any) -> list[tuple[str, int | None, str, str, str]]:
    """The problems of the one JSON document: place, message and remedy."""
    return [
        (
            entry["file"],
            entry["row"],
            entry["column"],
            entry["key"],
            "。".join(part for part in (entry["message"], entry["remedy"]) if part),
        )
        for entry in document["problems"]
    ]


def cell(table: str, row: int, **values: object) -> Change:
    """Other values in one row, counted as a spreadsheet does."""
    return lambda project: project.tables[table][row - 2].update(values)


def more(table: str, like: int, **values: object) -> Change:
    """One more row at the end, like another but for some values."""
    return lambda project: project.tables[table].append({**project.tables[table][like - 2], **values})


def both(*changes: Change) -> Change:
    def change(project: Project) -> None:
        for each in changes:
            each(project)

    return change


def table(name: str, *rows: dict[str, object]) -> Change:
    """A whole table."""
    return lambda project: project.tables.update({name: list(rows)})


def without(name: str) -> Change:
    def change(project: Project) -> None:
        del project.tables[name]

    return change


def heading(name: str, old: str, new: str) -> Change:
    """A table's column under another heading."""

    def change(project: Project) -> None:
        rows = project.tables[name]
        project.tables[name] = [{new if key == old else key: value for key, value in row.items()} for row in rows]

    return change


def file(name: str, content: str | bytes) -> Files:
    """A file of the dataset's folder."""
    return lambda folder: _write(folder / name, content)


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
