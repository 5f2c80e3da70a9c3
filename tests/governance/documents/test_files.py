"""The document as Word and as PDF: read back, they say what the tree says, and the same tree gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from maidinh.governance.documents.building import build
from maidinh.governance.documents.content import Document
from maidinh.governance.documents.material import Material, prepared
from maidinh.governance.documents.printed import pages_of, write_pdf
from maidinh.governance.documents.reading import Basis
from maidinh.governance.documents.word import write_docx
from tests.governance.documents.conftest import CLOSING
from tests.governance.small import element

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(basis: Basis, province: Callable[..., Any]) -> Document:
    found = province()
    material = prepared(found.pop("model"), basis, framework="2026-1425", closing=CLOSING, **found)
    return build(basis.plan("2026-1425"), material)


@pytest.fixture(scope="module")
def word(made: Document) -> Any:
    pages = {each.id: str(number) for number, (_, each) in enumerate(made.all_chapters(), 3)}
    return docx.Document(io.BytesIO(write_docx(made, pages)))


def test_headings_of_the_word_document(made: Document, word: Any) -> None:
    found = [(int(each.style.name[-1]), each.text) for each in word.paragraphs if each.style.name.startswith("Heading")]
    assert found == [(min(level, 3), each.heading if each.annex else each.title) for level, each in made.all_chapters()]
    level = word.styles["Heading 2"].element.find(qn("w:pPr")).find(qn("w:numPr")).find(qn("w:ilvl"))
    assert level.get(qn("w:val")) == "1", "headings count by themselves"


def test_contents_show_without_an_update(made: Document, word: Any) -> None:
    entries = [each for each in word.paragraphs if each.style.name.startswith("toc")]
    assert len(entries) == sum(level <= 3 for level, _ in made.all_chapters())
    for entry, (_, chapter) in zip(entries, made.all_chapters(), strict=True):
        told = "".join(each.text or "" for each in entry._p.iter(qn("w:t")))
        assert told.startswith(chapter.heading)
        assert told.removeprefix(chapter.heading).isdigit(), f"{chapter.heading} has no page"
    names = {each.get(qn("w:name")) for each in word.element.body.iter(qn("w:bookmarkStart"))}
    assert {each.get(qn("w:anchor")) for each in word.element.body.iter(qn("w:hyperlink"))} <= names


def test_tables_of_the_word_document(made: Document, word: Any) -> None:
    tables = [each for each in word.tables if each._tbl.find(qn("w:tblPr")).find(qn("w:tblCaption")) is not None]
    assert len(tables) == len(list(made.tables()))
    for table, expected in zip(tables, made.tables(), strict=True):
        rows = [[cell.text for cell in row.cells] for row in table.rows[:2]]
        assert rows[0] == list(expected.headings)
        assert rows[1] == list(expected.rows[0])
        first = table.rows[0]._tr.find(qn("w:trPr"))
        assert first.find(qn("w:tblHeader")) is not None, "the heading row comes again on the next page"
        assert len(table.rows) == len(expected.rows) + 1


def test_captions_count_by_themselves(made: Document, word: Any) -> None:
    captions = [each for each in word.paragraphs if each.style.name == "Caption"]
    fields = [each.text for found in captions for each in found._p.iter(qn("w:instrText"))]
    assert fields.count(r" SEQ Table \* ARABIC ") == len(list(made.tables()))
    assert fields.count(r" SEQ Figure \* ARABIC ") == len(list(made.figures()))
    assert "Hình 2. SĐ-T-01. Mô hình tổng thể số trên địa bàn" in [each.text for each in captions]


def test_pictures_have_words(made: Document, word: Any) -> None:
    described = [each.get("descr") for each in word.element.body.iter(qn("wp:docPr"))]
    assert described == [each.alternative for each in made.figures()]
    assert all("Người sử dụng" in each for each in described[1:2])


def test_page_of_an_administrative_document(made: Document, word: Any) -> None:
    upright, sideways = word.sections
    assert [round(upright.page_width.mm), round(upright.left_margin.mm)] == [210, 30]
    assert sideways.page_width > sideways.page_height, "annexes lie on their long side"
    assert upright.different_first_page_header_footer
    running = "\n".join(each.text for each in upright.header.paragraphs)
    assert "Phiên bản 2.0 · QĐ số 2795/QĐ-UBND ngày 13/11/2020 · Chốt dữ liệu ngày 26/11/2026" in running
    assert any("PAGE" in each.text for each in upright.header.part.element.iter(qn("w:instrText")))
    head = [cell.text for cell in word.tables[0].rows[0].cells]
    nation, motto, rule = head[1].split("\n")
    assert (nation, motto) == ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    assert set(rule) == {"_"}, "a rule stands below the motto"
    assert word.styles["Normal"].font.name == "Times New Roman"
    languages = [each.get(qn("w:val")) for each in word.styles.element.iter(qn("w:lang"))]
    assert languages == ["vi-VN"]


@pytest.mark.parametrize("framework", ["2.0", pytest.param("2026-1425", marks=pytest.mark.slow)])
def test_pdf_says_the_same(framework: str, basis: Basis, small: Callable[..., Material]) -> None:
    made = build(basis.plan(framework), small(framework))
    pdf = write_pdf(made)
    reader = PdfReader(io.BytesIO(pdf))
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    for _, chapter in made.all_chapters():
        assert chapter.title.split("(")[0].strip() in text, chapter.title
    assert "/MarkInfo" in reader.trailer["/Root"], "tagged"
    pages = pages_of(made)
    assert pages.keys() == {each.id for _, each in made.all_chapters()}
    numbers = [int(pages[each.id]) for _, each in made.all_chapters()]
    assert numbers == sorted(numbers)
    assert 3 <= numbers[0] < numbers[-1] <= len(reader.pages)


def test_same_tree_same_bytes(basis: Basis, small: Callable[..., Material]) -> None:
    first, second = (build(basis.plan("2.0"), small()) for _ in range(2))
    pdfs = [write_pdf(each) for each in (first, second)]
    assert pdfs[0] == pdfs[1]
    assert write_docx(first) == write_docx(second)
    with zipfile.ZipFile(io.BytesIO(write_docx(first))) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_hostile_names_stay_text(basis: Basis, small: Callable[..., Material]) -> None:
    name = '<w:p/>&"\x07#panic() $x$ *b* \\end'
    elements = [element("one-stop", "information-system", 4, owner="H99.1") | {"name": {"vi": name}}]
    document = build(basis.plan("2.0"), small(elements=elements, relations=[]))
    word = docx.Document(io.BytesIO(write_docx(document)))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert name.replace("\x07", "") in cells
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(write_pdf(document))).pages)
    assert "#panic()" in text


def test_letters_of_other_scripts_are_no_obstacle(basis: Basis, small: Callable[..., Material]) -> None:
    elements = [element("one-stop", "information-system", 4, owner="H99.1") | {"name": {"vi": "Hệ thống 系統 🙂"}}]
    document = build(basis.plan("2.0"), small(elements=elements, relations=[]))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(write_pdf(document))).pages)
    assert "Hệ thống" in text
