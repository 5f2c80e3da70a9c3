"""Results revoked and replaced: seen at once by whoever verifies, entered in the log, done once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from socket import create_server
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.keys.pades import check_pdf
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.steps import ReasonMissing
from maidinh.services.results.actions import (
    AlreadyRevoked,
    Installation,
    NoSuchResult,
    UnknownField,
    issue_result,
    replace_result,
    revoke_result,
)
from maidinh.services.results.queries import document_of, public_line, result_for, validate_pdf
from tests.infrastructure.timestamps.standing_in import AT, OwnAuthority, OwnTimestamps, serving
from tests.services.results.stages import advanced_to, official_of, submitted

HERE = Installation(address="http://127.0.0.1:8000", province="lao-cai", promise_within=60, sample=True)
LATER = timedelta(hours=3)


@pytest.fixture
def dossier(db: None, citizen: Actor, signer: Any, at: datetime) -> Any:
    return submitted(citizen, signer, at)


@pytest.fixture
def leader(dossier: Any, province: Any, at: datetime) -> Actor:
    return official_of(dossier, advanced_to(dossier, "signature", province, at), province)


@pytest.fixture
def issued(dossier: Any, leader: Actor, signer: Any, at: datetime) -> Any:
    return sign(dossier, leader, signer, at)


def sign(dossier: Any, leader: Actor, signer: Any, at: datetime, here: Installation = HERE) -> Any:
    with acting(agencies=leader.agencies):
        task = dossier.tasks.get(closed_at__isnull=True)
        return issue_result(actor=leader, task_id=task.pk, outcome="sign", at=at + timedelta(hours=1),
                            signer=signer, installation=here)  # fmt: skip


def revoke(leader: Actor, dossier: Any, signer: Any, at: datetime, reason: str = "Ghi sai ngày cấp") -> Any:
    with acting(agencies=leader.agencies):
        log = LogKeeper(signer, "lao-cai", 60)
        return revoke_result(actor=leader, code=dossier.code, reason=reason, at=at + LATER, log=log)


def test_whoever_verifies_a_revoked_result_is_told_at_once(
    issued: Any, dossier: Any, leader: Actor, citizen: Actor, signer: Any, at: datetime
) -> None:
    revocation = revoke(leader, dossier, signer, at)
    assert revocation.receipt["promise"]
    assert revocation.receipt["content"]["kind"] == "result-revoked"
    with acting():
        line = public_line(issued)
    began = time.monotonic()
    told = Client().get(reverse("verify-code", kwargs={"code": line.verification_code})).content.decode()
    assert time.monotonic() - began < 60
    assert "Ghi sai ngày cấp" in told
    with acting(person=citizen.person):
        assert dossier.history.filter(kind="result_revoked", public=True).exists()


def test_it_is_revoked_once_with_a_reason_by_a_leader_of_its_agency(
    issued: Any, dossier: Any, leader: Actor, official: Any, signer: Any, at: datetime
) -> None:
    with pytest.raises(ReasonMissing):
        revoke(leader, dossier, signer, at, reason="  ")
    with pytest.raises(NotAllowed):
        revoke(official("dossier.process"), dossier, signer, at)
    with pytest.raises(NoSuchResult):
        revoke(replace(leader, agencies=("H38.5.1",)), dossier, signer, at)
    revoke(leader, dossier, signer, at)
    with pytest.raises(AlreadyRevoked):
        revoke(leader, dossier, signer, at)
    for statement in (
        "UPDATE results_revocation SET reason = 'x'",
        "DELETE FROM results_revocation",
        "UPDATE results_publishedresult SET signed_at = now()",
    ):
        with (
            acting(agencies=leader.agencies),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_corrected_result_takes_its_place(
    issued: Any, dossier: Any, leader: Actor, signer: Any, at: datetime
) -> None:
    with acting(agencies=leader.agencies):
        with pytest.raises(UnknownField):
            replace_result(actor=leader, code=dossier.code, corrections={"nothing": 1}, reason="Sai", at=at + LATER,
                           signer=signer, installation=HERE)  # fmt: skip
        assert public_line(issued).revoked_at is None, "nothing is revoked when nothing takes its place"
        new = replace_result(actor=leader, code=dossier.code, corrections={"full_name": "Nguyễn Văn Đúng"},
                             reason="Sai tên", at=at + LATER, signer=signer, installation=HERE)  # fmt: skip
        content, old_line, new_line = document_of(new), public_line(issued), public_line(new)
        assert result_for(leader, dossier.code) == new
    assert new.number == f"{issued.number}-2"
    assert old_line.replaced_by == new.number
    assert old_line.revoked_at
    assert new_line.revoked_at is None
    assert old_line.verification_code != new_line.verification_code
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert "Nguyễn Văn Đúng" in text
    assert issued.number in text
    assert validate_pdf(content, at=at + LATER).good


@contextmanager
def silence() -> Iterator[str]:
    """The address of a server that takes the call and never answers."""
    with create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_the_signature_has_a_time_stamp_where_an_authority_answers(
    dossier: Any, leader: Actor, signer: Any, at: datetime
) -> None:
    root = OwnAuthority()
    stamps = OwnTimestamps(root)
    with serving([stamps]) as address:
        result = sign(dossier, leader, signer, at, replace(HERE, timestamps=address))
    with acting(agencies=leader.agencies):
        content = document_of(result)
    ours = [path.read_text("ascii") for path in settings.MAIDINH.home.public_keys.glob("authority@*.crt")]
    verdict = check_pdf(content, trusted=[*ours, root.root.public_bytes(Encoding.PEM).decode()], at=AT)
    assert verdict.good
    assert verdict.stamped_at == AT
    assert check_pdf(content, trusted=ours, at=AT).stamped_at is None, "an authority that nobody trusts stamps nothing"


def test_an_authority_that_is_silent_or_answers_nonsense_never_stops_a_signature(
    dossier: Any, leader: Actor, citizen: Actor, signer: Any, province: Any, at: datetime
) -> None:
    began = time.monotonic()
    with silence() as address:
        result = sign(dossier, leader, signer, at, replace(HERE, timestamps=address))
    assert time.monotonic() - began < 5
    another = submitted(citizen, signer, at, key="two")
    signing = official_of(another, advanced_to(another, "signature", province, at), province)
    with serving([(200, b"nonsense")]) as address:
        second = sign(another, signing, signer, at, replace(HERE, timestamps=address))
    for each, reader in ((result, leader), (second, signing)):
        with acting(agencies=reader.agencies):
            verdict = validate_pdf(document_of(each), at=at + LATER)
        assert verdict.good
        assert verdict.stamped_at is None


def test_the_leader_does_it_on_the_counter(issued: Any, dossier: Any, leader: Actor, sign_in_as: Any) -> None:
    client = Client()
    sign_in_as(client, leader)
    address = reverse("desk-revoke", kwargs={"code": dossier.code})
    shown = client.get(address)
    assert shown.status_code == 200
    assert b'value="27/03/1985"' in shown.content, "a day is read and written as people do"
    assert b"1985-03-27" not in shown.content
    nonsense = client.post(address, {"way": "replace", "reason": "Sai ngày", "correct-date_of_birth": "30/02/1985"})
    assert nonsense.status_code == 422
    assert b'id="correct-date_of_birth-error"' in nonsense.content
    assert b'value="30/02/1985"' in nonsense.content
    missing = client.post(address, {"way": "replace", "reason": " "})
    assert missing.status_code == 422
    assert b'id="reason-error"' in missing.content
    assert b'id="way-error"' in missing.content
    done = client.post(address, {"way": "replace", "reason": "Sai tên", "correct-full_name": "Nguyễn Văn Đúng",
                                 "correct-date_of_birth": "28/03/1985"})  # fmt: skip
    assert done["Location"].endswith("?done=replaced")
    with acting(agencies=leader.agencies):
        again = result_for(leader, dossier.code)
        assert again.number.endswith("KQ-2")
        assert again.corrections == {"full_name": "Nguyễn Văn Đúng", "date_of_birth": "1985-03-28"}
    assert client.post(address, {"way": "revoke", "reason": "Cấp nhầm"})["Location"].endswith("?done=revoked")
    assert client.get(address).status_code == 302
