"""Evidence made without gateway or database holds, and every tampering that the foreign judges are shown is found."""

from __future__ import annotations

import pytest

from maidinh.exchange.asic.archive import pack
from maidinh.exchange.evidence.judging import judge_evidence
from tests.exchange.evidence.by_hand import TRUST
from tests.infrastructure.timestamps.standing_in import AT
from tests.judges.containers import TAMPERINGS, right


@pytest.mark.parametrize("stamped", [True, False])
def test_it_holds(stamped: bool) -> None:
    judged = judge_evidence(pack(right(stamped=stamped)), TRUST, at=AT)
    assert (judged.sound, judged.trusted, judged.proved_at) == (True, True, AT if stamped else None)
    assert {check.name for check in judged.checks if check.ok is None} == {"directory"}
    assert [check.name for check in judged.checks].count("member-signature") == 2


@pytest.mark.parametrize("tampering", sorted(TAMPERINGS))
def test_every_tampering_is_found(tampering: str) -> None:
    assert not judge_evidence(pack(TAMPERINGS[tampering](right())), TRUST, at=AT).sound
