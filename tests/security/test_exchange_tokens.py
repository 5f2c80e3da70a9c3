"""Tokens of the exchange where they do not belong: another algorithm, another kind, another receiver, another call."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from maidinh.exchange import assertions, jws
from maidinh.exchange.assertions import Assertion, claims_for, verify_assertion
from maidinh.exchange.client.calls import KIND as CALL
from maidinh.exchange.directory.definition import KIND as DIRECTORY
from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.evidence.rules import KIND as EVIDENCE
from maidinh.exchange.gateway.authentication import NotAuthenticError, Presented, authenticate
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.keys.rules import PROOF_KIND, KeyRefused, proven_by_statement, thumbprint

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CLIENT, OTHER = "MAU/GOV/AG1/PORTAL", "MAU/GOV/AG1/OTHER"
TARGET = "/r1/MAU/GOV/AG2/REGISTER/persons/1"
KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
EMPTY = jws.base64url(hashlib.sha256(b"").digest())
KINDS = (CALL, DIRECTORY, EVIDENCE, assertions.KIND, PROOF_KIND)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Sign = Callable[[bytes], bytes]


def raw(der: bytes) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def es256(message: bytes) -> bytes:
    return raw(KEY.sign(message, ec.ECDSA(SHA256())))


def token(claims: dict[str, Any], header: dict[str, Any], sign: Sign = es256) -> str:
    signed = jws.signing_input(header, jws.canonical_json(claims))
    return jws.compact(signed, sign(signed))


def call_claims(**changes: Any) -> dict[str, Any]:
    moment = int(NOW.timestamp())
    return {
        "iss": CLIENT, "aud": "MAU", "iat": moment, "exp": moment + 60, "jti": "once", "htm": "GET", "htu": TARGET,
        "bsh": EMPTY,
    } | changes  # fmt: skip


def call_header(**changes: Any) -> dict[str, Any]:
    return {"alg": "ES256", "kid": f"caller:{CLIENT}", "typ": CALL} | changes


def subsystem(identifier: str) -> dict[str, Any]:
    key = {"kid": f"caller:{identifier}", "public_key_pem": PEM.decode(), "valid_from": NOW - timedelta(days=1)}
    return {"id": identifier, "name": "Mẫu", "keys": [key]}


@dataclass(frozen=True)
class Receiver:
    """A gateway of an instance that knows two systems."""

    instance: str = "MAU"

    def hear(self, text: str, client: str = CLIENT, target: str = TARGET, method: str = "GET") -> str:
        """The reason why it is not believed, or "believed"."""
        directory = Directory.model_validate({
            "instance": "MAU", "province": "mau", "serial": 1, "architecture_version": "1",
            "architecture_hash": "0" * 64, "issued_at": NOW - timedelta(days=1), "expires_at": NOW + timedelta(days=1),
            "members": [{"member_class": "GOV", "code": "AG1", "name": "Mẫu", "agency": "AG1"}],
            "subsystems": [subsystem(CLIENT), subsystem(OTHER)], "services": [], "contracts": [],
        })  # fmt: skip
        shown = ((b"Authorization", f"Bearer {text}".encode()),)
        call = Presented(client, method, target, NOW)
        try:
            authenticate(shown, call, Snapshot(directory, ""), self.instance, timedelta(minutes=5))
        except NotAuthenticError as error:
            return error.reason
        return "believed"


def test_the_corpus_begins_with_a_token_that_is_believed() -> None:
    assert Receiver().hear(token(call_claims(), call_header())) == "believed"


RSA_KEY, ED_KEY = rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()
CONFUSED: dict[str, tuple[dict[str, Any], Sign, str]] = {
    "none": ({"alg": "none"}, lambda message: b"", "algorithm_refused"),
    "None in capitals": ({"alg": "NONE"}, lambda message: b"", "algorithm_refused"),
    "no algorithm": ({"alg": None}, es256, "algorithm_refused"),
    "a list": ({"alg": ["ES256"]}, es256, "algorithm_refused"),
    "lower case": ({"alg": "es256"}, es256, "algorithm_refused"),
    "HMAC with the public key": (
        {"alg": "HS256"}, lambda message: hmac.new(PEM, message, hashlib.sha256).digest(), "algorithm_refused",
    ),
    "HMAC called ES256": ({}, lambda message: hmac.new(PEM, message, hashlib.sha512).digest(), "bad_signature"),
    "RSA": ({"alg": "RS256"}, lambda message: RSA_KEY.sign(message, padding.PKCS1v15(), SHA256()), "algorithm_refused"),
    "Ed25519 called ES256": ({}, ED_KEY.sign, "bad_signature"),
    "another hash": ({}, lambda message: raw(KEY.sign(message, ec.ECDSA(SHA384()))), "bad_signature"),
    "DER instead of r and s": ({}, lambda message: KEY.sign(message, ec.ECDSA(SHA256())), "bad_signature"),
    "nothing": ({}, lambda message: b"", "bad_signature"),
    "zeros": ({}, lambda message: bytes(64), "bad_signature"),
    "the order of the curve": ({}, lambda message: ORDER.to_bytes(32, "big") * 2, "bad_signature"),
    "its own key": ({"jwk": {"kty": "EC"}}, es256, "header_refused"),
    "a key from an address": ({"jku": "https://keys.example"}, es256, "header_refused"),
    "a certificate of its own": ({"x5c": ["AAAA"]}, es256, "header_refused"),
    "something critical": ({"crit": ["b64"], "b64": False}, es256, "header_refused"),
    "no key": ({"kid": None}, es256, "header_refused"),
    "a path as key": ({"kid": "../../etc/passwd"}, es256, "unknown_key"),
    "a statement of SQL as key": ({"kid": "' OR 1=1 --"}, es256, "unknown_key"),
    "another system's key": ({"kid": f"caller:{OTHER}"}, es256, "unknown_key"),
}  # fmt: skip


@pytest.mark.parametrize("case", CONFUSED, ids=str)
def test_no_other_algorithm_and_no_key_of_its_own(case: str) -> None:
    header, sign, reason = CONFUSED[case]
    assert Receiver().hear(token(call_claims(), call_header(**header), sign)) == reason


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != CALL] + ["JWT", "", None])
def test_a_token_of_another_kind_is_no_call(kind: str | None) -> None:
    assert Receiver().hear(token(call_claims(), call_header(typ=kind))) == "wrong_kind"


def test_a_call_is_good_at_one_receiver_for_one_call_of_one_system() -> None:
    good = token(call_claims(), call_header())
    assert Receiver("OTHER").hear(good) == "wrong_audience"
    assert Receiver().hear(good, target=TARGET.replace("persons/1", "persons/2")) == "wrong_address"
    assert Receiver().hear(good, target=TARGET.replace("REGISTER", "LAND")) == "wrong_address"
    assert Receiver().hear(good, target=TARGET + "?") == "wrong_address"
    assert Receiver().hear(good, method="POST") == "wrong_method"
    assert Receiver().hear(good, client=OTHER) == "unknown_key"
    renamed = token(call_claims(), call_header(kid=f"caller:{OTHER}"))
    assert Receiver().hear(renamed, client=OTHER) == "wrong_issuer"
    assert Receiver().hear(token(call_claims(aud=["MAU", "OTHER"]), call_header())) == "missing_claim"


def test_a_token_has_one_spelling() -> None:
    head, payload, signature = token(call_claims(), call_header()).split(".")
    for text in (
        f"{head}.{payload}.{signature}=", f"{head}.{payload}.{signature}.", f"{head}.{payload}",
        f".{payload}.{signature}",
        f"{head}.{payload}.{signature[:-1]}", f"{head} .{payload}.{signature}",
        f"{jws.base64url(b'{')}.{payload}.{signature}",
    ):  # fmt: skip
        assert Receiver().hear(text) == "malformed_token", text
    twice = json.dumps(call_header())[:-1] + ', "alg": "none"}'
    assert Receiver().hear(f"{jws.base64url(twice.encode())}.{payload}.{signature}") == "malformed_token"
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = last[last.index(signature[-1]) ^ 1]  # the bits that base64 leaves over
    assert Receiver().hear(f"{head}.{payload}.{signature[:-1]}{other}") == "malformed_token"


def test_the_gateways_word_to_one_service_is_worth_nothing_at_another() -> None:
    body = hashlib.sha256(b"").digest()
    told = Assertion(CLIENT, "MAU/GOV/AG2/REGISTER/persons", "c-1", "r-1", "x-1")
    claims = claims_for(told, issuer="member:AG2", method="GET", target="/persons/1", body_sha256=body, at=NOW)

    def heard(text: str, **changes: Any) -> str:
        asked = {
            "public_key_pem": PEM.decode(), "service": told.service, "method": "GET", "target": "/persons/1",
            "body": b"", "at": NOW,
        } | changes  # fmt: skip
        try:
            verify_assertion(text, **asked)
        except jws.InvalidToken as error:
            return error.reason
        return "believed"

    good = token(claims, jws.header("member:AG2", assertions.KIND))
    assert heard(good) == "believed"
    for changes in (
        {"service": "MAU/GOV/AG2/REGISTER/others"}, {"service": "MAU/GOV/AG3/REGISTER/persons"}, {"method": "POST"},
        {"target": "/persons/2"}, {"target": "/persons/1?all=1"}, {"body": b"more"},
    ):  # fmt: skip
        assert heard(good, **changes) == "other_call", changes
    assert heard(good, at=NOW + timedelta(minutes=3)) == "expired"
    for kind in KINDS:
        if kind != assertions.KIND:
            assert heard(token(claims, jws.header("member:AG2", kind))) == "wrong_kind"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != PROOF_KIND])
def test_nothing_that_was_signed_for_something_else_proves_a_key(kind: str) -> None:
    claims = {"iss": CLIENT, "aud": "MAU", "key": thumbprint(PEM.decode()), "iat": int(NOW.timestamp())}
    with pytest.raises(KeyRefused):
        proven_by_statement(PEM, token(claims, jws.header(CLIENT, kind)), holder=CLIENT, instance="MAU", at=NOW)
    proof = token(claims, jws.header(CLIENT, PROOF_KIND))
    assert proven_by_statement(PEM, proof, holder=CLIENT, instance="MAU", at=NOW) == PEM.decode()
    assert Receiver().hear(proof) == "wrong_kind"


def test_a_mirrored_signature_does_not_make_a_second_call() -> None:
    """(r, n - s) is valid where (r, s) is; the jti inside is the same, so the inbox of ids refuses it."""
    signed = jws.signing_input(call_header(), jws.canonical_json(call_claims()))
    r, s = decode_dss_signature(KEY.sign(signed, ec.ECDSA(SHA256())))
    mirrored = jws.compact(signed, raw(encode_dss_signature(r, ORDER - s)))
    assert Receiver().hear(mirrored) == "believed"
    assert jws.parse(mirrored, CALL).claims()["jti"] == "once"
