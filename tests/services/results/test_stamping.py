"""A result that was signed while no authority answered gets its time stamp later, and both of its files are known."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.queries import open_document
from maidinh.infrastructure.keys.pades import NoRoom, add_timestamp, check_pdf, is_stamped, sign_pdf
from maidinh.infrastructure.timestamps.asking import answering_within
from maidinh.infrastructure.translog.promises import Unpromised
from maidinh.infrastructure.translog.trust import read_keys
from maidinh.services.results.actions import Installation, issue_result, prepare_result
from maidinh.services.results.bundle import examine
from maidinh.services.results.exporting import export_dossier
from maidinh.services.results.models import Result, Stamping
from maidinh.services.results.queries import document_of, published_by_digest, result_for
from maidinh.services.results.rules import WITHOUT_STAMP
from maidinh.services.results.stamping import NotBelieved, stamp_later
from tests.infrastructure.timestamps.standing_in import AT, OwnAuthority, OwnTimestamps, serving
from tests.services.results.stages import advanced_to, official_of, submitted

HERE = Installation(address="http://127.0.0.1:8000", province="lao-cai", promise_within=60, sample=True)
Role = Callable[[str], AbstractContextManager[None]]
pytestmark = pytest.mark.slow


def pem(authority: OwnAuthority) -> str:
    return authority.root.public_bytes(Encoding.PEM).decode("ascii")


def ours() -> list[str]:
    return [each.read_text("ascii") for each in settings.MAIDINH.home.public_keys.glob("authority@*.crt")]


def original_of(result: Result) -> bytes:
    with open_document(result.document_id) as stream:
        return stream.read()


@pytest.fixture
def signed(own_database: str, citizen: Actor, signer: Any, province: Any, at: datetime) -> tuple[Any, Actor]:
    """A dossier whose result was signed without a time stamp, and its leader."""
    dossier = submitted(citizen, signer, at, kind="licence")
    task = advanced_to(dossier, "signature", province, at)
    leader = official_of(dossier, task, province)
    with acting(agencies=leader.agencies):
        issue_result(
            actor=leader, task_id=task.pk, outcome="sign", at=at + timedelta(hours=1), signer=signer, installation=HERE
        )
    return dossier, leader


def test_both_files_are_verified_and_go_into_the_bundle(
    signed: tuple[Any, Actor], role: Role, signer: Any, at: datetime, tmp_path: Path
) -> None:
    dossier, leader = signed
    root = OwnAuthority()
    trusted, log = [*ours(), pem(root)], Unpromised()
    with serving([OwnTimestamps(root)]) as address:
        way = {"asking": lambda: answering_within(address, 5.0), "log": log, "at": AT}
        with role("worker"):
            with pytest.raises(NotBelieved):
                stamp_later(trusted=ours(), **way)  # an authority that nobody trusts
            [made] = stamp_later(trusted=trusted, **way)
            assert stamp_later(trusted=trusted, **way) == [], "once is enough"
    assert made.stamped_at == AT
    with acting(agencies=leader.agencies):
        result = result_for(leader, dossier.code)
        assert result.level == WITHOUT_STAMP
        before, after = original_of(result), document_of(result)
        made_of = export_dossier(actor=leader, code=dossier.code, installation=HERE, at=AT)
    assert len(before) == len(after), "the token came into the room that was there"
    assert check_pdf(before, trusted=trusted, at=AT).stamped_at is None
    for each in (before, after):
        assert check_pdf(each, trusted=trusted, at=AT).good
        assert published_by_digest(hashlib.sha256(each).hexdigest()).number == result.number
    assert made.receipt["content"]["digest"] == hashlib.sha256(after).hexdigest()
    assert made.receipt["content"]["of"] == hashlib.sha256(before).hexdigest()
    assert published_by_digest("") is None
    with zipfile.ZipFile(io.BytesIO(made_of)) as bundle:
        assert bundle.read("result/01.pdf") == before
        assert bundle.read("result/01-stamped.pdf") == after
    path = tmp_path / "x.zip"
    path.write_bytes(made_of)
    keys = read_keys([settings.MAIDINH.home.public_keys])
    checks = {check.name: check.ok for check in examine(path, keys, ours(), at=at + timedelta(seconds=30))}
    assert checks["result/01-stamped.pdf"]
    assert checks["receipts/result-01-stamped.json"]


def test_an_authority_that_is_away_leaves_everything_as_it_is(
    signed: tuple[Any, Actor], role: Role, signer: Any
) -> None:
    log = Unpromised()
    for answer, fault in (((503, b""), OSError), ((200, b"nonsense"), ValueError)):
        with serving([answer]) as address, role("worker"), pytest.raises(fault):
            stamp_later(asking=lambda: answering_within(address, 2.0), trusted=ours(), log=log, at=AT)
    with role("worker"):
        assert not Stamping.objects.exists()


def test_a_signature_takes_one_token_and_only_where_there_is_room(
    signed: tuple[Any, Actor], monkeypatch: pytest.MonkeyPatch, signer: Any
) -> None:
    dossier, leader = signed
    with acting(agencies=leader.agencies):
        content = document_of(result_for(leader, dossier.code))
    stamps = OwnTimestamps(OwnAuthority())
    stamped = add_timestamp(content, stamps.answer)
    assert is_stamped(stamped)
    assert not is_stamped(content)
    with pytest.raises(NoRoom, match="has a time stamp"):
        add_timestamp(stamped, stamps.answer)
    monkeypatch.setattr("maidinh.infrastructure.keys.pades.ROOM", None)  # as results were signed before
    with acting(agencies=leader.agencies):
        draft = prepare_result(dossier=dossier, installation=HERE, at=AT)
    tight = sign_pdf(draft, signer=signer, key=f"person:{leader.id}", name="x", reason="x", at=AT)
    with pytest.raises(NoRoom, match="longer"):
        add_timestamp(tight, stamps.answer)
