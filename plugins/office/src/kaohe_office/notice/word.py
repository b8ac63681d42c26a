"""A notice as a Word file in the form of an official letter: A4, page numbers, Chinese fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kaohe.messages import language
from kaohe_office.messages import text
from kaohe_office.notice.letter import Letter
from kaohe_office.report.sections import Table

BODY, TITLE, TABLE = ("仿宋", 16), ("宋体", 22), ("仿宋", 10.5)
"""Fonts and sizes in points, as official letters have them (GB/T 9704: 三号仿宋, 二号 for the title)."""
LATIN = "Times New Roman"
ACROSS = 156
"""Millimetres between the margins."""
NUMERALS = "一二三四五六七八九十"


def write(letter: Letter, target: Path) -> None:
    """Write the file."""
    from docx import Document
    from docx.shared import Mm

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    styles = _styles(document)
    document.core_properties.title, document.core_properties.author = letter.title, letter.issuer
    _page_number(page.footer.paragraphs[0], styles["letter"])
    _paragraph(document, letter.title, styles["title"])
    _paragraph(document, letter.addressee, styles["letter"])
    _paragraph(document, letter.opening, styles["body"])
    for remark in letter.remarks:
        _paragraph(document, str(text("Note: {remark}", remark=remark)), styles["body"])
    for number, section in enumerate(letter.sections):
        _paragraph(document, heading(number, section.title), styles["heading"])
        for line in section.lead:
            _paragraph(document, line, styles["body"])
        for table in section.tables:
            _table(document, table)
    _signature(document, letter, styles["letter"])
    document.save(str(target))


def _styles(document: Any) -> dict[str, Any]:
    """The letter's paragraphs, by what they are; what stands in tables is in the style Normal."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    fonts = {"letter": BODY, "body": BODY, "heading": ("黑体", BODY[1]), "title": TITLE}
    made = {"table": document.styles["Normal"]}
    made |= {name: document.styles.add_style(f"kaohe {name}", WD_STYLE_TYPE.PARAGRAPH) for name in fonts}
    for name, style in made.items():
        _font(style, *fonts.get(name, TABLE))
        style.paragraph_format.space_after = Pt(0)
    made["body"].paragraph_format.first_line_indent = Pt(2 * BODY[1])
    made["heading"].paragraph_format.keep_with_next = True
    made["title"].font.bold = True
    made["title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    made["title"].paragraph_format.space_after = Pt(18)
    return made


def heading(number: int, title: str) -> str:
    """A section's heading as letters number them: 一、 in Chinese, 1. in English."""
    return f"{number + 1}. {title}" if language() == "en" else f"{NUMERALS[number]}、{title}"


def _paragraph(document: Any, said: str, style: Any) -> Any:
    """A paragraph in a style, which python-docx would look up anew for each."""
    paragraph = document.add_paragraph(said)
    paragraph._p.style = style.style_id
    return paragraph


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
    for place, (row, cells) in enumerate(zip(table.rows, [content.headings, *content.rows], strict=True)):
        for column, (cell, said) in enumerate(zip(row.cells, cells, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(said).bold = place == 0 or None
            if content.widths:
                cell.width = Mm(ACROSS * content.widths[column] // 100)
            if column in content.numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()


def _signature(document: Any, letter: Letter, style: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    for position, line in enumerate((letter.issuer or str(text("(issuing office)")), letter.day or blank_day())):
        paragraph = _paragraph(document, line, style)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.space_before = Pt(24 if position == 0 else 0)
        paragraph.paragraph_format.keep_with_next = position == 0


def blank_day() -> str:
    """Where the day is filled in by hand."""
    return str(text("(date)"))


def _font(styled: Any, font: str, size: float) -> None:
    """One for Latin letters and, as Word wants it, another for Chinese characters."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    styled.font.name, styled.font.size = LATIN, Pt(size)
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _page_number(paragraph: Any, style: Any) -> None:
    """— 1 — in the middle of the foot."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.style, paragraph.alignment = style, WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    paragraph.add_run(" —")
