"""A key is registered for whom it was made, by whom has it, on the one curve; never a third beside two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from maidinh.exchange import jws
from maidinh.exchange.keys.rules import (
    ENDED,
    ENDING,
    FUTURE,
    PROOF_KIND,
    REVOKED,
    VALID,
    KeyRefused,
    Term,
    ends_at,
    kind_of,
    name_of,
    proven_by_request,
    proven_by_statement,
    refuse_a_third,
    state_of,
    statement_claims,
    thumbprint,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HOLDER = "MAU/GOV/AG1/PORTAL"
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())


def pem_of(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def request_for(name: str = HOLDER, key: Any = KEY) -> x509.CertificateSigningRequest:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, SHA256())


def statement(key: Any = KEY, about: Any = KEY, kind: str = PROOF_KIND, **changes: Any) -> str:
    claims = statement_claims(pem_of(about).decode(), holder=HOLDER, instance="MAU", at=NOW) | changes
    signed = jws.signing_input(jws.header(HOLDER, kind), jws.canonical_json(claims))
    r, s = decode_dss_signature(key.sign(signed, jws.ES256))
    return jws.compact(signed, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def proven(text: str) -> str:
    return proven_by_statement(pem_of(KEY), text, holder=HOLDER, instance="MAU", at=NOW)


def test_a_request_proves_the_key_that_it_is_signed_with() -> None:
    asked = request_for()
    assert proven_by_request(asked.public_bytes(Encoding.PEM), HOLDER) == pem_of(KEY).decode()
    assert proven_by_request(asked.public_bytes(Encoding.DER), HOLDER) == pem_of(KEY).decode()


def test_a_request_that_proves_nothing_is_refused() -> None:
    swapped = request_for().public_bytes(Encoding.DER).replace(
        KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        OTHER.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )  # fmt: skip
    for request, told in (
        (b"", "no certificate request"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "no certificate request"),
        (swapped, "not signed with the private key"),
        (request_for("MAU/GOV/AG1/OTHER").public_bytes(Encoding.PEM), "common name"),
        (request_for(key=rsa.generate_private_key(65537, 2048)).public_bytes(Encoding.PEM), "P-256"),
        (request_for(key=ec.generate_private_key(ec.SECP384R1())).public_bytes(Encoding.PEM), "P-256"),
    ):
        with pytest.raises(KeyRefused, match=told):
            proven_by_request(request, HOLDER)


def test_a_statement_proves_the_key_that_signed_it() -> None:
    assert proven(statement() + "\n") == pem_of(KEY).decode()


@pytest.mark.parametrize(("text", "told"), [
    (statement(OTHER), "not signed"),
    (statement(kind="maidinh-call+jwt"), "not signed"),
    ("a.b.c", "not signed"),
    (statement(about=OTHER), "another holder"),
    (statement(iss="MAU/GOV/AG2/X"), "another holder"),
    (statement(aud="OTHER"), "another holder"),
    (statement(iat="now"), "another holder"),
    (statement(iat=int((NOW - timedelta(days=2)).timestamp())), "too old"),
    (statement(iat=int((NOW + timedelta(days=2)).timestamp())), "too old"),
], ids=["key", "kind", "form", "holder", "issuer", "audience", "no time", "old", "from the future"])  # fmt: skip
def test_a_statement_that_proves_nothing_is_refused(text: str, told: str) -> None:
    with pytest.raises(KeyRefused, match=told):
        proven(text)


def test_a_text_that_is_no_key_is_refused() -> None:
    with pytest.raises(KeyRefused, match="no public key"):
        proven_by_statement(b"-", statement(), holder=HOLDER, instance="MAU", at=NOW)


def test_names_and_kinds() -> None:
    assert [kind_of(each) for each in (HOLDER, "AG1")] == ["caller", "member"]
    assert [name_of(HOLDER, number) for number in (1, 2)] == [f"caller:{HOLDER}", f"caller:{HOLDER}/2"]
    assert name_of("AG1", 3) == "member:AG1/3"
    assert thumbprint(pem_of(KEY).decode()) != thumbprint(pem_of(OTHER).decode())


def term(starts: int = -9, ends: int | None = None, revoked: int | None = None) -> Term:
    moment = [None if each is None else NOW + timedelta(days=each) for each in (starts, ends, revoked)]
    return Term("k", *moment)  # type: ignore[arg-type]


def test_states() -> None:
    terms = (term(1), term(), term(ends=1), term(ends=0), term(ends=1, revoked=-1))
    assert [state_of(each, NOW) for each in terms] == [FUTURE, VALID, ENDING, ENDED, REVOKED]


def test_never_a_third_key_and_never_a_longer_term() -> None:
    refuse_a_third([term(), term(ends=-1), term(revoked=-1)], NOW)
    with pytest.raises(KeyRefused, match="two keys"):
        refuse_a_third([term(), term(ends=1)], NOW)
    week = timedelta(days=7)
    assert ends_at(term(), NOW, week) == ends_at(term(ends=30), NOW, week) == NOW + week
    assert ends_at(term(ends=2), NOW, week) == NOW + timedelta(days=2)
