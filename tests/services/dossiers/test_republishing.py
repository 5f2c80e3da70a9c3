"""A new version under many open dossiers: nothing is due but when the plan said, and nothing that ended moves."""

from __future__ import annotations

import pytest

from maidinh.infrastructure.audit.models import AuditEntry
from maidinh.infrastructure.events.models import Event
from maidinh.services.dossiers.actions.republishing import MOVED
from maidinh.services.dossiers.models import Dossier, DossierEvent
from tests.faults.republication import WAYS, crowd, republish

DOSSIERS = 300


@pytest.mark.slow
def test_no_due_moment_changes_that_the_plan_did_not_list(own_database, province, citizen, signer, at, role) -> None:
    crowd(dossiers=DOSSIERS, province=province, citizen=citizen, signer=signer, at=at)
    with role("worker"):
        assert Dossier.objects.count() >= DOSSIERS
    report = republish(rounds=5, seed=11, province=province)
    assert report.broken == []
    assert report.moved > DOSSIERS, "the rounds must move many"
    assert report.held > len(WAYS), "and hold some back"
    assert report.stayed > len(WAYS), "and leave some under their version"
    with role("worker"):
        assert DossierEvent.objects.filter(kind=MOVED).count() == report.moved
        assert Event.objects.filter(name="dossier.moved").count() == report.moved
        assert AuditEntry.objects.filter(action="move dossier").count() == report.moved
