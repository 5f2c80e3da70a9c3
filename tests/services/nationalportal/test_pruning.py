"""What the portal took long ago goes; what waits, and all before it, stays, and the order goes on where it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from maidinh.services.nationalportal.actions.delivering import send_again
from maidinh.services.nationalportal.actions.pruning import empty_handled, prune_delivered
from maidinh.services.nationalportal.actions.receiving import apply_waiting, take_changes
from maidinh.services.nationalportal.models import Inbound, Message
from maidinh.services.nationalportal.queries import standing
from tests.services.nationalportal.post import PATIENCE, Post

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("national")]
DAYS = timedelta(days=180)


def serials(post: Post, code: str) -> list[int]:
    rows = Message.objects.filter(link__dossier__code=code).order_by("serial")
    return post.as_worker(lambda: list(rows.values_list("serial", flat=True)))


def test_only_what_was_delivered_long_ago_goes_and_the_order_goes_on(post: Post, official: Any) -> None:
    clerk = official("dossier.accept", post.dossier.receiving)
    done, stuck = post.dossier_like(0), post.dossier_like(1)
    for each in (done, stuck):
        post.told(each)
        post.happens(each, clerk, 4)
        post.told(each)
    last = post.as_worker(lambda: Message.objects.filter(link__dossier=stuck).latest("serial"))
    post.double.refused.add(last.message)
    post.settle()
    began, before = serials(post, done.code), post.as_worker(standing)
    assert post.as_worker(lambda: prune_delivered(before=post.at - DAYS)) == 0
    post.at += DAYS + timedelta(days=1)
    assert post.as_worker(lambda: prune_delivered(before=post.at - DAYS, most=2)) == 2
    assert serials(post, done.code) == began[2:], "the oldest go first"
    assert post.as_worker(lambda: prune_delivered(before=post.at - DAYS)) == len(began) - 2
    assert (serials(post, done.code), serials(post, stuck.code)) == ([], list(range(1, last.serial + 1)))
    assert post.as_worker(standing).delivered == before.delivered
    post.happens(done, clerk, 9)
    post.told(done)
    post.double.relent()
    assert post.as_worker(lambda: send_again(code=None, at=post.at)) == 1
    post.double.faults = ["lost", "stale", "down", "session"]
    post.settle()
    for each in (done, stuck):
        told = post.double.told(each.code)
        assert [row["SoThuTu"] for row in told] == list(range(1, len(told) + 1))
    assert [row["TrangThai"] for row in post.double.told(done.code) if "TrangThai" in row] == [1, 4, 9]
    assert (post.double.breaches, post.as_worker(standing).waiting) == ([], 0)


def test_the_database_lets_nothing_go_that_waits_or_tells_of_a_result(post: Post) -> None:
    made = post.dossier_like(0)
    post.told(made)
    assert post.as_worker(lambda: Message.objects.filter(link__dossier=made).delete()[0]) == 0
    post.settle()
    post.as_worker(lambda: Message.objects.filter(link__dossier=made, serial=1).update(kind="result"))
    post.as_worker(lambda: Message.objects.filter(link__dossier=made).delete())
    assert serials(post, made.code) == [1]
    with pytest.raises(DatabaseError), transaction.atomic():
        Message.objects.filter(link__dossier=made).delete()  # nobody else may at all


def test_what_was_heard_keeps_its_number_and_loses_its_content(post: Post) -> None:
    row = {"Loai": "RutHoSo", "MaHoSo": "QG-88", "SoThuTu": 1, "SoDinhDanh": post.dossier.applicant}
    post.double.tell(row)
    post.as_worker(lambda: take_changes(portal=post.portal, now=lambda: post.at))
    assert post.as_worker(lambda: empty_handled(before=post.at + DAYS)) == 0, "it waits"
    post.as_worker(lambda: apply_waiting(portal=post.portal, patience=PATIENCE, now=lambda: post.at))
    assert post.as_worker(lambda: empty_handled(before=post.at)) == 0
    assert post.as_worker(lambda: empty_handled(before=post.at + DAYS)) == 1
    assert post.as_worker(lambda: empty_handled(before=post.at + DAYS)) == 0
    kept = post.as_worker(Inbound.objects.get)
    assert (kept.message, kept.state, kept.content) == ("in-1", "refused", {})
