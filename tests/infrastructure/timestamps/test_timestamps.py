"""Tokens are believed only when they are over our bytes, fresh, and signed by an authority that we trust."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from maidinh.infrastructure.timestamps.asking import TimestampError, ask_authority, open_response, read_roots
from maidinh.infrastructure.timestamps.responses import TokenError, token_of
from maidinh.infrastructure.timestamps.tokens import judge_token
from tests.infrastructure.timestamps.standing_in import AT, OwnAuthority, OwnTimestamps, serving

AUTHORITY, OTHER = OwnAuthority(), OwnAuthority("Other root")
DATA = b"maidinh.example/mau\n7\nroot\n"


def answer_over(data: bytes, timestamps: OwnTimestamps) -> bytes:
    return timestamps.answer(
        TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA512).build().as_bytes()
    )


def test_a_token_is_asked_for_and_believed() -> None:
    with serving([OwnTimestamps(AUTHORITY)]) as url:
        stamp = ask_authority(url, DATA, roots=[OTHER.root, AUTHORITY.root])
    assert stamp.at == AT
    verdict = judge_token(token_of(stamp.response), [b"else", DATA], [AUTHORITY.root])
    assert (verdict.matches, verdict.of, verdict.signed, verdict.trusted, verdict.at) == (True, 1, True, True, AT)
    assert "Time" in verdict.authority


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((500, b""), "status 500"),
        ((302, b""), "status 302"),
        ((200, b"<html>"), "no token"),
        ((200, b"0" * 70_000), "more than"),
        ((200, OwnTimestamps(AUTHORITY).answer(b"garbage")), "no token"),
        (OwnTimestamps(OTHER), "no token"),
        (OwnTimestamps(AUTHORITY, kind="seal"), "no token"),
        ((200, answer_over(DATA, OwnTimestamps(AUTHORITY))), "Nonce"),
    ],
)
def test_what_is_no_token_for_us_is_refused(answer: tuple[int, bytes] | OwnTimestamps, says: str) -> None:
    with serving([answer]) as url, pytest.raises(TimestampError, match=says):
        ask_authority(url, DATA, roots=[AUTHORITY.root])


def test_nobody_there_and_nobody_trusted_are_said() -> None:
    with pytest.raises(TimestampError, match="no answer"):
        ask_authority("http://127.0.0.1:9/", DATA, roots=[AUTHORITY.root], patience=2)
    with pytest.raises(TimestampError, match="no authority is trusted"):
        open_response(answer_over(DATA, OwnTimestamps(AUTHORITY)), DATA, roots=[])
    with pytest.raises(ValueError, match="PEM"):
        read_roots(b"nothing")


def test_a_certificate_counts_as_of_the_token() -> None:
    late = OwnTimestamps(AUTHORITY)
    late.at = AT + timedelta(days=60)
    with pytest.raises(TimestampError, match="no token"):
        open_response(answer_over(DATA, late), DATA, roots=[AUTHORITY.root])
    verdict = judge_token(token_of(answer_over(DATA, late)), [DATA], [AUTHORITY.root])
    assert (verdict.matches, verdict.signed, verdict.trusted) == (True, True, False)


def test_a_token_is_judged_without_asking_anybody() -> None:
    response = answer_over(DATA, OwnTimestamps(AUTHORITY))
    token = token_of(response)
    assert judge_token(token, [DATA], []).trusted is None
    assert judge_token(token, [DATA], [OTHER.root]).trusted is False
    assert judge_token(token, [b"else"], [AUTHORITY.root]).matches is False
    changed = bytearray(token)
    changed[-10] ^= 1  # within the signature
    assert judge_token(bytes(changed), [DATA], [AUTHORITY.root]).signed is False
    for broken in (b"", b"0", token[:50], response):
        with pytest.raises(TokenError):
            judge_token(broken, [DATA], [])
    with pytest.raises(TokenError):
        token_of(OwnTimestamps(AUTHORITY).answer(b"garbage"))
