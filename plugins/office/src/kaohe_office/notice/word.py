"""A notice as a Word file in the form of an official letter: A4, page numbers, Chinese fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kaohe.messages import language
from kaohe_office.messages import text
from kaohe_office.notice.letter import Letter
from kaohe_office.report.sections import Section, Table

BODY, TITLE, TABLE = ("仿宋", 16), ("宋体", 22), ("仿宋", 10.5)
"""Fonts and sizes in points, as official letters have them (GB/T 9704: 三号仿宋, 二号 for the title)."""
LATIN = "Times New Roman"
ACROSS = 156
"""Millimetres between the margins."""
NUMERALS = "一二三四五六七八九十"


def write(letter: Letter, target: Path) -> None:
    """Write the file."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    _font(document.styles["Normal"], *BODY)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    document.core_properties.title, document.core_properties.author = letter.title, letter.issuer
    _page_number(page.footer.paragraphs[0])
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(18)
    _run(title, letter.title, *TITLE).bold = True
    _run(document.add_paragraph(), letter.addressee, *BODY)
    _paragraph(document, letter.opening)
    for remark in letter.remarks:
        _paragraph(document, text("Note: {remark}", remark=remark))
    for number, section in enumerate(letter.sections):
        _section(document, number, section)
    _signature(document, letter)
    document.save(str(target))


def heading(number: int, title: str) -> str:
    """A section's heading as letters number them: 一、 in Chinese, 1. in English."""
    return f"{number + 1}. {title}" if language() == "en" else f"{NUMERALS[number]}、{title}"


def _section(document: Any, number: int, section: Section) -> None:
    found = document.add_paragraph()
    found.paragraph_format.keep_with_next = True
    _run(found, heading(number, section.title), "黑体", BODY[1])
    for line in section.lead:
        _paragraph(document, line)
    for table in section.tables:
        _table(document, table)


def _table(document: Any, content: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    table = document.add_table(rows=1, cols=len(content.headings))
    table.style = "Table Grid"
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for _ in content.rows:
        table.add_row()
    table.autofit = not content.widths
    for column, wide in enumerate(content.widths):
        table.columns[column].width = Mm(ACROSS * wide // 100)
    for place, cells in enumerate([content.headings, *content.rows]):
        for column, (cell, said) in enumerate(zip(table.rows[place].cells, cells, strict=True)):
            _run(cell.paragraphs[0], said, *TABLE).bold = place == 0
            if content.widths:
                cell.width = Mm(ACROSS * content.widths[column] // 100)
            if column in content.numbers:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()


def _signature(document: Any, letter: Letter) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    for position, line in enumerate((letter.issuer or str(text("(issuing office)")), letter.day or blank_day())):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.space_before = Pt(24 if position == 0 else 0)
        paragraph.paragraph_format.keep_with_next = position == 0
        _run(paragraph, line, *BODY)


def blank_day() -> str:
    """Where the day is filled in by hand."""
    return str(text("(date)"))


def _paragraph(document: Any, said: object) -> None:
    """A paragraph whose first line is set in by two characters."""
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(2 * BODY[1])
    _run(paragraph, str(said), *BODY)


def _run(paragraph: Any, said: str, font: str, size: float) -> Any:
    run = paragraph.add_run(said)
    _font(run, font, size)
    return run


def _font(styled: Any, font: str, size: float) -> None:
    """One for Latin letters and, as Word wants it, another for Chinese characters."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    styled.font.name, styled.font.size = LATIN, Pt(size)
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _page_number(paragraph: Any) -> None:
    """— 1 — in the middle of the foot."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, "— ", "宋体", 14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    _run(paragraph, " —", "宋体", 14)
