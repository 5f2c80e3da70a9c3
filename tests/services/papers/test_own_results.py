"""A result that this installation issued is used again by its owner while it holds, instead of being handed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.portal.forms.actions import use_again
from maidinh.services.dossiers.models import Task
from maidinh.services.papers.actions import NoLongerOffered
from maidinh.services.papers.models import Reuse
from maidinh.services.papers.queries import offers_for
from maidinh.services.procedures.queries import current_version
from maidinh.services.results.actions import Installation, issue_result, replace_result, revoke_result
from tests.conftest import citizen_of
from tests.services.papers.handed import begun, hand_in, handed_in
from tests.services.results.stages import advanced_to, official_of

NEW_BUILDING, EXTENSION, PERMIT = "1.013225", "1.013227", "permit"
HERE = Installation(address="http://127.0.0.1:8000", province="lao-cai", promise_within=60, sample=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def leader(db: None, citizen: Actor, signer: Any, province: Any, at: datetime) -> Any:
    """Who signs building permits; the dossier of one waits for them."""
    dossier = handed_in(citizen, signer, at, code=NEW_BUILDING)
    return official_of(dossier, advanced_to(dossier, "signature", province, at), province)


@pytest.fixture
def permit(leader: Actor, signer: Any, at: datetime) -> Any:
    """The signed building permit of the citizen."""
    with acting(agencies=leader.agencies):
        task = Task.objects.get(step="signature", closed_at__isnull=True)
        return issue_result(actor=leader, task_id=task.pk, outcome="sign", at=at + HOUR, signer=signer,
                            installation=HERE)  # fmt: skip


def offered_to(person: Actor) -> list[str]:
    paper = next(each for each in current_version(EXTENSION).procedure.papers if each.id == PERMIT)
    with acting(person=person.person):
        return [each.reference for each in offers_for(person, set(paper.kinds))]


def test_the_permit_is_offered_taken_and_handed_in_without_an_upload(
    permit: Any, citizen: Actor, signer: Any, province: Any, sign_in_as: Any, at: datetime
) -> None:
    assert offered_to(citizen) == [f"result:{permit.number}"]
    assert offered_to(citizen_of(province, 1)) == []
    draft, client = begun(citizen, at + 2 * HOUR, EXTENSION), Client()
    sign_in_as(client, citizen)
    page = reverse("application-papers", kwargs={"draft": draft.pk})
    assert permit.number in client.get(page).content.decode()
    taken = client.post(page, {"paper": PERMIT, "again": f"result:{permit.number}"})
    assert taken.status_code == 302
    code = hand_in(draft, citizen, signer, at + 2 * HOUR, PERMIT)
    with acting(person=citizen.person):
        used = Reuse.objects.get(dossier__code=code)
        assert (used.paper, used.result, used.kept_id) == (PERMIT, permit.number, None)
        assert (used.document_id, used.verified_by) == (permit.document_id, permit.signed_by)


def test_one_that_was_replaced_or_revoked_is_not_offered_nor_handed_in(
    permit: Any, leader: Actor, citizen: Actor, signer: Any, at: datetime
) -> None:
    draft = begun(citizen, at + 2 * HOUR, EXTENSION)
    paper = next(each for each in draft.procedure.procedure.papers if each.id == PERMIT)
    with acting(person=citizen.person):
        use_again(actor=citizen, draft_id=draft.pk, paper=paper, reference=f"result:{permit.number}", at=at + 2 * HOUR)
    code = permit.dossier.code
    with acting(agencies=leader.agencies):
        new = replace_result(actor=leader, code=code, corrections={"full_name": "Nguyễn Văn Đúng"}, reason="Sai tên",
                             at=at + 3 * HOUR, signer=signer, installation=HERE)  # fmt: skip
    assert offered_to(citizen) == [f"result:{new.number}"]
    with pytest.raises(NoLongerOffered), transaction.atomic():
        hand_in(draft, citizen, signer, at + 4 * HOUR, PERMIT)
    with acting(agencies=leader.agencies):
        revoke_result(actor=leader, code=code, reason="Cấp nhầm", at=at + 5 * HOUR,
                      log=LogKeeper(signer, "lao-cai", 60))  # fmt: skip
    assert offered_to(citizen) == []


def test_the_earlier_version_still_asks_for_a_paper_of_the_store(province: Any) -> None:
    kinds = {
        each.version: paper.kinds
        for each in province.procedures
        if each.code == EXTENSION
        for paper in each.papers
        if paper.id == PERMIT
    }
    assert kinds["1.0"] == ("building-permit",)
    assert set(kinds["1.1"]) == {"building-permit", "KQ.G17.000311", "KQ.G17.000312"}
