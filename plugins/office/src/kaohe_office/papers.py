"""What a scheme's document prints for institutions to hand in, and says of the letters to them: its papers.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from kaohe.loading import structure

FILE = "papers.toml"


@frozen
class Table:
    """The headings of the assessment tables, by what stands below them, and the words before the vetoes."""

    headings: dict[str, str] = field(factory=dict)
    veto: str = ""


@frozen
class Declaration:
    """The step of the calendar by which the forms come back, and the document's words for it."""

    step: str = ""
    text: str = ""


@frozen
class Window:
    """Where the institutions of a region hand in."""

    region: str
    address: str
    phone: str


@frozen
class Windows:
    """The table of the windows, as it is printed."""

    annex: str
    title: str
    headings: dict[str, str]
    places: list[Window]


@frozen
class Material:
    """One line of the checklist. `kinds`: who hands it in (empty: everybody); `gains`: only for gains claimed."""

    number: str
    text: str
    kinds: list[str] = field(factory=list)
    gains: bool = False


@frozen
class Materials:
    """The checklist of what is handed in, as it is printed."""

    annex: str
    title: str
    items: list[Material]


@frozen
class Roster:
    """The table of the staff: its headings by the columns of the dataset's table `staff`, in the order printed."""

    annex: str
    title: str
    institution: str
    headings: dict[str, str]
    more: str
    notes: list[str]


@frozen
class Objection:
    """How an institution may object, in the document's words, and until when, where it says so."""

    article: str
    text: str
    until: str = ""


@frozen
class Notice:
    """What the document says of objections to a result."""

    objection: Objection | None = None


@frozen(kw_only=True)
class Papers:
    """The papers of one scheme; what its document does not print is not there."""

    table: Table = field(factory=Table)
    declaration: Declaration = field(factory=Declaration)
    windows: Windows | None = None
    materials: Materials | None = None
    roster: Roster | None = None
    notice: Notice = field(factory=Notice)


def papers(files: Mapping[str, str], scheme: str) -> Papers:
    """The scheme's papers, from the texts of its rule files by path (as rules and runs keep them); raises Refused."""
    path = f"{scheme}/{FILE}"
    content: dict[str, Any] = tomllib.loads(files.get(path, ""))
    return structure(content, Papers, path)
