"""How a Word document looks: fonts, sizes, margins and numbers of headings after Decree 30/2020/NĐ-CP, annex I.

Layer 4, governance.
"""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from maidinh.governance.documents.word_parts import HEADINGS, NAMESPACE

FONT = "Times New Roman"
BLACK = RGBColor(0, 0, 0)
MARGINS = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 20}  # mm
TEXT_WIDTH, TEXT_WIDTH_LANDSCAPE = 160, 247  # mm between the margins of A4
TWIPS = 56.6929  # in a millimetre
HEADING_NUMBERING = 90  # an id that the default template doesn't use
SIZES = {1: 14, 2: 13, 3: 13}


def apply_styles(document: Any, *, language: str, roman: bool) -> None:
    """Give the document its styles, its language and the numbers of its headings."""
    _defaults(document, "vi-VN" if language == "vi" else "en-GB")
    _headings(document)
    _number_headings(document, roman)
    _further(document)


def apply_page(section: Any, *, landscape: bool = False) -> None:
    """A4 with the margins of administrative documents."""
    short, long = Mm(210), Mm(297)
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    for name, millimetres in MARGINS.items():
        setattr(section, name, Mm(millimetres))
    if landscape:
        section.top_margin, section.left_margin, section.right_margin = Mm(25), Mm(25), Mm(25)
    section.header_distance, section.footer_distance = Mm(9), Mm(9)


def _font(style: Any, size: float | None = None, **looks: Any) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)
    style.font.color.rgb = BLACK
    if size:
        style.font.size = Pt(size)
    for name, value in looks.items():
        setattr(style.font, name, value)


def _defaults(document: Any, language: str) -> None:
    normal = document.styles["Normal"]
    _font(normal, 13)
    look = normal.paragraph_format
    look.space_after, look.line_spacing, look.alignment = Pt(6), 1.15, WD_ALIGN_PARAGRAPH.JUSTIFY
    properties = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(parse_xml(f'<w:lang {NAMESPACE} w:val="{language}" w:eastAsia="{language}" w:bidi="ar-SA"/>'))


def _headings(document: Any) -> None:
    for level, size in SIZES.items():
        style = document.styles[f"Heading {level}"]
        _font(style, size, bold=True, italic=level == 3)
        look = style.paragraph_format
        look.space_before, look.space_after, look.keep_with_next = Pt(14 if level == 1 else 10), Pt(6), True
        look.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _number_headings(document: Any, roman: bool) -> None:
    """One list of three levels that the headings belong to, so that Word counts on by itself."""
    first = "upperRoman" if roman else "decimal"
    patterns = ("%1.", "%2.", "%2.%3.") if roman else ("%1.", "%1.%2.", "%1.%2.%3.")
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{first if level == 0 else "decimal"}"/>'
        f'<w:pStyle w:val="{HEADINGS[level + 1]}"/><w:suff w:val="space"/><w:lvlText w:val="{pattern}"/>'
        '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for level, pattern in enumerate(patterns)
    )
    numbering = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {NAMESPACE} w:abstractNumId="{HEADING_NUMBERING}"><w:multiLevelType w:val="multilevel"/>'
        f"{levels}</w:abstractNum>"
    )
    numbering.insert(0, abstract)
    numbering.append(
        parse_xml(
            f'<w:num {NAMESPACE} w:numId="{HEADING_NUMBERING}"><w:abstractNumId w:val="{HEADING_NUMBERING}"/></w:num>'
        )
    )
    for level in SIZES:
        belongs = document.styles[f"Heading {level}"].element.get_or_add_pPr().get_or_add_numPr()
        belongs.get_or_add_ilvl().val, belongs.get_or_add_numId().val = level - 1, HEADING_NUMBERING


def _further(document: Any) -> None:
    styles = document.styles
    caption = styles["Caption"]
    _font(caption, 12, bold=True, italic=False)
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(4)
    _font(styles["List Bullet"], 13)
    for name, size, looks, centred in (
        ("Table Text", 11, {}, False),
        ("Table Heading", 11, {"bold": True}, True),
        ("Document Title", 18, {"bold": True}, True),
        ("Document Line", 13, {}, True),
        ("Document Mark", 13, {"bold": True}, True),
        ("Contents Title", 14, {"bold": True}, True),
        ("Missing", 13, {"italic": True}, False),
        ("Remark", 10.5, {"italic": True}, False),
        ("Picture", 11, {}, True),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _font(style, size, **looks)
        look = style.paragraph_format
        look.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
        if name.startswith("Table"):
            look.space_before, look.space_after, look.line_spacing = Pt(2), Pt(2), 1.0
    for name in ("Picture", "Table Heading"):
        styles[name].paragraph_format.keep_with_next = True
    # Lines wider apart would add a part of the picture's height, and it would part from its heading.
    styles["Picture"].paragraph_format.line_spacing = 1.0
    for level in (1, 2, 3):
        style = styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
        style.element.set(qn("w:styleId"), f"TOC{level}")
        style.base_style = styles["Normal"]
        _font(style, 13 if level == 1 else 12, bold=level == 1)
        look = style.paragraph_format
        look.left_indent, look.space_after, look.alignment = Mm((level - 1) * 5), Pt(3), WD_ALIGN_PARAGRAPH.LEFT
        look.right_indent = Mm(8)
        look.tab_stops.add_tab_stop(Mm(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
