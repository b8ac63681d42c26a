"""What is written about the code is true: generated references, commands in the README, catalogues."""

from __future__ import annotations

import ast
import re
import string
import subprocess
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Message
from scripts import loaded

from kaohe.command import root

ROOT = Path(__file__).parents[2]


BUILD, EXTRACT = loaded("docs/build.py"), loaded("locales/extract.py")
PACKAGES = [name for name, folders in EXTRACT.sources().items() if len(EXTRACT.template(name, folders))]


@pytest.mark.parametrize("page", BUILD.PAGES)
def test_a_generated_page_is_current(page: str) -> None:
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == BUILD.PAGES[page](), "python dev.py docs"


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("plugins/*/README.md"))]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_in_documents_exist(path: Path) -> None:
    """Every `kaohe COMMAND` and `dev.py TASK` is one, and every option shown is an option of that command."""
    group, tasks = (
        root(),
        set(re.findall(r'^    "(\w+)": \w+,$', (ROOT / "dev.py").read_text(encoding="utf-8"), re.MULTILINE)),
    )
    content = path.read_text(encoding="utf-8")
    for task in re.findall(r"dev\.py (\w+)", content):
        assert task in tasks
    for line in re.findall(r"(?:\$ |dev\.py |`)kaohe (\w+[^\n`#]*)", content):
        name, *words = line.split()
        command = group.get_command(click.Context(group), name)
        assert command is not None, name
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}, line


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("language", EXTRACT.LANGUAGES)
@pytest.mark.parametrize("package", PACKAGES)
def test_catalogues_are_whole_and_current(package: str, language: str) -> None:
    expected = {message.id for message in EXTRACT.template(package, EXTRACT.sources()[package]) if message.id}
    catalogue = EXTRACT.stored(package, language)
    assert {message.id for message in catalogue if message.id} == expected, "python dev.py messages"
    for message in catalogue:
        if message.id:
            assert not message.fuzzy, message.id
            for translated in strings(message):
                assert translated, message.id
                assert holes(translated) <= holes(*ids(message)), message.id
            if not message.pluralizable:
                assert holes(*strings(message)) == holes(*ids(message)), message.id


@pytest.mark.parametrize("package", PACKAGES)
def test_no_text_stands_where_it_is_not_found(package: str) -> None:
    """Not inside an f-string, which the extraction passes over."""
    known = {one for message in EXTRACT.stored(package, "en") for one in ids(message) if message.id}
    for file in (file for folder in EXTRACT.sources()[package][:1] for file in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                written = [part.value for part in node.args if isinstance(part, ast.Constant)]
                assert known.issuperset(written), f"{file.name}, line {node.lineno}"


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def holes(*texts: str) -> set[str]:
    """The names of the places that values go into."""
    named = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
    return named | {name for text in texts for name in re.findall(r"%\((\w+)\)s", text)}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine, no host of a registry."""
    forbidden = re.compile(r"/(ro{2}t|h[o]me|w[o]rk)/[a-z]|pypi\.|files\.pythonhosted|--(extra-)?index-url")
    found = [path.name for path in tracked() if forbidden.search(path.read_text(encoding="utf-8", errors="ignore"))]
    assert found == []
