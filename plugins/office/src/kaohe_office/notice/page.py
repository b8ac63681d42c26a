"""A notice as one HTML file to print."""

from __future__ import annotations

from pathlib import Path

from kaohe_office.messages import text
from kaohe_office.notice.letter import Letter
from kaohe_office.notice.word import blank_day, heading
from kaohe_office.report.page import rendered


def write(letter: Letter, target: Path) -> None:
    """Write the file."""
    page = rendered(
        "notice/page.html",
        letter=letter,
        remarks=[str(text("Note: {remark}", remark=remark)) for remark in letter.remarks],
        sections=[(heading(number, section.title), section) for number, section in enumerate(letter.sections)],
        issuer=letter.issuer or str(text("(issuing office)")),
        day=letter.day or blank_day(),
    )
    target.write_text(page, encoding="utf-8", newline="\n")
