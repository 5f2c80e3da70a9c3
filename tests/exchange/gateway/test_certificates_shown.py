"""A certificate that is shown at a connection and cannot be read is refused as such."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from maidinh.exchange.gateway.tls import own_certificate, read_certificate

VERSION_3 = bytes.fromhex("a003020102")


def test_a_certificate_of_an_unknown_version_is_no_certificate(tmp_path: Path) -> None:
    own_certificate(tmp_path, tmp_path / "shown.pem", [], datetime(2026, 6, 1, tzinfo=UTC))
    der = x509.load_pem_x509_certificate((tmp_path / "shown.pem").read_bytes()).public_bytes(Encoding.DER)
    assert read_certificate(der).begins < read_certificate(der).ends
    with pytest.raises(ValueError, match="version"):
        read_certificate(der.replace(VERSION_3, VERSION_3[:-1] + b"0", 1))
