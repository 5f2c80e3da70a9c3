"""What counts as an authority's word about its certificates: signed by it, whole, of now, about this certificate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from maidinh.exchange.revocation.lists import RevocationError, issuer_of, question_about, read_answer, read_list
from tests.exchange.revocation.authority import NOW, Issuer, key

AUTHORITY, STRANGER = Issuer(), Issuer("Issuing authority")
ONE, OTHER = (AUTHORITY.known(AUTHORITY.issue(name)) for name in ("one", "other"))


def part(**which: bool) -> tuple[x509.ExtensionType, bool]:
    names = ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs")
    switches = dict.fromkeys(names, False) | which
    place = [x509.UniformResourceIdentifier("http://a.example/l")]
    point = x509.IssuingDistributionPoint(place, None, only_some_reasons=None, **switches)
    return point, True


def test_a_list_of_the_authority_is_read_in_both_forms() -> None:
    AUTHORITY.revoked[:] = [ONE.serial_number]
    content = AUTHORITY.list()
    read = read_list(content, [STRANGER.certificate, AUTHORITY.certificate])
    assert list(read.revoked) == [ONE.serial_number]
    assert (read.this_update, read.next_update, read.issuer) == (NOW, NOW + timedelta(days=1), AUTHORITY.subject)
    pem = x509.load_der_x509_crl(content).public_bytes(Encoding.PEM)
    assert read_list(pem, [AUTHORITY.certificate]) == read
    assert read_list(AUTHORITY.list(NOW, timedelta(1), part(only_contains_user_certs=True)), [AUTHORITY.certificate])


@pytest.mark.parametrize(("content", "says"), [
    (b"", "no revocation list"),
    (b"-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----", "no revocation list"),
    (STRANGER.list(), "no authority that is trusted here signed it"),
    (AUTHORITY.list(by=key()), "no authority that is trusted here signed it"),
    (AUTHORITY.list(NOW, timedelta(1), (x509.DeltaCRLIndicator(1), True)), "only what changed"),
    (AUTHORITY.list(NOW, timedelta(1), part(indirect_crl=True)), "a part of the certificates"),
    (AUTHORITY.list(NOW, timedelta(1), part(only_contains_ca_certs=True)), "a part of the certificates"),
    (AUTHORITY.list(NOW, timedelta(1), (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True)),
     "a part that is not known here"),
], ids=["empty", "no-list", "stranger", "other-key", "delta", "indirect", "authorities", "unknown-part"])  # fmt: skip
def test_what_is_no_list_that_counts(content: bytes, says: str) -> None:
    with pytest.raises(RevocationError, match=says):
        read_list(content, [AUTHORITY.certificate])


def test_an_answer_of_the_authority_or_of_whom_it_lets_answer() -> None:
    AUTHORITY.revoked[:] = [ONE.serial_number]
    private = key()
    delegate = AUTHORITY.issue("responder", private, responds=True)
    for by in (None, (delegate, private)):
        for certificate, revoked in ((ONE, True), (OTHER, False)):
            content = AUTHORITY.answer(question_about(certificate, AUTHORITY.certificate), by=by)
            read = read_answer(content, certificate, AUTHORITY.certificate, NOW)
            assert (read.revoked, read.next_update) == (revoked, NOW + timedelta(days=1))


def test_what_is_no_answer_that_counts() -> None:
    question, private, foreign = question_about(OTHER, AUTHORITY.certificate), key(), key()
    plain = AUTHORITY.issue("no responder", private)
    other = STRANGER.issue("responder of a stranger", foreign, responds=True)
    refused = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    for content, says in (
        (b"", "no answer that can be believed"),
        (refused.public_bytes(Encoding.DER), "gave no answer: try_later"),
        (AUTHORITY.answer(question, by=(plain, private)), "InvalidSignature"),
        (AUTHORITY.answer(question, by=(other, foreign)), "InvalidSignature"),
        (AUTHORITY.answer(question, about=ONE), "about another certificate"),
        (AUTHORITY.answer(question, NOW - timedelta(days=3)), "not one of now"),
        (AUTHORITY.answer(question, NOW + timedelta(days=3)), "not one of now"),
    ):
        with pytest.raises(RevocationError, match=says):
            read_answer(content, OTHER, AUTHORITY.certificate, NOW)


def test_who_issued_a_certificate_is_found_by_its_signature() -> None:
    assert issuer_of(ONE, [STRANGER.certificate]) is None
    found = issuer_of(ONE, [STRANGER.certificate, AUTHORITY.certificate])
    assert found is not None
    assert found.public_key() == AUTHORITY.private.public_key()
