"""What is uploaded for a supplement: kept for the person, not for the browser; nothing lost when two upload at once."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.portal.forms.actions import (
    FILES_LIMIT,
    NothingToSend,
    TooManyFiles,
    attach_to_supplement,
    remove_from_supplement,
    send_supplement,
)
from maidinh.portal.forms.models import Supplement
from maidinh.portal.forms.queries import supplement_papers_for
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.actions.submission import NotNow
from maidinh.services.dossiers.queries import open_task_of, papers_of
from tests.conftest import citizen_of
from tests.services.results.stages import PDF, official_of, submitted


def asked_for_more(citizen: Actor, signer: Any, province: Any, at: Any) -> Any:
    """A dossier that waits for a supplement."""
    dossier = submitted(citizen, signer, at)
    with acting(agencies=dossier.agencies):
        task = open_task_of(dossier)
    actor = official_of(dossier, task, province)
    with acting(agencies=actor.agencies):
        complete_task(actor=actor, task_id=task.pk, outcome="supplement", reason="A paper is missing", at=at)
    return dossier


@pytest.fixture
def dossier(db: None, citizen: Actor, signer: Any, province: Any, at: Any) -> Any:
    return asked_for_more(citizen, signer, province, at)


def attach(actor: Actor, dossier: Any, at: Any, number: int = 0, name: str = "a.pdf") -> str:
    """Upload a file of its own content; its digest."""
    paper = dossier.procedure.procedure.papers[0]
    content = BytesIO(PDF + b"%% %d\n" % number)
    return attach_to_supplement(actor=actor, code=dossier.code, paper=paper, name=name, content=content, at=at).digest


def test_what_is_uploaded_is_sent_whole_and_then_gone(dossier: Any, citizen: Actor, at: Any) -> None:
    with acting(person=citizen.person):
        before = len(papers_of(dossier))
        first, second = attach(citizen, dossier, at), attach(citizen, dossier, at, 1)
        assert attach(citizen, dossier, at) == first
        rows = supplement_papers_for(citizen, dossier.code)
        assert [row["digest"] for row in rows] == [first, second]
        remove_from_supplement(actor=citizen, code=dossier.code, paper=rows[0]["paper"], digest=first, at=at)
        send_supplement(actor=citizen, code=dossier.code, explanation="", at=at)
        assert supplement_papers_for(citizen, dossier.code) == []
        assert not Supplement.objects.exists()
        assert len(papers_of(dossier)) == before + 1
        for late in (
            lambda: send_supplement(actor=citizen, code=dossier.code, explanation="again", at=at),
            lambda: attach(citizen, dossier, at, 2),
            lambda: remove_from_supplement(actor=citizen, code=dossier.code, paper="x", digest=second, at=at),
        ):
            with pytest.raises(NotNow):
                late()
        assert not Supplement.objects.exists()


def test_nothing_is_no_supplement_and_too_much_neither(dossier: Any, citizen: Actor, at: Any) -> None:
    with acting(person=citizen.person):
        with pytest.raises(NothingToSend):
            send_supplement(actor=citizen, code=dossier.code, explanation="", at=at)
        attach(citizen, dossier, at)
        Supplement.objects.update(papers=Supplement.objects.get().papers * FILES_LIMIT)
        with pytest.raises(TooManyFiles):
            attach(citizen, dossier, at, 1)


def test_it_is_the_applicants_alone(dossier: Any, citizen: Actor, official: Any, province: Any, at: Any) -> None:
    with acting(person=citizen.person):
        attach(citizen, dossier, at)
    other, clerk = citizen_of(province, 1), official("dossier.accept", dossier.receiving)
    with acting(person=other.person):
        assert not Supplement.objects.exists()
        with pytest.raises(NotNow):
            attach(other, dossier, at)
        assert not Supplement.objects.exists()
    with acting(agencies=clerk.agencies):
        assert not Supplement.objects.exists()
        with pytest.raises(NotAllowed):
            attach(clerk, dossier, at)


def test_each_file_leaves_a_trace(
    own_database: str, role: Any, citizen: Actor, signer: Any, province: Any, at: Any
) -> None:
    dossier = asked_for_more(citizen, signer, province, at)
    with acting(person=citizen.person):
        digest = attach(citizen, dossier, at)
        row = supplement_papers_for(citizen, dossier.code)[0]
        remove_from_supplement(actor=citizen, code=dossier.code, paper=row["paper"], digest=digest, at=at)
    with role("worker"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, actor_kind, details->>'digest' FROM audit_auditentry"
            " WHERE subject = %s AND action LIKE '%% supplement' ORDER BY id",
            [dossier.code],
        )
        found = cursor.fetchall()
    assert found == [("attach to supplement", "citizen", digest), ("remove from supplement", "citizen", digest)]


def test_two_uploads_at_once_are_both_kept(
    own_database: str, citizen: Actor, signer: Any, province: Any, at: Any
) -> None:
    dossier = asked_for_more(citizen, signer, province, at)
    failed: list[Exception] = []

    def upload() -> None:
        try:
            with acting(person=citizen.person):
                attach(citizen, dossier, at, 1)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=upload)
    with acting(person=citizen.person):
        attach(citizen, dossier, at)
        other.start()
        _until_somebody_waits(other)
    other.join(20)
    assert failed == []
    with acting(person=citizen.person):
        assert len(supplement_papers_for(citizen, dossier.code)) == 2


def _until_somebody_waits(other: threading.Thread) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    while other.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return


def test_a_second_browser_goes_on_where_the_first_one_was(
    dossier: Any, citizen: Actor, sign_in_as: Any, monkeypatch: pytest.MonkeyPatch, at: Any
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    address, paper = f"/dossiers/{dossier.code}/supplement", dossier.procedure.procedure.papers[0].id
    for name in ("phone.pdf", "computer.pdf"):
        browser = Client()
        sign_in_as(browser, citizen)
        file = BytesIO(PDF + name.encode())
        file.name = name
        assert browser.post(address, {"paper": paper, "file": file}).status_code == 302
    page = browser.get(address).content.decode()
    assert "phone.pdf" in page
    assert "computer.pdf" in page
    digest = page.split('name="digest" value="')[1][:64]
    assert browser.post(address, {"of": paper, "digest": digest, "remove": digest}).status_code == 302
    assert "phone.pdf" not in browser.get(address).content.decode()
    assert browser.post(address, {"note": "Here"}).status_code == 302
    assert browser.post(address, {"note": "Here"})["Location"] == f"/dossiers/{dossier.code}"
