"""The sample authority's certificates: read by others' code, and honest about being samples."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import InvalidCertificateError, PathValidationError

from maidinh.infrastructure.keys.certificates import SAMPLE
from maidinh.infrastructure.keys.client import SignerClient, SignerError

Clients = Callable[[str], SignerClient]
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2030, 1, 1, tzinfo=UTC)
NAMES = {"organisation": "UBND tỉnh Lào Cai", "valid_from": START, "valid_to": END}


def certified(client: Clients, key: str, common_name: str) -> list[x509.Certificate]:
    operator = client("operator")
    operator.create(key)
    operator.certify(key, common_name=common_name, **NAMES)
    return x509.load_pem_x509_certificates(client("web").certificate(key).encode())


def validated(own: x509.Certificate, authority: x509.Certificate, at: datetime, usage: set[str]) -> object:
    leaf, root = (Certificate.load(each.public_bytes(Encoding.DER)) for each in (own, authority))
    context = ValidationContext(trust_roots=[root], moment=at, allow_fetching=False)
    return asyncio.run(CertificateValidator(leaf, validation_context=context).async_validate_usage(usage))


def test_a_caller_certificate_passes_an_independent_verifier(client: Clients) -> None:
    own, authority = certified(client, "caller:vn/gov/H38/portal", "portal.lao-cai.example")
    assert validated(own, authority, datetime(2027, 1, 1, tzinfo=UTC), {"digital_signature"})
    with pytest.raises(PathValidationError):
        validated(own, authority, datetime(2031, 1, 1, tzinfo=UTC), {"digital_signature"})
    with pytest.raises(InvalidCertificateError):
        validated(own, authority, datetime(2027, 1, 1, tzinfo=UTC), {"key_cert_sign"})


def test_subject_and_issuer_say_sample(client: Clients) -> None:
    own, authority = certified(client, "person:official-9", "Giàng Thị Mẫu")
    for name in (own.subject, own.issuer, authority.subject):
        assert SAMPLE in [attribute.value for attribute in name]
    assert own.version is x509.Version.v3
    assert own.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    assert (own.not_valid_before_utc, own.not_valid_after_utc) == (START, END)


def test_the_same_certificate_is_not_issued_twice(client: Clients) -> None:
    first = certified(client, "seal:H38", "UBND tỉnh Lào Cai")
    assert certified(client, "seal:H38", "UBND tỉnh Lào Cai") == first
    assert certified(client, "seal:H38", "Tên mới")[0] != first[0]


@pytest.mark.parametrize("key", ["log:a", "promise:a", "architecture:a", "authority:a"])
def test_keys_that_are_known_by_themselves_have_no_certificate(client: Clients, key: str) -> None:
    client("operator").create(key)
    with pytest.raises(SignerError, match="forbidden"):
        client("operator").certify(key, common_name="A", **NAMES)


def test_a_time_stamper_may_do_nothing_else_with_its_certificate(client: Clients) -> None:
    client("operator").create("timestamp:a")
    chain = client("operator").certify("timestamp:a", common_name="timestamp:a", **NAMES)
    usage = x509.load_pem_x509_certificates(chain.encode())[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert (usage.critical, list(usage.value)) == (True, [x509.ExtendedKeyUsageOID.TIME_STAMPING])
    assert client("worker").sign_digest("timestamp:a", bytes(32))
    for caller in ("web", "gateway"):
        with pytest.raises(SignerError, match="forbidden"):
            client(caller).sign_digest("timestamp:a", bytes(32))


def test_evidence_is_sealed_by_whoever_hands_it_out(client: Clients) -> None:
    client("operator").create("exchange:a")
    for caller in ("operator", "gateway", "web"):
        assert client(caller).sign("exchange:a", b"evidence")
    with pytest.raises(SignerError, match="forbidden"):
        client("worker").sign("exchange:a", b"evidence")


def test_at_a_later_start_a_valid_certificate_stays_and_a_spent_one_is_renewed(client: Clients) -> None:
    first = certified(client, "seal:H1", "x")[0]
    later = NAMES | {"valid_from": datetime(2028, 1, 1, tzinfo=UTC), "valid_to": datetime(2032, 1, 1, tzinfo=UTC)}
    chain = client("operator").certify("seal:H1", common_name="x", **later)
    assert x509.load_pem_x509_certificates(chain.encode())[0] == first
    spent = NAMES | {"valid_from": datetime(2031, 1, 1, tzinfo=UTC), "valid_to": datetime(2035, 1, 1, tzinfo=UTC)}
    own, authority = x509.load_pem_x509_certificates(
        client("operator").certify("seal:H1", common_name="x", **spent).encode()
    )
    assert own != first
    assert validated(own, authority, datetime(2034, 12, 31, tzinfo=UTC), {"non_repudiation"})
