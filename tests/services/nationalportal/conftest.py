"""A queue for each test, over dossiers that were submitted for real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.services.fees.till import Roles
from tests.services.nationalportal.post import Post
from tests.services.results.stages import submitted


@pytest.fixture
def post(own_database: str, citizen: Any, signer: Any, at: Any) -> Iterator[Post]:
    roles = Roles()
    made = Post(submitted(citizen, signer, at, kind="licence", key="post"), citizen, roles, at)
    yield made
    made.double.stop()
    roles.close()
