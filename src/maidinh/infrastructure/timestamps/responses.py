"""Reading an authority's answer (RFC 3161) without judging it.

Layer 7, pure.
"""

from __future__ import annotations

from asn1crypto import tsp


class TokenError(ValueError):
    """The bytes are no time-stamp token."""


def token_of(answer: bytes) -> bytes:
    """The token within an authority's answer (DER)."""
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        if response["status"]["status"].native not in ("granted", "granted_with_mods"):
            raise TokenError("the authority refused")
        return bytes(response["time_stamp_token"].dump())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TokenError("this is no answer of a time-stamping authority") from error
