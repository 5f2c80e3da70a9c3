"""Direct SQL as the application's own role: it publishes nothing alone, and no directory that nobody declared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from maidinh.exchange import jws
from maidinh.exchange.directory.actions import publish_directory
from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.directory.models import PublishedDirectory
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.architecture.actions import approve_version, draft_version, publish_version
from maidinh.governance.architecture.models import Version
from maidinh.governance.architecture.queries import current_version, declared_version
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.translog.actions import append_entry

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]
COLUMNS = ("state", "published_by", "published_at", "jws", "receipt", "entry", "serial")
SET = ", ".join(f"{name} = %s" for name in COLUMNS)


@pytest.fixture
def architect(official: Callable[..., Actor]) -> Actor:
    return official("architecture.draft")


@pytest.fixture
def approver(official: Callable[..., Actor]) -> Actor:
    return official("architecture.publish")


@pytest.fixture
def draft(architect: Actor, at: datetime) -> Callable[..., Version]:
    def make(number: str = "1.1", **changes: Any) -> Version:
        model, organisations = declared_version("1.0")
        with acting(agencies=architect.agencies):
            return draft_version(
                actor=architect, version=model.model_copy(update={"version": number}), organisations=organisations,
                at=at, **changes,
            )  # fmt: skip

    return make


def publish(actor: Actor, version: Version, at: datetime, signer: Any) -> Version:
    with acting(agencies=actor.agencies, official=actor.id):
        return publish_version(actor=actor, version_id=version.pk, at=at, signer=signer)


def told(official: str, statement: str, *values: Any) -> None:
    """The statement as the web role, in which this official is said to act."""
    with acting(official=official), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def true_values(draft: Any, approver: Actor, at: datetime, signer: Any) -> dict[str, Any]:
    """What a lawful publication wrote into its row, to be tried in another's."""
    with transaction.atomic():
        row = publish(approver, draft("1.1"), at, signer)
        found = {name: getattr(row, name) for name in COLUMNS}
        transaction.set_rollback(True)
    return found


def forged(values: dict[str, Any]) -> list[Any]:
    from psycopg.types.json import Jsonb

    return [Jsonb(value) if name == "receipt" else value for name, value in values.items()]


def test_publishing_needs_the_one_who_acts(draft: Any, true_values: dict[str, Any], architect: Actor) -> None:
    row = draft("1.1")
    for official in ("", architect.id):
        with pytest.raises(DatabaseError, match="by the person who acts"):
            told(official, f"UPDATE architecture_version SET {SET} WHERE id = %s", *forged(true_values), row.pk)
    with pytest.raises(DatabaseError, match="published by another person"):
        mine = true_values | {"published_by": architect.id}
        told(architect.id, f"UPDATE architecture_version SET {SET} WHERE id = %s", *forged(mine), row.pk)


@pytest.mark.parametrize("other", [
    {"jws": "x"},
    {"jws": "a.e30.c"},
    {"serial": 10**6},
    {"entry": 1},
    {"receipt": {}},
])  # fmt: skip
def test_publishing_needs_a_statement_about_this_row_and_its_log_entry(
    draft: Any, true_values: dict[str, Any], approver: Actor, other: dict[str, Any]
) -> None:
    row = draft("1.1")
    with pytest.raises(DatabaseError, match="signed statement"):
        told(approver.id, f"UPDATE architecture_version SET {SET} WHERE id = %s", *forged(true_values | other), row.pk)


def test_the_statement_of_one_version_publishes_no_other(
    draft: Any, approver: Actor, at: datetime, signer: Any
) -> None:
    first = publish(approver, draft("1.1"), at, signer)
    other = draft("1.2")
    taken = {name: getattr(first, name) for name in COLUMNS}
    with pytest.raises(DatabaseError, match="signed statement"):
        told(approver.id, f"UPDATE architecture_version SET {SET} WHERE id = %s", *forged(taken), other.pk)


def test_the_log_must_hold_this_very_statement(draft: Any, true_values: dict[str, Any], approver: Actor) -> None:
    """An entry of the right kind about something else, with its own receipt, doesn't do."""
    row, at = draft("1.1"), true_values["published_at"]
    entered = append_entry(
        kind="architecture-published", agency="H38", role="approver", content={"version": "other"}, at=at
    )
    import base64

    receipt = true_values["receipt"] | {
        "leaf": entered.leaf.decode(), "salt": base64.b64encode(entered.salt).decode(),
    }  # fmt: skip
    values = forged(true_values | {"entry": entered.entry_id, "receipt": receipt})
    with pytest.raises(DatabaseError, match="signed statement"):
        told(approver.id, f"UPDATE architecture_version SET {SET} WHERE id = %s", *values, row.pk)


def test_a_version_that_needs_approval_is_not_published_without_and_is_approved_by_who_acts(
    draft: Any, approver: Actor, architect: Actor, at: datetime, signer: Any, true_values: dict[str, Any]
) -> None:
    row = draft("1.1", needs_approval=True)
    with pytest.raises(DatabaseError, match="approved before it is published"):
        told(approver.id, f"UPDATE architecture_version SET {SET} WHERE id = %s", *forged(true_values), row.pk)
    approve = (
        "UPDATE architecture_version SET decision = '1', decided_on = now(), approved_by = %s, approved_at = now()"
    )
    with pytest.raises(DatabaseError, match="approved by the person who acts"):
        told(architect.id, f"{approve} WHERE id = %s", approver.id, row.pk)
    with acting(agencies=approver.agencies, official=architect.id), pytest.raises(DatabaseError):
        approve_version(
            actor=approver, version_id=row.pk, decision="1", decided_on=at.date() - timedelta(days=1), at=at
        )


def test_nobody_hands_in_under_another_name(draft: Any, architect: Actor) -> None:
    row = draft("1.1")
    copied = (
        "INSERT INTO architecture_version (province, version, instance, hash, content, effective_from, state, author,"
        " authors, submitted_at, needs_approval, decision, jws) SELECT province, '9', instance, hash, content,"
        " effective_from, 'draft', %s, '{}', submitted_at, false, '', '' FROM architecture_version WHERE id = %s"
    )
    with pytest.raises(DatabaseError, match="handed in by the person who acts"):
        told("somebody", copied, architect.id, row.pk)
    for change in ("author = 'x'", "authors = '{}'", "needs_approval = false", "hash = repeat('0', 64)"):
        with pytest.raises(DatabaseError, match="never changed"):
            told(architect.id, f"UPDATE architecture_version SET {change}, superseded_at = now() WHERE id = %s", row.pk)


def test_publication_without_its_directory_does_not_commit(
    draft: Any, true_values: dict[str, Any], approver: Actor, at: datetime, signer: Any
) -> None:
    current = current_version()
    with pytest.raises(DatabaseError, match="superseded by another one"), transaction.atomic():
        told(
            "", "UPDATE architecture_version SET state = 'superseded', superseded_at = now() WHERE id = %s", current.pk
        )
        now_checked()
    row = publish(approver, draft("1.1"), at, signer)
    now_checked()  # what the action wrote is whole
    assert current_version() == row
    assert current_directory().serial == row.serial


def now_checked() -> None:
    """What would be checked at the end of the transaction is checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def directory(**changes: Any) -> Directory:
    """The directory in force under the next serial, changed."""
    standing = current_directory()
    return standing.model_copy(update={"serial": standing.serial + 1, **changes})


@pytest.mark.parametrize("changes", [
    {"architecture_version": "9.9"},
    {"architecture_hash": "0" * 64},
    {"province": "elsewhere"},
])  # fmt: skip
def test_no_directory_without_its_version(changes: dict[str, Any], at: datetime, signer: Any) -> None:
    province = changes.pop("province", None)
    wanted = directory(**changes)
    if province:
        row = PublishedDirectory.objects.order_by("-serial").first()
        said = wanted.model_copy(update={"province": province}).canonical()
        with pytest.raises(DatabaseError, match="no version in force"), transaction.atomic():
            PublishedDirectory.objects.create(
                serial=wanted.serial, hash=wanted.model_copy(update={"province": province}).hash(),
                jws=jws.compact(jws.signing_input(jws.header("x", "x"), said), b"x"),
                architecture_version=row.architecture_version, issued_at=row.issued_at, expires_at=row.expires_at,
                published_at=at,
            )  # fmt: skip
        return
    with pytest.raises(DatabaseError, match="no version in force"), transaction.atomic():
        publish_directory(directory=wanted, signer=signer, at=at)


def test_no_directory_allows_more_than_its_version_declares(at: datetime, signer: Any) -> None:
    standing = current_directory()
    first = standing.contracts[0]
    wider = first.model_copy(update={"methods": (*first.methods, type(first.methods[0])(method="DELETE", path="/**"))})
    renamed = first.model_copy(update={"id": "another"})
    for contract in (wider, renamed):
        with pytest.raises(DatabaseError, match="withdrawn or not declared"), transaction.atomic():
            publish_directory(directory=directory(contracts=(contract, *standing.contracts[1:])), signer=signer, at=at)
    publish_directory(directory=directory(contracts=standing.contracts[1:]), signer=signer, at=at)


def test_the_row_says_what_is_signed_and_serials_only_grow(at: datetime, signer: Any) -> None:
    row = PublishedDirectory.objects.order_by("-serial").first()
    taken = (
        "INSERT INTO directory_publisheddirectory (serial, hash, jws, architecture_version, issued_at, expires_at,"
        " published_at) SELECT {serial}, {hash}, jws, architecture_version, issued_at, expires_at, published_at"
        " FROM directory_publisheddirectory WHERE serial = %s"
    )
    for serial, digest in (("serial + 1", "hash"), ("serial + 1", "repeat('0', 64)")):
        with pytest.raises(DatabaseError, match="otherwise than what is signed"):
            told("", taken.format(serial=serial, hash=digest), row.serial)
    for serial in ("serial", "serial - 1", "1"):
        with pytest.raises(DatabaseError, match="does not follow"):
            told("", taken.format(serial=serial, hash="hash"), row.serial)
