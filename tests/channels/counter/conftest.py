"""A dossier on an official's desk, and the official's browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from maidinh.infrastructure.actor import Actor
from tests.services.results.stages import submitted


@pytest.fixture
def dossier(db: None, citizen: Actor, signer: Any, at: datetime) -> Any:
    """A same-day dossier, just submitted."""
    return submitted(citizen, signer, at)


@pytest.fixture
def browser(sign_in_as: Callable[[Any, Any], None]) -> Callable[[Actor], Client]:
    """`browser(actor)`: a browser in which the actor is signed in, in English."""

    def open_for(actor: Actor) -> Client:
        client = Client()
        sign_in_as(client, actor)
        client.cookies["django_language"] = "en"
        return client

    return open_for
