"""Brings the catalogues up to date with the texts in the code; `python dev.py messages` runs it.

The English catalogue says what the code says, so that every language has one and a missing text is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
LANGUAGES = ("zh_CN", "en")
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"text": None, "plural": (2, 3), "_": None, "ngettext": (1, 2)}


def sources() -> dict[str, list[Path]]:
    """Each package of this repository and the folders its texts stand in; the command line's include click's."""
    packages = {path.parent.name: [path.parent] for path in HERE.parent.glob("*/src/*/__init__.py")}
    packages |= {path.parent.name: [path.parent] for path in HERE.parent.glob("plugins/*/src/*/__init__.py")}
    click = find_spec("click")
    if click is not None and click.origin is not None:
        packages["kaohe"].append(Path(click.origin).parent)
    return dict(sorted(packages.items()))


def template(package: str, folders: list[Path]) -> Catalog:
    """The texts of a package as a catalogue without translations."""
    catalogue = Catalog(project=package, charset="utf-8")
    for _, message, *_ in _found(folders):
        catalogue.add(message)
    return catalogue


def _found(folders: list[Path]) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for folder in folders:
        for file, _, message, _, _ in extract_from_dir(folder, METHODS, keywords=KEYWORDS):
            if "winterm" not in file:
                yield file, message


def stored(package: str, language: str) -> Catalog:
    """The catalogue as it is in this folder; empty where there is none."""
    path = HERE / language / "LC_MESSAGES" / f"{package}.po"
    if not path.exists():
        return Catalog(locale=language, domain=package, charset="utf-8", fuzzy=False)
    with path.open("rb") as lines:
        return read_po(lines, locale=language, domain=package)


def update() -> None:
    """Write every package's catalogues anew: new texts without a translation, unused ones dropped."""
    for package, folders in sources().items():
        texts = template(package, folders)
        if len(texts) == 0:
            continue
        for language in LANGUAGES:
            catalogue = stored(package, language)
            catalogue.update(texts, no_fuzzy_matching=True)
            catalogue.obsolete.clear()
            catalogue.header_comment = f"# {package}"
            if language == "en":
                for message in catalogue:
                    _say_itself(message)
            _write(catalogue, HERE / language / "LC_MESSAGES" / f"{package}.po")


def _say_itself(message: Message) -> None:
    if message.id:
        message.string = message.id


def _write(catalogue: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.revision_date = catalogue.creation_date = datetime(
        2026, 1, 1, tzinfo=UTC
    )  # the same texts, the same file
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, no_location=True, sort_output=True, ignore_obsolete=True)


if __name__ == "__main__":
    update()
