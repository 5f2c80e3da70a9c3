"""QR codes as images inside a page. Layer 2."""

from __future__ import annotations

import segno


def qr_address(address: str) -> str:
    """The address as a QR code, as a data URI for an img element."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=2, scale=4)
