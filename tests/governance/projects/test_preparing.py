"""Projects as they are begun, changed, brought onto the version in force and withdrawn; every refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from maidinh.governance.appraisal.packs import pack_on as appraisal_pack_on
from maidinh.governance.appraisal.packs import read_packs
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.actions.preparing import (
    ProjectChanged,
    ProjectRefused,
    open_project,
    rebase_project,
    revise_project,
    withdraw_project,
)
from maidinh.governance.projects.models import Event, Project, Revision
from maidinh.governance.projects.queries import events_for, known, pack_on, project_for, projects_for, revisions_of
from maidinh.governance.projects.rules import PREPARING, WITHDRAWN
from maidinh.infrastructure.actor import NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.identity.queries import anonymous
from tests.governance.projects.appraised import answer, ask_supplement
from tests.governance.projects.conftest import Carrying, proposal


def refused(carrying: Carrying, field: str, action: Any, **what: Any) -> ProjectRefused:
    """The refusal of an owner's act, which must be about this field."""
    with pytest.raises(ProjectRefused) as found:
        carrying.do(action, what.pop("actor", carrying.officer), **what)
    assert [each.field for each in found.value.faults] == [field]
    return found.value


def test_a_project_begins_with_its_first_revision_at_its_owner(carrying: Carrying) -> None:
    row = carrying.fresh(carrying.open())
    assert (row.state, row.revision, row.holder, row.parties) == (PREPARING, 1, "H38.5", ["H38.5"])
    assert row.base == current_version()
    with acting(agencies=carrying.officer.agencies):
        kept = Revision.objects.get(project=row)
        assert (kept.number, kept.hash, kept.content, kept.by) == (1, row.hash, row.content, carrying.officer.id)
        assert [each.kind for each in Event.objects.filter(project=row)] == ["opened"]


def test_an_owner_goes_by_its_short_name_too(carrying: Carrying) -> None:
    assert carrying.open(owner="snnmt").owner == "H38.5"


def test_a_project_is_not_begun_for_another_agency_twice_or_against_nothing(carrying: Carrying) -> None:
    refused(carrying, "owner", open_project, project=proposal(owner="H38.8"))
    refused(carrying, "architecture", open_project, project=proposal(architecture="9.9"))
    unkept = proposal().model_copy(update={"title": Text.model_construct(vi="Đất\0")})  # as no form lets it in
    refused(carrying, "title.vi", open_project, project=unkept)
    carrying.open()
    refused(carrying, "id", open_project, project=proposal())
    with pytest.raises(NotAllowed):
        carrying.do(open_project, carrying.appraiser, project=proposal("other"))


def test_a_code_is_taken_also_by_what_one_does_not_see(carrying: Carrying) -> None:
    carrying.open()
    refused(carrying, "id", open_project, actor=carrying.stranger, project=proposal(owner="H38.8"))


def test_each_change_is_a_revision_that_is_kept(carrying: Carrying) -> None:
    row = carrying.open()
    first = row.hash
    row = carrying.revise(row, seen=1, total=5_000_000, actor=carrying.second)
    assert (row.revision, row.project.total) == (2, 5_000_000)
    assert row.writers == {carrying.officer.id, carrying.second.id}
    assert carrying.revise(row, seen=2, total=5_000_000).revision == 2, "nothing changed, nothing is written"
    with acting(agencies=carrying.officer.agencies):
        found = list(revisions_of(carrying.officer, row))
    assert [(each.number, each.by) for each in found] == [(2, carrying.second.id), (1, carrying.officer.id)]
    assert found[1].hash == first
    assert found[0].hash == row.hash != first


def test_what_two_people_change_apart_is_kept_from_both(carrying: Carrying) -> None:
    row = carrying.open()
    carrying.revise(row, seen=1, total=5_000_000)
    row = carrying.revise(row, seen=1, summary={"vi": "Khác"}, actor=carrying.second)
    assert (row.revision, row.project.total, row.project.summary.vi) == (3, 5_000_000, "Khác")


def test_parts_of_a_list_are_kept_from_both_by_their_names(carrying: Carrying) -> None:
    row = carrying.open()
    stretch = {"title": {"vi": "Xây"}, "begins": "2026-11-01", "ends": "2026-12-01"}
    carrying.revise(row, seen=1, schedule=[{"id": "one"} | stretch])
    row = carrying.revise(row, seen=1, schedule=[{"id": "two"} | stretch], actor=carrying.second)
    assert sorted(each.id for each in row.project.schedule) == ["one", "two"]


def test_where_two_change_the_same_field_both_values_are_told_and_nothing_is_lost(carrying: Carrying) -> None:
    row = carrying.open()
    carrying.revise(row, seen=1, total=5_000_000)
    with pytest.raises(ProjectChanged) as found:
        carrying.revise(row, seen=1, total=7_000_000, actor=carrying.second)
    [fault] = found.value.faults
    assert (fault.field, fault.values["yours"], fault.values["theirs"]) == ("total", "7000000", "5000000")
    row = carrying.fresh(row)
    assert (row.revision, row.project.total) == (2, 5_000_000)
    assert carrying.revise(row, seen=2, total=7_000_000, actor=carrying.second).project.total == 7_000_000


def test_only_its_owner_changes_it_and_only_while_it_lies_there(carrying: Carrying) -> None:
    row = carrying.open()
    base = {"project_id": row.pk, "via": "form"}
    refused(carrying, "", revise_project, project=proposal(), seen_revision=7, **base)
    refused(carrying, "id", revise_project, project=proposal("another"), seen_revision=1, **base)
    refused(carrying, "owner", revise_project, project=proposal(owner="H38.8"), seen_revision=1, **base)
    stranger = carrying.stranger
    refused(carrying, "", revise_project, actor=stranger, project=proposal(), seen_revision=1, **base)
    carrying.handed_in(row)
    refused(carrying, "", revise_project, project=proposal(total=1), seen_revision=1, **base)
    row = ask_supplement(row, carrying.appraiser, carrying.at)
    assert row.holder == row.owner
    assert carrying.revise(row, seen=1, total=5_000_000).revision == 2
    assert answer(row, carrying.officer, carrying.at).holder == carrying.appraiser.agency


def test_a_project_keeps_the_law_under_which_it_began(carrying: Carrying) -> None:
    row = carrying.open()
    assert row.pack == "law-of-2026"
    earlier = proposal(began_on=date(2020, 1, 1))
    refused(
        carrying, "began_on", revise_project, project=earlier, seen_revision=1, project_id=row.pk, via="form"
    )  # fmt: skip


def test_a_withdrawn_project_says_why_and_is_never_taken_up_again(carrying: Carrying) -> None:
    row = carrying.open()
    refused(carrying, "", withdraw_project, actor=carrying.stranger, project_id=row.pk, reason="x")
    refused(carrying, "reason", withdraw_project, project_id=row.pk, reason=" ")
    assert carrying.do(withdraw_project, carrying.officer, project_id=row.pk, reason="Hết vốn").state == WITHDRAWN
    refused(carrying, "", withdraw_project, project_id=row.pk, reason="x")
    assert not project_seen(carrying, carrying.appraiser, row), "what was never handed in stays its owner's"


def project_seen(carrying: Carrying, who: Any, row: Project) -> bool:
    """Whether somebody sees a project, by what the database and the query let through."""
    with acting(agencies=who.agencies):
        return project_for(who, row.code) is not None


def test_what_is_prepared_is_its_owners_alone_and_what_is_handed_in_is_public(carrying: Carrying) -> None:
    row = carrying.open()
    everyone = (carrying.appraiser, carrying.approver, carrying.stranger, anonymous())
    assert project_seen(carrying, carrying.officer, row)
    assert not any(project_seen(carrying, who, row) for who in everyone)
    carrying.handed_in(row)
    assert all(project_seen(carrying, who, row) for who in everyone)


def test_the_public_reads_no_revisions_and_only_public_events(carrying: Carrying) -> None:
    row = carrying.handed_in()
    with acting():
        found = projects_for(anonymous()).get()
        assert not revisions_of(anonymous(), found)
        assert [each.kind for each in events_for(anonymous(), found)] == ["handed-in"]
    with acting(agencies=carrying.appraiser.agencies):
        assert {each.kind for each in events_for(carrying.appraiser, row)} == {"opened", "handed-in"}


def test_a_project_on_the_version_in_force_needs_no_rebase(carrying: Carrying) -> None:
    row = carrying.open()
    assert carrying.do(rebase_project, carrying.officer, project_id=row.pk).row.revision == 1


def test_what_is_known_here_is_what_projects_are_held_against(carrying: Carrying) -> None:
    row = carrying.open(needs=["another"])
    with acting(agencies=carrying.officer.agencies):
        found = known(current_version().model)
        assert known(current_version().model, apart=row.code).others == {}
    assert found.others == {row.code: ("another",)}
    assert found.codes()["snnmt"] == "H38.5"
    assert "1.013225" in (found.procedures or ())


def test_another_agency_with_the_same_role_is_refused(carrying: Carrying) -> None:
    row = carrying.handed_in()
    other = replace(carrying.officer, agencies=("H38.8",))
    refused(carrying, "", withdraw_project, actor=other, project_id=row.pk, reason="x")


@pytest.mark.parametrize("day", ["2019-12-31", "2021-05-01", "2025-01-01", "2026-03-15", "2026-06-30", "2026-07-01"])
def test_the_law_of_a_day_is_what_the_appraisal_reads(day: str) -> None:
    packs = read_packs(definitions_root() / "national")
    try:
        expected = appraisal_pack_on(packs, date.fromisoformat(day)).id
    except LookupError:
        expected = ""
    assert pack_on(date.fromisoformat(day)) == expected
