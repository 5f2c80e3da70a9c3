"""The evidence of an exchange made without gateway or database: keys, a record, a log of five entries, a time stamp."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from maidinh.exchange import jws
from maidinh.exchange.asic.trust import Trust
from maidinh.exchange.directory.definition import KIND, Directory, Key
from maidinh.exchange.evidence import rules
from maidinh.exchange.evidence.container import Evidence, Sealing, receipt_for
from maidinh.infrastructure.translog.merkle import leaf_hash, node_hash
from maidinh.infrastructure.translog.note import NoteKey, Tree, sign_note
from maidinh.infrastructure.translog.proof import Proof
from maidinh.infrastructure.translog.rules import leaf_for
from maidinh.infrastructure.translog.trust import TrustedKey, TrustedKeys
from tests.exchange.world import PORTAL, SERVICE, directory_for
from tests.infrastructure.timestamps.standing_in import AT, OwnAuthority, OwnTimestamps

ORIGIN = "maidinh.example/mau"
AUTHORITY = OwnAuthority("Mẫu CA")
STAMPS = OwnTimestamps(AUTHORITY)
LOG = Ed25519PrivateKey.generate()
MEMBERS = {f"member:AG{number}": AUTHORITY.issue("member", f"member:AG{number}") for number in (1, 2)}
ARCHITECTURE = generate_private_key(SECP256R1())
SEAL = AUTHORITY.issue("exchange", "exchange:mau")
BODY = '{"name": "Người Mẫu"}'.encode()
TRUST = Trust(roots=(AUTHORITY.root,), logs=TrustedKeys((TrustedKey(LOG.public_key(), "log:mau"),)))


def raw(key: EllipticCurvePrivateKey, message: bytes) -> bytes:
    """An ES256 signature as r and s."""
    r, s = decode_dss_signature(key.sign(message, ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def answer(data: bytes) -> bytes:
    """The authority's answer over the data."""
    query = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    return STAMPS.answer(query.as_bytes())


def sealing(*, stamped: bool = True) -> Sealing:
    """The exchange's seal, with a stamp or without."""
    key, chain = SEAL
    return Sealing(chain, lambda message: raw(key, message), answer if stamped else None)


def directory() -> Directory:
    """A directory that declares the members' keys: agencies that hold them themselves."""
    content = directory_for(lambda _: pem(MEMBERS["member:AG1"][0]))
    members = [member.model_copy(update={"keys": (declared(f"member:{member.code}"),)}) for member in content.members]
    return content.model_copy(update={"members": tuple(members)})


def declared(kid: str) -> Key:
    """A member's key as a directory declares it."""
    key = pem(MEMBERS[kid][0])
    return Key(kid=kid, public_key_pem=key, valid_from=AT - timedelta(days=1), custody="agency")


def pem(key: EllipticCurvePrivateKey) -> str:
    """The public half."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def evidence(by: Directory | None = None) -> Evidence:
    """One exchange, the third of five entries; with a directory, by keys that it declares and without certificates."""
    message = rules.Message("a" * 88, rules.digest(hashlib.sha256(BODY).digest()), len(BODY))
    record = rules.record_for(
        ids={"x_road_id": "MAU-1", "request_id": "6f0c3c1e-0000-4000-8000-000000000001"},
        parties=rules.Parties(PORTAL, SERVICE, "AG1", "AG2", "c", 1, by.hash() if by else ""),
        method="GET", path="/persons/*", call={"kid": "caller:x", "token_sha256": "b"}, request=message,
        response=message, status=200, outcome="allowed", reason="", checks=rules.Checks("rest", "", "valid", "", 0),
        started_at=AT - timedelta(seconds=1), finished_at=AT, kept=rules.digest(bytes(32)),
    )  # fmt: skip
    text = jws.canonical_json(record)
    signatures = [rules.signature_entry(kid, raw(key, rules.to_sign(text, kid))) for kid, (key, _) in MEMBERS.items()]
    salt = bytes(range(32))
    content = rules.log_content(record, signatures)
    leaf = leaf_for(kind="exchange", agency="AG2", role="gateway", content=content, salt=salt, at=AT)
    a, b, d, e = (leaf_hash(each) for each in (b"a", b"b", b"d", b"e"))
    left, right = node_hash(a, b), node_hash(leaf_hash(leaf), d)
    tree = Tree(ORIGIN, 5, node_hash(node_hash(left, right), e))
    note = sign_note(tree.text, NoteKey(ORIGIN, LOG.public_key()), LOG.sign(tree.text.encode()))
    proof = Proof(2, (d, left, e), note).text
    signed = b"" if by is None else jws.signing_input(jws.header("architecture:mau", KIND), by.canonical())
    token = jws.compact(signed, raw(ARCHITECTURE, signed)) if by else ""
    return Evidence(
        record["ids"]["request_id"], "MAU-1", text, signatures, receipt_for(record, signatures, salt, leaf, proof),
        note, answer(note.encode()), token, {kid: pem(key) for kid, (key, _) in MEMBERS.items()},
        {} if by else {kid: chain for kid, (_, chain) in MEMBERS.items()},
    )  # fmt: skip
