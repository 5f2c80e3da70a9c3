"""Evidence made without gateway or database holds, and every tampering that the foreign judges are shown is found."""

from __future__ import annotations

import pytest

from maidinh.exchange.asic.archive import pack
from maidinh.exchange.asic.trust import Trust
from maidinh.exchange.evidence.container import container_for
from maidinh.exchange.evidence.judging import judge_evidence
from tests.exchange.evidence.by_hand import ARCHITECTURE, MEMBERS, TRUST, directory, evidence, pem, sealing
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


def test_a_key_without_certificate_counts_by_the_directory_that_is_believed() -> None:
    content = container_for(evidence(directory()), seal=sealing(), at=AT)
    knowing = Trust(TRUST.roots, {"architecture:mau": pem(ARCHITECTURE)}, TRUST.logs)
    judged = judge_evidence(content, knowing, at=AT)
    assert (judged.sound, judged.trusted) == (True, True)
    assert {check.name for check in judged.checks if check.ok is None} == set()
    unknowing = judge_evidence(content, TRUST, at=AT)
    assert (unknowing.sound, unknowing.trusted) == (True, False)
    other = Trust(TRUST.roots, {"architecture:mau": pem(MEMBERS["member:AG1"][0])}, TRUST.logs)
    assert {check.name for check in judge_evidence(content, other, at=AT).checks if check.ok is False} == {"directory"}


def test_a_directory_vouches_for_the_keys_of_its_members_alone() -> None:
    right_one = directory()
    first, second = right_one.members
    crossed = (first, second.model_copy(update={"keys": (second.keys[0].model_copy(update={"kid": "member:AG1"}),)}))
    swapped = right_one.model_copy(update={"members": (crossed[0].model_copy(update={"keys": ()}), crossed[1])})
    content = container_for(evidence(swapped), seal=sealing(), at=AT)
    knowing = Trust(TRUST.roots, {"architecture:mau": pem(ARCHITECTURE)}, TRUST.logs)
    assert judge_evidence(content, knowing, at=AT).trusted is False
