"""The port for mutual TLS as the settings describe it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from pydantic import ValidationError

from maidinh.config.environment import Environment
from maidinh.config.mutual import tls_settings

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def environment(place: Path, **changes: object) -> Environment:
    here = Environment(data=place / "home", **changes)  # type: ignore[arg-type]
    here.home.prepare()
    return here


def test_there_is_no_such_port_unless_it_is_set(tmp_path: Path) -> None:
    assert tls_settings(environment(tmp_path), NOW) is None


def test_without_a_certificate_one_is_made_and_published(tmp_path: Path) -> None:
    here = environment(tmp_path, gateway_tls_port=8443, gateway_host="10.1.2.3")
    found = tls_settings(here, NOW)
    assert found is not None
    assert (found.port, found.certificate) == (8443, found.key)
    published = x509.load_pem_x509_certificate((here.home.public_keys / "gateway-tls.crt").read_bytes())
    names = published.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "10.1.2.3" in [str(each) for each in names.get_values_for_type(x509.IPAddress)]
    assert [each.name for each in found.authorities] == ["authority@sample.crt"]


def test_the_operators_own_files_are_used_and_only_a_sample_trusts_the_sample(tmp_path: Path) -> None:
    own = {name: tmp_path / name for name in ("certificate.pem", "key.pem", "authorities.pem")}
    here = environment(
        tmp_path, gateway_tls_port=8443, gateway_tls_certificate=own["certificate.pem"],
        gateway_tls_key=own["key.pem"], gateway_client_authorities=own["authorities.pem"], sample=False,
        oidc_issuer="https://id.example",
    )  # fmt: skip
    found = tls_settings(here, NOW)
    assert found is not None
    assert (found.certificate, found.key, found.authorities) == (
        own["certificate.pem"], own["key.pem"], (own["authorities.pem"],),
    )  # fmt: skip


def test_a_certificate_without_its_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="set together"):
        environment(tmp_path, gateway_tls_certificate=tmp_path / "certificate.pem")
