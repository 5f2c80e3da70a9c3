"""What the portal tells is applied once and in order: ministries' statuses, a citizen's withdrawal and supplement."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import deliver_events
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.models import Dossier, Paper, Status
from maidinh.services.dossiers.rules import tracking_digest
from maidinh.services.nationalportal.actions.receiving import STALE, UNKNOWN, apply_waiting, take_changes
from maidinh.services.nationalportal.adapters.portal import PortalUnavailable
from maidinh.services.nationalportal.models import Feed, Inbound, Message, SectoralDossier
from maidinh.services.nationalportal.queries import sectoral_for, sectoral_tracked, statuses_of
from tests.services.nationalportal.post import PATIENCE, Post
from tests.services.results.stages import PDF, official_of, open_step, submitted

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("national")]
OTHER_PDF = PDF.replace(b"0 0 9 9", b"0 0 8 8")


def heard(post: Post) -> dict[str, tuple[str, str]]:
    """The worker reads the list and applies what it can; how each message ended."""
    post.as_worker(lambda: take_changes(portal=post.portal, now=lambda: post.at))
    while post.as_worker(lambda: apply_waiting(portal=post.portal, patience=PATIENCE, now=lambda: post.at)):
        continue
    rows = post.as_worker(lambda: list(Inbound.objects.values_list("message", "state", "reason")))
    return {message: (state, reason) for message, state, reason in rows}


def status(serial: int, code: int, **changed: Any) -> dict[str, Any]:
    """A row of the portal's list: a ministry's dossier has another status."""
    return {
        "Loai": "TrangThai", "MaHoSo": "G15.1-1", "SoThuTu": serial, "MaTTHC": "1.000110", "MaDonVi": "G15",
        "TenDonVi": "Bộ Tư pháp", "TrangThai": code, "ThoiDiem": f"2026-11-18T09:0{serial}:00+07:00",
        "MaTraCuu": "abcd-1234", **changed,
    }  # fmt: skip


def test_statuses_of_ministries_never_go_back(post: Post, official: Any) -> None:
    post.double.tell(
        status(1, 2), status(3, 4), status(2, 5), status(3, 4, MaTinNhan="in-2"), status(3, 9),
        status(4, 11), status(5, 9, ThoiDiem="yesterday"), {"Loai": "TrangThai"}, status(6, 9),
    )  # fmt: skip
    ended = heard(post)
    assert [ended[f"in-{number}"][0] for number in (1, 2, 3, 5, 6, 7, 9)] == [
        "applied", "applied", "stale", "stale", "refused", "refused", "applied",
    ]  # fmt: skip
    assert (ended["in-3"][1], ended["in-6"][1]) == (STALE, "unreadable: TrangThai")
    assert len(ended) == 7, "a repeated row is one, one without a number is none"
    feed = post.as_worker(Feed.objects.get)
    assert (feed.cursor, feed.last_error) == (9, "rows that can't be read: 1")
    leader = official("dossier.assign")
    with acting(agencies=leader.agencies):
        (found,) = sectoral_for(leader)
        assert (found.code, found.status, found.serial, found.agency_name) == ("G15.1-1", 9, 6, "Bộ Tư pháp")
        assert [(each.serial, each.status) for each in statuses_of(found)] == [(1, 2), (2, 5), (3, 4), (6, 9)]
    with acting(tracking=tracking_digest("g15.1-1", "ABCD1234")):
        assert sectoral_tracked("G15.1-1", "abcd-1234").status == 9
    with acting(tracking=tracking_digest("G15.1-1", "other")):
        assert sectoral_tracked("G15.1-1", "other") is None and not SectoralDossier.objects.exists()


def test_a_list_that_repeats_itself_or_is_away(post: Post) -> None:
    post.double.tell(status(1, 2))
    heard(post)
    post.double.feed = [dict(each) for each in post.double.feed] * 2
    post.double.tell(status(2, 4))
    assert heard(post) == {"in-1": ("applied", ""), "in-3": ("applied", "")}
    post.double.down = True
    with pytest.raises(PortalUnavailable):
        heard(post)
    assert post.as_worker(Feed.objects.get).last_error == "RemoteDisconnected"


@pytest.fixture
def sent(post: Post) -> Dossier:
    """The submitted dossier, known to the portal by the events of its submission."""
    post.as_worker(lambda: deliver_events(at=post.at))
    post.settle()
    return post.dossier


def act(post: Post, kind: str, serial: int, **changed: Any) -> dict[str, Any]:
    code = post.double.told(post.dossier.code)[0]["MaHoSo"]
    return {"Loai": kind, "MaHoSo": code, "SoThuTu": serial, "SoDinhDanh": post.dossier.applicant, **changed}


def answers(post: Post) -> list[tuple[str, str, str]]:
    """What the portal was answered, once all was sent."""
    post.settle()
    rows = post.double.told(post.dossier.code)
    return [(row["TraLoi"], row["KetQua"], row["LyDo"]) for row in rows if row["kind"] == "answers"]


def test_events_of_a_real_dossier_reach_the_portal(post: Post, sent: Dossier, province: Any) -> None:
    rows = post.double.told(sent.code)
    papers = post.as_worker(lambda: Paper.objects.filter(dossier=sent).count())
    assert [row["kind"] for row in rows] == [
        "codes", *["files"] * papers, "dossiers", "progress", "statuses", "progress",
    ]  # fmt: skip
    dossier = next(row for row in rows if row["kind"] == "dossiers")
    assert (dossier["MaTTHC"], dossier["MaDonViTiepNhan"], dossier["KenhThucHien"], dossier["SoDinhDanh"]) == (
        sent.procedure.code, sent.receiving, 2, sent.applicant,
    )  # fmt: skip
    task, step = open_step(sent)
    assert (rows[-1]["NoiDungXuLy"], rows[-1]["MaDonViXuLy"]) == (step.name.vi, task.agency)
    actor = official_of(sent, task, province)
    post.at += timedelta(minutes=5)
    with acting(agencies=actor.agencies):
        complete_task(actor=actor, task_id=task.pk, outcome=step.outcomes[0].id, at=post.at)
    for _ in range(2):  # a second time changes nothing
        post.as_worker(lambda: deliver_events(at=post.at))
    post.settle()
    later = post.double.told(sent.code)[len(rows) :]
    assert later[0]["NguoiXuLy"] == actor.name
    assert later[0]["NoiDungXuLy"] == f"{step.name.vi}: {step.outcomes[0].name.vi}"
    assert later[1]["TrangThai"] in (Status.ACCEPTED, Status.IN_PROCESS, Status.PAYMENT)
    assert post.double.breaches == []
    assert post.in_book() == post.sent_out()


def test_a_citizen_withdraws_there(post: Post, sent: Dossier) -> None:
    post.double.tell(
        act(post, "RutHoSo", 1, SoDinhDanh="000000000000"), act(post, "RutHoSo", 3, LyDo="Tôi đổi ý"),
        act(post, "RutHoSo", 4), act(post, "RutHoSo", 2), act(post, "Xoa", 9), act(post, "RutHoSo", 1, MaHoSo="QG-99"),
        act(post, "TrangThai", 9) | status(9, 10, MaHoSo=act(post, "", 1)["MaHoSo"]),
    )  # fmt: skip
    ended = heard(post)
    assert [ended[f"in-{number}"][0] for number in range(1, 8)] == [
        "refused", "applied", "refused", "stale", "refused", "refused", "refused",
    ]  # fmt: skip
    changed = post.as_worker(lambda: Dossier.objects.defer("tracking_secret").get(pk=sent.pk))
    assert changed.status == Status.WITHDRAWAL
    told = answers(post)
    assert [(message, result) for message, result, _ in told] == [
        ("in-1", "TuChoi"), ("in-2", "ChapNhan"), ("in-3", "TuChoi"), ("in-4", "TuChoi"),
    ]  # fmt: skip
    assert told[0][2] == "the dossier is another person's" and told[3][2] == STALE
    post.as_worker(lambda: deliver_events(at=post.at))
    post.settle()
    statuses = [
        row["TrangThai"] for row in post.double.told(sent.code) if "TrangThai" in row and row["kind"] == "statuses"
    ]
    assert statuses == [1, 7]
    assert post.double.breaches == []


def test_a_citizen_supplements_there(post: Post, sent: Dossier, province: Any) -> None:
    task, step = open_step(sent)
    asks = next(each for each in step.outcomes if each.to == "supplement")
    actor = official_of(sent, task, province)
    with acting(agencies=actor.agencies):
        complete_task(actor=actor, task_id=task.pk, outcome=asks.id, reason="thiếu trang 2", at=post.at)
    paper = sent.procedure.procedure.papers[0].id
    post.double.files = {"T1": OTHER_PDF, "T2": b"no document"}
    handed = {"MaGiayTo": paper, "TenTep": "moi.pdf", "MaTep": "T1", "Bam": hashlib.sha256(OTHER_PDF).hexdigest()}
    wrong = [
        handed | {"Bam": "0" * 64}, handed | {"MaTep": "T9"}, handed | {"MaGiayTo": "nothing"},
        handed | {"MaTep": "T2", "Bam": hashlib.sha256(b"no document").hexdigest()},
    ]  # fmt: skip
    post.double.tell(*(act(post, "BoSung", serial, ThanhPhanHoSo=[each]) for serial, each in enumerate(wrong, 1)))
    post.double.tell(act(post, "BoSung", 5, ThanhPhanHoSo=[handed]), act(post, "BoSung", 6, ThanhPhanHoSo=[handed]))
    post.as_worker(lambda: take_changes(portal=post.portal, now=lambda: post.at))
    post.double.faults = ["down"]
    assert post.as_worker(lambda: apply_waiting(portal=post.portal, patience=PATIENCE, now=lambda: post.at)) == 0
    post.at += timedelta(minutes=1)
    ended = heard(post)
    assert [ended[f"in-{number}"][0] for number in range(1, 7)] == ["refused"] * 4 + ["applied", "refused"]
    changed = post.as_worker(lambda: Dossier.objects.defer("tracking_secret").get(pk=sent.pk))
    assert changed.status == Status.NEW
    assert open_step(sent)[1].id == step.id
    post.as_worker(lambda: deliver_events(at=post.at))
    assert [result for _, result, _ in answers(post)] == ["TuChoi"] * 4 + ["ChapNhan", "TuChoi"]
    files = [row["Bam"] for row in post.double.told(sent.code) if row["kind"] == "files"]
    assert files[-1] == hashlib.sha256(OTHER_PDF).hexdigest()
    assert post.as_worker(lambda: Message.objects.exclude(state="delivered").count()) == 0
    assert post.double.breaches == []


def test_a_dossier_older_than_the_connection_is_told(post: Post, citizen: Any, signer: Any) -> None:
    from maidinh.services.nationalportal.actions.enqueuing import enqueue_unknown

    other = submitted(citizen, signer, post.at, kind="licence", key="older")
    assert post.as_worker(lambda: enqueue_unknown(at=post.at)) == 2
    assert post.as_worker(lambda: enqueue_unknown(at=post.at)) == 0
    post.settle()
    assert post.double.told(other.code)[0]["kind"] == "codes"


def test_a_row_that_cannot_be_kept_holds_up_no_other(post: Post) -> None:
    post.double.tell(
        status(1, 2), status(2, 4, LyDo="a\x00b"), status(3, 4, LyDo="\ud800"),
        status(4, 5, ThoiDiem="9999-12-31T23:59:59-12:00"),
        status(5, 4, NgayKetThucTheoQuyDinh="0001-01-01T00:00:00+07:00"), status(6, 9),
    )  # fmt: skip
    ended = heard(post)
    assert {number: ended[f"in-{number}"][0] for number in (1, 4, 5, 6)} == {
        1: "applied", 4: "refused", 5: "refused", 6: "applied",
    }  # fmt: skip
    assert len(ended) == 4
    feed = post.as_worker(Feed.objects.get)
    assert (feed.cursor, feed.last_error) == (6, "rows that can't be read: 2")


def test_a_dossier_that_is_not_ours_is_refused_to_the_portal_in_order_and_once(post: Post, sent: Dossier) -> None:
    elsewhere = {"MaHoSo": "QG-77", "SoDinhDanh": post.dossier.applicant}
    post.double.tell(
        act(post, "RutHoSo", 1, **elsewhere), act(post, "BoSung", 2, **elsewhere, ThanhPhanHoSo=[]),
        act(post, "RutHoSo", 1, MaHoSo="X" * 90), act(post, "RutHoSo", 3, MaTinNhan="in-1", **elsewhere),
    )  # fmt: skip
    ended = heard(post)
    assert {ended[f"in-{number}"] for number in (1, 2, 3)} == {("refused", UNKNOWN)}
    post.double.faults = ["cut", "well", "lost", "stale", "well"]
    post.settle()
    told = [(row["SoThuTu"], row["TraLoi"], row["Loai"], row["KetQua"]) for row in post.double.strays["QG-77"]]
    assert told == [(1, "in-1", "RutHoSo", "TuChoi"), (2, "in-2", "BoSung", "TuChoi")]
    assert sum(map(len, post.double.strays.values())) == 3
    assert all(row["LyDo"] == UNKNOWN for rows in post.double.strays.values() for row in rows)
    assert not post.as_worker(lambda: Message.objects.exclude(state="delivered").exists())
    assert (post.double.breaches, answers(post)) == ([], [])


def test_a_dossier_whose_code_is_just_asked_for_is_not_refused(post: Post) -> None:
    post.as_worker(lambda: deliver_events(at=post.at))
    post.double.faults = ["well", "lost"]  # the session, then the code: given there, not heard here
    assert post.send() == "unavailable"
    (code,) = post.double.book
    post.double.tell({"Loai": "RutHoSo", "MaHoSo": code, "SoThuTu": 1, "SoDinhDanh": post.dossier.applicant})
    assert heard(post)["in-1"][0] == "waiting"
    post.settle()
    assert heard(post)["in-1"] == ("applied", "")
    assert (answers(post), post.double.strays) == ([("in-1", "ChapNhan", "")], {})
    assert post.double.breaches == []
