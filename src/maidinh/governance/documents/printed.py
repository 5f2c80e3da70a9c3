"""Setting a document as PDF/A: tagged, with bookmarks, in the form of Decree 30/2020/NĐ-CP.

Layer 4, governance. Drawings stay vectors. The same document gives the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import singledispatch
from pathlib import Path
from typing import Any

from maidinh.governance.documents.block_drawing import drawable
from maidinh.governance.documents.content import Block, Bullets, Chapter, Document, Figure, Note, Paragraph, Table
from maidinh.infrastructure.typesetting import asked, typeset

LONG_CELL = 900  # letters; a row with so much in a cell may go on over the page
TEMPLATE = Path(__file__).parent / "document.typ"


def write_pdf(document: Document) -> bytes:
    """The document as the bytes of a PDF."""
    at = datetime.combine(document.closing, time(), UTC)
    return typeset(TEMPLATE, _facts(document), at=at, foreign_letters=True)


def pages_of(document: Document) -> dict[str, str]:
    """On which page of the PDF each chapter begins, by its id."""
    return {chapter: str(page) for chapter, page in asked(TEMPLATE, _facts(document), "chapter-page")}


def _facts(document: Document) -> dict[str, Any]:
    cover, labels = document.cover, document.labels
    told = {
        "language": document.language,
        "title": cover.title,
        "agency": cover.agency,
        "nation": labels["motto-nation"],
        "motto": labels["motto"],
        "issued_with": cover.issued_with,
        "facts": [list(each) for each in cover.facts],
        "running": cover.running,
        "mark": cover.mark,
        "contents": labels["contents"],
        "chapters": [_chapter(each, labels) for each in document.chapters if not each.annex],
        "annexes": [_chapter(each, labels) for each in document.chapters if each.annex],
    }
    found: dict[str, Any] = shown(told)
    return found


def shown(value: Any) -> Any:
    """The same without characters that no page can show, wherever they stand."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    return [shown(each) for each in value] if isinstance(value, list) else value


def _chapter(chapter: Chapter, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "id": chapter.id,
        "heading": chapter.heading,
        "new_page": chapter.new_page,
        "blocks": [_block(each, labels) for each in chapter.blocks],
        "chapters": [_chapter(each, labels) for each in chapter.chapters],
    }


@singledispatch
def _block(block: Block, _labels: dict[str, str]) -> dict[str, Any]:
    raise TypeError(f"{type(block).__name__} can't be set")


@_block.register
def _(block: Paragraph, _labels: dict[str, str]) -> dict[str, Any]:
    return {"kind": "paragraph", "text": block.text}


@_block.register
def _(block: Bullets, _labels: dict[str, str]) -> dict[str, Any]:
    return {"kind": "bullets", "items": list(block.items)}


@_block.register
def _(block: Note, _labels: dict[str, str]) -> dict[str, Any]:
    return {"kind": "note", "text": block.text, "missing": block.kind == "missing"}


@_block.register
def _(block: Table, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": f"{labels['table']} {block.number}. {block.caption}",
        "headings": list(block.headings),
        "rows": [list(each) for each in block.rows],
        "widths": list(block.widths),
        "sides": list(block.sides),
        "whole_rows": max((len(cell) for row in block.rows for cell in row), default=0) < LONG_CELL,
        "note": block.note,
    }


@_block.register
def _(block: Figure, labels: dict[str, str]) -> dict[str, Any]:
    code = f"{block.code}. " if block.code else ""
    return {
        "kind": "figure",
        "caption": f"{labels['figure']} {block.number}. {code}{block.caption}",
        "svg": block.svg,
        "alternative": block.alternative,
        "tallest": block.tallest,
        "widest": block.widest,
    }
