"""A draft from its beginning to the version in force: what is refused on the way, and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from django.conf import settings

from maidinh.infrastructure.actor import NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.services.authoring.actions import (
    ChangedMeanwhile,
    DraftRefused,
    abandon_draft,
    begin_from_skeleton,
    begin_from_version,
    save_files,
    send_back,
    submit_draft,
)
from maidinh.services.authoring.definition import EDITING, MAIN, PUBLISHED, SUBMITTED
from maidinh.services.authoring.queries import (
    draft_of,
    drafts_of,
    drafts_to_decide,
    files_of,
    made_of,
    verdict_on,
    writers_of,
)
from maidinh.services.procedures.queries import current_version

from .conftest import CODE, DECISION, Desk, first_day, later_name


def test_a_draft_begins_with_the_files_of_the_version_and_their_comments(desk: Desk) -> None:
    draft = desk.begun()
    content = yaml.safe_load(draft.files[MAIN])
    assert (draft.version, content["version"], content["effective_from"]) == ("2.0", "2.0", desk.at.date())
    assert draft.files[MAIN].startswith("#") and "scenarios/house.yaml" in draft.files
    assert "change" not in content and draft.base.version == "1.0"


def test_a_draft_from_a_version_of_today_begins_tomorrow(desk: Desk) -> None:
    version = current_version(CODE, desk.at.date())
    assert version is not None
    version.effective_from = desk.at.date()
    draft = desk.do(begin_from_version, desk.writer, version=version, files=desk.begun().files)
    assert yaml.safe_load(draft.files[MAIN])["effective_from"] == desk.at.date() + timedelta(days=1)


def test_only_the_responsible_agency_writes_and_sees_it(desk: Desk, official: Any) -> None:
    draft = desk.begun()
    other = official("procedure.draft", agency="H38.6")
    version = current_version(CODE, desk.at.date())
    with pytest.raises(DraftRefused, match="responsible"):
        desk.do(begin_from_version, other, version=version, files=draft.files)
    with acting(agencies=other.agencies, official=other.id):
        assert draft_of(other, draft.pk) is None and not drafts_of(other).exists()
    with pytest.raises(NotAllowed):
        desk.do(begin_from_version, desk.leader, version=version, files=draft.files)


def test_what_others_saved_meanwhile_is_not_written_over(desk: Desk) -> None:
    draft = desk.begun()
    desk.changed(draft, later_name)
    with pytest.raises(ChangedMeanwhile, match="revision 1"):
        desk.do(save_files, desk.second, draft_id=draft.pk, revision=0, files=draft.files, why="")


@pytest.mark.parametrize("name", ["../procedure.yaml", "scenarios/../../x.yaml", "scenarios/Đ.yaml", "notes.txt"])
def test_a_file_of_another_name_is_refused(desk: Desk, name: str) -> None:
    draft = desk.begun()
    with pytest.raises(DraftRefused, match="no files of a procedure"):
        desk.do(save_files, desk.writer, draft_id=draft.pk, revision=0, files=draft.files | {name: "a: 1"}, why="")


def test_a_draft_with_a_fault_is_not_handed_in_and_the_fault_has_its_line(desk: Desk) -> None:
    def wrong(content: dict[str, Any]) -> None:
        content["steps"][1]["agency"] = "H38.999"

    draft = desk.changed(desk.begun(), wrong)
    verdict = verdict_on(draft.files, settings.JUDGE)
    found = [each for each in verdict.told if each.finding.check.code == "agency.unknown"]
    assert found and not verdict.sound
    line = draft.files[MAIN].splitlines()[found[0].line - 1]
    assert "H38.999" in line
    with pytest.raises(DraftRefused, match="Mend what the checks find"):
        desk.do(submit_draft, desk.writer, draft_id=draft.pk, judge=settings.JUDGE)


def test_a_scenario_that_comes_out_otherwise_stands_against_it(desk: Desk) -> None:
    draft = desk.begun()
    name = "scenarios/house.yaml"
    content = yaml.safe_load(draft.files[name])
    content["events"][0]["expect"] = {"open": ["nowhere"]}
    files = draft.files | {name: yaml.safe_dump(content, allow_unicode=True)}
    draft = desk.do(save_files, desk.writer, draft_id=draft.pk, revision=0, files=files, why="")
    verdict = verdict_on(draft.files, settings.JUDGE)
    assert [each.file for each in verdict.told if each.wrong] == [name]
    with pytest.raises(DraftRefused, match="1 faults"):
        desk.do(submit_draft, desk.writer, draft_id=draft.pk, judge=settings.JUDGE)


def test_a_file_that_is_no_yaml_is_kept_as_typed_and_told(desk: Desk) -> None:
    draft = desk.begun()
    files = draft.files | {MAIN: draft.files[MAIN] + "\n: ["}
    draft = desk.do(save_files, desk.writer, draft_id=draft.pk, revision=0, files=files, why="")
    verdict = verdict_on(draft.files, settings.JUDGE)
    assert verdict.procedure is None and [each.finding.check.code for each in verdict.told] == ["file.unreadable"]


def test_another_person_approves_and_the_portal_offers_it(desk: Desk) -> None:
    draft = desk.handed_in()
    assert draft.state == SUBMITTED
    for who in (desk.writer, desk.second):
        with pytest.raises(NotAllowed):
            desk.approve(draft, who)
    version = desk.approve(draft)
    with acting(agencies=desk.leader.agencies, official=desk.leader.id):
        row = draft_of(desk.leader, draft.pk)
        assert row is not None and (row.state, row.decision, row.decided_by) == (PUBLISHED, DECISION, desk.leader.id)
        assert made_of(row) == version
    offered = current_version(CODE, desk.at.date())
    assert offered is not None and offered.procedure.name.vi == "Cấp giấy phép xây dựng (bản mới)"


def test_who_wrote_in_it_does_not_decide_though_a_leader(desk: Desk) -> None:
    from dataclasses import replace

    both = replace(desk.writer, permissions=desk.writer.permissions | desk.leader.permissions)
    draft = desk.handed_in()
    with pytest.raises(DraftRefused, match="You wrote in this draft"):
        desk.approve(draft, both)
    with acting(agencies=both.agencies, official=both.id):
        assert writers_of(draft) == {both.id} and draft not in drafts_to_decide(both)
    with acting(agencies=desk.leader.agencies, official=desk.leader.id):
        assert draft in drafts_to_decide(desk.leader)


def test_who_wrote_a_part_of_it_does_not_decide_though_another_handed_it_in(desk: Desk) -> None:
    from dataclasses import replace

    draft = desk.changed(desk.begun(), later_name, desk.second)
    draft = desk.do(submit_draft, desk.writer, draft_id=draft.pk, judge=settings.JUDGE)
    with pytest.raises(DraftRefused, match="You wrote in this draft"):
        desk.approve(draft, replace(desk.second, permissions=desk.leader.permissions))


@pytest.mark.parametrize(
    ("more", "told"),
    [({"decision": " "}, "number of the decision"), ({"decided_on": None}, "day of the decision"),
     ({"decided_on": date(2099, 1, 1)}, "not in the future")],
)  # fmt: skip
def test_a_decision_needs_its_number_and_day(desk: Desk, more: dict[str, Any], told: str) -> None:
    draft = desk.handed_in()
    with pytest.raises(DraftRefused, match=told):
        desk.approve(draft, **more)


def test_sent_back_it_is_edited_again_with_the_reason(desk: Desk) -> None:
    draft = desk.handed_in()
    with pytest.raises(DraftRefused, match="is not edited"):
        desk.changed(draft, later_name)
    with pytest.raises(DraftRefused, match="Say why"):
        desk.do(send_back, desk.leader, draft_id=draft.pk, reason=" ")
    back = desk.do(send_back, desk.leader, draft_id=draft.pk, reason="Thiếu căn cứ.")
    assert (back.state, back.note, back.hash) == (EDITING, "Thiếu căn cứ.", "")


def test_a_version_that_came_meanwhile_makes_the_draft_stale(desk: Desk) -> None:
    draft, other = desk.handed_in(), desk.begun()
    other = desk.changed(other, first_day(desk.at.date() + timedelta(days=30)))
    desk.approve(desk.do(submit_draft, desk.writer, draft_id=other.pk, judge=settings.JUDGE))
    with pytest.raises(DraftRefused, match=r"Version 3\.0 came .* Begin a new draft"):
        desk.approve(draft)


def test_the_next_draft_begins_with_the_files_that_were_approved(desk: Desk) -> None:
    draft = desk.handed_in()
    version = desk.approve(draft)
    with acting(agencies=desk.writer.agencies, official=desk.writer.id):
        from maidinh.infrastructure.definitions.locating import province_root

        assert files_of(version, province_root(settings.MAIDINH.province)) == draft.files


def test_a_skeleton_can_be_read_and_says_that_it_is_one(desk: Desk) -> None:
    draft = desk.do(begin_from_skeleton, desk.writer, code="1.099999", name="Thủ tục mới", field="Xây dựng")
    verdict = verdict_on(draft.files, settings.JUDGE)
    assert verdict.procedure is not None and verdict.procedure.sample and verdict.procedure.responsible == draft.agency
    with pytest.raises(DraftRefused, match="such as"):
        desk.do(begin_from_skeleton, desk.writer, code="13", name="x", field="y")
    with pytest.raises(DraftRefused, match="has a version already"):
        desk.do(begin_from_skeleton, desk.writer, code=CODE, name="x", field="y")


def test_given_up_it_is_kept_and_its_number_is_free(desk: Desk) -> None:
    draft = desk.begun()
    desk.do(abandon_draft, desk.writer, draft_id=draft.pk)
    assert desk.begun().version == draft.version
