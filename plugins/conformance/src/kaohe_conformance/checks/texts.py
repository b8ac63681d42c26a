"""What must hold of the texts in a city's code: there in every language, with the same values in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from kaohe.messages import LANGUAGES
from kaohe_conformance.candidate import Candidate
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.words import text

METHODS = [("**.py", "python")]
KEYWORDS = {"text": None, "plural": (2, 3)}
"""The functions that `kaohe.texts` gives a package, and where their messages stand among the arguments."""

Message = str | tuple[str, ...]


def checks(candidate: Candidate) -> Iterator[Made]:
    """A check for each text of the city's code, in the order of the code."""
    for folder in {regime.folder.parent: None for regime in candidate.regimes}:
        found = dict.fromkeys(said for _, _, said, _, _ in extract_from_dir(folder, METHODS, keywords=KEYWORDS))
        if not found:
            continue
        catalogues = {language: _catalogue(folder, language) for language in LANGUAGES}
        for message in found:
            yield "text", _first(message), _bound(_translated, message, catalogues)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _first(message: Message) -> str:
    return message if isinstance(message, str) else message[0]


def _catalogue(folder: Path, language: str) -> Catalog:
    """The package's catalogue, as source or compiled; an empty one where it has none."""
    home = folder / "locales" / language / "LC_MESSAGES"
    for file, read in ((home / f"{folder.name}.po", read_po), (home / f"{folder.name}.mo", read_mo)):
        if file.exists():
            with file.open("rb") as content:
                return read(content)
    return Catalog(locale=language)


def _translated(message: Message, catalogues: dict[str, Catalog]) -> Iterator[Fault]:
    for language, catalogue in catalogues.items():
        entry = catalogue.get(_first(message))
        said = (entry.string if entry is not None else "") or ""
        forms = [said] if isinstance(said, str) else list(said)
        if not forms or not all(forms):
            yield text("it is not said in {language}", language=language)
            continue
        values = set(_values(message))
        for form in forms:
            if set(_values(form)) != values:
                yield text("in {language} it has other values: “{words}”", language=language, words=form)


def _values(message: Message) -> Iterator[str]:
    """The names of the values in a message; of a plural those of all its forms."""
    for form in [message] if isinstance(message, str) else message:
        yield from re.findall(r"\{(\w+)", form)
