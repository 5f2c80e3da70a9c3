"""A finished dossier is put away, kept as long as its procedure says, destroyed only by two people; the log holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import Error, connection, transaction

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.queries import place_of
from maidinh.infrastructure.identity import queries as identity
from maidinh.infrastructure.translog.promises import Unpromised
from maidinh.infrastructure.translog.trust import read_keys
from maidinh.services.archives.actions import (
    DecisionMissing,
    NotDue,
    NothingToDecide,
    SamePerson,
    archive_ended,
    decide_disposal,
    destroy_granted,
    propose_disposals,
)
from maidinh.services.archives.models import Archive, Disposal
from maidinh.services.archives.queries import archives_of, disposal_of, due_archives, to_archive
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.models import Dossier
from maidinh.services.results.actions import Installation
from maidinh.services.results.bundle import examine
from tests.services.papers.handed import LEGAL_AID, handed_in
from tests.services.results.stages import official_of, open_step

HERE = Installation(address="http://127.0.0.1:8000", province="lao-cai", promise_within=60, sample=True)
DAY = timedelta(days=1)
Role = Callable[[str], AbstractContextManager[None]]
OPERATOR = Actor("system", id="operator", permissions=frozenset({"dossier.assign"}))
pytestmark = pytest.mark.slow


def refused(dossier: Any, province: Any, at: datetime) -> Any:
    """The dossier ended at intake."""
    task, step = open_step(dossier)
    official = official_of(dossier, task, province)
    outcome = next(each.id for each in step.outcomes if each.to == "refused")
    with acting(agencies=official.agencies):
        complete_task(actor=official, task_id=task.pk, outcome=outcome, reason="Không thuộc thẩm quyền", at=at)
    return dossier


def leads_of(province: Any, agency: str) -> list[Actor]:
    """Two people of an agency who lead: one who is, and one who is made to be for the test."""
    [one] = [
        identity.actor_of_official(identity.official(each.id))
        for each in province.organisations.officials
        if each.agency == agency and "leader" in each.roles
    ][:1]
    other = Actor("official", id="deputy", name="Phó", agencies=(agency,), permissions=one.permissions)
    return [one, other]


def put_away(role: Role, signer: Any, at: datetime, until: date) -> list[Any]:
    with role("worker"):
        return archive_ended(until=until, installation=HERE, log=Unpromised(), at=at)


@pytest.fixture
def ended(
    own_database: str, citizen: Actor, signer: Any, province: Any, at: datetime, request: pytest.FixtureRequest
) -> Any:
    """A dossier that was refused, and whose procedure says for how many years it is kept."""
    mark = request.node.name  # other tests keep the same papers in the same place, under databases of their own
    return refused(handed_in(citizen, signer, at, code=LEGAL_AID, mark=mark), province, at + timedelta(hours=1))


def test_a_dossier_goes_from_its_end_to_what_is_left_of_it(
    ended: Any, role: Role, citizen: Actor, signer: Any, province: Any, at: datetime, tmp_path: Path
) -> None:
    years = ended.procedure.procedure.retention.years
    day = at.date()
    assert put_away(role, signer, at, day - DAY) == [], "it ended after that day"
    [made] = put_away(role, signer, at + DAY, day)
    archive = made.archive
    assert archive.keep_until == day.replace(year=day.year + years)
    assert put_away(role, signer, at + DAY, day) == [], "once is enough"
    bundle = tmp_path / "x.zip"
    bundle.write_bytes(place_of(archive.document_id).read_bytes())
    keys = read_keys([settings.MAIDINH.home.public_keys])
    assert False not in [check.ok for check in examine(bundle, keys, [], at=at + timedelta(seconds=30))]

    one, other = leads_of(province, ended.responsible)
    late = at.replace(year=at.year + years, month=12)
    with acting(agencies=one.agencies, official=one.id):
        assert [each.code for each in archives_of(one)] == [ended.code]
        with pytest.raises(NotDue), transaction.atomic():
            propose_disposals(actor=one, codes=[ended.code], decision="12/QĐ", at=at + 2 * DAY)
        with pytest.raises(DecisionMissing):
            propose_disposals(actor=one, codes=[ended.code], decision=" ", at=late)
        [asked] = propose_disposals(actor=one, codes=[ended.code], decision="12/QĐ", at=late)
        assert due_archives(late.date()) == [], "it was asked for"
        with pytest.raises(SamePerson):
            decide_disposal(actor=one, disposal_id=asked.pk, granted=True, at=late)
        with connection.cursor() as cursor:  # nor past the program
            cursor.execute("UPDATE archives_disposal SET granted = true, decided_by = %s, decided_at = now()", [one.id])
            assert cursor.rowcount == 0
    with role("worker"), pytest.raises(Error), connection.cursor() as cursor:
        cursor.execute("SELECT archives_destroy(%s)", [asked.pk])
    with acting(agencies=other.agencies, official=other.id):
        decide_disposal(actor=other, disposal_id=asked.pk, granted=True, at=late)
        with pytest.raises(NothingToDecide):
            decide_disposal(actor=other, disposal_id=asked.pk, granted=False, at=late)
    with acting(agencies=one.agencies), pytest.raises(Error), connection.cursor() as cursor:
        cursor.execute("SELECT archives_destroy(%s)", [asked.pk])  # the web may not even ask

    with acting(person=citizen.person):
        files = list(ended.papers.values_list("document_id", flat=True))
    with role("worker"):
        [gone] = destroy_granted(log=Unpromised(), at=late)
        assert destroy_granted(log=Unpromised(), at=late) == []
    assert (gone.code, gone.procedure, gone.digest) == (ended.code, ended.procedure.code, archive.document_id)
    assert gone.decision == "12/QĐ"
    assert not any(place_of(each).exists() for each in (*files, archive.document_id))
    with acting(person=citizen.person):
        assert not Dossier.objects.filter(code=ended.code).exists()
    with acting(agencies=ended.agencies):
        left = Dossier.objects.get(code=ended.code)
        assert (left.applicant, left.applicant_name, left.answers, left.facts) == ("", "", {}, {})
        assert not left.history.exclude(reason="").exists()
        assert not left.papers.exclude(name="").exists()
        assert left.receipt == ended.receipt, "its leaf in the log is still explained"
        assert disposal_of(left).entry == gone.entry
    assert put_away(role, signer, late + DAY, late.date()) == [], "what is gone is not put away again"


def test_what_goes_on_after_its_end_is_put_away_again_and_what_is_held_elsewhere_stays(
    ended: Any, role: Role, citizen: Actor, signer: Any, province: Any, at: datetime, request: pytest.FixtureRequest
) -> None:
    put_away(role, signer, at + DAY, at.date())
    with acting(agencies=ended.agencies), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dossiers_dossierevent (dossier_id, at, kind, status, step, agency, actor, reason, public)"
            " VALUES (%s, %s, 'result_revoked', 3, '', %s, 'x', 'x', true)",
            [ended.pk, at + 2 * DAY, ended.receiving],
        )
    with role("worker"):
        assert [each.edition for each in to_archive(at.date())] == [2]
    [again] = put_away(role, signer, at + 3 * DAY, at.date())
    assert again.archive.edition == 2
    other = handed_in(
        citizen, signer, at, code=LEGAL_AID, key="two", mark=request.node.name
    )  # the same files, in a dossier that goes on
    one, deputy = leads_of(province, ended.responsible)
    late = at.replace(year=at.year + 99)
    with acting(agencies=one.agencies, official=one.id):
        [asked] = propose_disposals(actor=one, codes=[ended.code], decision="1/QĐ", at=late)
    with acting(agencies=deputy.agencies, official=deputy.id):
        decide_disposal(actor=deputy, disposal_id=asked.pk, granted=True, at=late)
    with role("worker"):
        destroy_granted(log=Unpromised(), at=late)
    with acting(person=citizen.person):
        assert all(place_of(each).exists() for each in other.papers.values_list("document_id", flat=True))


def test_a_disposal_that_is_declined_may_be_asked_for_again_also_by_the_operator(
    ended: Any, role: Role, signer: Any, province: Any, at: datetime
) -> None:
    put_away(role, signer, at + DAY, at.date())
    late = at.replace(year=at.year + 99)
    with role("worker"):
        [asked] = propose_disposals(actor=OPERATOR, codes=[ended.code], decision="2/QĐ", at=late)
    one, _ = leads_of(province, ended.responsible)
    with acting(agencies=one.agencies, official=one.id):
        assert not decide_disposal(actor=one, disposal_id=asked.pk, granted=False, at=late).granted
        assert [each.code for each in due_archives(late.date())] == [ended.code]
    with role("worker"):
        assert destroy_granted(log=Unpromised(), at=late) == []


def test_what_is_kept_for_ever_is_never_due(
    own_database: str, role: Role, citizen: Actor, signer: Any, province: Any, at: datetime
) -> None:
    dossier = refused(handed_in(citizen, signer, at), province, at + timedelta(hours=1))
    assert dossier.procedure.procedure.retention.years == "permanent"
    [made] = put_away(role, signer, at + DAY, at.date())
    assert made.archive.keep_until is None
    one, _ = leads_of(province, dossier.responsible)
    with acting(agencies=one.agencies, official=one.id):
        assert due_archives(date(9999, 1, 1)) == []
        with pytest.raises(Error), transaction.atomic():
            Disposal.objects.create(
                dossier=dossier, code=dossier.code, procedure="x", agency=dossier.responsible, digest="0" * 64,
                decision="x", asked_by=one.id, asked_at=at.replace(year=9000),
            )  # fmt: skip
        assert Archive.objects.count() == 1
