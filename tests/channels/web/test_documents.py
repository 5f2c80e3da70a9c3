"""The document and the dossier as pages: the whole for who works for the province, the public edition for others."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import docx
import pytest
from django.test import Client

from maidinh.infrastructure.actor import Actor

pytestmark = pytest.mark.slow


@pytest.fixture
def anyone(exchange: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def architect(official: Callable[..., Actor], sign_in_as: Callable[[Any, Any], None], exchange: Any) -> Client:
    client = Client()
    sign_in_as(client, official("architecture.draft"))
    client.cookies["django_language"] = "en"
    return client


def said(content: bytes) -> str:
    word = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in word.paragraphs), *cells])


def test_editions_to_choose_from(anyone: Client) -> None:
    page = anyone.get("/architecture/document")
    assert page.status_code == 200
    text = page.content.decode()
    assert text.count("<h1") == 1
    for edition in ("public", "1.0", "2.0", "2026-1425"):
        assert f"edition={edition}&amp;format=docx" in text or f"edition={edition}&format=docx" in text
    assert "/architecture/dossier" not in text


def test_public_edition_to_read(anyone: Client) -> None:
    text = anyone.get("/architecture/document/read").content.decode()
    assert text.count("<h1") == 1
    for title in ("Which agency answers for what?", "Words explained", "What the public edition leaves out"):
        assert title in text
    assert "<svg" in text


def test_an_official_gets_the_whole_and_others_the_public_edition(anyone: Client, architect: Client) -> None:
    address = "/architecture/document/file?edition=2.0&format=docx&version=1.0"
    public, whole = (client.get(address) for client in (anyone, architect))
    assert (public.status_code, whole.status_code) == (200, 200)
    assert "lao-cai-1.0-2.0-public.docx" in public["Content-Disposition"]
    assert "lao-cai-1.0-2.0.docx" in whole["Content-Disposition"]
    assert "What the public edition leaves out" in said(public.content)
    assert "What the public edition leaves out" not in said(whole.content)


def test_pdf_of_a_day(anyone: Client) -> None:
    answer = anyone.get("/architecture/document/file?edition=public&format=pdf&as_of=2026-11-18")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("edition=9.9", 404),
        ("edition=public&format=exe", 404),
        ("version=0.1", 404),
        ("as_of=1999-01-01", 404),
    ],
)
def test_what_there_is_not(query: str, status: int, anyone: Client) -> None:
    assert anyone.get(f"/architecture/document/file?{query}").status_code == status


def test_a_day_that_is_none_is_told_at_its_field(anyone: Client) -> None:
    answer = anyone.get("/architecture/document?as_of=tomorrow")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'href="#as_of"' in text
    assert 'value="tomorrow"' in text
    assert anyone.get("/architecture/document?as_of=1999-01-01").status_code == 404


def test_dossier_of_the_architect(architect: Client) -> None:
    page = architect.get("/architecture/dossier?as_of=2026-11-26")
    text = page.content.decode()
    assert page.status_code == 200
    assert "64 days left until 29/01/2027" in text
    assert text.count("K-12") >= 1
    assert "Next review by" in text
