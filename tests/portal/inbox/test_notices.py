"""A change of a dossier's status is told to its applicant, once, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client

from maidinh.channels.sessions import ACCOUNT
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import deliver_events
from maidinh.infrastructure.identity.actions import sign_in
from maidinh.portal.forms.actions import begin_draft, save_page
from maidinh.portal.forms.queries import draft_for
from maidinh.portal.inbox.actions import tell_of_newer_versions
from maidinh.portal.inbox.handlers import write_notice
from maidinh.portal.inbox.models import Notice
from maidinh.portal.inbox.queries import notices_for, unread_for
from maidinh.services.procedures.actions import apply_procedure
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.queries import current_version
from tests.conftest import citizen_of
from tests.services.results.stages import submitted

COPY = "2.000908"


def test_a_change_of_status_is_told_once_to_the_applicant(own_database, citizen, province, signer, role, at):
    dossier = submitted(citizen, signer, at)
    with role("worker"):
        deliver_events(at=at)
        write_notice({"dossier": dossier.pk, "code": dossier.code, "status": 1}, at)
    with acting(person=citizen.person):
        [notice] = notices_for(citizen)
    assert (notice.dossier, notice.status) == (dossier.code, 1)
    other = citizen_of(province, 1)
    with acting(person=other.person):
        assert list(Notice.objects.all()) == []


def test_notices_are_read_in_the_browser(own_database, citizen, signer, role, at):
    dossier = submitted(citizen, signer, at)
    with role("worker"):
        deliver_events(at=at + timedelta(seconds=1))
    browser = signed_in(citizen, at)
    page = browser.get("/notices").content.decode()
    assert page.count(f">{dossier.code}<") == 1 and "Mark as read" in page
    up_to = page.split('name="up_to" value="')[1].split('"')[0]
    for posted in ("x", "", "9" * 40, up_to):
        assert browser.post("/notices", {"up_to": posted}).status_code == 302
    assert "Mark as read" not in browser.get("/notices").content.decode()
    with acting(person=citizen.person):
        assert unread_for(citizen) == 0


def signed_in(citizen: Any, at: Any) -> Client:
    """The citizen's browser, in English."""
    claims = {"name": citizen.name, "personal_number": citizen.person}
    account = sign_in(issuer="tests", subject="one", claims=claims, at=at)
    browser = Client()
    session = browser.session
    session[ACCOUNT] = account.pk
    session.save()
    browser.cookies["django_language"] = "en"
    return browser


def test_a_newer_version_is_told_once_to_who_has_begun_under_the_older_one(own_database, citizen, province, role, at):
    old = current_version(COPY)
    with acting(person=citizen.person):
        draft = begin_draft(
            actor=citizen, version=old, case=old.procedure.cases[0].id, receiving=old.procedure.receiving[0], at=at
        )
        save_page(actor=citizen, draft_id=draft.pk, fields=frozenset({"copies"}), answers={"copies": 2}, at=at)
    with role("worker"):
        assert tell_of_newer_versions(at=at) == 0
    content = old.procedure.model_dump(mode="json", by_alias=True)
    content |= {"version": "2.0", "effective_from": "2026-09-01"}
    content["papers"].append({"id": "photo", "name": {"vi": "Ảnh chân dung"}})
    content["pages"][-1]["fields"].append({"id": "colour", "label": {"vi": "Màu bìa"}})
    content["answers"]["properties"]["colour"] = {"type": "string", "maxLength": 20}
    with role("owner"):
        apply_procedure(procedure=Procedure.model_validate(content), at=at)
    with role("worker"):
        assert [tell_of_newer_versions(at=at + timedelta(hours=n)) for n in range(2)] == [1, 0], "once"
    browser = signed_in(citizen, at)
    page = browser.get("/notices").content.decode()
    assert "has a new version. What you typed is kept." in page and f"/applications/{draft.pk}" in page
    shown = browser.get(f"/applications/{draft.pk}/questions/{old.procedure.pages[-1].id}").content.decode()
    assert "since 01/09/2026" in shown
    assert "Newly asked: Màu bìa" in shown and "New paper: Ảnh chân dung" in shown
    with acting(person=citizen.person):
        kept = draft_for(citizen, draft.pk)
        assert (kept.answers, kept.procedure_id) == ({"copies": 2}, old.pk), "nothing typed is lost"
