"""The public edition: nothing that is withheld gets into any file of it, and it says what kinds were left out."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import docx
import pytest
from pypdf import PdfReader

from maidinh.governance.documents.building import build
from maidinh.governance.documents.material import Material
from maidinh.governance.documents.printed import write_pdf
from maidinh.governance.documents.reading import Basis
from maidinh.governance.documents.word import write_docx
from maidinh.governance.exploring.publication import PublicationRules, publication, read_publication_rules
from maidinh.infrastructure.definitions.locating import definitions_root
from tests.governance.small import element


@pytest.fixture(scope="module")
def rules() -> PublicationRules:
    return read_publication_rules(definitions_root() / "national")


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def said(document: Any, printed: bool = True) -> str:
    """Everything that the Word document and, where asked for, the PDF show."""
    word = docx.Document(io.BytesIO(write_docx(document)))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    told = [each.text for each in word.paragraphs] + cells + [each.alternative for each in document.figures()]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(write_pdf(document))).pages] if printed else []
    return json.dumps([*told, *pages, *(each.svg for each in document.figures())], ensure_ascii=False)


@pytest.mark.parametrize("plan", ["public", "national-2.0", "national-2026"])
def test_nothing_withheld_is_said(
    plan: str, basis: Basis, rules: PublicationRules, small: Callable[..., Material]
) -> None:
    secret = element("vault", "information-system", 5, owner="H99.1", security_level=5) | {
        "name": {"vi": "Két sắt kín"}
    }
    guarded = element("safe", "information-system", 5, owner="H99.1", security_level=4, zone="vung-kin-77")
    flows = [{"id": "f1", "kind": "flow", "from": "safe", "to": "vault", "name": {"vi": "Chuyển chìa khóa két"}}]
    framework = basis.plans[plan].framework or "2.0"
    changes: dict[str, Any] = {"elements": [secret, guarded], "relations": flows, "note": {"vi": "Ghi chú kín 991"}}
    printed = plan == "public"
    whole = said(build(basis.plans[plan], small(framework, **changes)), printed)
    open_to_all = said(build(basis.plans[plan], small(framework, how={"published": rules}, **changes)), printed)
    assert "Két sắt kín" in whole
    for each in ("Két sắt kín", "vung-kin-77", "Chuyển chìa khóa két"):
        assert each not in open_to_all
    assert "Tên safe" in open_to_all
    assert "Hệ thống thông tin cấp độ 5" in open_to_all, "the last chapter says what kinds were left out"


def test_of_a_province_nothing_withheld_is_said(
    basis: Basis, rules: PublicationRules, of_province: Callable[..., Material], province: Callable[..., Any]
) -> None:
    model = province()["model"]
    edition = publication(model, rules)[0]
    before, after = (set(strings(each.model_dump(mode="json"))) for each in (model, edition))
    withheld = {each for each in before - after if len(each) > 8}
    assert withheld, "the rules withhold something of this province"
    text = said(build(basis.public_plan(), of_province("2.0", published=rules)), printed=False)
    assert [each for each in withheld if each in text] == []


def test_words_are_explained(basis: Basis, rules: PublicationRules, of_province: Callable[..., Material]) -> None:
    document = build(basis.public_plan(), of_province("2.0", published=rules))
    assert [each.title for each in document.chapters][-2:] == [
        "Giải thích từ ngữ",
        "Những gì không có trong bản công khai",
    ]
    (glossary,) = [each for each in document.tables() if each.caption == "Giải thích từ ngữ"]
    assert len(glossary.rows) == len(basis.public_plan().glossary)
