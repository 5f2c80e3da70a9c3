"""Handing a file to a browser so that it is kept or shown, never run as a page of ours. Layer 2."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

SAFE_INLINE = ("application/pdf", "image/jpeg", "image/png")


def attachment(content: bytes, name: str, media_type: str, *, inline: bool = False) -> HttpResponse:
    """The file as an answer that no cache keeps; only pictures and PDFs may be shown in place."""
    shown = inline and media_type in SAFE_INLINE
    headers = {
        "Content-Disposition": content_disposition_header(not shown, name) or "attachment",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return HttpResponse(content, content_type=media_type, headers=headers)
