"""Two people publish a version; the database itself holds what it must not lose."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import architecture_key
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.architecture.actions import (
    KIND,
    SamePerson,
    VersionRefused,
    draft_version,
    load_version,
    publish_version,
    renew_directory,
)
from maidinh.governance.architecture.models import Version
from maidinh.governance.architecture.queries import current_version, declared_version, versions_for
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.translog.models import Entry
from maidinh.infrastructure.translog.rules import commitment_of, read_leaf

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def architect(official: Callable[..., Actor]) -> Iterator[Actor]:
    yield official("architecture.draft")


@pytest.fixture
def approver(official: Callable[..., Actor]) -> Actor:
    return official("architecture.publish")


@pytest.fixture
def draft(architect: Actor, at: datetime) -> Version:
    """The province's own version under a new number, without one of its contracts."""
    model, organisations = declared_version("1.0")
    kept = [each for each in model.relations if not (each.contract and "land" in each.to)]
    changed = model.model_copy(update={"version": "1.1", "relations": kept})
    with acting(agencies=architect.agencies):
        return draft_version(actor=architect, version=changed, organisations=organisations, at=at)


def publish(actor: Actor, version: Version, at: datetime, signer: Any) -> Version:
    with acting(agencies=actor.agencies):
        return publish_version(actor=actor, version_id=version.pk, at=at, signer=signer)


def update(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_published_version_is_signed_logged_and_obeyed(
    draft: Version, approver: Actor, at: datetime, signer: Any
) -> None:
    before = current_version()
    row = publish(approver, draft, at, signer)
    assert current_version() == row
    assert Version.objects.get(pk=before.pk).state == "superseded"
    token = jws.parse(row.jws, KIND)
    jws.verify(token, jws.public_key(signer.public(architecture_key(row.province))))
    statement = token.claims()
    assert statement["hash"] == row.hash == content_hash(row.content)
    assert (statement["author"], statement["published_by"]) == (draft.author, approver.id)
    leaf = read_leaf(bytes(Entry.objects.get(pk=row.entry).leaf))
    assert leaf["kind"] == "architecture-published"
    assert leaf["commitment"] == commitment_of(statement, base64.b64decode(row.receipt["salt"]))
    directory = current_directory()
    assert (directory.architecture_version, directory.architecture_hash) == ("1.1", row.hash)
    assert directory.serial == row.serial
    assert {each.provider_service.rpartition("/")[2] for each in directory.contracts} == {
        "population", "national-portal",
    }  # fmt: skip
    assert Event.objects.filter(name="architecture.published", payload__version="1.1").count() == 1


def test_same_person_cannot_publish(draft: Version, architect: Actor, at: datetime, signer: Any) -> None:
    both = replace(architect, permissions=architect.permissions | {"architecture.publish"})
    with pytest.raises(SamePerson):
        publish(both, draft, at, signer)
    assert Version.objects.get(pk=draft.pk).state == "draft"


def test_same_person_cannot_publish_by_sql(draft: Version) -> None:
    with pytest.raises(DatabaseError):
        update("UPDATE architecture_version SET published_by = author WHERE id = %s", draft.pk)
    Version.objects.filter(state="published").update(state="superseded", superseded_at=draft.submitted_at)
    whole = "published_at = submitted_at, jws = 'x', receipt = '{}', entry = 1, serial = 1, state = 'published'"
    with pytest.raises(DatabaseError, match="another person"):
        update(f"UPDATE architecture_version SET published_by = author, {whole} WHERE id = %s", draft.pk)
    with pytest.raises(DatabaseError, match="by the person who acts"):
        update(f"UPDATE architecture_version SET published_by = 'x', {whole} WHERE id = %s", draft.pk)


def test_check_holds_without_the_trigger(role: Any) -> None:
    """The constraint of the table alone keeps one person from both, were the trigger ever gone."""
    with role("owner"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE architecture_version DISABLE TRIGGER kept")
        with pytest.raises(IntegrityError, match="architecture_published_by_another"):
            update("UPDATE architecture_version SET author = published_by WHERE state = 'published'")
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE architecture_version SET content = '{}' WHERE id = %s",
        "UPDATE architecture_version SET hash = repeat('0', 64) WHERE id = %s",
        "UPDATE architecture_version SET author = 'x' WHERE id = %s",
        "UPDATE architecture_version SET published_by = 'x' WHERE id = %s",
        "UPDATE architecture_version SET state = 'draft' WHERE id = %s",
        "UPDATE architecture_version SET state = 'superseded', superseded_at = now(), content = '{}' WHERE id = %s",
    ],
)
def test_published_version_is_never_changed(statement: str) -> None:
    with pytest.raises(DatabaseError):
        update(statement, current_version().pk)


def test_published_version_is_never_deleted() -> None:
    current = current_version()
    update("DELETE FROM architecture_version WHERE id = %s", current.pk)  # the web role sees drafts alone
    assert current_version() == current


def test_content_of_a_draft_is_not_changed_either(draft: Version) -> None:
    with pytest.raises(DatabaseError, match="never changed"):
        update("UPDATE architecture_version SET content = '{}' WHERE id = %s", draft.pk)


def test_one_version_is_in_force(db: None, role: Any) -> None:
    superseded = "UPDATE architecture_version SET state = 'superseded', superseded_at = now() WHERE state = 'published'"
    with role("owner"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE architecture_version DISABLE TRIGGER kept")
            cursor.execute(superseded)
            cursor.execute("UPDATE architecture_version SET state = 'published' WHERE version = '1.0'")
        with pytest.raises(IntegrityError, match="architecture_one_in_force"):
            update(
                "INSERT INTO architecture_version (province, version, instance, hash, content, effective_from, state,"
                " author, authors, submitted_at, needs_approval, decision, published_by, published_at, jws, receipt,"
                " entry) SELECT province, '7', instance, hash, content, effective_from, state, author, authors,"
                " submitted_at, false, '', published_by, published_at, jws, receipt, entry"
                " FROM architecture_version WHERE state = 'published'"
            )
        transaction.set_rollback(True)


def test_nothing_enters_as_published(draft: Version) -> None:
    with pytest.raises(DatabaseError):
        update(
            "INSERT INTO architecture_version (province, version, instance, hash, content, effective_from, state,"
            " author, submitted_at, published_by, published_at, jws, receipt, entry) SELECT province, '7', instance,"
            " hash, content, effective_from, 'published', author, submitted_at, 'x', now(), 'x', '{}', 1"
            " FROM architecture_version WHERE id = %s",
            draft.pk,
        )


def test_permission_is_asked(draft: Version, architect: Actor, approver: Actor, at: datetime, signer: Any) -> None:
    with pytest.raises(NotAllowed):
        publish(architect, draft, at, signer)
    with pytest.raises(NotAllowed):
        load_version(actor=approver, version="1.0", at=at)


def test_version_is_not_published_before_its_day_nor_twice(
    draft: Version, architect: Actor, approver: Actor, at: datetime, signer: Any
) -> None:
    publish(approver, draft, at, signer)
    with pytest.raises(VersionRefused, match="no draft"):
        publish(approver, draft, at, signer)
    model, organisations = declared_version("1.0")
    later = model.model_copy(update={"version": "2.0", "effective_from": at.date().replace(year=at.year + 1)})
    with acting(agencies=architect.agencies):
        waiting = draft_version(actor=architect, version=later, organisations=organisations, at=at)
    with pytest.raises(VersionRefused, match="takes effect"):
        publish(approver, waiting, at, signer)


def test_published_number_keeps_its_content(architect: Actor, at: datetime) -> None:
    model, organisations = declared_version("1.0")
    with acting(agencies=architect.agencies):
        assert load_version(actor=architect, version="1.0", at=at) == current_version()
        with pytest.raises(VersionRefused, match="new number"):
            draft_version(
                actor=architect, version=model.model_copy(update={"principles": []}) if model.principles else
                model.model_copy(update={"note": None}), organisations=organisations, at=at,
            )  # fmt: skip


def test_broken_version_is_refused_whole(architect: Actor, at: datetime) -> None:
    model, organisations = declared_version("1.0")
    broken = model.model_copy(update={"version": "1.2", "elements": model.elements[1:]})
    with acting(agencies=architect.agencies), pytest.raises(VersionRefused, match="is no element"):
        draft_version(actor=architect, version=broken, organisations=organisations, at=at)
    with pytest.raises(VersionRefused, match=r"no architecture version '8\.8'"):
        load_version(actor=architect, version="8.8", at=at)


def test_draft_is_for_who_drafts_or_publishes(draft: Version, citizen: Actor, approver: Actor) -> None:
    assert draft in versions_for(approver)
    assert draft not in versions_for(citizen)


def test_directory_is_renewed_only_when_it_must_be(at: datetime, signer: Any) -> None:
    standing, lifetime = current_directory(), timedelta(days=settings.MAIDINH.directory_days)
    assert renew_directory(at=at, signer=signer).serial == standing.serial
    assert renew_directory(at=at + lifetime * 0.6, signer=signer).serial == standing.serial + 1


def altered(monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], None]) -> None:
    """From now on the definitions hold another document of the population register."""
    from copy import deepcopy

    from maidinh.governance.architecture import reading

    held = deepcopy(reading.interface_documents(definitions_root() / reading.NATIONAL))
    change(held["population.yaml"])
    monkeypatch.setattr(reading, "interface_documents", lambda *_: held)


def without_sex(document: dict[str, Any]) -> None:
    del document["components"]["schemas"]["Person"]["properties"]["sex"]


def test_a_break_of_an_interface_is_refused_until_its_version_says_so(
    draft: Version, approver: Actor, at: datetime, signer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as breaking:
        altered(breaking, without_sex)
        with pytest.raises(VersionRefused, match=r"1\.0\.0 to 1\.0\.0.*/sex: The field is gone"):
            publish(approver, draft, at, signer)
        renewed = renew_directory(at=at, signer=signer)
        assert renewed is not None
        offered = next(each for each in renewed.services if each.code == "population").openapi
        assert offered is not None and "sex" in offered["components"]["schemas"]["Person"]["properties"]
    altered(monkeypatch, lambda document: (without_sex(document), document["info"].update(version="2.0.0"))[0])
    assert publish(approver, draft, at, signer).state == "published"


def test_a_field_that_no_answer_has_is_refused(
    draft: Version, approver: Actor, at: datetime, signer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(document: dict[str, Any]) -> None:
        properties = document["components"]["schemas"]["Person"]["properties"]
        properties["home"] = properties.pop("residence")
        document["info"]["version"] = "2.0.0"

    altered(monkeypatch, renamed)
    with pytest.raises(VersionRefused, match="one-stop-population names the field residence"):
        publish(approver, draft, at, signer)
