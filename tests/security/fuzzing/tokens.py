"""Tokens (JWS), certificates and certificate requests, as a stranger hands them in.

An input is a letter that says what it is, and the thing itself. `s` signs what comes for the caller's key: what a
recognised system may send is fuzzed behind its signature too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from maidinh.exchange import assertions, jws
from maidinh.exchange.client.calls import KIND
from maidinh.exchange.client.own_key import OwnKey
from maidinh.exchange.directory.definition import KIND as DIRECTORY
from maidinh.exchange.evidence.rules import KIND as EVIDENCE
from maidinh.exchange.gateway.authentication import NotAuthenticError, Presented, authenticate
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.keys.rules import PROOF_KIND, KeyRefused, proven_by_request, proven_by_statement, statement_claims
from tests.exchange.world import INSTANCE, NOW, PORTAL, directory_for
from tests.security.fuzzing.targets import Run

OWN = OwnKey(ec.derive_private_key(7, ec.SECP256R1()))
KID = f"caller:{PORTAL}"
KINDS = (KIND, DIRECTORY, EVIDENCE, assertions.KIND, PROOF_KIND)
WINDOW = timedelta(minutes=5)


def _signed(header: dict[str, str], payload: bytes) -> str:
    signed = jws.signing_input(header, payload)
    return jws.compact(signed, OWN.sign(KID, signed))


def _claims() -> bytes:
    moment = int(NOW.timestamp())
    return jws.canonical_json({
        "iss": PORTAL, "aud": INSTANCE, "iat": moment, "exp": moment + 60, "jti": "j", "htm": "GET", "htu": "/x",
        "bsh": jws.base64url(bytes(32)),
    })  # fmt: skip


def certificate() -> bytes:
    key = ec.derive_private_key(7, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, PORTAL)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(9)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    )  # fmt: skip
    return made.sign(key, SHA256()).public_bytes(Encoding.DER)


def seeds() -> Sequence[bytes]:
    """What is believed."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, PORTAL)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    claims = statement_claims(OWN.public_pem, holder=PORTAL, instance=INSTANCE, at=NOW)
    statement = _signed(jws.header(KID, PROOF_KIND), jws.canonical_json(claims))
    return [
        b"t" + _signed(jws.header(KID, KIND), _claims()).encode(), b"s" + _claims(), b"s{}",
        b"p" + statement.encode(), b"q" + jws.canonical_json(claims), b"c" + certificate(),
        b"r" + request.public_bytes(Encoding.PEM), b"r" + request.public_bytes(Encoding.DER),
        b"k" + OWN.public_pem.encode(),
    ]  # fmt: skip


def ready() -> Run:
    """One of these things."""
    snapshot = Snapshot(directory_for(lambda _: OWN.public_pem), "")

    def run(data: bytes) -> None:
        what, rest = data[:1], data[1:]
        if what == b"s":
            rest = _signed(jws.header(KID, KIND), rest).encode()
        if what in (b"t", b"s"):
            _call(snapshot, [(b"Authorization", b"Bearer " + rest)])
            _parsed(rest.decode("latin-1"))
        elif what == b"c":
            _call(snapshot, [], rest)
        else:
            _key(what, rest)

    return run


def _call(snapshot: Snapshot, headers: list[tuple[bytes, bytes]], certificate: bytes = b"") -> None:
    call = Presented(PORTAL, "GET", "/x", NOW, certificate, "an id")
    try:
        caller = authenticate(headers, call, snapshot, INSTANCE, WINDOW)
    except NotAuthenticError as error:
        assert error.reason.replace("_", "").isalpha()
        return
    assert (caller.subsystem, caller.kid) == (PORTAL, KID)


def _parsed(text: str) -> None:
    for kind in KINDS:
        try:
            token = jws.parse(text, kind)
            assert text == jws.compact(token.signing_input, token.signature)  # one text for one token
            token.claims()
        except jws.InvalidToken as error:
            assert error.reason


def _key(what: bytes, rest: bytes) -> None:
    try:
        if what == b"r":
            assert proven_by_request(rest, PORTAL) == OWN.public_pem
        elif what == b"k":
            proven_by_statement(rest, "a.b.c", holder=PORTAL, instance=INSTANCE, at=NOW)
        elif what in (b"p", b"q"):
            text = rest.decode("latin-1") if what == b"p" else _signed(jws.header(KID, PROOF_KIND), rest)
            proven_by_statement(OWN.public_pem.encode(), text, holder=PORTAL, instance=INSTANCE, at=NOW)
    except KeyRefused as error:
        assert error.says
