"""The small exchange of tests/exchange, for the faults and forgeries that are tried on it here."""

from __future__ import annotations

from tests.exchange.conftest import database, exchange_home, loop, published, serving_provider, signer
from tests.exchange.evidence.conftest import certified, own_home

__all__ = ["certified", "database", "exchange_home", "loop", "own_home", "published", "serving_provider", "signer"]
