"""Agencies say what they think of a draft, each opinion is answered once, and then it may go on to approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from maidinh.governance.architecture.actions import (
    SamePerson,
    VersionRefused,
    approve_version,
    draft_version,
    publish_version,
    withdraw_version,
)
from maidinh.governance.architecture.models import Version
from maidinh.governance.architecture.queries import current_version, declared_organisations
from maidinh.governance.drafting.actions.consultation import (
    answer_opinion,
    close_consultation,
    conclude,
    give_opinion,
    open_consultation,
)
from maidinh.governance.drafting.actions.editing import DraftRefused, take_in_current
from maidinh.governance.drafting.actions.submission import send_back, submit_draft
from maidinh.governance.drafting.handlers import close_draft
from maidinh.governance.drafting.queries import (
    consultation_for,
    open_consultations_for,
    opinions_for,
    public_consultations,
    public_opinions,
    unanswered,
)
from maidinh.governance.drafting.removal import removal
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from tests.governance.drafting.conftest import ASKED, OTHER, Making, rename

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]


def test_a_version_goes_its_whole_way(making: Making, signer: Any, role: Any, citizen: Actor) -> None:
    draft = making.draft()
    making.edit(draft, rename("one"), seen=0)
    making.edit(draft, Edit("header", "", "note", {"vi": "sửa"}), seen=1, actor=making.second)
    consultation = making.round(draft)
    first = draft.content["elements"][0]["id"]
    tied = making.opinion(consultation, section="elements", item=first)
    general = making.opinion(consultation, making.other, stance="object", text="Chưa rõ kinh phí")
    making.opinion(consultation, making.other, stance="agree", text="")
    making.answer(tied)
    making.edit(draft, rename("two"), seen=2)
    making.answer(general, answer="declined", text="Kinh phí thuộc dự án khác")
    concluded = making.conclude(consultation)
    assert (concluded.round, concluded.revision, concluded.concluded_revision) == (1, 2, 3)
    draft = making.do(submit_draft, making.architect, draft_id=draft.pk)
    version = draft.made
    assert draft.state == "submitted" and version.needs_approval and version.base == current_version()
    assert version.writers == {making.architect.id, making.second.id} and version.content == draft.content
    with pytest.raises(VersionRefused, match="not approved yet"):
        making.do(publish_version, making.approver, version_id=version.pk, signer=signer)
    decided = {"decision": "3055/QĐ-UBND", "decided_on": date(2026, 11, 17)}
    approved = making.do(approve_version, making.approver, version_id=version.pk, **decided)
    assert approved.decided == ("3055/QĐ-UBND", date(2026, 11, 17))
    published = making.do(publish_version, making.approver, version_id=version.pk, signer=signer)
    assert current_version() == published
    with acting(agencies=making.architect.agencies):  # the worker does this; see test_holding.py
        close_draft({"province": published.province, "version": "1.1"}, making.at)
    draft = making.fresh(draft)
    assert (draft.state, draft.decision, draft.decided_on) == ("published", *approved.decided)
    with acting(person=citizen.person):
        told = [(each.agency, each.stance, each.answer, each.item) for each in public_opinions(published.pk)]
        (round_,) = public_consultations(published.pk)
        assert consultation_for(citizen, consultation.pk) == round_
    assert told == [
        (ASKED, "change", "taken", first),
        (OTHER, "object", "declined", None),
        (OTHER, "agree", None, None),
    ]
    assert round_.conclusion == "Các cơ quan thống nhất"


def test_events_tell_each_agency_and_the_handler_closes_in_the_worker(making: Making) -> None:
    draft = making.draft()
    making.round(draft)
    with acting(agencies=making.asked.agencies):
        (told,) = Event.objects.filter(name="architecture.consultation_opened", agency=ASKED)
    assert told.payload == {"draft": draft.pk, "version": "1.1", "round": 1, "agency": ASKED}


def test_an_agency_sees_its_own_opinions_and_the_makers_all(making: Making) -> None:
    draft = making.draft()
    consultation = making.round(draft)
    mine, theirs = making.opinion(consultation), making.opinion(consultation, making.other)

    def seen(actor: Actor) -> set[int]:
        with acting(agencies=actor.agencies):
            found = consultation_for(actor, consultation.pk)
            return set() if found is None else set(opinions_for(actor, found).values_list("pk", flat=True))

    assert seen(making.asked) == {mine.pk} and seen(making.other) == {theirs.pk}
    assert seen(making.architect) == seen(making.approver) == {mine.pk, theirs.pk}
    assert seen(making.unasked) == set()
    for actor, expected in ((making.asked, [consultation]), (making.unasked, []), (making.architect, [])):
        with acting(agencies=actor.agencies):
            assert list(open_consultations_for(actor)) == expected
    with acting(agencies=()):
        assert not public_consultations(current_version().pk).exists()


def refused(making: Making, match: str, action: Callable[..., Any], actor: Actor, /, **what: Any) -> None:
    with pytest.raises(DraftRefused, match=match):
        making.do(action, actor, **what)


def test_a_round_is_refused_where_it_cannot_be(making: Making) -> None:
    draft = making.draft()
    what = {"draft_id": draft.pk, "agencies": [ASKED], "due_on": making.at.date()}
    refused(making, "at least one", open_consultation, making.architect, **(what | {"agencies": []}))
    refused(
        making, r"no agencies: H0\.0", open_consultation, making.architect, **(what | {"agencies": [ASKED, "H0.0"]})
    )
    passed = making.at.date() - timedelta(days=2)
    refused(making, "has passed", open_consultation, making.architect, **(what | {"due_on": passed}))
    making.do(open_consultation, making.architect, **what)
    refused(making, "conclude that round first", open_consultation, making.architect, **what)
    with pytest.raises(NotAllowed):
        making.do(open_consultation, making.approver, **what)


def test_an_opinion_is_refused_where_it_cannot_be(making: Making) -> None:
    consultation = making.round(making.draft(), ASKED)
    what = {"consultation_id": consultation.pk, "stance": "change", "text": "x"}
    refused(making, "was not asked", give_opinion, making.other, **what)
    refused(making, "was not asked", give_opinion, making.asked, **(what | {"consultation_id": 0}))
    refused(making, "Choose whether", give_opinion, making.asked, **(what | {"stance": "shrug"}))
    refused(making, "Say what", give_opinion, making.asked, **(what | {"text": " \0"}))
    refused(making, "tied to one", give_opinion, making.asked, **what, section="elements")
    refused(making, "nobody is not in", give_opinion, making.asked, **what, section="elements", item="nobody")
    with pytest.raises(NotAllowed):
        making.do(give_opinion, making.architect, **what)
    making.do(close_consultation, making.architect, consultation_id=consultation.pk)
    refused(making, "is closed", give_opinion, making.asked, **what)
    refused(making, "closed already", close_consultation, making.architect, consultation_id=consultation.pk)


def test_an_opinion_is_about_the_draft_as_it_was_sent_out(making: Making) -> None:
    draft = making.draft()
    consultation = making.round(draft, ASKED)
    first = draft.content["elements"][0]["id"]
    making.edit(draft, *removal(draft.content, "elements", first), seen=0)
    assert making.opinion(consultation, section="elements", item=first).item == first


def test_an_answer_is_given_once_with_its_reason(making: Making) -> None:
    consultation = making.round(making.draft(), ASKED)
    opinion = making.opinion(consultation)
    what = {"opinion_id": opinion.pk, "answer": "partly", "text": ""}
    refused(making, "Say why", answer_opinion, making.architect, **what)
    refused(making, "Choose whether", answer_opinion, making.architect, **(what | {"answer": "perhaps"}))
    refused(making, "no such opinion", answer_opinion, making.architect, **(what | {"opinion_id": 0}))
    both = replace(making.architect, id=making.asked.id)
    refused(making, "Somebody else must answer", answer_opinion, both, **(what | {"text": "x"}))
    making.answer(opinion, answer="partly", text="Một phần")
    refused(making, "answered already", answer_opinion, making.architect, **(what | {"text": "x"}))


def test_nothing_goes_on_while_an_opinion_is_unanswered(making: Making) -> None:
    draft = making.draft()
    refused(making, "needs a conclusion", submit_draft, making.architect, draft_id=draft.pk)
    consultation = making.round(draft, ASKED)
    opinion = making.opinion(consultation)
    making.opinion(consultation, stance="agree", text="")
    refused(making, "no answer yet: 1", conclude, making.architect, consultation_id=consultation.pk, conclusion="x")
    with acting(agencies=making.architect.agencies):
        assert list(unanswered(draft)) == [opinion]
    making.opinion(consultation)  # the refusal has closed nothing
    refused(making, "Write the conclusion", conclude, making.architect, consultation_id=consultation.pk, conclusion=" ")
    for each in making.do(lambda **_: list(unanswered(draft)), making.architect):
        making.answer(each)
    making.conclude(consultation)
    refused(making, "is concluded", conclude, making.architect, consultation_id=consultation.pk, conclusion="x")


def test_a_change_after_the_conclusion_needs_another_round(making: Making) -> None:
    draft = making.draft()
    making.conclude(making.round(draft, ASKED))
    making.edit(draft, rename("late"), seen=0)
    assert making.fresh(draft).state == "editing"
    refused(making, "needs a conclusion", submit_draft, making.architect, draft_id=draft.pk)
    again = making.round(draft, OTHER)
    assert again.round == 2 and making.fresh(draft).invited == sorted([ASKED, OTHER])
    with acting(agencies=making.asked.agencies):
        assert not open_consultations_for(making.asked).exists()
    making.conclude(again)
    assert making.do(submit_draft, making.architect, draft_id=draft.pk).made.state == "draft"


def test_what_does_not_fit_together_is_not_handed_in(making: Making) -> None:
    current = current_version().model
    flow = next(each for each in current.relations if each.contract)
    elements = [each for each in current.elements if each.id != flow.from_]
    draft = making.draft(model=current.model_copy(update={"elements": elements}))
    making.conclude(making.round(draft, ASKED))
    refused(making, "is no element", submit_draft, making.architect, draft_id=draft.pk)


def test_whoever_wrote_neither_approves_nor_publishes(making: Making, signer: Any) -> None:
    draft = making.draft()
    making.edit(draft, rename("one"), seen=0, actor=making.second)
    making.conclude(making.round(draft))
    version = making.do(submit_draft, making.architect, draft_id=draft.pk).made
    decided = {"version_id": version.pk, "decision": "1/QĐ", "decided_on": making.at.date()}
    for writer in (making.architect, making.second):
        both = replace(writer, permissions=writer.permissions | making.approver.permissions)
        with pytest.raises(SamePerson):
            making.do(approve_version, both, **decided)
        with pytest.raises(SamePerson):
            making.do(send_back, both, draft_id=draft.pk, reason="x")
    making.do(approve_version, making.approver, **decided)
    for writer in (making.architect, making.second):
        both = replace(writer, permissions=writer.permissions | making.approver.permissions)
        with pytest.raises(SamePerson):
            making.do(publish_version, both, version_id=version.pk, signer=signer)
    assert Version.objects.get(pk=version.pk).state == "draft"


def test_a_decision_is_asked_for_and_set_once(making: Making) -> None:
    version_id = making.submitted().made_id
    what = {"version_id": version_id, "decision": "1/QĐ", "decided_on": making.at.date()}
    for change, reason in (({"decision": " "}, "number of the decision"), ({"version_id": 0}, "no such version"),
                           ({"decided_on": making.at.date() + timedelta(days=2)}, "not to come")):  # fmt: skip
        with pytest.raises(VersionRefused, match=reason):
            making.do(approve_version, making.approver, **(what | change))
    with pytest.raises(NotAllowed):
        making.do(approve_version, making.architect, **what)
    making.do(approve_version, making.approver, **what)
    with pytest.raises(VersionRefused, match="approved already"):
        making.do(approve_version, making.approver, **(what | {"decision": "2/QĐ"}))
    with pytest.raises(VersionRefused, match="approved already"):
        making.do(withdraw_version, making.architect, version_id=version_id)


def test_a_draft_is_sent_back_and_handed_in_again(making: Making) -> None:
    draft = making.submitted()
    refused(making, "not edited any more", submit_draft, making.architect, draft_id=draft.pk)
    refused(making, "Say why", send_back, making.approver, draft_id=draft.pk, reason="")
    model = draft.made.model
    with acting(agencies=making.architect.agencies), pytest.raises(VersionRefused, match="waits for approval"):
        draft_version(actor=making.architect, version=model.model_copy(update={"note": None}),
                      organisations=declared_organisations(), at=making.at)  # fmt: skip
    back = making.do(send_back, making.approver, draft_id=draft.pk, reason="Thiếu kinh phí")
    assert (back.state, back.note, back.made_id) == ("editing", "Thiếu kinh phí", None)
    assert not Version.objects.filter(pk=draft.made_id).exists()
    refused(making, "not handed in", send_back, making.approver, draft_id=draft.pk, reason="x")
    making.conclude(making.round(draft, ASKED))
    again = making.do(submit_draft, making.architect, draft_id=draft.pk)
    assert again.made_id != draft.made_id and again.note == ""


def test_only_what_was_made_from_the_version_in_force_is_published(making: Making, signer: Any) -> None:
    first, second = making.submitted("1.1"), making.submitted("1.2")
    for draft in (first, second):
        making.do(
            approve_version, making.approver, version_id=draft.made_id, decision="1/QĐ", decided_on=making.at.date()
        )
    making.do(publish_version, making.approver, version_id=first.made_id, signer=signer)
    with pytest.raises(VersionRefused, match=r"1\.2 was not made from 1\.1"):
        making.do(publish_version, making.approver, version_id=second.made_id, signer=signer)
    back = making.do(send_back, making.approver, draft_id=second.pk, reason="Đã có 1.1")
    assert back.state == "editing" and not Version.objects.filter(version="1.2").exists()
    making.do(take_in_current, making.architect, draft_id=second.pk, decisions={"header//effective_from": "theirs"})
    making.conclude(making.round(second, ASKED))
    made = making.do(submit_draft, making.architect, draft_id=second.pk).made
    making.do(approve_version, making.approver, version_id=made.pk, decision="2/QĐ", decided_on=making.at.date())
    assert making.do(publish_version, making.approver, version_id=made.pk, signer=signer) == current_version()


def test_an_outdated_version_is_not_approved(making: Making, signer: Any) -> None:
    first, second = making.submitted("1.1"), making.submitted("1.2")
    decided = {"decision": "1/QĐ", "decided_on": making.at.date()}
    making.do(approve_version, making.approver, version_id=first.made_id, **decided)
    making.do(publish_version, making.approver, version_id=first.made_id, signer=signer)
    with pytest.raises(VersionRefused, match=r"1\.2 was not made from 1\.1"):
        making.do(approve_version, making.approver, version_id=second.made_id, **decided)
