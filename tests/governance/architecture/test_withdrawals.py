"""A contract is stopped and stands again by two people each; the directory follows in the same transaction."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from maidinh.exchange.directory.actions import publish_directory
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.architecture.actions import (
    WithdrawalRefused,
    ask_withdrawal,
    decide_withdrawal,
    draft_version,
    publish_version,
    renew_directory,
    take_back_withdrawal,
)
from maidinh.governance.architecture.models import Withdrawal
from maidinh.governance.architecture.queries import (
    current_version,
    declared_version,
    withdrawals_for,
    withdrawals_to_confirm,
    withdrawn_contracts,
)
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.translog.models import Entry
from maidinh.infrastructure.translog.rules import commitment_of, read_leaf

pytestmark = pytest.mark.usefixtures("db")


class Office:
    """An integrator who asks, an approver who decides."""

    def __init__(self, official: Callable[..., Actor], signer: Any, at: datetime) -> None:
        self.integrator, self.approver = official("connection.withdraw"), official("connection.confirm-withdrawal")
        self.architect, self.signer, self.at = official("architecture.draft"), signer, at
        self.contracts = [each.contract.id for each in current_version().model.relations if each.contract]

    def ask(self, contract: str = "", actor: Actor | None = None, **more: Any) -> Withdrawal:
        who = actor or self.integrator
        texts = {"reason": "Lộ khoá", "legal_ground": "Báo cáo sự cố 5/BC", "at": self.at} | more
        with acting(agencies=who.agencies, official=who.id):
            return ask_withdrawal(actor=who, contract=contract or self.contracts[0], **texts)

    def decide(self, row: Withdrawal, *, confirmed: bool = True, actor: Actor | None = None, **more: Any) -> Withdrawal:
        who = actor or self.approver
        with acting(agencies=who.agencies, official=who.id):
            return decide_withdrawal(
                actor=who, withdrawal_id=row.pk, confirmed=confirmed,
                **{"decision": "", "at": self.at, "signer": self.signer} | more,
            )  # fmt: skip


@pytest.fixture
def office(db: None, official: Callable[..., Actor], signer: Any, at: datetime) -> Iterator[Office]:
    with translation.override("en"):
        yield Office(official, signer, at)


def sent() -> set[str]:
    return {each.id for each in current_directory().contracts}


def test_two_people_stop_a_contract_and_the_directory_follows(office: Office) -> None:
    before, serial = sent(), current_directory().serial
    assert office.contracts[0] in before
    row = office.ask()
    assert sent() == before, "what is only asked changes nothing"
    row = office.decide(row)
    assert sent() == before - {office.contracts[0]}, "only ever narrower"
    assert current_directory().serial == row.serial == serial + 1
    assert withdrawn_contracts(row.province) == {office.contracts[0]}
    leaf = read_leaf(bytes(Entry.objects.get(pk=row.entry).leaf))
    assert leaf["kind"] == "connection-withdrawn"
    content = row.receipt["content"]
    assert leaf["commitment"] == commitment_of(content, base64.b64decode(row.receipt["salt"]))
    assert (content["asked_by"], content["decided_by"]) == (office.integrator.id, office.approver.id)
    assert Event.objects.filter(name="connection.withdrawn", payload__serial=row.serial).count() == 1
    checked()


def test_renewal_and_a_later_version_keep_it_stopped_until_two_people_end_that(office: Office) -> None:
    row = office.decide(office.ask())
    assert renew_directory(at=office.at, signer=office.signer).serial == row.serial
    model, organisations = declared_version("1.0")
    who = office.architect
    with acting(agencies=who.agencies):
        draft = draft_version(actor=who, version=model.model_copy(update={"version": "1.1"}),
                              organisations=organisations, at=office.at)  # fmt: skip
    with acting(agencies=office.approver.agencies):
        publish_version(actor=office.approver, version_id=draft.pk, at=office.at, signer=office.signer)
    assert office.contracts[0] not in sent()
    ending = office.ask(ends=row.pk)
    assert office.contracts[0] not in sent()
    ending = office.decide(ending)
    row.refresh_from_db()
    assert (row.state, ending.state) == ("ended", "confirmed")
    assert set(office.contracts) <= sent()
    assert withdrawn_contracts(row.province) == frozenset()
    assert ending.receipt["content"]["kind"] == "connection-restored"
    checked()
    office.decide(office.ask())  # it may be stopped anew
    assert office.contracts[0] not in sent()


def test_nobody_does_it_alone_nor_without_the_permission(office: Office) -> None:
    both = replace(office.integrator, permissions=office.integrator.permissions | office.approver.permissions)
    row = office.ask(actor=both)
    with pytest.raises(WithdrawalRefused, match="Somebody else"):
        office.decide(row, actor=both)
    with pytest.raises(NotAllowed):
        office.ask(actor=office.approver)
    with pytest.raises(NotAllowed):
        office.decide(row, actor=office.integrator)


def test_what_is_wrong_is_told_at_its_field(office: Office) -> None:
    with pytest.raises(WithdrawalRefused) as refused:
        office.ask(reason=" ", legal_ground="x" * 401)
    assert {fault.field for fault in refused.value.faults} == {"reason", "legal_ground"}
    assert "400" in str(refused.value)
    with pytest.raises(WithdrawalRefused, match="no such contract"):
        office.ask("no-such-contract")
    row = office.ask()
    with pytest.raises(WithdrawalRefused, match="asked for already"):
        office.ask()
    with pytest.raises(WithdrawalRefused) as silent:
        office.decide(row, confirmed=False)
    assert [fault.field for fault in silent.value.faults] == ["decision"]
    assert office.decide(row, confirmed=False, decision="Chưa cần").state == "refused"
    with pytest.raises(WithdrawalRefused, match="decided already"):
        office.decide(row)
    with pytest.raises(WithdrawalRefused, match="not withdrawn"):
        office.ask(ends=row.pk)
    assert office.contracts[0] in sent()


def test_who_asked_takes_it_back_and_nobody_else(office: Office) -> None:
    row = office.ask()
    other = replace(office.integrator, id="tests.other")
    for who, refusal in ((other, "Only who asked"), (office.integrator, None)):
        with acting(agencies=who.agencies, official=who.id):
            if refusal:
                with pytest.raises(WithdrawalRefused, match=refusal):
                    take_back_withdrawal(actor=who, withdrawal_id=row.pk, at=office.at)
            else:
                assert take_back_withdrawal(actor=who, withdrawal_id=row.pk, at=office.at).state == "taken-back"
    office.ask()


def test_everyone_reads_what_stood_and_only_its_people_what_is_asked(office: Office, citizen: Actor) -> None:
    row = office.ask()
    assert not withdrawals_for(citizen).exists()
    with acting():
        assert not Withdrawal.objects.exists(), "and so says the database"
    with acting(agencies=office.approver.agencies):
        assert list(withdrawals_to_confirm(office.approver)) == [row]
    office.decide(row)
    with acting():
        assert list(withdrawals_for(citizen)) == [row]


def checked() -> None:
    """What would be checked at the end of the transaction is checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def told(who: Actor, statement: str, *values: Any) -> None:
    with acting(agencies=who.agencies, official=who.id), connection.cursor() as cursor:
        cursor.execute(statement, values)


CONFIRM = "UPDATE architecture_withdrawal SET state = 'confirmed', decided_by = %s, decided_at = now(), serial = %s"


@pytest.mark.parametrize("change", [
    "contract = 'x'", "reason = 'x'", "legal_ground = 'x'", "asked_by = 'x'", "state = 'ended'", "version_id = 1",
    "state = 'confirmed'", "state = 'refused', decided_at = now(), decided_by = asked_by",
])  # fmt: skip
def test_what_was_asked_is_not_changed_by_sql(office: Office, change: str) -> None:
    row = office.ask()
    with pytest.raises(DatabaseError):
        told(office.approver, f"UPDATE architecture_withdrawal SET {change} WHERE id = %s", row.pk)


def test_nothing_is_confirmed_by_sql_alone_or_without_log_and_directory(office: Office) -> None:
    row = office.ask()
    serial = current_directory().serial
    for who in (office.integrator, office.approver):
        with pytest.raises(DatabaseError, match="decided once by another person"):
            told(who, f"{CONFIRM} WHERE id = %s", who.id, serial, row.pk)
    with transaction.atomic():
        true = office.decide(row)
        values = [true.serial, true.entry, json.dumps(true.receipt)]
        transaction.set_rollback(True)
    with pytest.raises(DatabaseError, match="decided once"):
        told(office.approver, f"{CONFIRM}, entry = %s, receipt = %s WHERE id = %s", office.approver.id, *values, row.pk)
    office.decide(row)
    for statement in ("UPDATE architecture_withdrawal SET state = 'ended' WHERE id = %s",
                      "DELETE FROM architecture_withdrawal WHERE id = %s"):  # fmt: skip
        with pytest.raises(DatabaseError):
            told(office.approver, statement, row.pk)


def test_no_directory_holds_a_contract_that_is_withdrawn(office: Office) -> None:
    whole = current_directory()
    row = office.decide(office.ask())
    again = whole.model_copy(update={"serial": row.serial + 1})
    with pytest.raises(DatabaseError, match=f"contract {office.contracts[0]} is withdrawn"), transaction.atomic():
        publish_directory(directory=again, signer=office.signer, at=office.at)


def test_a_withdrawal_without_its_directory_does_not_commit(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maidinh.governance.architecture.actions.publish_directory", lambda **_: None)
    with pytest.raises(DatabaseError, match="directory that follows"), transaction.atomic():
        office.decide(office.ask())
        checked()


def test_a_person_asks_only_in_their_own_name(office: Office) -> None:
    with acting(agencies=office.integrator.agencies, official="somebody.else"), pytest.raises(DatabaseError):
        ask_withdrawal(
            actor=office.integrator, contract=office.contracts[0], reason="x", legal_ground="x", at=office.at
        )
