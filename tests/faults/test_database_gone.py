"""The database goes away at any statement of a submission: a plain page, nothing half-kept, one dossier in the end."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from maidinh.channels.sessions import ACCOUNT
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.identity.actions import sign_in
from tests.architecture.inhabitants import filled_draft

KEPT = ("dossiers_dossier", "dossiers_task", "dossiers_paper", "dossiers_dossierevent", "commands_command",
        "translog_entry", "events_event")  # fmt: skip


@pytest.fixture
def browser(own_database: str, citizen: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The citizen's browser on a database of its own, where everything is really committed."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    claims = {"name": citizen.name, "personal_number": citizen.person}
    account = sign_in(issuer="tests", subject="one", claims=claims, at=at)
    client = Client(raise_request_exception=False)
    session = client.session
    session[ACCOUNT] = account.pk
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@pytest.fixture
def kept(citizen: Actor, province: Any) -> Callable[[], dict[str, int]]:
    """How many rows there are of everything that a submission writes."""

    agencies = [agency.code for agency in province.organisations.agencies]

    def count() -> dict[str, int]:
        with acting(person=citizen.person, agencies=agencies), connection.cursor() as cursor:
            found = {}
            for table in KEPT:
                cursor.execute(f"SELECT count(*) FROM {table}")
                found[table] = cursor.fetchone()[0]
            return found

    return count


class Cut:
    """Ends the database's session just before the statement of this number."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Any, statement: str, *rest: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            pid = connection.connection.info.backend_pid
            with psycopg.connect(settings.CONNECTIONS.admin_dsn, autocommit=True) as administrator:
                administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return execute(statement, *rest)


@pytest.mark.slow
def test_a_submission_is_whole_or_not_at_all(browser: Client, citizen: Actor, at: datetime, kept: Any) -> None:
    draft = filled_draft(citizen, at)
    before = kept()
    for number in itertools.count(1):
        with connection.execute_wrapper(Cut(number)):
            answer = browser.post(f"/applications/{draft.pk}/check", {"declaration": "yes"})
        connections.close_all()
        if answer.status_code == 302:
            break
        assert answer.status_code == 503, f"statement {number}: {answer.status_code}"
        page = answer.content.decode()
        assert "<h1" in page and "Traceback" not in page and "maidinh_web" not in page
        assert kept() == before, f"statement {number}"
        assert number < 200
    assert number > 20, "the submission was not cut anywhere"
    after = kept()
    assert {table: after[table] - before[table] for table in KEPT} == {
        "dossiers_dossier": 1, "dossiers_task": 1, "dossiers_paper": 1, "dossiers_dossierevent": 1,
        "commands_command": 1, "translog_entry": 1, "events_event": 3,
    }  # fmt: skip
    assert browser.post(f"/applications/{draft.pk}/check", {"declaration": "yes"}).status_code == 302
    assert kept() == after


def test_pages_say_so_while_the_database_is_gone_and_come_back(browser: Client) -> None:
    for address in ("/", "/procedures", "/dossiers", "/architecture", "/track", "/notices"):
        with connection.execute_wrapper(Cut(1)):
            answer = browser.get(address)
        connections.close_all()
        assert answer.status_code == 503, address
        assert browser.get(address).status_code == 200, address
    assert browser.get("/health").status_code == 200
