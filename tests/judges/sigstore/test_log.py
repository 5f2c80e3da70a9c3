"""Our proofs before sigstore's own verifier in JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from maidinh.infrastructure.translog.published import PublishedLog
from tests.judges.conftest import Judge
from tests.judges.log import PLACES, assert_judged_right, publish


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedLog:
    return publish(tmp_path_factory.mktemp("log"))


@pytest.mark.parametrize("index", PLACES)
def test_sigstore_accepts_our_proofs_and_no_changed_ones(
    judge: Callable[[str], Judge], published: PublishedLog, tmp_path: Path, index: int
) -> None:
    sigstore = judge("sigstore")
    command = [sigstore.program("node"), Path(__file__).with_name("verify.cjs"), sigstore.place / "node_modules"]
    assert_judged_right(lambda given: sigstore.run(*command, *given).returncode == 0, published, tmp_path, index)
