"""Submitting: one dossier for each key, whole or not at all, and nobody else's to see."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from maidinh.infrastructure.commands.actions import KeyReused
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.translog.models import Entry
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.submission import NotNow, PaperMissing, request_withdrawal, supplement_dossier
from maidinh.services.dossiers.models import Dossier, DossierEvent, Paper, Status, Task
from maidinh.services.dossiers.queries import dossier_for, tracked
from maidinh.services.dossiers.rules import tracking_digest
from maidinh.services.procedures.queries import current_version
from tests.conftest import citizen_of


def test_a_dossier_is_whole(submit, citizen, at) -> None:
    dossier = submit().dossier
    with acting(person=citizen.person):
        assert dossier.status == Status.NEW
        assert Task.objects.get(dossier=dossier).role == "one-stop-official"
        assert Paper.objects.filter(dossier=dossier).count() == len(dossier.procedure.procedure.papers)
        assert DossierEvent.objects.get(dossier=dossier).kind == "submitted"
        assert Entry.objects.get(pk=dossier.entry).index is None
        assert not Event.objects.filter(payload__code=dossier.code).exists(), "news is for the worker and the agency"
    with acting(agencies=[dossier.receiving]):
        names = set(Event.objects.filter(payload__code=dossier.code).values_list("name", flat=True))
    assert names == {"dossier.submitted", "dossier.status_changed", "dossier.task_opened"}
    assert dossier.promised_at > at
    assert dossier.receipt["promise"].count(".") == 2
    assert citizen.person not in str(dossier.receipt["leaf"])


def test_the_same_key_gives_the_same_dossier(submit) -> None:
    first, second = submit(), submit()
    assert not first.repeated
    assert second.repeated
    assert first.dossier.code == second.dossier.code


def test_the_same_key_for_another_request_is_refused(submit) -> None:
    submit()
    with pytest.raises(KeyReused):
        submit("2.000908")


def test_a_missing_paper_leaves_nothing(submit, citizen) -> None:
    with pytest.raises(PaperMissing) as missing:
        submit(papers=False)
    assert missing.value.papers
    with acting(person=citizen.person):
        assert not Dossier.objects.exists()
    with acting(agencies=current_version("1.013225").procedure.receiving):
        assert not Event.objects.filter(name="dossier.submitted").exists()


def test_the_agency_must_receive_the_procedure(submit, province, citizen, signer, at) -> None:
    from maidinh.services.dossiers.actions.submission import submit_dossier

    with acting(person=citizen.person), pytest.raises(ValueError, match="does not receive"):
        version = current_version("1.013225")
        submit_dossier(
            actor=citizen, version=version, case=version.procedure.cases[0].id, receiving="H38.9", answers={},
            papers=[], channel=2, key="x", at=at, log=LogKeeper(signer, "lao-cai", 60),
        )  # fmt: skip


def test_the_offices_own_day_decides_which_law_applies(submit) -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    night = submit(key="night", at=datetime(2026, 7, 1, 0, 30, tzinfo=zone).astimezone(UTC)).dossier
    eve = submit("2.000908", key="eve", at=datetime(2026, 6, 30, 23, 30, tzinfo=zone).astimezone(UTC)).dossier
    assert (night.rule_pack, eve.rule_pack) == ("2026-07", "2025")
    assert "-20260701-" in night.code
    assert "-20260630-" in eve.code


def test_only_those_who_take_part_see_it(submit, province, citizen, official) -> None:
    dossier = submit().dossier
    receiving = official("dossier.accept", dossier.receiving)
    stranger = next(
        official("dossier.accept", agency.code)
        for agency in province.organisations.agencies
        if agency.kind == "commune" and agency.code not in dossier.agencies
    )
    seen = "SELECT count(*) FROM dossiers_dossier"
    for scope, count in (
        ({"person": citizen.person}, 1),
        ({"agencies": receiving.agencies}, 1),
        ({"agencies": stranger.agencies}, 0),
        ({"person": citizen_of(province, 1).person}, 0),
        ({"tracking": tracking_digest(dossier.code, dossier.tracking_secret)}, 1),
        ({"tracking": tracking_digest(dossier.code, "WRONG")}, 0),
        ({}, 0),
    ):
        with acting(**scope), connection.cursor() as cursor:
            for table in ("dossiers_dossier", "dossiers_task", "dossiers_paper", "dossiers_dossierevent"):
                cursor.execute(seen.replace("dossiers_dossier", table))
                assert bool(cursor.fetchone()[0]) == bool(count), (scope, table)
    with acting(agencies=stranger.agencies):
        assert dossier_for(stranger, dossier.code) is None


def test_a_stranger_cannot_change_it_by_sql(submit, province) -> None:
    dossier = submit().dossier
    with acting(person=citizen_of(province, 1).person), connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_dossier SET status = 10 WHERE id = %s", [dossier.pk])
        assert cursor.rowcount == 0


def test_tracking_needs_both_code_and_secret(submit) -> None:
    dossier = submit().dossier
    with acting(tracking=tracking_digest(dossier.code, dossier.tracking_secret)):
        assert tracked(dossier.code, dossier.tracking_secret.lower()) == dossier
        assert tracked(dossier.code, "A" * 12) is None


def test_no_supplement_unless_asked_for(submit, citizen, at) -> None:
    dossier = submit().dossier
    with acting(person=citizen.person), pytest.raises(NotNow):
        supplement_dossier(actor=citizen, code=dossier.code, papers=[], explanation="", at=at)


def test_a_withdrawal_is_asked_for_once(submit, citizen, at) -> None:
    dossier = submit().dossier
    with acting(person=citizen.person):
        assert request_withdrawal(actor=citizen, code=dossier.code, reason="mistake", at=at).status == Status.WITHDRAWAL
        with pytest.raises(NotNow):
            request_withdrawal(actor=citizen, code=dossier.code, reason="again", at=at)
