"""Texts for people: English in the source, translated when they are shown, in the language of the moment."""

from __future__ import annotations

import gettext
import locale
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from importlib import resources
from io import BytesIO
from pathlib import Path

from attrs import field, frozen

DEFAULT = "zh_CN"
LANGUAGES = (DEFAULT, "en")
_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


def language() -> str:
    """The language in which texts are shown now."""
    return _language.get()


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Show texts in the chosen language inside the block; each thread and task has its own."""
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


def of_locale() -> str:
    """The language that the environment asks for: English for an English locale, otherwise Chinese."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if name := os.environ.get(variable):
            return "en" if name.lower().startswith("en") else DEFAULT
    # Only Windows keeps it elsewhere; on other systems, no variable means the C locale.
    windows = locale.getlocale()[0] or "" if os.name == "nt" else ""
    return "en" if windows.lower().startswith("en") else DEFAULT


def catalogues(package: str) -> Path:
    """The folder with a package's compiled catalogues."""
    return Path(str(resources.files(package))) / "locales"


@cache
def _catalogue(package: str, chosen: str) -> gettext.NullTranslations:
    """A package's compiled catalogue; where it has only the source, that one, compiled now."""
    folder = catalogues(package) / chosen / "LC_MESSAGES"
    source = folder / f"{package}.po"
    if not source.exists() or (folder / f"{package}.mo").exists():
        return gettext.translation(package, catalogues(package), [chosen], fallback=True)
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=chosen))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@frozen
class Text:
    """A message with its values, translated by `str()`."""

    package: str
    message: str
    plural: str | None = None
    count: int = 0
    values: dict[str, object] = field(factory=dict, hash=False)

    def __str__(self) -> str:
        catalogue = _catalogue(self.package, language())
        if self.plural is None:
            translated = catalogue.gettext(self.message)
        else:
            translated = catalogue.ngettext(self.message, self.plural, self.count)
        return translated.format_map({"n": self.count, **self.values})

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def _text(package: str, message: str, /, **values: object) -> Text:
    return Text(package, message, values=values)


def _plural(package: str, count: int, message: str, plural: str, /, **values: object) -> Text:
    return Text(package, message, plural, count, values)


def texts(package: str) -> tuple[Callable[..., Text], Callable[..., Text]]:
    """A package's own `text(message, **values)` and `plural(n, one, many, **values)`."""
    return partial(_text, package), partial(_plural, package)


text, plural = texts("kaohe")


@frozen
class Listing:
    """Several names or texts, joined as the language joins them when they are shown."""

    parts: tuple[object, ...]

    def __str__(self) -> str:
        if not self.parts:
            return str(text("none"))
        listed = str(self.parts[0])
        for part in self.parts[1:]:
            listed = str(text("{listed}, {next}", listed=listed, next=part))
        return listed

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def listing(parts: Iterable[object]) -> Listing:
    """The parts as one value of a text: “a, b, c”."""
    return Listing(tuple(parts))


NAMED = 10
"""Names that a message says one by one."""


def first(names: Sequence[object]) -> Text:
    """The first few of many names, and how many more there are: “a, b and 5 more”."""
    listed = listing(names[:NAMED])
    more = len(names) - NAMED
    return text("{names} and {more} more", names=listed, more=more) if more > 0 else text("{names}", names=listed)


def titled(title: object, code: object) -> Text:
    """A name with its code beside it: “养老机构 (nursing_home)”."""
    return text("{title} ({code})", title=title, code=code)
