"""A signed document: made with a key that only the signer holds; whatever is changed in it is found."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.conf import settings
from pypdf import PdfReader, PdfWriter

from maidinh.infrastructure.keys.certificates import chain_of, issue_authority
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.keys.pades import check_pdf, sign_pdf
from maidinh.infrastructure.typesetting import check, typeset
from maidinh.services.results.queries import validate_pdf


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    template = tmp_path_factory.mktemp("t") / "draft.typ"
    template.write_text("#let facts = json(bytes(sys.inputs.facts))\n#set document(title: [x])\n#facts.words")
    return typeset(template, {"words": "#panic() *Nguyễn* $ễ$"}, at=datetime(2026, 11, 18).astimezone())


@pytest.fixture
def key(province: Any) -> str:
    return f"person:{province.official_with('dossier.sign').id}"


@pytest.fixture
def signed(draft: bytes, signer: Any, key: str, at: datetime) -> bytes:
    return sign_pdf(draft, signer=signer, key=key, name="A leader", reason="H00-1/KQ", at=at)


def test_the_adapter_works_here() -> None:
    assert check() is None


def test_what_people_typed_is_text_and_never_a_command(draft: bytes) -> None:
    assert "#panic() *Nguyễn* $ễ$" in PdfReader(BytesIO(draft)).pages[0].extract_text()


def test_equal_facts_give_equal_bytes(draft: bytes, tmp_path: Path) -> None:
    template = tmp_path / "draft.typ"
    template.write_text("#let facts = json(bytes(sys.inputs.facts))\n#set document(title: [x])\n#facts.words")
    again = typeset(template, {"words": "#panic() *Nguyễn* $ễ$"}, at=datetime(2026, 11, 18).astimezone())
    assert again == draft


def test_a_signature_names_the_signer_and_the_time_it_was_given(signed: bytes, province: Any, at: datetime) -> None:
    verdict = validate_pdf(signed, at=at)
    assert verdict.good, verdict
    assert verdict.signer == province.official_with("dossier.sign").name
    assert verdict.at == at


def test_a_flipped_byte_anywhere_is_found(signed: bytes, draft: bytes, at: datetime) -> None:
    for place in range(20, len(draft), len(draft) // 12):
        forged = bytearray(signed)
        forged[place] ^= 1
        assert not validate_pdf(bytes(forged), at=at).good, place


def test_what_is_added_after_signing_is_found(signed: bytes, at: datetime) -> None:
    assert validate_pdf(signed + b"\n% more", at=at).problems == ("added_to",)
    writer = PdfWriter(BytesIO(signed), incremental=True)
    writer.add_blank_page(100, 100)
    longer = BytesIO()
    writer.write(longer)
    assert not validate_pdf(longer.getvalue(), at=at).good


def test_another_authority_of_the_same_name_is_not_trusted(signed: bytes, at: datetime) -> None:
    another = generate_private_key(SECP256R1())
    made = issue_authority(
        another, common_name="Another", organisation="Another", valid_from=at, valid_to=at + timedelta(days=9)
    )
    verdict = check_pdf(signed, trusted=[chain_of(made)], at=at)
    assert verdict.intact
    assert verdict.problems == ("not_trusted",)


def test_a_certificate_past_its_validity_is_not_trusted(signed: bytes, at: datetime) -> None:
    assert "not_trusted" in validate_pdf(signed, at=at + timedelta(days=4000)).problems


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"\x00" * 4000])
def test_what_is_no_document_is_unreadable(content: bytes, at: datetime) -> None:
    assert validate_pdf(content, at=at).problems == ("unreadable",)


def test_an_unsigned_document_is_unsigned(draft: bytes, at: datetime) -> None:
    assert validate_pdf(draft, at=at).problems == ("unsigned",)


def test_a_cut_document_is_not_good(signed: bytes, at: datetime) -> None:
    for length in (100, len(signed) // 2, len(signed) - 1):
        assert not validate_pdf(signed[:length], at=at).good


def test_nobody_signs_with_a_key_that_is_not_there(draft: bytes, signer: Any, at: datetime) -> None:
    with pytest.raises(SignerError):
        sign_pdf(draft, signer=signer, key="person:nobody", name="x", reason="x", at=at)


def test_the_authority_lies_where_everyone_may_read_it() -> None:
    assert list(settings.MAIDINH.home.public_keys.glob("authority@*.crt"))
