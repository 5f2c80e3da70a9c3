"""The pieces of a Word document that python-docx has no call for: fields, captions, tables, numbered headings.

Layer 4, governance. Pure: WordprocessingML as ECMA-376 states it, with every text escaped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

from maidinh.governance.documents.content import Table

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LEVELS = 3
HEADINGS = {1: "Heading1", 2: "Heading2", 3: "Heading3"}


def said(text: str) -> str:
    """The text as XML may hold it."""
    return escape(_FORBIDDEN.sub("", text))


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{said(text)}</w:t></w:r>'


def field(instruction: str, shown: str) -> str:
    """A field with what it shows until it is updated."""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {instruction} '
        f'</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(shown)}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def bookmarked(inner: str, number: int, name: str) -> str:
    """Content that other places refer to."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inner}<w:bookmarkEnd w:id="{number}"/>'


def paragraph(style: str, inner: str, properties: str = "") -> BaseOxmlElement:
    """A paragraph of a style."""
    return parse_xml(f'<w:p {NAMESPACE}><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inner}</w:p>')


def heading(level: int, text: str, number: int, *, numbered: bool, first: bool = False) -> BaseOxmlElement:
    """A heading that the contents refer to; one without a number of its own carries none. `first` begins a page."""
    off = (
        ""
        if numbered
        else '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr><w:ind w:left="0" w:firstLine="0"/>'
    )
    begins = "<w:pageBreakBefore/>" if first else ""
    return paragraph(HEADINGS[min(level, LEVELS)], bookmarked(run(text), number, anchor(number)), begins + off)


def anchor(number: int) -> str:
    """The name by which the contents refer to a heading."""
    return f"_Toc{number:06}"


def caption(label: str, sequence: str, number: int, text: str, *, above: bool) -> BaseOxmlElement:
    """A caption whose number Word counts; above what it names it stays with it."""
    inner = f"{run(f'{label} ')}{field(f'SEQ {sequence} {chr(92)}* ARABIC', str(number))}{run(f'. {text}')}"
    return paragraph("Caption", inner, "<w:keepNext/>" if above else "")


def contents(title: str, entries: Sequence[tuple[int, str, int, str]]) -> list[BaseOxmlElement]:
    """The table of contents as a field that already holds its entries: level, heading, bookmark, page.

    Word is told to count the pages anew when it opens the file; until then those of the PDF stand there.
    """
    made = [paragraph("ContentsTitle", run(title), "<w:pageBreakBefore/>")]
    for position, (level, text, mark, page) in enumerate(entries):
        begin = end = ""
        if position == 0:
            begin = (
                '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText xml:space="preserve">'
                ' TOC \\o "1-3" \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            )
        if position == len(entries) - 1:
            end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        link = f'<w:hyperlink w:anchor="{anchor(mark)}" w:history="1">{run(text)}<w:r><w:tab/></w:r>'
        place = f"{field(f'PAGEREF {anchor(mark)} {chr(92)}h', page)}</w:hyperlink>"
        made.append(paragraph(f"TOC{min(level, LEVELS)}", f"{begin}{link}{place}{end}"))
    return made


def table(content: Table, width: int, bold: Collection[int] = ()) -> BaseOxmlElement:
    """A table: its heading row comes again on every page, no row breaks across two; `bold` are rows that sum up."""
    widths = [int(each * width) for each in content.widths]
    grid = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
    sides, middle = content.sides, ["center"] * len(widths)
    head = _row(content.headings, widths, middle, "TableHeading", "<w:cantSplit/><w:tblHeader/>", shade=True)
    rows = "".join(
        _row(each, widths, sides, "TableText", "<w:cantSplit/>", bold=number in bold)
        for number, each in enumerate(content.rows)
    )
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="4A4F54"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return parse_xml(
        f'<w:tbl {NAMESPACE}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>'
        f'</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1"/><w:tblCaption w:val="{_attribute(content.caption)}"/>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>"
    )


def _attribute(text: str) -> str:
    return said(text).replace('"', "&quot;")


def _row(
    cells: Sequence[str],
    widths: Sequence[int],
    sides: Sequence[str],
    style: str,
    properties: str,
    shade: bool = False,
    bold: bool = False,
) -> str:
    fill = '<w:shd w:val="clear" w:color="auto" w:fill="E9EDF2"/><w:vAlign w:val="center"/>' if shade else ""
    weight = "<w:b/>" if bold else ""
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
        f'<w:jc w:val="{side}"/></w:pPr>{run(text, weight)}</w:p></w:tc>'
        for text, width, side in zip(cells, widths, sides, strict=True)
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"
