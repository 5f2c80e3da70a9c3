"""What becomes of a certificate's calls by what its authority says, and while it says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from maidinh.exchange.revocation.checking import REVOKED, UNKNOWN, Revocations, RevocationSettings, state_in
from tests.exchange.revocation.authority import NOW, Issuer

LIST, RESPONDER = "http://authority.example/list.crl", "http://authority.example/ocsp"
HOUR = timedelta(hours=1)


@dataclass
class Place:
    """An authority, the moment, and what it is asked."""

    folder: Path
    issuer: Issuer = field(default_factory=Issuer)
    now: datetime = NOW
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    content: Callable[[], bytes] | None = None

    def known(self, *, responder: bool = False, refused_after: timedelta | None = HOUR) -> Revocations:
        """What a gateway knows that begins now."""
        authorities = self.folder / "authorities.pem"
        authorities.write_bytes(self.issuer.pem)
        lists, asked = (() if responder else (LIST,)), (RESPONDER if responder else None)
        settings = RevocationSettings((authorities,), lists, asked, 0.05, refused_after)
        return Revocations(settings, self.folder / "known", lambda: self.now, self.fetch)

    async def fetch(self, address: str, question: bytes | None) -> bytes:
        """What the authority gives."""
        self.asked.append(address)
        if self.silent:
            raise OSError("nobody there")
        if question is not None:
            return self.issuer.answer(question, self.now)
        return self.content() if self.content else self.issuer.list(self.now)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def test_a_list_refuses_what_it_names_and_nothing_else(place: Place) -> None:
    one, other = (place.issuer.issue(name) for name in ("one", "other"))
    stranger = Issuer("another").issue("one")
    place.issuer.take_back(one)
    known = place.known()
    assert known.judge(der(one)) == ""
    asyncio.run(known.refresh())
    assert [known.judge(der(each)) for each in (one, other, stranger)] == [REVOKED, "", ""]
    assert place.asked == [LIST]
    told = state_in(place.folder / "known")
    assert told is not None
    assert told["lists"] == [{
        "address": LIST, "issuer": "CN=Issuing authority", "this_update": "2026-11-20T02:00:00.000000Z",
        "next_update": "2026-11-21T02:00:00.000000Z", "revoked": 1, "fetched_at": "2026-11-20T02:00:00.000000Z",
        "fault": "",
    }]  # fmt: skip


@pytest.mark.parametrize(("waits", "later", "said"), [
    (HOUR, timedelta(hours=24, minutes=59), ""),
    (HOUR, timedelta(hours=25), UNKNOWN),
    (timedelta(0), timedelta(hours=24), UNKNOWN),
    (None, timedelta(days=90), ""),
])  # fmt: skip
def test_a_list_that_does_not_come_any_more(place: Place, waits: timedelta, later: timedelta, said: str) -> None:
    certificate = place.issuer.issue("one")
    known = place.known(refused_after=waits)
    asyncio.run(known.refresh())
    place.silent, place.now = True, NOW + later
    asyncio.run(known.refresh())
    assert known.judge(der(certificate)) == said
    assert known.document()["lists"][0]["fault"] == "nothing came: OSError"


def test_a_list_that_never_came_is_waited_for_as_long(place: Place) -> None:
    place.silent = True
    certificate, known = place.issuer.issue("one"), place.known()
    asyncio.run(known.refresh())
    assert known.judge(der(certificate)) == ""
    place.now += HOUR
    assert known.judge(der(certificate)) == UNKNOWN


def test_a_copy_carries_over_a_start_and_no_older_list_takes_its_place(place: Place) -> None:
    certificate = place.issuer.issue("one")
    older = place.issuer.list(NOW - HOUR)
    place.issuer.take_back(certificate)
    asyncio.run(place.known().refresh())
    place.silent = True
    again = place.known()
    assert again.judge(der(certificate)) == REVOKED
    place.silent, place.content = False, lambda: older
    asyncio.run(again.refresh())
    assert again.judge(der(certificate)) == REVOKED
    assert again.document()["lists"][0]["fault"] == "it is older than the one before"
    place.content = lambda: b"no list"
    asyncio.run(again.refresh())
    assert again.judge(der(certificate)) == REVOKED


def test_a_responder_is_asked_beside_the_calls_and_soon(place: Place) -> None:
    one, other = (place.issuer.known(place.issuer.issue(name)) for name in ("one", "other"))
    place.issuer.take_back(one)
    known = place.known(responder=True)

    async def live() -> tuple[list[str], list[str], list[str]]:
        following = asyncio.create_task(known.follow())
        await asyncio.sleep(0)
        first = [known.judge(der(each)) for each in (one, other)]
        await asyncio.sleep(0.02)
        second = [known.judge(der(each)) for each in (one, other)]
        place.issuer.take_back(other)
        await asyncio.sleep(0.3)
        third = [known.judge(der(each)) for each in (one, other)]
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        return first, second, third

    assert asyncio.run(live()) == (["", ""], [REVOKED, ""], [REVOKED, REVOKED])
    assert known.document()["responder"] | {"address": ""} == {
        "address": "", "certificates": 2, "answered": 2, "revoked": 2, "fault": "",
    }  # fmt: skip


def test_a_responder_that_is_silent(place: Place) -> None:
    certificate = place.issuer.known(place.issuer.issue("one"))
    place.silent = True
    known = place.known(responder=True)
    place.now += timedelta(days=9)
    assert known.judge(der(certificate)) == ""  # it is seen for the first time
    asyncio.run(known.refresh())
    place.now += HOUR
    assert known.judge(der(certificate)) == UNKNOWN
    place.silent = False
    asyncio.run(known.refresh())
    assert known.judge(der(certificate)) == ""


def test_where_nobody_is_named_nothing_is_asked(tmp_path: Path) -> None:
    known = Revocations(RevocationSettings(), tmp_path, lambda: NOW)
    assert known.judge(b"no certificate") == ""
    assert state_in(tmp_path) is None
