"""Writing a document as .docx: real headings, contents that show at once, captions that count, tables that repeat.

Layer 4, governance. The first page has the form of Decree 30/2020/NĐ-CP. The same document gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime, time
from functools import singledispatchmethod
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Mm, Pt

from maidinh.governance.documents.content import (
    Block,
    Bullets,
    Chapter,
    Document,
    Figure,
    Note,
    Paragraph,
    Table,
)
from maidinh.governance.documents.word_parts import caption, contents, field, heading, paragraph, run
from maidinh.governance.documents.word_parts import table as table_of
from maidinh.governance.documents.word_styles import (
    TEXT_WIDTH,
    TEXT_WIDTH_LANDSCAPE,
    TWIPS,
    apply_page,
    apply_styles,
)
from maidinh.infrastructure.typesetting import pictured

EPOCH = (1980, 1, 1, 0, 0, 0)
COVER_WIDTHS = (62, 103)  # mm: issuing body and motto
PLACES = {"missing": "Missing", "mark": "Remark", "basis": "Remark"}


def write_docx(document: Document, pages: Mapping[str, str] | None = None) -> bytes:
    """The document as the bytes of a .docx. `pages` are the chapters' pages, as far as they are known, by id."""
    return _Word(document, pages or {}).written()


class _Word:
    def __init__(self, document: Document, pages: Mapping[str, str]) -> None:
        self.document, self.pages = document, pages
        self.made: Any = docx.Document()
        self.width = TEXT_WIDTH
        self.bookmarks = {id(chapter): n for n, (_, chapter) in enumerate(document.all_chapters(), 1)}

    def written(self) -> bytes:
        roman = self.document.chapters[0].number == "I."
        apply_styles(self.made, language=self.document.language, roman=roman)
        apply_page(self.made.sections[0])
        self._cover()
        self._contents()
        self._running()
        for chapter in self.document.chapters:
            if chapter.annex and self.width == TEXT_WIDTH:
                self._turn()
            self._chapter(chapter, 1)
        self._properties()
        buffer = io.BytesIO()
        self.made.save(buffer)
        return _settled(buffer.getvalue())

    def _add(self, element: Any) -> None:
        self.made.element.body.insert_element_before(element, "w:sectPr")

    def _cover(self) -> None:
        cover, labels = self.document.cover, self.document.labels
        head = self.made.add_table(rows=1, cols=2)
        head.alignment, head.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(head.columns, COVER_WIDTHS, strict=True):
            column.width = Mm(width)
        texts = ((cover.agency.upper(), "_______"), (labels["motto-nation"], labels["motto"], "_" * 20))
        for cell, lines, width in zip(head.rows[0].cells, texts, COVER_WIDTHS, strict=True):
            cell.width = Mm(width)
            for number, line in enumerate(lines):
                target = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
                target.style = self.made.styles["Document Line"]
                told = target.add_run(line)
                told.bold, told.font.size = line.strip("_") != "", Pt(12 if number == 0 else 13)
                if number:  # a rule stands close below what it belongs to
                    target.paragraph_format.space_before, target.paragraph_format.line_spacing = Pt(0), 0.9
                target.paragraph_format.space_after = Pt(0)
        for _ in range(5):
            self._add(paragraph("DocumentLine", ""))
        self._add(paragraph("DocumentTitle", run(cover.title.upper())))
        if cover.issued_with:
            self._add(paragraph("DocumentLine", run(f"({cover.issued_with})", "<w:i/>")))
        self._add(paragraph("DocumentLine", ""))
        for name, text in cover.facts:
            self._add(paragraph("DocumentLine", run(f"{name}: ") + run(text, "<w:b/>")))
        if cover.mark:
            self._add(paragraph("DocumentLine", ""))
            self._add(paragraph("DocumentMark", run(cover.mark)))

    def _contents(self) -> None:
        entries = [
            (level, chapter.heading, self.bookmarks[id(chapter)], self.pages.get(chapter.id, "…"))
            for level, chapter in self.document.all_chapters()
            if level <= 3
        ]
        for element in contents(self.document.labels["contents"], entries):
            self._add(element)

    def _running(self) -> None:
        """The number of the page in the middle above, and below it what edition this is; not on the first page."""
        section = self.made.sections[0]
        section.different_first_page_header_footer = True
        section.header.is_linked_to_previous = False
        header = section.header.part.element
        for empty in list(header):
            header.remove(empty)
        for element in (
            paragraph("DocumentLine", field("PAGE", "2"), '<w:spacing w:after="0"/>'),
            paragraph("Remark", run(self.document.cover.running), '<w:spacing w:after="120"/><w:jc w:val="center"/>'),
        ):
            header.append(element)
        if self.document.cover.mark:
            footer = section.footer
            footer.paragraphs[0].style = self.made.styles["Picture"]
            footer.paragraphs[0].add_run(self.document.cover.mark)

    def _turn(self) -> None:
        """From here on pages lie on their long side: annexes have wide tables."""
        section = self.made.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE
        section.different_first_page_header_footer = False
        apply_page(section, landscape=True)
        self.width = TEXT_WIDTH_LANDSCAPE

    def _chapter(self, chapter: Chapter, level: int) -> None:
        title = chapter.title if not chapter.annex else chapter.heading
        number = self.bookmarks[id(chapter)]
        self._add(heading(level, title, number, numbered=not chapter.annex, first=number == 1 or chapter.new_page))
        for block in chapter.blocks:
            self._block(block)
        for each in chapter.chapters:
            self._chapter(each, level + 1)

    @singledispatchmethod
    def _block(self, block: Block) -> None:
        raise TypeError(f"{type(block).__name__} can't be written")

    @_block.register
    def _(self, block: Paragraph) -> None:
        self._add(paragraph("Normal", run(block.text)))

    @_block.register
    def _(self, block: Bullets) -> None:
        for each in block.items:
            self._add(paragraph("ListBullet", run(each), '<w:jc w:val="left"/>'))

    @_block.register
    def _(self, block: Note) -> None:
        self._add(paragraph(PLACES[block.kind], run(block.text)))

    @_block.register
    def _(self, block: Table) -> None:
        self._add(caption(self.document.labels["table"], "Table", block.number, block.caption, above=True))
        self._add(table_of(block, int(self.width * TWIPS)))
        self._add(paragraph("Remark", run(block.note)))

    @_block.register
    def _(self, block: Figure) -> None:
        content = pictured(block.svg, *block.size, "png")
        self.made.add_paragraph(style=self.made.styles["Picture"])
        last = self.made.paragraphs[-1]
        shape = last.add_run().add_picture(io.BytesIO(content), width=Mm(block.widest))
        tallest = Mm(block.tallest)
        if shape.height > tallest:
            shape.width, shape.height = int(shape.width * tallest / shape.height), tallest
        told = self.made.element.body.xpath(".//wp:docPr")[-1]
        told.set("name", f"Figure {block.number}")
        told.set("title", block.caption)
        told.set("descr", block.alternative)
        text = f"{block.code}. {block.caption}" if block.code else block.caption
        self._add(caption(self.document.labels["figure"], "Figure", block.number, text, above=False))

    def _properties(self) -> None:
        at = datetime.combine(self.document.closing, time())
        facts = self.made.core_properties
        facts.title, facts.author, facts.comments = self.document.cover.title, self.document.cover.agency, ""
        facts.last_modified_by, facts.language = self.document.cover.agency, self.document.language
        facts.created = facts.modified = at
        facts.revision = 1


def _settled(content: bytes) -> bytes:
    """The same archive without the time at which it was made."""
    settled = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as found,
        zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in found.namelist():
            made.writestr(zipfile.ZipInfo(name, EPOCH), found.read(name), zipfile.ZIP_DEFLATED)
    return settled.getvalue()
