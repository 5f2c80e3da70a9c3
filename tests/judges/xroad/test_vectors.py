"""X-Road's own test containers, judged by our verifier as X-Road judges them. They are not kept in this repository.

`XROAD_VECTORS` names the folder: src/tool/asic-verifier-cli/src/test/resources of X-Road. Without it nothing is asked.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maidinh.exchange.asic.trust import Trust
from maidinh.exchange.evidence.judging import judge_evidence

FOLDER = Path(os.environ.get("XROAD_VECTORS") or "/nonexistent")
# As AsicContainerVerifierTest expects them. The last is of an older form that X-Road's verifier reads no more.
VERDICTS = {
    "valid-signed-message": True,
    "valid-non-batch-rest": True,
    "valid-non-batch-soap-attachments": True,
    "valid-signed-hashchain": True,
    "valid-batch-ts": True,
    "invalid-not-signed-hashchain": True,  # the chain is not verified, for nobody signed it
    "wrong-message": False,
    "invalid-digest": False,
    "invalid-signed-hashchain": False,
    "invalid-hashchain-modified-message": False,
    "invalid-incorrect-references": False,
    "invalid-ts-hashchainresult": False,
    "attachments": False,
}


@pytest.mark.skipif(not FOLDER.is_dir(), reason="XROAD_VECTORS names no folder of X-Road's test containers")
@pytest.mark.parametrize("name", VERDICTS)
def test_it_is_judged_as_x_road_judges_it(name: str) -> None:
    judged = judge_evidence((FOLDER / f"{name}.asice").read_bytes(), Trust(), at=datetime(2026, 11, 27, tzinfo=UTC))
    assert judged.sound is VERDICTS[name], [check.detail for check in judged.checks]
