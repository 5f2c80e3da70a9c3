"""Requests for a supplement name everything at once; one that is never answered, and a dossier that is stopped, end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.services.dossiers.actions.ending import NotToEnd, StillAwaited, awaited_until, end_unanswered, stop_dossier
from maidinh.services.dossiers.actions.steps import (
    NotYours,
    PlaceUnknown,
    ReasonMissing,
    SupplementsUsedUp,
    TaskTaken,
    WayWrong,
    claim_task,
)
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.dossiers.models import Defect, Status
from maidinh.services.dossiers.queries import defects_of, history_of
from maidinh.services.dossiers.rules import Found
from tests.conftest import NOW
from tests.services.dossiers.synthetic.loading import (
    EVERYBODY,
    Walk,
    actor_of,
    begin,
    own_database_with_synthetic_procedures,
)
from tests.services.dossiers.test_branches import DIGEST, pay, to_call

SON, OTHER, LEAD, CLERK = "lc.son.tran", "test.specialist", "lc.hung.pham", "lc.anh.nguyen"
NAMED = [Found("paper", "plan", "no section"), Found("field", "storeys", "three on the plan"), Found("whole", "", "x")]


@pytest.fixture(scope="module", autouse=True)
def synthetic() -> Iterator[None]:
    with own_database_with_synthetic_procedures(NOW):
        yield


@pytest.fixture
def walk(synthetic: None, db: None, province: Any, citizen: Any, signer: Any, at: datetime) -> Walk:
    return begin(province, citizen, signer, at)


def answer(walk: Walk, citizen: Any) -> None:
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=walk.code, papers=[], explanation="here", at=walk.at)


def as_(who: str, act: Any, **what: Any) -> Any:
    actor = actor_of(who)
    with acting(agencies=actor.agencies, official=actor.id):
        return act(actor=actor, **what)


def test_a_request_names_each_thing_at_its_place_and_reads_as_one_text(walk: Walk, citizen: Any) -> None:
    walk.do("intake", "accept")
    walk.do("appraisal", "supplement", found=NAMED)
    with acting(person=citizen.person):
        asked = defects_of(walk.dossier)
        [line] = [line for line in history_of(walk.dossier, public_only=True) if line.status == Status.SUPPLEMENT]
    assert [(each.kind, each.target, each.text, each.request) for each in asked] == [
        ("paper", "plan", "no section", 1), ("field", "storeys", "three on the plan", 1), ("whole", "", "x", 1),
    ]  # fmt: skip
    assert line.reason == "Bản vẽ: no section\nSố tầng: three on the plan\nx"
    with acting(agencies=["H38.103"]):
        assert not Defect.objects.exists()


def test_a_request_in_one_text_is_about_the_whole(walk: Walk) -> None:
    walk.do("intake", "supplement", reason="everything")
    with acting(agencies=EVERYBODY):
        assert [(each.kind, each.text) for each in defects_of(walk.dossier)] == [("whole", "everything")]


def test_a_request_names_something_and_nothing_that_there_is_not(walk: Walk) -> None:
    with pytest.raises(ReasonMissing):
        walk.do("intake", "supplement")
    with pytest.raises(PlaceUnknown, match="garage"):
        walk.do("intake", "supplement", found=[Found("paper", "garage", "missing")])


def test_asking_again_needs_a_reason_is_counted_and_public(walk: Walk, citizen: Any) -> None:
    walk.do("intake", "supplement", found=NAMED[:1])
    answer(walk, citizen)
    with pytest.raises(SupplementsUsedUp):
        walk.do("intake", "supplement", found=NAMED[1:])
    walk.do("intake", "supplement", found=NAMED[1:], again="the new plan shows another house")
    assert walk.dossier.supplements == 2
    with acting(person=citizen.person):
        assert [each.request for each in defects_of(walk.dossier)] == [2, 2]
        lines = {line.kind: line.reason for line in history_of(walk.dossier, public_only=True)}
    assert lines["asked_again"] == "the new plan shows another house"


def test_a_supplement_that_never_comes_ends_the_dossier_after_its_term_and_not_before(walk: Walk) -> None:
    walk.do("intake", "accept")
    walk.do("appraisal", "supplement", found=NAMED)
    with acting(agencies=EVERYBODY):
        until = awaited_until(walk.dossier)
    assert until is not None
    ended = {"code": walk.code, "reason": "no answer"}
    with pytest.raises(StillAwaited) as early:
        as_(SON, end_unanswered, at=until, **ended)
    assert early.value.until == until
    with pytest.raises(NotYours):
        as_(CLERK, end_unanswered, at=until + timedelta(hours=1), **ended)
    with pytest.raises(ReasonMissing):
        as_(SON, end_unanswered, at=until + timedelta(hours=1), code=walk.code, reason=" ")
    as_(SON, end_unanswered, at=until + timedelta(hours=1), **ended)
    after = walk.dossier
    assert (after.status, walk.open, after.waiting) == (Status.STOPPED, {}, [])
    assert walk.clock[-1][0] in ("supplement_received", "resumed"), "the clock stands no more"
    assert walk.task("consult").outcome == "cancelled"


def test_what_awaits_nothing_is_not_ended_for_that(walk: Walk) -> None:
    with pytest.raises(NotToEnd):
        as_(CLERK, end_unanswered, code=walk.code, reason="x", at=walk.at)


def test_a_dossier_is_stopped_at_its_open_step_or_by_the_lead(walk: Walk) -> None:
    walk.do("intake", "accept")
    stop = {"code": walk.code, "reason": "a court forbids it", "at": walk.at}
    with pytest.raises(NotYours):
        as_(CLERK, stop_dossier, **stop)
    as_(OTHER, claim_task, task_id=walk.open["appraisal"].pk, at=walk.at)
    with pytest.raises(TaskTaken):
        as_(SON, stop_dossier, **stop)
    with pytest.raises(ReasonMissing):
        as_(LEAD, stop_dossier, **(stop | {"reason": ""}))
    assert as_(LEAD, stop_dossier, **stop).status == Status.STOPPED
    assert walk.open == {}
    with pytest.raises(NotToEnd):
        as_(LEAD, stop_dossier, **stop)


def test_a_called_dossier_that_is_stopped_answers_its_caller(walk: Walk) -> None:
    child = to_call(walk)
    as_("lc.hoa.luc", stop_dossier, code=child.code, reason="not here", at=walk.at)
    assert walk.task("environment").outcome == "refused"
    assert walk.dossier.status == Status.STOPPED


def to_handover(walk: Walk) -> None:
    child = to_call(walk)
    child.do("intake", "accept")
    child.do("assess", "grant")
    pay(walk)
    walk.at += timedelta(hours=2)
    walk.do("signature", "sign", result_digest=DIGEST)


def test_a_result_before_its_day_is_announced(walk: Walk) -> None:
    to_handover(walk)
    with acting(agencies=EVERYBODY):
        assert Event.objects.filter(name="dossier.ready_early", payload__code=walk.code).count() == 1
        assert "ready_early" in [line.kind for line in history_of(walk.dossier, public_only=True)]


def test_how_a_result_was_handed_over_is_kept(walk: Walk) -> None:
    to_handover(walk)
    for way, number, wrong in (("pigeon", "", "way"), ("post", " ", "number")):
        with pytest.raises(WayWrong, match=wrong):
            walk.do("handover", "return", returned=(way, number))
    walk.do("handover", "return", returned=("post", "EV 123 VN"))
    assert (walk.dossier.returned_way, walk.dossier.returned_note) == ("post", "EV 123 VN")
