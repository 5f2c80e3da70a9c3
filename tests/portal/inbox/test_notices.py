"""A change of a dossier's status is told to its applicant, once, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client

from maidinh.channels.sessions import ACCOUNT
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import deliver_events
from maidinh.infrastructure.identity.actions import sign_in
from maidinh.portal.inbox.handlers import write_notice
from maidinh.portal.inbox.models import Notice
from maidinh.portal.inbox.queries import notices_for, unread_for
from tests.conftest import citizen_of
from tests.services.results.stages import submitted


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
