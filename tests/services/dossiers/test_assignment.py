"""Who does a step: assigned, handed over, put back, delegated; taken over from those who left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError

from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.identity.models import Official
from maidinh.services.dossiers.actions.assignment import (
    NoDelegation,
    NotInService,
    assign_task,
    delegate,
    end_delegation,
    hand_over_task,
    release_task,
    return_tasks_of_leavers,
)
from maidinh.services.dossiers.actions.steps import NotYours, ReasonMissing, TaskClosed, TaskTaken, claim_task
from maidinh.services.dossiers.models import Delegation
from maidinh.services.dossiers.queries import history_of, left_behind, worklist_for
from tests.conftest import NOW
from tests.services.dossiers.synthetic.loading import (
    Walk,
    actor_of,
    begin,
    own_database_with_synthetic_procedures,
)

SON, OTHER, GONE, LEAD, CLERK = "lc.son.tran", "test.specialist", "test.gone", "lc.hung.pham", "lc.anh.nguyen"
TODAY = date(2026, 11, 18)


@pytest.fixture(scope="module", autouse=True)
def synthetic() -> Iterator[None]:
    with own_database_with_synthetic_procedures(NOW):
        yield


@pytest.fixture
def walk(synthetic: None, db: None, province: Any, citizen: Actor, signer: Any, at: datetime) -> Walk:
    made = begin(province, citizen, signer, at)
    made.do("intake", "accept")
    return made


def as_(who: str, act: Any, **what: Any) -> Any:
    actor = actor_of(who)
    with acting(agencies=actor.agencies, official=actor.id):
        return act(actor=actor, **what)


def test_a_lead_assigns_and_reassigns_and_the_history_keeps_it_from_the_applicant(walk: Walk, citizen: Actor) -> None:
    task = walk.open["appraisal"]
    for to in (OTHER, SON, SON):
        held = as_(LEAD, assign_task, task_id=task.pk, to=to, at=walk.at)
        assert (held.claimed_by, held.assigned_by) == (to, LEAD)
    with pytest.raises(TaskTaken) as taken:
        as_(OTHER, claim_task, task_id=task.pk, at=walk.at)
    assert taken.value.by == SON
    with acting(agencies=["H38.101"]):
        lines = [(line.kind, line.reason) for line in history_of(walk.dossier, public_only=False)]
        assert lines[-2:] == [("assigned", OTHER), ("assigned", SON)]
        assert "assigned" not in [line.kind for line in history_of(walk.dossier, public_only=True)]


@pytest.mark.parametrize("to", [CLERK, "lc.long.bui", "nobody", "lc.thao.do"])
def test_a_step_is_given_only_to_who_may_do_it(walk: Walk, to: str) -> None:
    with pytest.raises(NotInService):
        as_(LEAD, assign_task, task_id=walk.open["appraisal"].pk, to=to, at=walk.at)


def test_only_a_lead_assigns_and_only_in_the_own_agency(walk: Walk) -> None:
    task = walk.open["appraisal"]
    with pytest.raises(NotAllowed):
        as_(SON, assign_task, task_id=task.pk, to=OTHER, at=walk.at)
    with pytest.raises(NotYours):
        as_("lc.binh.hoang", assign_task, task_id=task.pk, to=OTHER, at=walk.at)
    with pytest.raises(NotYours):
        as_(LEAD, assign_task, task_id=walk.open["consult"].pk, to="lc.long.bui", at=walk.at)
    walk.do("appraisal", "pass", facts={"area": 5})
    with pytest.raises(TaskClosed):
        as_(LEAD, assign_task, task_id=task.pk, to=OTHER, at=walk.at)


def test_a_colleague_gets_a_step_handed_over_and_finishes_it(walk: Walk) -> None:
    task = walk.open["appraisal"]
    as_(SON, claim_task, task_id=task.pk, at=walk.at)
    with pytest.raises(TaskTaken):
        as_(OTHER, hand_over_task, task_id=task.pk, to=OTHER, at=walk.at)
    assert as_(SON, hand_over_task, task_id=task.pk, to=OTHER, at=walk.at).claimed_by == OTHER
    walk.do("appraisal", "pass", actor=actor_of(OTHER), facts={"area": 5})
    assert walk.task("appraisal").closed_by == OTHER


def test_a_step_is_put_back_by_its_holder_or_a_lead(walk: Walk) -> None:
    task = walk.open["appraisal"]
    as_(SON, claim_task, task_id=task.pk, at=walk.at)
    with pytest.raises(NotYours):
        as_(OTHER, release_task, task_id=task.pk, at=walk.at)
    assert as_(LEAD, release_task, task_id=task.pk, at=walk.at).claimed_by == ""
    as_(SON, claim_task, task_id=task.pk, at=walk.at)
    assert as_(SON, release_task, task_id=task.pk, at=walk.at).claimed_at is None


@pytest.fixture
def left(synthetic: None) -> Iterator[Any]:
    """`left(official)`: the official is out of service."""
    changed: list[tuple[str, list[str]]] = []

    def leave(who: str) -> None:
        with as_role(settings.CONNECTIONS, "owner"):
            person = Official.objects.get(pk=who)
            changed.append((who, person.roles))
            Official.objects.filter(pk=who).update(roles=[])

    yield leave
    with as_role(settings.CONNECTIONS, "owner"):
        for who, roles in changed:
            Official.objects.filter(pk=who).update(roles=roles)


def test_the_steps_of_who_left_are_listed_and_return_to_the_worklist(walk: Walk, left: Any) -> None:
    task = walk.open["appraisal"]
    as_(GONE, claim_task, task_id=task.pk, at=walk.at)
    assert as_(LEAD, left_behind_of) == []
    left(GONE)
    assert as_(LEAD, left_behind_of) == [task.pk]
    assert [each.pk for each in as_(LEAD, return_tasks_of_leavers, at=walk.at)] == [task.pk]
    assert as_(LEAD, left_behind_of) == []
    assert walk.open["appraisal"].claimed_by == ""


def test_a_step_of_who_left_can_be_taken_at_once(walk: Walk, left: Any) -> None:
    task = walk.open["appraisal"]
    as_(GONE, claim_task, task_id=task.pk, at=walk.at)
    left(GONE)
    assert as_(SON, claim_task, task_id=task.pk, at=walk.at).claimed_by == SON


def left_behind_of(actor: Actor) -> list[int]:
    return [task.pk for task in left_behind(actor)]


def given(walk: Walk, *, by: str = SON, of: str = SON, to: str = CLERK, **changed: Any) -> Delegation:
    wanted: dict[str, Any] = {
        "roles_given": ["specialist"], "procedures": [], "from_day": TODAY, "until_day": TODAY, "reason": "on leave",
    }  # fmt: skip
    return as_(by, delegate, of=of, to=to, at=walk.at, **(wanted | changed))


def sees(walk: Walk, who: str, at: datetime) -> bool:
    actor = actor_of(who)
    with acting(agencies=actor.agencies):
        return worklist_for(actor, at).filter(step="appraisal", dossier__code=walk.code).exists()


def test_a_delegation_holds_on_its_days_and_in_its_scope(walk: Walk) -> None:
    task = walk.open["appraisal"]
    as_(SON, claim_task, task_id=task.pk, at=walk.at)
    assert not sees(walk, CLERK, walk.at)
    given(walk, procedures=["9.000002"])
    assert not sees(walk, CLERK, walk.at), "another procedure"
    given(walk, from_day=TODAY + timedelta(days=1), until_day=TODAY + timedelta(days=2))
    assert not sees(walk, CLERK, walk.at), "not yet"
    assert sees(walk, CLERK, walk.at + timedelta(days=2))
    assert not sees(walk, CLERK, walk.at + timedelta(days=3)), "no more"
    with pytest.raises(NotYours):
        walk.do("appraisal", "pass", actor=actor_of(CLERK), facts={"area": 5})
    given(walk, procedures=["9.000001"])
    walk.do("appraisal", "pass", actor=actor_of(CLERK), facts={"area": 5})
    assert walk.task("appraisal").closed_by == CLERK


def test_a_delegate_takes_over_what_the_absent_one_holds_and_nobody_elses(walk: Walk) -> None:
    task = walk.open["appraisal"]
    as_(OTHER, claim_task, task_id=task.pk, at=walk.at)
    given(walk, to=CLERK)
    with pytest.raises(TaskTaken):
        as_(CLERK, claim_task, task_id=task.pk, at=walk.at)
    given(walk, by=LEAD, of=OTHER, to=CLERK)
    assert as_(CLERK, claim_task, task_id=task.pk, at=walk.at).claimed_by == CLERK


def test_a_delegate_has_no_role_that_its_giver_has_lost(walk: Walk, left: Any) -> None:
    given(walk, by=LEAD, of=GONE, to=CLERK)
    assert sees(walk, CLERK, walk.at)
    left(GONE)
    assert not sees(walk, CLERK, walk.at)
    with pytest.raises(NotYours):
        as_(CLERK, claim_task, task_id=walk.open["appraisal"].pk, at=walk.at)


def test_a_delegation_ends_early(walk: Walk) -> None:
    made = given(walk)
    assert sees(walk, CLERK, walk.at)
    with pytest.raises(NotAllowed):
        as_(CLERK, end_delegation, delegation_id=made.pk, at=walk.at)
    with pytest.raises(NotYours):
        as_("lc.binh.hoang", end_delegation, delegation_id=made.pk, at=walk.at)
    as_(SON, end_delegation, delegation_id=made.pk, at=walk.at)
    assert not sees(walk, CLERK, walk.at)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("to", {"to": "lc.long.bui"}),
        ("to", {"to": SON}),
        ("roles", {"roles_given": ["leader"]}),
        ("roles", {"roles_given": []}),
        ("roles", {"by": LEAD, "of": LEAD, "to": CLERK, "roles_given": ["leader"]}),
        ("roles", {"by": LEAD, "of": CLERK, "to": LEAD, "roles_given": ["one-stop-official"]}),
        ("until_day", {"until_day": TODAY - timedelta(days=1), "from_day": TODAY - timedelta(days=1)}),
        ("until_day", {"from_day": TODAY + timedelta(days=1)}),
    ],
)
def test_a_delegation_that_cannot_be_names_what_is_wrong(walk: Walk, field: str, changed: dict[str, Any]) -> None:
    with pytest.raises(NoDelegation) as wrong:
        given(walk, **changed)
    assert wrong.value.field == field


def test_a_delegation_says_why_and_is_of_oneself_unless_one_leads(walk: Walk) -> None:
    with pytest.raises(ReasonMissing):
        given(walk, reason=" ")
    with pytest.raises(NotAllowed):
        given(walk, by=OTHER)


def test_a_signature_is_not_delegated(walk: Walk) -> None:
    given(walk, by=LEAD, of=LEAD, to=SON, roles_given=["leader"])
    walk.do("appraisal", "pass", facts={"area": 5})
    walk.do("consult", "agree")
    from maidinh.services.dossiers.actions.steps import require_for
    from maidinh.services.dossiers.models import Task

    task = walk.open["posting"]
    task.role = "leader"
    assert isinstance(task, Task)
    with acting(agencies=["H38.101"]), pytest.raises(NotAllowed):
        require_for(actor_of(SON), task, "dossier.sign", walk.at)


def test_the_database_keeps_delegations_in_the_agency_and_in_ones_own_name(walk: Walk) -> None:
    given(walk)
    with acting(agencies=["H38.6"]):
        assert not Delegation.objects.exists()
    forged = (
        "INSERT INTO dossiers_delegation (agency, of_official, to_official, roles, procedures, from_day, until_day,"
        " reason, made_at, made_by) VALUES (%s, 'a', 'b', '{}', '{}', now(), now(), 'x', now(), %s)"
    )
    for agency, by in (("H38.6", SON), ("H38.101", LEAD)):
        with acting(agencies=["H38.101"], official=SON), pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(forged, [agency, by])
    with acting(agencies=["H38.101"], official=SON), pytest.raises(DatabaseError), transaction.atomic():
        Delegation.objects.update(until_day=TODAY + timedelta(days=99))
