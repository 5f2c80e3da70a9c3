"""Asking a time-stamping authority for a token (RFC 3161) over bytes of ours, and believing it only when it verifies.

Layer 7, no Django. Law on Electronic Transactions 20/2023/QH15 for time stamps; whose they are is a setting. The
authority learns a digest and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import requests
from cryptography import x509
from cryptography.x509 import Certificate
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder
from rfc3161_client import decode_timestamp_response as decode

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
ANSWER_LIMIT = 64 * 1024  # a token with its certificates has a few thousand bytes
PATIENCE_SECONDS = 10.0


class TimestampError(OSError):
    """The authority gave no token, or one that can't be believed."""


@dataclass(frozen=True)
class Stamp:
    """The authority's whole answer, which other tools verify as it is, and the time that it states."""

    response: bytes
    at: datetime


def read_roots(pem: bytes) -> list[Certificate]:
    """The authorities of a PEM file, or raise ValueError where it has none."""
    return x509.load_pem_x509_certificates(pem)


def ask_authority(url: str, data: bytes, *, roots: Sequence[Certificate], patience: float = PATIENCE_SECONDS) -> Stamp:
    """A token over the data from the authority at the address, whose certificate one of the roots issued."""
    query = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        with requests.post(
            url,
            data=query.as_bytes(),
            headers={"Content-Type": QUERY, "Accept": REPLY},
            timeout=patience,
            allow_redirects=False,
            stream=True,
        ) as answer:
            status = answer.status_code
            body = answer.raw.read(ANSWER_LIMIT + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise TimestampError(f"no answer from {url}: {type(error).__name__}") from error
    if status != requests.codes.ok:
        raise TimestampError(f"{url} answered with status {status}")
    if len(body) > ANSWER_LIMIT:
        raise TimestampError(f"{url} answered with more than {ANSWER_LIMIT} bytes")
    return open_response(body, data, roots=roots, nonce=query.nonce)


def answering_within(url: str, seconds: float) -> Callable[[bytes], bytes]:
    """What sends queries (DER) to the authority and gives its answers back, as long as the seconds last in all.

    It raises TimestampError afterwards, whatever the authority does meanwhile. The answer is not judged here.
    """
    until = monotonic() + seconds

    def send(query: bytes) -> bytes:
        found: list[bytes] = []

        def ask() -> None:
            with suppress(requests.RequestException, OSError):
                headers = {"Content-Type": QUERY, "Accept": REPLY}
                with requests.post(
                    url, data=query, headers=headers, timeout=seconds, allow_redirects=False, stream=True
                ) as answer:
                    if answer.status_code == requests.codes.ok:
                        found.append(answer.raw.read(ANSWER_LIMIT, decode_content=True))

        # In a thread of its own: a trickle of bytes never reaches the timeout of a single read.
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(max(0.0, until - monotonic()))
        if not found:
            raise TimestampError(f"no answer from {url} within {seconds} s")
        return found[0]

    return send


def open_response(response: bytes, data: bytes, *, roots: Sequence[Certificate], nonce: int | None = None) -> Stamp:
    """The stamp of a response once it is over this data and signed by an authority under the roots."""
    if not roots:
        raise TimestampError("no authority is trusted: name the certificates of those that issue for time-stamping")
    try:
        decoded = decode(response)
        verifier = VerifierBuilder(roots=list(roots), nonce=nonce).build()
        verifier.verify_message(decoded, data)
        return Stamp(response, decoded.tst_info.gen_time)
    except (VerificationError, ValueError) as error:
        raise TimestampError(f"the answer is no token that can be believed: {error}") from error
