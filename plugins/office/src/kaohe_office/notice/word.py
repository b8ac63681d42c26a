"""A notice as a Word file in the form of an official letter: A4, page numbers, Chinese fonts.

What all letters share (styles, page, foot) is made once, by python-docx; each letter is then its own words in body.xml.
"""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from attrs import frozen

from kaohe.messages import language
from kaohe_office.messages import text
from kaohe_office.notice.letter import Letter
from kaohe_office.report.page import rendered

BODY, TITLE, TABLE, HEADING = ("FangSong", 16), ("SimSun", 22), ("SimSun", 10.5), ("SimHei", 16)
"""Fonts and sizes in points, as official letters have them (GB/T 9704: 三号仿宋, 二号 for the title)."""
LATIN = "Times New Roman"
ACROSS = 156
"""Millimetres between the margins."""
SHORT = 12
"""Lines of evidence from which on a row of a table may break between two pages."""
STYLES = {"letter": BODY, "body": BODY, "kept": BODY, "heading": HEADING, "title": TITLE, "issuer": BODY, "day": BODY}
NUMERALS = "一二三四五六七八九十"
KEPT = ("Default Paragraph Font", "Normal Table", "No List")
LEFT_OUT = ("/stylesWithEffects", "/customXml", "/thumbnail", "/numbering")
"""What letters keep of python-docx's own styles beside those that they use, and what they do without."""
CONTENT = "word/document.xml"
OPENING = b"<w:body>"
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no XML file may hold."""


@frozen
class Blank:
    """A letter without its words: the file's parts by name, and the styles by what they are for."""

    parts: dict[str, bytes]
    styles: dict[str, str]


def write(letter: Letter, target: Path) -> None:
    """Write the file."""
    blank = _blank(letter.title, letter.issuer)
    values = {**asked(letter), "styles": blank.styles, "across": ACROSS * 1440 * 10 // 254, "short": SHORT}
    body = NO_XML.sub("\ufffd", rendered("notice/body.xml", **values)).encode()
    with ZipFile(target, "w", ZIP_DEFLATED) as file:
        for name, content in blank.parts.items():
            own = content.replace(OPENING, OPENING + body, 1) if name == CONTENT else content
            file.writestr(ZipInfo(name), own, ZIP_DEFLATED)


def asked(letter: Letter) -> dict[str, Any]:
    """What the templates ask for, beside the letter itself: what stays blank in it is said."""
    return {
        "letter": letter,
        "remarks": [str(text("Note: {remark}", remark=remark)) for remark in letter.remarks],
        "sections": [(heading(number, section.title), section) for number, section in enumerate(letter.sections)],
        "issuer": letter.issuer or str(text("(issuing office)")),
        "day": letter.day or str(text("(date)")),
    }


def heading(number: int, title: str) -> str:
    """A section's heading as letters number them: 一、 in Chinese, 1. in English."""
    return f"{number + 1}. {title}" if language() == "en" else f"{NUMERALS[number]}、{title}"


@lru_cache(maxsize=8)
def _blank(title: str, issuer: str) -> Blank:
    """The letter without its words; none of python-docx's own styles and parts but those that it needs."""
    from docx import Document
    from docx.shared import Mm

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    styles = _styles(document)
    about = document.core_properties
    about.title, about.author, about.last_modified_by, about.comments = title, issuer, issuer, ""
    _page_number(page.footer.paragraphs[0], styles["letter"])
    names = {name: style.style_id for name, style in styles.items()}
    for style in list(document.styles):
        if style.name not in KEPT and style.style_id not in names.values():
            style.delete()
    for holder in (document.part.rels, document.part.package.rels):
        for key in [key for key, relation in holder.items() if relation.reltype.endswith(LEFT_OUT)]:
            del holder[key]
    packed = BytesIO()
    document.save(packed)
    with ZipFile(packed) as file:
        return Blank({name: file.read(name) for name in file.namelist()}, names)


def _styles(document: Any) -> dict[str, Any]:
    """The letter's paragraphs by what they are; what stands in tables is in the style Normal."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    made = {"table": document.styles["Normal"]}
    made |= {name: document.styles.add_style(f"kaohe {name}", WD_STYLE_TYPE.PARAGRAPH) for name in STYLES}
    for name, style in made.items():
        _font(style, *STYLES.get(name, TABLE))
        style.paragraph_format.space_after = Pt(0)
    for name in ("body", "kept"):
        made[name].paragraph_format.first_line_indent = Pt(2 * BODY[1])
    for name in ("heading", "kept", "issuer"):
        made[name].paragraph_format.keep_with_next = True
    for name in ("issuer", "day"):
        made[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made["issuer"].paragraph_format.space_before = Pt(24)
    made["title"].font.bold = True
    made["title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    made["title"].paragraph_format.space_after = Pt(18)
    outline = OxmlElement("w:outlineLvl")  # so that Word's navigation lists the sections
    outline.set(qn("w:val"), "0")
    made["heading"].element.get_or_add_pPr().append(outline)
    for spoken in document.styles.element.iter(qn("w:lang")):  # Chinese characters in their Chinese form
        spoken.set(qn("w:eastAsia"), "zh-CN")
    return {**made, "grid": document.styles["Table Grid"]}


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
