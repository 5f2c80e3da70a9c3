"""The gateway's port for mutual TLS as this installation's settings describe it.

Layer 0, config. Without a certificate in the settings the gateway makes its own and publishes it for clients to pin.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from maidinh.config.environment import Environment
from maidinh.exchange.gateway.tls import TlsSettings, own_certificate
from maidinh.exchange.revocation.checking import RevocationSettings
from maidinh.infrastructure.keys.identifiers import file_stem
from maidinh.infrastructure.keys.keyring import AUTHORITY

PUBLISHED = "gateway-tls.crt"


def revocation_settings(environment: Environment) -> RevocationSettings:
    """Whom to ask whether certificates still hold: about those of the named authorities alone, not of the sample's."""
    named = environment.gateway_client_authorities
    return RevocationSettings(
        authorities=() if named is None else (named,),
        lists=tuple(environment.revocation_lists.split()),
        responder=environment.revocation_responder,
        interval=environment.revocation_interval,
        refused_after=timedelta(hours=environment.revocation_refuse_hours),
    )


def tls_settings(environment: Environment, at: datetime) -> TlsSettings | None:
    """The second port, or None where there is none."""
    if environment.gateway_tls_port is None:
        return None
    home = environment.home
    certificate, key = environment.gateway_tls_certificate, environment.gateway_tls_key
    if certificate is None or key is None:
        certificate, key = own_certificate(home.gateway, home.public_keys / PUBLISHED, [environment.gateway_host], at)
    sample = home.public_keys / f"{file_stem(AUTHORITY)}.crt" if environment.sample else None
    authorities = (environment.gateway_client_authorities, sample)
    return TlsSettings(
        environment.gateway_tls_port, certificate, key, tuple(each for each in authorities if each is not None)
    )
