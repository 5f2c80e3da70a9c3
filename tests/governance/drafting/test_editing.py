"""A draft is written by several people at once, keeps every revision, and is never anything but an architecture."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from maidinh.governance.architecture.actions import approve_version, publish_version
from maidinh.governance.architecture.definition import ArchitectureVersion, View
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting.actions.editing import (
    DraftRefused,
    abandon_draft,
    add_item,
    decide_conflicts,
    open_draft,
    remove_item,
    replace_draft,
    take_in_current,
)
from maidinh.governance.drafting.queries import (
    changed_since_base,
    changes_of,
    conflicts_left,
    content_at,
    draft_for,
    drafts_for,
    foreseen,
    history,
    item,
    problems_of,
    revisions_of,
    writers_of,
)
from maidinh.governance.drafting.removal import removal
from maidinh.governance.drafting.rules import Edit, EditRefused, edited
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.audit.models import AuditEntry
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.locating import province_root
from tests.governance.drafting.conftest import Making, rename

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]
NEW = {"id": "new-system", "kind": "information-system", "layer": 4, "name": {"vi": "Hệ thống mới"}, "owner": "H38.2"}
BROKEN_VIEW = {"id": "v", "name": {"vi": "Sơ đồ"}, "nodes": [{"id": "n", "element": "nobody"}],
               "connections": [{"id": "c", "relation": "nothing"}]}  # fmt: skip


def test_a_draft_begins_from_the_version_in_force(making: Making) -> None:
    draft = making.draft("1.1")
    current = current_version()
    assert (draft.version, draft.inherits, draft.base, draft.revision, draft.state) == (
        "1.1",
        "1.0",
        current,
        0,
        "editing",
    )
    assert "decision" not in draft.content and draft.content["elements"] == current.content["elements"]
    assert draft.content["effective_from"] == making.at.date().isoformat()
    with pytest.raises(DraftRefused, match=r"a draft of version 1\.1 already"):
        making.draft("1.1")
    with pytest.raises(NotAllowed):
        making.do(open_draft, making.asked, version="1.2", title={"vi": "x"})


def test_a_draft_begins_from_the_definitions_or_a_model(
    making: Making, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = province_root("lao-cai", None)
    shutil.copytree(own / "architecture", tmp_path / "architecture")
    shutil.copy(own / "organisations.yaml", tmp_path)
    removed = current_version().content["relations"][0]["id"]
    declared = {"province": "lao-cai", "version": "2.0", "title": {"vi": "Từ tệp"}, "inherits": "1.0",
                "framework": "2.0", "effective_from": "2026-01-01", "removes": [removed]}  # fmt: skip
    (tmp_path / "architecture/2.0").mkdir()
    (tmp_path / "architecture/2.0/version.yaml").write_text(yaml.safe_dump(declared), "utf-8")
    monkeypatch.setattr("maidinh.governance.architecture.queries._definitions", lambda: tmp_path)
    draft = making.do(open_draft, making.architect, version="2.0", title={"vi": "Từ tệp"})
    current = current_version()
    assert draft.content["elements"] == current.content["elements"], "owners by their codes, as they are kept"
    assert draft.content["relations"] == current.content["relations"][1:]
    assert (draft.base, draft.inherits) == (current, "1.0")
    with pytest.raises(DraftRefused, match=r"no architecture version '8\.8'"):
        making.do(open_draft, making.architect, version="8.8", title={"vi": "x"})
    model = current.model.model_copy(update={"province": "another"})
    with pytest.raises(DraftRefused, match="another province"):
        making.do(open_draft, making.architect, version="1.3", title={"vi": "x"}, model=model)
    with pytest.raises(DraftRefused, match="needs a new number"):
        making.do(open_draft, making.architect, version="1.0", title={"vi": "x"}, model=model)


@pytest.mark.parametrize(
    ("version", "title", "reason"),
    [
        ("1/2", {"vi": "x"}, "version: has letters"),
        ("9" * 41, {"vi": "x"}, "version: has letters"),
        ("1.1", {}, "title.vi: Field required"),
        ("1.1", {"vi": "a\0b"}, "title.vi: has a character"),
        ("1.1", {"vi": "a\ud800b"}, "title.vi: has a character"),
    ],
)
def test_a_draft_begins_with_a_number_and_a_title(making: Making, version: str, title: Any, reason: str) -> None:
    with pytest.raises(EditRefused, match=reason):
        making.draft(version, title=title)


def test_every_revision_can_be_read_again(making: Making, official: Callable[..., Actor]) -> None:
    draft = making.draft()
    stood = [draft.content]
    first, second = (draft.content[section][0]["id"] for section in ("principles", "elements"))
    relation = draft.content["relations"][0]["id"]

    def keep() -> int:
        stood.append(making.fresh(draft).content)
        return len(stood) - 1

    making.edit(draft, Edit("principles", first, "statement.en", "one"), Edit("elements", second, "note", "x"), seen=0)
    seen = keep()
    making.do(
        remove_item,
        making.architect,
        draft_id=draft.pk,
        section="principles",
        item=first,
        seen_revision=seen,
        via="table",
    )
    seen = keep()
    making.do(add_item, making.second, draft_id=draft.pk, section="elements", value=NEW, seen_revision=seen, via="form")
    seen = keep()
    making.edit(draft, Edit("elements", "new-system", "dates.live", "2027-01-01"),
                Edit("elements", "new-system", "properties.Số quyết định", "12/QĐ"),
                Edit("relations", relation, "", None), Edit("header", "", "title.en", "New"), seen=seen)  # fmt: skip
    keep()
    now = making.fresh(draft)
    assert now.revision == 4 and now.title == {"vi": "Phiên bản 1.1", "en": "New"} == now.content["title"]
    with acting(agencies=making.architect.agencies):
        for number, content in enumerate(stood):
            assert content_at(now, number) == content
        assert item(now, "elements", "new-system")["dates"] == {"live": "2027-01-01"}
        assert item(now, "elements", "new-system")["properties"] == [
            {"key": "Số quyết định", "value": "12/QĐ", "values": []}
        ]
        assert item(now, "principles", first) is None
        assert [(each.number, each.by, each.via, len(each.changes)) for each in history(now)] == [
            (4, making.architect.id, "form", 4), (3, "tests.second-architect", "form", 1),
            (2, making.architect.id, "table", 1), (1, making.architect.id, "form", 2),
        ]  # fmt: skip
        assert [(each["revision"], each["by"], each["fields"]) for each in revisions_of(now)][1:3] == [
            (3, "tests.second-architect", 1), (2, making.architect.id, 1),
        ]  # fmt: skip
        touched = {each.path[:2] for each in changed_since_base(now)}
        assert touched >= {("principles", first), ("elements", "new-system")}
        assert list(writers_of(now)) == [making.architect.id, "tests.second-architect"]
        line = changes_of(now, after=0, until=1).get(item=first)
        assert (line.section, line.path, line.after) == ("principles", "statement.en", "one")
        assert AuditEntry.objects.filter(action="draft.edit", subject__startswith=f"draft {draft.pk} ").count() == 4
        with pytest.raises(ValueError, match="no revision 5"):
            content_at(now, 5)


def test_two_people_edit_apart_and_nothing_is_lost(making: Making) -> None:
    draft = making.draft()
    first, second = (each["id"] for each in draft.content["elements"][:2])
    making.edit(draft, rename("mine", first), seen=0)
    outcome = making.edit(
        draft, rename("yours", second), Edit("elements", first, "note", "x"), seen=0, actor=making.second
    )
    now = making.fresh(draft)
    assert outcome.conflicts == () and outcome.revision == 2
    names = {each["id"]: each["name"]["en"] for each in now.content["elements"]}
    assert (names[first], names[second]) == ("mine", "yours")
    assert now.content["elements"][0]["note"] == "x"


def test_the_same_field_is_a_conflict_and_both_values_are_told(making: Making) -> None:
    draft = making.draft()
    first = draft.content["elements"][0]
    making.edit(draft, rename("mine"), seen=0)
    outcome = making.edit(
        draft, rename("yours"), Edit("elements", first["id"], "note", "x"), seen=0, actor=making.second
    )
    (conflict,) = outcome.conflicts
    assert (conflict.thing, conflict.path) == (("elements", first["id"]), "name.en")
    assert (conflict.base, conflict.theirs, conflict.ours) == (first["name"].get("en"), "mine", "yours")
    now = making.fresh(draft)
    assert now.content["elements"][0]["name"]["en"] == "mine" and now.content["elements"][0]["note"] == "x"
    making.edit(draft, rename("yours"), seen=2, actor=making.second)
    assert making.fresh(draft).content["elements"][0]["name"]["en"] == "yours"
    assert making.edit(draft, rename("yours"), seen=0).conflicts == (), "the same again is no conflict"


def test_what_one_removed_and_another_changed_is_a_conflict(making: Making) -> None:
    draft = making.draft()
    first = draft.content["elements"][0]["id"]
    making.edit(draft, rename("mine", first), seen=0)
    outcome = making.edit(draft, Edit("elements", first, "", None), seen=0, actor=making.second)
    assert [(each.thing, each.path, each.ours) for each in outcome.conflicts] == [(("elements", first), "", None)]
    assert outcome.revision == 1 and making.fresh(draft).content["elements"][0]["name"]["en"] == "mine"


def test_what_needs_a_thing_that_went_comes_with_it_once_decided(making: Making) -> None:
    draft = making.draft()
    first, *_, last = (each["id"] for each in draft.content["elements"])
    making.edit(draft, *removal(draft.content, "elements", last), seen=0)
    relation = {"id": "new-flow", "kind": "flow", "from": first, "to": last}
    mine = [Edit("relations", "new-flow", "", relation), Edit("elements", first, "note", "mine")]
    outcome = making.edit(draft, *mine, seen=0, actor=making.second)
    assert [(each.key, each.because) for each in outcome.conflicts] == [
        (f"elements/{last}/", ("relations/new-flow",))
    ]  # fmt: skip
    stands = making.fresh(draft).content
    assert stands["elements"][0]["note"] == "mine", "what nobody disputes is written at once"
    assert not [each for each in stands["relations"] if each["id"] == "new-flow"]
    waiting = outcome.undecided
    assert (waiting.seen, waiting.stood, waiting.kept) == (0, 1, 2)
    with acting(agencies=making.architect.agencies):
        assert conflicts_left(making.fresh(draft), waiting) == outcome.conflicts
    making.edit(draft, rename("meanwhile"), seen=2)
    decided = making.do(decide_conflicts, making.second, draft_id=draft.pk, undecided=waiting,
                        decisions={f"elements/{last}/": "ours"})  # fmt: skip
    now = making.fresh(draft).content
    assert (decided.conflicts, decided.undecided, decided.revision) == ((), None, 4)
    assert {each["id"] for each in now["elements"]} == {each["id"] for each in draft.content["elements"]}
    assert [each["to"] for each in now["relations"] if each["id"] == "new-flow"] == [last]
    assert now["elements"][0]["name"]["en"] == "meanwhile"


def test_a_field_changed_once_more_before_it_was_decided_is_asked_again(making: Making) -> None:
    draft = making.draft()
    key = f"elements/{draft.content['elements'][0]['id']}/name.en"
    making.edit(draft, rename("one"), seen=0)
    waiting = making.edit(draft, rename("two"), seen=0, actor=making.second).undecided
    making.edit(draft, rename("three"), seen=1)
    decide = {"draft_id": draft.pk, "undecided": waiting}
    left = making.do(decide_conflicts, making.second, decisions={"elements/x/note": "ours"}, **decide)
    assert [each.key for each in left.conflicts] == [key] and left.unused == ("elements/x/note",)
    assert left.revision == making.fresh(draft).revision == 2, "nothing is written while something is left"
    again = making.do(decide_conflicts, making.second, decisions={key: "ours"}, **decide)
    (conflict,) = again.conflicts
    assert (conflict.base, conflict.ours, conflict.theirs) == ("one", "two", "three")
    assert making.fresh(draft).content["elements"][0]["name"]["en"] == "three"
    making.do(decide_conflicts, making.second, draft_id=draft.pk, undecided=again.undecided, decisions={key: "ours"})
    assert making.fresh(draft).content["elements"][0]["name"]["en"] == "two"
    with pytest.raises(EditRefused, match="as decided layer can't be"):
        making.do(decide_conflicts, making.second, draft_id=draft.pk, decisions={
            f"elements/{draft.content['elements'][0]['id']}/layer": {"value": 9},
        }, undecided=two_layers(making, draft))  # fmt: skip


def two_layers(making: Making, draft: Any) -> Any:
    """An edit of a layer that another one changed too."""
    first, seen = draft.content["elements"][0], making.fresh(draft).revision
    layers = [each for each in (4, 5, 6, 7) if each != first["layer"]]
    making.edit(draft, Edit("elements", first["id"], "layer", layers[0]), seen=seen)
    edit = Edit("elements", first["id"], "layer", layers[1])
    return making.edit(draft, edit, seen=seen, actor=making.second).undecided


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit("elements", "FIRST", "nonsense", 1), "elements FIRST nonsense: Extra inputs are not permitted"),
        (Edit("elements", "FIRST", "kind", "teapot"), "'teapot' is no kind of element"),
        (Edit("elements", "FIRST", "layer", 9), "elements FIRST layer: Input should be less than or equal to 7"),
        (Edit("elements", "FIRST", "name", {}), "need a name"),
        (Edit("elements", "FIRST", "name.vi.x", "a"), "elements FIRST name.vi.x: leads to nothing"),
        (Edit("elements", "FIRST", "id", "other"), "stays as it is"),
        (Edit("elements", "FIRST", "note", "a\0b"), "a character that cannot be kept"),
        (Edit("views", "v", "", {"id": "v", "nodes": [{"id": "\ud800"}]}), "a character that cannot be kept"),
        (Edit("elements", "FIRST", "properties.k", {"key": "other", "value": "x"}), "leads to nothing"),
        (Edit("elements", "nobody", "note", "a"), "elements nobody note: is not in the draft"),
        (Edit("elements", "nobody", "", None), "is not in the draft"),
        (Edit("elements", "FIRST", "", {"id": "FIRST"}), "is in the draft already"),
        (Edit("elements", "new", "", {"id": "other"}), "needs a value with its id"),
        (Edit("relations", "FIRST", "", {"id": "FIRST"}), "stands in elements already"),
        (Edit("elements", "", "note", "a"), "names no item"),
        (Edit("elements", "FIRST", "name..x", "a"), "names no field"),
        (Edit("teapots", "FIRST", "note", "a"), "is no section"),
        (Edit("header", "", "version", "2"), "is not set in a draft"),
        (Edit("header", "", "decision", "1/QĐ"), "is not set in a draft"),
        (Edit("header", "", "elements", []), "is not set in a draft"),
        (Edit("header", "", "title.vi", None), "title.vi"),
        (Edit("header", "", "effective_from", "tomorrow"), "effective_from"),
    ],
)  # fmt: skip
def test_what_is_no_architecture_is_refused_with_the_field(making: Making, edit: Edit, reason: str) -> None:
    draft = making.draft()
    first = draft.content["elements"][0]["id"]
    value = {"id": first} if edit.value == {"id": "FIRST"} else edit.value
    edit = replace(edit, item=first if edit.item == "FIRST" else edit.item, value=value)
    with pytest.raises(EditRefused, match=reason.replace("FIRST", first)):
        making.edit(draft, Edit("elements", draft.content["elements"][1]["id"], "note", "good"), edit, seen=0)
    assert making.fresh(draft).revision == 0, "the good edit beside it is not made either"


def test_an_owner_may_be_named_by_its_short_id(making: Making) -> None:
    draft = making.draft()
    first = draft.content["elements"][0]["id"]
    making.edit(draft, Edit("elements", first, "owner", "ubnd"), seen=0)
    assert making.fresh(draft).content["elements"][0]["owner"] == "H38"


def test_a_whole_model_is_merged_not_put_over(making: Making) -> None:
    draft = making.draft()
    pulled = draft.model
    making.edit(draft, rename("in the browser"), seen=0, actor=making.second)
    changed = [pulled.elements[0], pulled.elements[1].model_copy(update={"note": "in git"}), *pulled.elements[2:]]
    with acting(agencies=making.architect.agencies):
        shown, conflicts = foreseen(making.fresh(draft), pulled.model_copy(update={"elements": changed}), 0)
    outcome = making.do(replace_draft, making.architect, draft_id=draft.pk, seen_revision=0, via="yaml",
                        model=pulled.model_copy(update={"elements": changed}))  # fmt: skip
    now = making.fresh(draft)
    assert (tuple(shown), conflicts) == (outcome.changed, ())
    assert outcome.conflicts == () and [each.path for each in outcome.changed] == [
        ("elements", pulled.elements[1].id, "note")
    ]
    assert (now.content["elements"][0]["name"]["en"], now.content["elements"][1]["note"]) == (
        "in the browser",
        "in git",
    )
    with pytest.raises(EditRefused, match="version"):
        making.do(replace_draft, making.architect, draft_id=draft.pk, seen_revision=0, via="yaml",
                  model=pulled.model_copy(update={"version": "7"}))  # fmt: skip
    with pytest.raises(DraftRefused, match="no revision 9"):
        making.do(replace_draft, making.architect, draft_id=draft.pk, seen_revision=9, via="yaml", model=pulled)


def test_what_does_not_fit_together_is_listed_and_blocks_nothing_else(making: Making) -> None:
    current = current_version().model
    flow = next(each for each in current.relations if each.contract)
    view = View.model_validate(BROKEN_VIEW)
    elements = [each for each in current.elements if each.id != flow.from_]
    draft = making.draft(model=current.model_copy(update={"elements": elements, "views": [view]}))
    with acting(agencies=making.architect.agencies):
        found = problems_of(making.fresh(draft))
    assert f"relation {flow.id}: {flow.from_} is no element and no relation" in found
    assert {"view v: node n shows nobody, which is no element",
            "view v: connection c shows nothing, which is no relation"} <= {*found}  # fmt: skip
    making.edit(draft, rename("one", elements[0].id), seen=0)
    model = making.fresh(draft).model.model_copy(update={"views": []})
    with acting(agencies=making.architect.agencies):
        assert foreseen(draft, model, 0)
    assert making.do(replace_draft, making.architect, draft_id=draft.pk, seen_revision=1, via="yaml", model=model)
    assert making.fresh(draft).revision == 2


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        ([Edit("views", "v", "", BROKEN_VIEW)],
         ["views v: node n shows nobody, which is no element",
          "views v: connection c shows nothing, which is no relation"]),
        ([Edit("folders", "", "", [{"id": "f", "holds": ["nothing"]}])],
         ["folders f: holds nothing, which is nowhere in the model"]),
        ([Edit("relations", "r", "", {"id": "r", "kind": "flow", "from": "new-system", "to": "nobody"}),
          Edit("elements", "new-system", "", NEW)], ["relations r to: nobody is no element and no relation"]),
        ([Edit("elements", "new-system", "", NEW),
          Edit("relations", "r", "", {"id": "r", "kind": "composition", "from": "new-system", "to": "new-system"})],
         ["relations r to: is part of itself by composition: new-system -> new-system"]),
    ],
)  # fmt: skip
def test_an_edit_that_breaks_the_draft_is_refused_with_its_field(
    making: Making, edits: list[Edit], says: list[str]
) -> None:
    draft = making.draft()
    with pytest.raises(EditRefused) as refused:
        making.edit(draft, *edits, seen=0)
    assert [str(each) for each in refused.value.faults] == says
    broken = edited(draft.content, edits)
    with acting(agencies=making.architect.agencies), pytest.raises(EditRefused):
        foreseen(draft, ArchitectureVersion.model_validate(broken), 0)
    assert making.fresh(draft).revision == 0


def test_an_abandoned_draft_is_kept_and_not_changed(making: Making) -> None:
    draft = making.draft()
    making.do(abandon_draft, making.architect, draft_id=draft.pk, reason="Không cần nữa")
    with pytest.raises(DraftRefused, match="not edited any more"):
        making.edit(draft, rename("x"), seen=0)
    assert making.draft().pk != draft.pk


def test_a_draft_is_for_who_makes_it_and_who_was_asked(
    making: Making, citizen: Actor, official: Callable[..., Actor]
) -> None:
    draft = making.draft()

    def sees(actor: Actor) -> bool:
        with acting(agencies=actor.agencies, person=actor.person):
            return draft_for(actor, draft.pk) is not None and draft.pk in drafts_for(actor).values_list("pk", flat=True)

    assert sees(making.architect) and sees(making.approver)
    assert not sees(making.asked) and not sees(citizen)
    making.round(draft, *making.asked.agencies)
    assert sees(making.asked) and not sees(making.other) and not sees(making.unasked)
    assert not sees(replace(making.asked, permissions=frozenset()))


def test_what_came_into_force_meanwhile_is_taken_in(making: Making, signer: Any) -> None:
    draft, other = making.draft("1.2"), making.submitted("1.1", rename("in force"), Edit("header", "", "note.vi", "x"))
    making.edit(draft, Edit("elements", draft.content["elements"][1]["id"], "note", "mine"), seen=0)
    making.do(
        approve_version, making.approver, version_id=other.made_id, decision="1/QĐ-UBND", decided_on=making.at.date()
    )
    making.do(publish_version, making.approver, version_id=other.made_id, signer=signer)
    outcome = making.do(take_in_current, making.architect, draft_id=draft.pk)
    now = making.fresh(draft)
    assert outcome.conflicts == () and (now.base_id, now.inherits, now.content["inherits"]) == (
        other.made_id,
        "1.1",
        "1.1",
    )
    assert [now.content["elements"][0]["name"]["en"], now.content["elements"][1]["note"]] == ["in force", "mine"]
    assert now.content["title"] == {"vi": "Phiên bản 1.2"} and now.content["note"]["vi"] != "x"
    assert making.do(take_in_current, making.architect, draft_id=draft.pk).revision == outcome.revision


def test_a_conflict_with_what_came_into_force_waits_for_a_decision(making: Making, signer: Any) -> None:
    draft, other = making.draft("1.2"), making.submitted("1.1", rename("in force"))
    making.edit(draft, rename("mine"), seen=0)
    making.do(
        approve_version, making.approver, version_id=other.made_id, decision="1/QĐ-UBND", decided_on=making.at.date()
    )
    making.do(publish_version, making.approver, version_id=other.made_id, signer=signer)
    (conflict,) = making.do(take_in_current, making.architect, draft_id=draft.pk).conflicts
    assert (conflict.ours, conflict.theirs) == ("in force", "mine")
    assert making.fresh(draft).base_id != other.made_id
    decided = making.do(take_in_current, making.architect, draft_id=draft.pk, decisions={conflict.key: "theirs"})
    assert decided.conflicts == () and making.fresh(draft).base_id == other.made_id
    assert making.fresh(draft).content["elements"][0]["name"]["en"] == "mine"
