"""A till for each test, over one dossier that was submitted for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.services.fees.till import Roles, Till
from tests.services.results.stages import submitted


@pytest.fixture
def tills(own_database: str, citizen: Any, signer: Any, official: Any, at: Any) -> Iterator[Callable[[], Till]]:
    """`tills()`: a new charge of a new dossier, with its applicant and its cashier, in a database that commits."""
    dossier = submitted(citizen, signer, at, kind="licence", key="till")
    roles = Roles()
    cashier = official("fee.record", dossier.receiving)
    yield lambda: Till(dossier, citizen, cashier, roles, at)
    roles.close()


@pytest.fixture
def till(tills: Callable[[], Till]) -> Till:
    """One of them."""
    return tills()
