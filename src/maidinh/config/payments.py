"""The payment gateway of an installation, by its settings.

Layer 0, config. A sample makes the secret that it shares with its stand-in; a real one is given as a file.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress

from maidinh.config.environment import Environment
from maidinh.services.fees.adapters.gateway import PaymentGateway


def provider_of(environment: Environment) -> PaymentGateway | None:
    """The gateway that takes fees online; None where they are paid at the desk only."""
    if environment.payments is None:
        return None
    return PaymentGateway(
        environment.payments,
        payment_secret(environment),
        back=f"{environment.address}/payments/return",
        notify=f"{environment.address}/payments/notice",
        id="gateway" if environment.payment_url else "sample",
        timeout_seconds=environment.gateway_timeout,
    )


def payment_secret(environment: Environment) -> bytes:
    """What both sides sign with."""
    if environment.payment_key is not None:
        return environment.payment_key.read_bytes().strip()
    place = environment.home.secrets / "payment-stand-in.key"
    if not place.exists():
        part = place.with_name(f".{place.name}.{os.getpid()}")
        with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # two processes may make one at once: the first one's holds for both
            os.link(part, place)
        part.unlink()
    return place.read_bytes().strip()
