"""Whatever the portal does, each message is in its book once, in its dossier's order, and nothing is lost."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maidinh.services.nationalportal.actions.delivering import deliver_one, send_again
from maidinh.services.nationalportal.adapters.portal import Portal
from maidinh.services.nationalportal.models import Link, Message
from maidinh.services.nationalportal.queries import standing
from maidinh.services.nationalportal.rules import Patience
from tests.services.fees.till import Killed, Roles
from tests.services.nationalportal.hostile import REFUSAL
from tests.services.nationalportal.post import HOLD, Post

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("national")]
MISBEHAVIOUR = ("down", "fault", "lost", "cut", "stale", "garbage", "session", "refuse")
WALK = (4, 5, 10)
WHOLE = 3 + 2 * (1 + len(WALK))  # code, file, dossier, and seven lines with their statuses


def grown(post: Post, official: Any, count: int, seed: int, *, sending: float = 0.0) -> None:
    """So many dossiers, each with statuses after its submission; the worker hears of them now and then."""
    chance = random.Random(seed)
    dossiers = [post.dossier_like(number) for number in range(count)]
    ahead = [each for each in dossiers for _ in WALK]
    chance.shuffle(ahead)
    at = dict.fromkeys([each.pk for each in dossiers], 0)
    for dossier in ahead:
        post.happens(dossier, official, WALK[at[dossier.pk]])
        at[dossier.pk] += 1
        if chance.random() < 0.5:
            post.told(dossier)
        if chance.random() < sending:
            post.send()
    for dossier in dossiers:
        post.told(dossier)


def test_forty_dossiers_through_every_fault(post: Post, official: Any) -> None:
    chance = random.Random(7)
    post.double.faults = [chance.choice(MISBEHAVIOUR) if chance.random() < 0.3 else "well" for _ in range(500)]
    post.double.faults[20] = post.double.faults[300] = "slow"
    grown(post, official("dossier.accept", post.dossier.receiving), 40, seed=3, sending=0.5)
    for _ in range(40):
        post.settle()
        post.double.relent()
        if not post.as_worker(lambda: send_again(code=None, at=post.at)):
            break
    assert post.double.breaches == []
    assert post.in_book() == post.sent_out()
    assert {len(rows) for rows in post.in_book().values()} == {WHOLE}
    statuses = [
        [row["TrangThai"] for row in post.double.told(each.code) if "TrangThai" in row] for each in post.dossiers
    ]
    assert statuses == [[1, *WALK]] * 40
    for rows in post.double.book.values():
        assert [row["kind"] for row in rows[:5]] == ["codes", "files", "dossiers", "progress", "statuses"]
        assert rows[2]["ThanhPhanHoSo"][0]["MaTep"] == f"TEP-{rows[1]['Bam'][:12]}"
    assert not post.as_worker(lambda: Message.objects.exclude(state="delivered").exists())


def test_a_portal_that_is_down_for_a_day(post: Post, official: Any) -> None:
    clerk = official("dossier.accept", post.dossier.receiving)
    post.double.down = True
    post.courier = replace(post.courier, patience=Patience(timedelta(seconds=30), timedelta(hours=1), 0.5))
    grown(post, clerk, 3, seed=5)
    began = post.at
    while post.at - began < timedelta(days=1):
        if post.send() == "nothing":
            post.at += timedelta(minutes=5)
    found = post.as_worker(standing)
    assert (found.delivered, found.dossiers, post.double.book) == (0, 3, {})
    assert found.last_error == "RemoteDisconnected"
    assert post.double.calls < 3 * (24 * 2 + 10), "asked ever more rarely, in the end once in half an hour to an hour"
    post.double.down = False
    post.settle()
    assert post.in_book() == post.sent_out()
    assert (post.double.breaches, len(post.in_book())) == ([], 3)


def test_one_that_is_refused_holds_up_its_own_dossier_only(post: Post, official: Any) -> None:
    clerk = official("dossier.accept", post.dossier.receiving)
    grown(post, clerk, 3, seed=11)
    stuck = post.as_worker(lambda: Message.objects.get(link__dossier=post.dossiers[0], serial=4))
    post.double.refused.add(stuck.message)
    post.settle()
    found = post.as_worker(standing)
    (parked,) = found.parked
    assert (parked.code, parked.serial, parked.reason, parked.behind) == ("post-0", 4, f"422: {REFUSAL}", WHOLE - 4)
    assert [len(post.double.told(each.code)) for each in post.dossiers] == [3, WHOLE, WHOLE]
    post.happens(post.dossiers[0], clerk, 8)
    post.told(post.dossiers[0])
    assert post.send() == "nothing", "what happens meanwhile waits behind it"
    post.double.relent()
    assert post.as_worker(lambda: send_again(code="nobody", at=post.at)) == 0
    assert post.as_worker(lambda: send_again(code="post-0", at=post.at)) == 1
    post.settle()
    assert [row["SoThuTu"] for row in post.double.told("post-0")] == list(range(1, WHOLE + 3))
    assert post.double.breaches == []


def test_killed_between_intent_and_answer(post: Post, official: Any) -> None:
    """The intent stands in the database; nobody sends the message until the hold is over, then under its number."""
    grown(post, official("dossier.accept", post.dossier.receiving), 1, seed=13)
    kills = iter([True, False] * 40)

    def killing(*call: Any) -> tuple[int, bytes]:
        answer = post.double.transport(*call)
        if call[1] != "/token" and next(kills, False):
            raise Killed
        return answer

    for _ in range(60):
        portal = Portal(killing)
        try:
            post.as_worker(lambda portal=portal: deliver_one(portal=portal, courier=post.courier))
        except Killed:
            intended = post.as_worker(lambda: Message.objects.get(state="sent"))
            assert intended.intended_at == post.at and intended.answered_at is None
            assert post.send() == "nothing", "it is in somebody's hands"
            post.at += HOLD
    post.settle()
    assert post.double.breaches == []
    assert post.in_book() == post.sent_out()
    assert post.as_worker(lambda: Message.objects.filter(attempts__gt=1).count()) > 5


def test_several_senders_at_once(post: Post, official: Any) -> None:
    grown(post, official("dossier.accept", post.dossier.receiving), 12, seed=17)

    def work() -> None:
        roles = Roles()
        with roles.role("worker"):
            while deliver_one(portal=post.portal, courier=post.courier) != "nothing" or waiting():
                continue
        roles.close()

    def waiting() -> bool:
        return Link.objects.filter(state="waiting").exists()

    senders = [threading.Thread(target=work) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert post.double.breaches == []
    assert post.in_book() == post.sent_out()
    assert {len(rows) for rows in post.in_book().values()} == {WHOLE}


def test_a_code_given_twice_is_parked(post: Post, official: Any) -> None:
    grown(post, official("dossier.accept", post.dossier.receiving), 2, seed=19)
    post.settle()
    other = post.dossier_like(7)
    post.told(other)
    known = next(iter(post.double.book))
    transport = post.double.transport

    def twice(method: str, path: str, content: Any, issue: str, at: Any) -> tuple[int, bytes]:
        status, answer = transport(method, path, content, issue, at)
        return status, answer.replace(b'"QG-3"', f'"{known}"'.encode())

    post.as_worker(lambda: deliver_one(portal=Portal(twice), courier=post.courier))
    (parked,) = post.as_worker(standing).parked
    assert (parked.code, parked.reason) == ("post-7", f"the portal gave {known} to another dossier already")
