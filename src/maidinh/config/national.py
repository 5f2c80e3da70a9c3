"""The national portal of an installation, by its settings: how it is reached, how patiently it is told.

Layer 0, config. Where it is and who may call it stands in the architecture, as for every service of the exchange.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from maidinh.config.environment import Environment
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.services.nationalportal.actions.delivering import Courier
from maidinh.services.nationalportal.adapters.portal import Portal, portal_over_exchange
from maidinh.services.nationalportal.rules import Patience

HOLD = 4  # times as long as an answer may take: a sender that held a message longer was killed


def portal_of(environment: Environment, *, caller: str = "worker") -> Portal | None:
    """The way to the national portal; None where dossiers are not told to it."""
    from maidinh.exchange.directory.queries import current_directory

    if not environment.national_portal:
        return None
    return portal_over_exchange(
        gateway_url=environment.gateway_url,
        signer=SignerClient.for_caller(environment.home, caller),
        directory=current_directory,
        timeout_seconds=environment.national_portal_timeout,
    )


def courier_of(environment: Environment) -> Courier:
    """How messages are sent here."""
    patience = Patience(
        first=timedelta(seconds=environment.national_portal_retry),
        longest=timedelta(seconds=environment.national_portal_retry_longest),
        spread=environment.national_portal_jitter,
    )
    return Courier(
        patience=patience,
        hold=timedelta(seconds=environment.national_portal_timeout * HOLD),
        now=lambda: datetime.now(UTC),
        chance=random.random,
    )
