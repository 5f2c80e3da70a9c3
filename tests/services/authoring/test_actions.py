"""A draft from its beginning to the version in force: what is refused on the way, and why."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.services.authoring.actions import (
    ChangedMeanwhile,
    DraftRefused,
    Undecided,
    abandon_draft,
    begin_from_skeleton,
    begin_from_version,
    merge_newest,
    save_files,
    send_back,
    submit_draft,
)
from maidinh.services.authoring.definition import EDITING, MAIN, PUBLISHED, SUBMITTED
from maidinh.services.authoring.merging import Merged
from maidinh.services.authoring.models import Draft
from maidinh.services.authoring.queries import (
    draft_of,
    drafts_of,
    drafts_to_decide,
    files_of,
    made_of,
    merge_with,
    newest_of,
    revisions_of,
    verdict_on,
    writers_of,
)
from maidinh.services.procedures.queries import ProcedureVersion, current_version

from .conftest import CODE, DECISION, Desk, first_day, later_name

pytestmark = pytest.mark.slow


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
    with pytest.raises(DraftRefused, match=r"Version 3\.0 came .* Take it into the draft"):
        desk.approve(draft)


def test_a_newer_version_is_taken_in_and_the_draft_is_one_of_the_next(desk: Desk) -> None:
    draft, other = desk.changed(desk.begun(), english_name), desk.begun()
    made = overtaken(desk, other)
    with pytest.raises(DraftRefused, match="Take it into the draft"):
        desk.do(submit_draft, desk.writer, draft_id=draft.pk, judge=settings.JUDGE)
    row = merged(desk, draft, {})
    content = yaml.safe_load(row.files[MAIN])
    assert (row.base, row.seen, row.revision, row.version) == (made, made.pk, 2, "2.0")
    assert content["name"] == {"vi": "Cấp giấy phép xây dựng (bản mới)", "en": "Written here"}
    assert content["effective_from"] == made.effective_from + timedelta(days=1)
    assert row.files[MAIN].startswith("#") and "scenarios/house.yaml" in row.files
    with pytest.raises(DraftRefused, match="somebody did so already"):
        merged(desk, draft, {}, actor=desk.second)
    desk.approve(desk.do(submit_draft, desk.writer, draft_id=draft.pk, judge=settings.JUDGE))


def test_what_both_changed_is_decided_and_two_authors_lose_nothing(desk: Desk) -> None:
    def mine(content: dict[str, Any]) -> None:
        content["name"]["vi"] = "Tên của tôi"

    draft, other = desk.changed(desk.begun(), mine), desk.begun()
    overtaken(desk, other)
    (asked,) = preview(desk, draft).open
    assert (asked.path[-2:], asked.mine) == (("name", "vi"), "Tên của tôi")
    with pytest.raises(Undecided):
        merged(desk, draft, {})
    draft = desk.changed(draft, english_name, actor=desk.second)  # while the first one decides
    row = merged(desk, draft, {asked.key: "theirs"})
    name = yaml.safe_load(row.files[MAIN])["name"]
    assert name == {"vi": "Cấp giấy phép xây dựng (bản mới)", "en": "Written here"}
    with acting(agencies=desk.writer.agencies, official=desk.writer.id):
        assert [each.why for each in revisions_of(row)] == ["Version 3.0 was taken in.", "", ""]


def test_a_decision_about_what_was_rewritten_since_is_asked_again(desk: Desk) -> None:
    draft, other = desk.changed(desk.begun(), another_name("Một")), desk.begun()
    overtaken(desk, other)
    (asked,) = preview(desk, draft).open
    draft = desk.changed(draft, another_name("Hai"), actor=desk.second)
    with pytest.raises(Undecided):
        merged(desk, draft, {asked.key: "theirs"})
    assert yaml.safe_load(draft.files[MAIN])["name"]["vi"] == "Hai"


def test_a_text_that_is_no_yaml_is_mended_before_a_version_is_taken_in(desk: Desk) -> None:
    draft, other = desk.begun(), desk.begun()
    overtaken(desk, other)
    draft = desk.do(save_files, desk.writer, draft_id=draft.pk, revision=0, files={MAIN: "a: ["}, why="")
    with pytest.raises(DraftRefused, match="Mend it as text"):
        merged(desk, draft, {})
    with pytest.raises(NotAllowed):
        merged(desk, draft, {}, actor=desk.leader)


def test_where_no_files_are_left_only_what_was_changed_comes_along(desk: Desk, tmp_path: Path) -> None:
    draft, other = desk.begun(), desk.begun()
    overtaken(desk, other)
    found = preview(desk, draft, tmp_path)
    assert not found.open and [each.path[1:] for each in found.taken] == [("name", "vi"), ("effective_from",)]
    row = merged(desk, draft, {}, root=tmp_path)
    assert set(row.files) == set(draft.files) and row.name == "Cấp giấy phép xây dựng (bản mới)"


def overtaken(desk: Desk, other: Draft) -> ProcedureVersion:
    """Another draft becomes the newest version."""
    other = desk.changed(other, later_name)
    made: ProcedureVersion = desk.approve(desk.do(submit_draft, desk.writer, draft_id=other.pk, judge=settings.JUDGE))
    return made


def definitions() -> Path:
    return province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)


def preview(desk: Desk, draft: Draft, root: Path | None = None) -> Merged:
    """The questions of a merge."""
    with acting(agencies=desk.writer.agencies, official=desk.writer.id):
        newest = newest_of(CODE)
        assert newest is not None
        return merge_with(draft, newest, root or definitions())


def merged(
    desk: Desk, draft: Draft, decisions: dict[str, str], actor: Actor | None = None, root: Path | None = None
) -> Draft:
    what = {"draft_id": draft.pk, "root": root or definitions(), "decisions": decisions, "why": ""}
    found: Draft = desk.do(merge_newest, actor or desk.writer, **what)
    return found


def another_name(name: str) -> Any:
    return lambda content: content["name"].update(vi=name)


def english_name(content: dict[str, Any]) -> None:
    content["name"]["en"] = "Written here"


def test_the_next_draft_begins_with_the_files_that_were_approved(desk: Desk) -> None:
    draft = desk.handed_in()
    version = desk.approve(draft)
    with acting(agencies=desk.writer.agencies, official=desk.writer.id):
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
