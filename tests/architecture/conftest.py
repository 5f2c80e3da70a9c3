"""The world that the matrices are tried in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from tests.architecture.inhabitants import World
from tests.channels.web.conftest import Exchange
from tests.conftest import NOW


@pytest.fixture(scope="module")
def world(province: Any) -> Iterator[World]:
    """One world for all cells; what a cell changes is undone after it."""
    exchange = Exchange(province)
    changed = {"gateway_port": exchange.server.server_port, "gateway_host": "127.0.0.1"}
    later = NOW.replace(hour=NOW.hour + 3)
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(settings, "MAIDINH", settings.MAIDINH.model_copy(update=changed))
        patch.setattr("django.utils.timezone.now", lambda: later)
        yield World(province, settings.SIGNER, NOW)
        transaction.set_rollback(True)
    exchange.server.shutdown()
    exchange.server.server_close()
