"""What the database itself holds about drafts and opinions, tried by SQL as the role of the pages; and two at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, Error, connection, transaction
from django.utils import translation

from maidinh.governance.architecture.actions import VersionRefused, approve_version, publish_version
from maidinh.governance.architecture.models import Version
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting.actions.consultation import conclude, give_opinion
from maidinh.governance.drafting.actions.editing import edit_draft
from maidinh.governance.drafting.actions.submission import submit_draft
from maidinh.governance.drafting.models import Opinion
from maidinh.governance.drafting.queries import content_at
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.events.actions import deliver_events
from tests.governance.drafting.conftest import ASKED, OTHER, Making, rename

pytestmark = pytest.mark.slow

WAITERS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"

PRIVILEGE_OR_RULE = ("42501", "23001")  # a row's trigger is asked before its policy; to whom it is unseen, it is no row


def changed(actor: Actor | None, statement: str, *values: Any) -> int:
    """How many rows a statement changes as the web role in somebody's name; it is undone."""
    with transaction.atomic():
        scope = {} if actor is None else {"agencies": actor.agencies, "official": actor.id}
        with acting(**scope), connection.cursor() as cursor:
            cursor.execute(statement, values)
            count = int(cursor.rowcount)
        transaction.set_rollback(True)
    return count


def not_permitted(actor: Actor | None, statement: str, *values: Any) -> bool:
    """Whether the database refuses it as not permitted, or lets it change nothing."""
    try:
        return changed(actor, statement, *values) == 0
    except Error as refusal:
        assert getattr(refusal.__cause__, "sqlstate", "") in PRIVILEGE_OR_RULE, refusal
        return True


GIVE = (
    "INSERT INTO drafting_opinion (consultation_id, agency, by, at, text, stance, answer_text)"
    " VALUES (%s, %s, 'x', now(), 'x', 'object', '')"
)
ANSWER = "UPDATE drafting_opinion SET answer = 'taken', answered_by = 'y', answered_at = now() WHERE id = %s"


def test_an_agency_writes_only_its_own_opinions(db: None, making: Making) -> None:
    consultation = making.round(making.draft(), ASKED, OTHER)
    assert changed(making.asked, GIVE, consultation.pk, ASKED) == 1
    for who in (making.other, making.unasked, making.architect, making.approver, None):
        assert not_permitted(who, GIVE, consultation.pk, ASKED), who
    assert not_permitted(making.unasked, GIVE, consultation.pk, making.unasked.agency)


def test_opinions_are_given_only_while_the_round_is_open(db: None, making: Making) -> None:
    consultation = making.round(making.draft(), ASKED)
    making.conclude(consultation)
    with pytest.raises(DatabaseError, match="while the round is open"):
        changed(making.asked, GIVE, consultation.pk, ASKED)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM drafting_opinion WHERE id = %s",
        "UPDATE drafting_opinion SET text = 'y' WHERE id = %s",
        "UPDATE drafting_opinion SET stance = 'agree' WHERE id = %s",
    ],
)
def test_an_opinion_is_never_changed_or_removed(db: None, making: Making, statement: str) -> None:
    opinion = making.opinion(making.round(making.draft(), ASKED))
    for who in (making.asked, making.architect):
        assert not_permitted(who, statement, opinion.pk)


def test_even_the_owner_keeps_opinions_and_changes(own_database: str, making: Making, role: Any) -> None:
    draft = making.draft()
    making.edit(draft, rename("one"), seen=0)
    making.opinion(making.round(draft, ASKED))
    with role("owner"):
        for table in (
            "drafting_opinion",
            "drafting_draftchange",
            "drafting_consultation",
            "drafting_invitation",
            "drafting_draft",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {table} CASCADE")


def test_an_answer_is_given_once_by_another_person_who_makes_the_draft(db: None, making: Making) -> None:
    opinion = making.opinion(making.round(making.draft(), ASKED))
    for who in (making.asked, making.other, None):
        assert not_permitted(who, ANSWER, opinion.pk), who
    assert changed(making.architect, ANSWER, opinion.pk) == 1
    with pytest.raises(DatabaseError, match="drafting_opinion_answered_by_another"):
        changed(making.architect, ANSWER.replace("'y'", "by"), opinion.pk)
    with pytest.raises(DatabaseError, match="drafting_answer_is_whole"):
        changed(making.architect, ANSWER.replace("'taken'", "'declined'"), opinion.pk)
    making.answer(opinion)
    with pytest.raises(DatabaseError, match="answered once"):
        changed(making.architect, ANSWER, opinion.pk)


def test_opinions_are_for_their_agency_and_the_makers_until_the_version_is_in_force(
    db: None, making: Making, signer: Any
) -> None:
    def readers() -> list[bool]:
        found = []
        for who in (making.architect, making.asked, making.other, None):
            with acting(agencies=() if who is None else who.agencies):
                found.append(Opinion.objects.filter(agency=ASKED).exists())
        return found

    draft = making.draft()
    consultation = making.round(draft)
    making.answer(making.opinion(consultation))
    making.edit(draft, rename("one"), seen=0)
    making.conclude(consultation)
    version = making.do(submit_draft, making.architect, draft_id=draft.pk).made
    assert readers() == [True, True, False, False]
    making.do(approve_version, making.approver, version_id=version.pk, decision="1/QĐ", decided_on=making.at.date())
    assert readers() == [True, True, False, False]
    making.do(publish_version, making.approver, version_id=version.pk, signer=signer)
    assert readers() == [True, True, True, True]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("state = 'submitted', made_id = base_id", "does not come to submitted"),
        ("state = 'concluded'", "does not come to concluded"),
        ("state = 'published'", "does not come to published"),
        ("made_id = base_id", "when it is handed in"),
        ("content = '{}'", "by a revision that says what changed"),
        ("content = '{}', revision = revision + 1", "by a revision that says what changed"),
        ("revision = revision + 1", "a revision changes the content"),
        ("author = 'x'", "author and beginning are not changed"),
        ("version = '9'", "author and beginning are not changed"),
        ("decision = '1/QĐ'", "comes with the published version"),
    ],
)
def test_a_draft_is_not_moved_on_by_sql(db: None, making: Making, statement: str, reason: str) -> None:
    draft = making.draft()
    with pytest.raises(DatabaseError, match=reason):
        changed(making.architect, f"UPDATE drafting_draft SET {statement} WHERE id = %s", draft.pk)
    assert not_permitted(making.asked, f"UPDATE drafting_draft SET {statement} WHERE id = %s", draft.pk)
    assert not_permitted(making.architect, "DELETE FROM drafting_draft WHERE id = %s", draft.pk)


def test_a_draft_is_not_handed_in_unanswered_or_as_something_else(db: None, making: Making) -> None:
    draft = making.draft()
    consultation = making.round(draft, ASKED)
    making.opinion(consultation)
    closed = (
        "UPDATE drafting_consultation SET closed_at = now(), conclusion = 'x', concluded_by = 'x',"
        " concluded_at = now(), concluded_revision = %s WHERE id = %s"
    )
    with pytest.raises(DatabaseError, match="closed once and concluded once"):
        changed(making.architect, "UPDATE drafting_consultation SET due_on = due_on + 1 WHERE id = %s", consultation.pk)
    with pytest.raises(DatabaseError, match="stands unanswered"):
        changed(making.architect, closed, 0, consultation.pk)
    with pytest.raises(DatabaseError, match="as it stands"):
        changed(making.architect, closed, 7, consultation.pk)
    making.answer(making.do(lambda **_: Opinion.objects.get(consultation=consultation), making.architect))
    making.conclude(consultation)
    with pytest.raises(DatabaseError, match="is another one"):
        changed(
            making.architect, "UPDATE drafting_draft SET state = 'submitted', made_id = base_id WHERE id = %s", draft.pk
        )
    with pytest.raises(DatabaseError, match="not out for opinions"):
        changed(making.architect, "UPDATE drafting_consultation SET due_on = due_on + 1 WHERE id = %s", consultation.pk)


def test_a_version_names_everyone_who_wrote(db: None, making: Making) -> None:
    """Were the action ever to leave a writer out, the database would refuse the version."""
    draft = making.draft()
    making.edit(draft, rename("one"), seen=0, actor=making.second)
    making.conclude(making.round(draft, ASKED))
    draft = making.fresh(draft)
    made = (
        "WITH made AS (INSERT INTO architecture_version (province, version, instance, hash, content, effective_from,"
        " state, author, authors, base_id, needs_approval, submitted_at, jws, decision) SELECT province, version, 'x',"
        " 'x', content, '2026-01-01', 'draft', %s, %s, base_id, true, now(), '', '' FROM drafting_draft WHERE id = %s"
        " RETURNING id) SELECT id FROM made"
    )
    hand_in = "UPDATE drafting_draft SET state = 'submitted', made_id = %s WHERE id = %s"

    def handed_in(*authors: str) -> None:
        who = making.architect
        with transaction.atomic(), acting(agencies=who.agencies, official=who.id), connection.cursor() as cursor:
            cursor.execute(made, [making.architect.id, list(authors), draft.pk])
            (version,) = cursor.fetchone()
            cursor.execute(hand_in, [version, draft.pk])
            transaction.set_rollback(True)

    handed_in(making.second.id)
    with pytest.raises(DatabaseError, match="everyone who wrote"):
        handed_in()


def test_what_is_handed_in_is_the_draft_to_the_letter(db: None, making: Making) -> None:
    """Also where a later release writes more into every element than the one in which the draft was written."""
    draft = making.draft()
    older = [{key: value for key, value in each.items() if key != "masters"} for each in draft.content["elements"]]
    content = json.dumps(draft.content | {"elements": older})
    line = (
        "INSERT INTO drafting_draftchange (draft_id, revision, section, item, path, by, at, via)"
        " VALUES (%s, 1, 'elements', '', 'x', %s, now(), 'form')"
    )
    with acting(agencies=making.architect.agencies), connection.cursor() as cursor:
        cursor.execute(line, [draft.pk, making.architect.id])
        cursor.execute("UPDATE drafting_draft SET revision = 1, content = %s WHERE id = %s", [content, draft.pk])
    making.conclude(making.round(draft, ASKED))
    made = making.do(submit_draft, making.architect, draft_id=draft.pk).made
    assert made.content["elements"] == older and made.hash == content_hash(made.content)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("approved_by = author", "another person"),
        ("approved_by = authors[1]", "another person"),
        ("approved_by = 'x', content = '{}'", "another person"),
        ("approved_by = 'x'", "by the person who acts"),
        ("approved_by = 'me'", None),
    ],
)
def test_no_writer_approves_by_sql(db: None, making: Making, statement: str, reason: str | None) -> None:
    draft = making.draft()
    making.edit(draft, rename("one"), seen=0, actor=making.second)
    making.conclude(making.round(draft, ASKED))
    version = making.do(submit_draft, making.architect, draft_id=draft.pk).made
    whole = (
        f"UPDATE architecture_version SET approved_at = now(), decision = '1', decided_on = '2026-11-01', {statement}"
    ).replace("'me'", f"'{making.approver.id}'")
    if reason is None:
        assert changed(making.approver, f"{whole} WHERE id = %s", version.pk) == 1
        making.do(approve_version, making.approver, version_id=version.pk, decision="1/QĐ", decided_on=making.at.date())
        with pytest.raises(DatabaseError, match="never changed"):
            changed(making.approver, "UPDATE architecture_version SET decision = '2' WHERE id = %s", version.pk)
        with pytest.raises(DatabaseError, match="never changed"):
            changed(making.approver, "DELETE FROM architecture_version WHERE id = %s", version.pk)
        return
    with pytest.raises(DatabaseError, match=reason):
        changed(making.approver, f"{whole} WHERE id = %s", version.pk)


PUBLISH = (
    "UPDATE architecture_version SET published_at = now(), jws = 'x', receipt = '{}', entry = 1, serial = 999,"
    " state = 'published', published_by = %s WHERE id = %s"
)


def test_nothing_is_published_by_sql_unapproved_by_a_writer_or_out_of_line(
    db: None, making: Making, signer: Any
) -> None:
    first, second = making.submitted("1.1"), making.submitted("1.2")
    for draft in (first, second):
        with pytest.raises(DatabaseError, match="approved before it is published"):
            changed(making.approver, PUBLISH, "x", draft.made_id)
        making.do(
            approve_version, making.approver, version_id=draft.made_id, decision="1/QĐ", decided_on=making.at.date()
        )
        with pytest.raises(DatabaseError, match="another person"):
            changed(making.approver, PUBLISH, making.architect.id, draft.made_id)
    making.do(publish_version, making.approver, version_id=first.made_id, signer=signer)
    with pytest.raises(DatabaseError, match="another version was published since"):
        changed(making.approver, PUBLISH, "x", second.made_id)


def test_history_is_written_with_the_revision_it_makes(own_database: str, making: Making) -> None:
    draft = making.draft()
    line = (
        "INSERT INTO drafting_draftchange (draft_id, revision, section, item, path, after, by, at, via)"
        " VALUES (%s, %s, 'elements', '', 'x', '1', 'x', now(), 'form')"
    )
    for revision in (0, 2):
        with pytest.raises(DatabaseError, match="next revision"):
            changed(making.architect, line, draft.pk, revision)
    with pytest.raises(DatabaseError, match="with the revision that it makes"):
        making.do(lambda **_: connection.cursor().execute(line, [draft.pk, 1]), making.architect)
    assert not_permitted(making.asked, line, draft.pk, 1)
    making.edit(draft, rename("one"), seen=0)
    for statement in ("UPDATE drafting_draftchange SET by = 'x'", "DELETE FROM drafting_draftchange"):
        assert not_permitted(making.architect, statement)


def test_the_worker_ends_the_draft_and_nothing_else(own_database: str, making: Making, role: Any, signer: Any) -> None:
    draft = making.submitted()
    making.do(approve_version, making.approver, version_id=draft.made_id, decision="1/QĐ", decided_on=making.at.date())
    making.do(publish_version, making.approver, version_id=draft.made_id, signer=signer)
    with role("worker"):
        deliver_events(at=making.at)
        deliver_events(at=making.at)
        for statement in ("content = '{}'", "makers = '{}'", "revision = 9"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE drafting_draft SET {statement}")
    draft = making.fresh(draft)
    assert (draft.state, draft.decision, draft.decided_on) == ("published", "1/QĐ", making.at.date())
    with pytest.raises(DatabaseError, match="ended is not changed"):
        changed(making.architect, "UPDATE drafting_draft SET note = 'x' WHERE id = %s", draft.pk)


def at_once(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Do both in transactions of their own, the second begun while the first is open; what each gave or raised."""
    found: list[Any] = [None, None]

    def told(place: int, action: Callable[[], Any]) -> None:
        try:
            found[place] = action()
        except Exception as error:
            found[place] = error

    def other() -> None:
        try:
            with translation.override("en"):
                told(1, second)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        told(0, first)
        thread.start()
        for _ in range(2000):
            with connection.cursor() as cursor:
                cursor.execute(WAITERS)
                if cursor.fetchone()[0] or not thread.is_alive():
                    break
            thread.join(0.005)
        else:
            raise AssertionError("the second neither waited nor ended")
    thread.join(30)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("same", [True, False])
def test_of_two_who_publish_at_once_one_wins(own_database: str, making: Making, signer: Any, same: bool) -> None:
    drafts = [making.submitted("1.1"), making.submitted("1.2")]
    for draft in drafts:
        making.do(
            approve_version, making.approver, version_id=draft.made_id, decision="1/QĐ", decided_on=making.at.date()
        )

    def publishes(draft: Any) -> Callable[[], Any]:
        return lambda: making.do(publish_version, making.approver, version_id=draft.made_id, signer=signer)

    won, lost = at_once(publishes(drafts[0]), publishes(drafts[0 if same else 1]))
    assert won.state == "published" and isinstance(lost, VersionRefused), lost
    assert ("no draft" if same else "was not made from 1.1") in str(lost)
    assert current_version() == won
    states = dict(Version.objects.values_list("version", "state"))
    assert states == {"1.0": "superseded", "1.1": "published", "1.2": "draft"}


def test_of_two_who_edit_at_once_both_are_kept(own_database: str, making: Making) -> None:
    draft = making.draft()
    first, second = (each["id"] for each in draft.content["elements"][:2])

    def edits(actor: Actor, item: str) -> Callable[[], Any]:
        what = {
            "draft_id": draft.pk,
            "edits": [Edit("elements", item, "note", actor.id)],
            "seen_revision": 0,
            "via": "form",
        }
        return lambda: making.do(edit_draft, actor, **what)

    found = at_once(edits(making.architect, first), edits(making.second, second))
    assert [each.revision for each in found] == [1, 2] and not any(each.conflicts for each in found)
    now = making.fresh(draft)
    assert [each.get("note") for each in now.content["elements"][:2]] == [making.architect.id, making.second.id]
    with acting(agencies=making.architect.agencies):
        assert content_at(now, 0) == draft.content


def test_an_opinion_is_seen_by_the_conclusion_or_comes_too_late(own_database: str, making: Making) -> None:
    consultation = making.round(making.draft(), ASKED)

    def gives() -> Any:
        return making.do(give_opinion, making.asked, consultation_id=consultation.pk, stance="object", text="x")

    def concludes() -> Any:
        return making.do(conclude, making.architect, consultation_id=consultation.pk, conclusion="x")

    given, refused = at_once(gives, concludes)
    assert "no answer yet: 1" in str(refused)
    making.answer(given)
    concluded, late = at_once(concludes, gives)
    assert concluded.conclusion == "x" and isinstance(late, Exception)
    with acting(agencies=making.architect.agencies):
        assert Opinion.objects.filter(consultation=consultation).count() == 1
