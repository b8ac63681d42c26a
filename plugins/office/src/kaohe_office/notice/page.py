"""A notice as one HTML file to print."""

from __future__ import annotations

from pathlib import Path

from kaohe_office.notice.letter import Letter
from kaohe_office.notice.word import asked
from kaohe_office.report.page import rendered


def write(letter: Letter, target: Path) -> None:
    """Write the file."""
    target.write_text(rendered("notice/page.html", **asked(letter)), encoding="utf-8", newline="\n")
