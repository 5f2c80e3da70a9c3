"""Tokens: read and written like another implementation does, and strict where that one is lenient."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws as foreign
from joserfc.jwk import ECKey

from maidinh.exchange import jws

KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
KIND = "test+jws"


def signed(header: dict[str, object], payload: bytes = b'{"a":1}') -> str:
    message = jws.signing_input(header, payload)
    r, s = decode_dss_signature(KEY.sign(message, ec.ECDSA(SHA256())))
    return jws.compact(message, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def judge(token: str) -> str:
    with pytest.raises(jws.InvalidToken) as refused:
        jws.verify(jws.parse(token, KIND), jws.public_key(PEM))
    return refused.value.reason


def test_another_implementation_reads_ours_and_we_read_its() -> None:
    ours = signed(jws.header("k", KIND))
    found = foreign.deserialize_compact(ours, ECKey.import_key(PEM))
    assert found.payload == b'{"a":1}'
    theirs = foreign.serialize_compact({"alg": "ES256", "kid": "k", "typ": KIND}, b'{"b":2}', ECKey.import_key(PRIVATE))
    token = jws.parse(theirs, KIND)
    jws.verify(token, jws.public_key(PEM))
    assert token.claims() == {"b": 2}


def test_what_is_refused() -> None:
    good = jws.header("k", KIND)
    for change, reason in (
        ({"alg": "none"}, "algorithm_refused"),
        ({"alg": "HS256"}, "algorithm_refused"),
        ({"alg": "es256"}, "algorithm_refused"),
        ({"typ": "other"}, "wrong_kind"),
        ({"kid": 1}, "header_refused"),
        ({"crit": ["x"]}, "header_refused"),
        ({"jwk": {}}, "header_refused"),
        ({"x5u": ""}, "header_refused"),
    ):
        assert judge(signed({**good, **change})) == reason
    head, payload, signature = signed(good).split(".")
    assert judge(f"{head}.{payload}.") == "bad_signature"
    assert judge(f"{head}.{payload}.{jws.base64url(bytes(64))}") == "bad_signature"
    assert judge(f"{head}.{jws.base64url(b'[]')}.{signature}") == "bad_signature"
    assert judge(f"{head}.{payload}={signature}") == "malformed_token"
    assert judge(f"{head}.{payload}=.{signature}") == "malformed_token"
    twice = jws.base64url(b'{"alg":"none","alg":"ES256","kid":"k","typ":"test+jws"}')
    assert judge(f"{twice}.{payload}.{signature}") == "malformed_token"
    assert judge(f"{head}.{payload}đ.{signature}") == "malformed_token"


def test_one_text_for_one_value() -> None:
    assert jws.canonical_json({"b": "đ", "a": [1, True, None]}) == '{"a":[1,true,null],"b":"đ"}'.encode()
    with pytest.raises(ValueError):
        jws.canonical_json(float("nan"))
    with pytest.raises(jws.InvalidToken):
        jws.from_base64url("AB")  # the last bits are not zero
    assert json.loads(jws.canonical_json({})) == {}
